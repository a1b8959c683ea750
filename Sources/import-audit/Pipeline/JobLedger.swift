import ImportAnalysis
import ImportDumps

/// The jobs of a run, for commands that need to know only at the end which dumps count. Memory does not grow with the
/// number of jobs: beyond fixed limits, everything is in temporary files.
///
///     every dump    appends an entry (24 bytes) and its identity (24 bytes) in order of arrival
///     at the end    dumps of the same job are compared, and the entries of those that count are sorted
///
/// Plain jobs without failed rows are also tallied by day as they arrive, which is all that most outputs need.
final class JobLedger {
    /// The maximum number of days that are tallied. Beyond them, each job is handled separately.
    private static let dayLimit = 20_000
    private static let memoryEntries = 64 * 1024

    typealias Entry = ResultStore.Entry

    let folder: String
    private let spool: Spool
    private let repeated: RepeatedJobs?
    private var entries: SpilledList<Entry>
    private var refusals: SpilledList<Entry>
    private var lastEntry: Entry?
    private var lastRefusal: Entry?
    private var isInOrder = true
    private var areRefusalsInOrder = true
    /// Tallies of plain jobs without failed rows. After ``settle()``, they only contain jobs that count.
    private(set) var tallies = PlainJobTallies()
    /// The rows of the plain jobs that are not tallied.
    private var untallied = UsualShare()
    /// The kind of an entry for an input that could not be read as a summary. If ``numbersRefused`` is set, such inputs
    /// are shown by number instead of name.
    static let refusedSummary = Entry.Kind.plain
    var numbersRefused = false
    private var recorded: RecordedJobs
    /// The number of dumps added, whether they count or not.
    private(set) var dumpCount = 0

    /// - Parameter combinesSnapshots: whether several dumps of one job count as one job.
    init(folder: String, spool: Spool, combinesSnapshots: Bool) {
        self.folder = folder
        self.spool = spool
        recorded = RecordedJobs(spool)
        repeated = combinesSnapshots ? RepeatedJobs { try TemporaryFile(in: folder) } : nil
        entries = SpilledList(in: folder, memoryElements: Self.memoryEntries)
        refusals = SpilledList(in: folder, memoryElements: Self.memoryEntries)
    }

    /// Adds the record of a job.
    func append(job record: [UInt8], _ order: DocumentOrder, _ identity: JobIdentity?) throws {
        try append(entry(of: record, order), identity)
    }

    /// Stores the record of a job or another document, and returns an entry to add later.
    func entry(of record: [UInt8], _ order: DocumentOrder, kind: Entry.Kind = .job) throws -> Entry {
        Entry(order, try spool.append(record), kind: kind)
    }

    /// Adds plain jobs.
    func append(_ batch: PlainJobBatch.Contents) throws {
        let records = batch.records
        let areTallied = tallies.add(records.tallies, limit: Self.dayLimit)
        untallied.add(records.shareOfFailing)
        if areTallied { recorded.talliesJobs = true } else { untallied.add(records.tallies.share) }
        let entries = try batch.entries(in: spool) { areTallied && !$0.hasFailedRows ? .tallied : .plain }
        try repeated?.add(records.identities, first: dumpCount)
        dumpCount += entries.count
        // Threads take inputs as they become free, so jobs may arrive out of order.
        for entry in entries {
            if let lastEntry, entry.precedes(lastEntry) { isInOrder = false }
            lastEntry = entry
        }
        try self.entries.append(contentsOf: entries)
    }

    func append(_ entry: Entry, _ identity: JobIdentity?) throws {
        if let identity { try repeated?.add([identity], first: dumpCount) }
        dumpCount += 1
        if let lastEntry, entry.precedes(lastEntry) { isInOrder = false }
        lastEntry = entry
        try entries.append(entry)
    }

    func append(_ input: UnreadableInput, _ order: DocumentOrder) throws {
        try append(refusal: entry(of: ResultStore.record(of: input), order))
    }

    func append(refusal entry: Entry) throws {
        if let lastRefusal, entry.precedes(lastRefusal) { areRefusalsInOrder = false }
        lastRefusal = entry
        try refusals.append(entry)
    }

    // MARK: - At the end

    /// Decides which dumps count, and sorts everything. Call it once, after all were added.
    func settle() throws {
        if let resolutions = try resolutions() {
            let resolved = SpilledList<Entry>(in: folder, memoryElements: Self.memoryEntries)
            var next = 0
            for number in 0..<entries.count {
                guard next < resolutions.count, case let resolution = try resolutions.element(next),
                    resolution.number == number
                else {
                    try resolved.append(try entries.element(number))
                    continue
                }
                next += 1
                if resolution.counts { try resolved.append(resolution.entry) }
            }
            entries = resolved
        }
        if !isInOrder { entries = try sorted(entries) }
        if !areRefusalsInOrder { refusals = try sorted(refusals) }
    }

    private func sorted(_ list: SpilledList<Entry>) throws -> SpilledList<Entry> {
        let sort = ExternalSort<Entry>(in: folder) { $0.precedes($1) }
        for index in 0..<list.count { try sort.append(try list.element(index)) }
        return try sort.sorted()
    }

    /// The standing of a dump of a job with several dumps.
    private struct Resolved: BitwiseCopyable {
        var number: Int
        var counts: Bool
        /// The entry of the dump. If the dump counts, its record includes the data about the others.
        var entry: Entry
    }

    /// The standings of the dumps of jobs with several dumps, in order of arrival; nil if there are none.
    private func resolutions() throws -> SpilledList<Resolved>? {
        guard let repeated else { return nil }
        let sort = ExternalSort<Resolved>(in: folder, partElements: 32 * 1024) { $0.number < $1.number }
        var hasAny = false
        var groups: [Int: (group: SnapshotGroup, number: Int, entry: Entry)] = [:]
        try repeated.visit { number, job in
            let entry = try entries.element(number)
            let summary = try self.job(entry)
            switch entry.kind {
            case .job: break
            case .plain: untallied.remove(summary.rows)
            case .tallied: tallies.remove(summary)
            }
            let added = SnapshotGroup(summary)
            guard var (group, winner, winning) = groups[job] else {
                groups[job] = (added, number, entry)
                return
            }
            hasAny = true
            // If the same dump was added twice, the first one counts.
            let isSame = group.winner == added.winner && entry.precedes(winning)
            if group.merge(added) || isSame {
                try sort.append(Resolved(number: winner, counts: false, entry: winning))
                (winner, winning) = (number, entry)
            } else {
                try sort.append(Resolved(number: number, counts: false, entry: entry))
            }
            groups[job] = (group, winner, winning)
        } endOfJobs: {
            for (group, number, entry) in groups.values {
                var job = try self.job(entry)
                group.apply(to: &job)
                var record: [UInt8] = []
                job.appendRecord(to: &record)
                let changed = Entry(entry.order, try spool.append(record), kind: .job)
                try sort.append(Resolved(number: number, counts: true, entry: changed))
            }
            groups.removeAll(keepingCapacity: true)
        }
        return hasAny ? try sort.sorted() : nil
    }

    // MARK: - What counts, in order

    var jobCount: Int { entries.count }

    func job(_ index: Int) throws -> JobSummary { try job(entries.element(index)) }

    private func job(_ entry: Entry) throws -> JobSummary { try recorded.job(entry) }

    func entry(_ index: Int) throws -> Entry { try entries.element(index) }

    /// Reads a single job, without the records around it.
    func jobAlone(_ entry: Entry) throws -> JobSummary { try recorded.jobAlone(entry) }

    /// The id of a job; empty for a job without one.
    func jobID(of entry: Entry) throws -> String { try recorded.jobID(of: entry) }

    /// The record of a plain job, and whether it is tallied; nil for any other.
    func plain(_ index: Int) throws -> (fields: PlainJobRecord.Fields, isTallied: Bool)? {
        let entry = try entries.element(index)
        return try recorded.plain(entry).map { ($0, entry.kind == .tallied) }
    }

    /// The creation time and the rows of a plain job; nil for any other.
    func glance(_ index: Int) throws -> PlainJobRecord.Glance? {
        try recorded.glance(entries.element(index))
    }

    /// The parts of a plain job that sums over jobs need (``PlainJobSummaries/outline(_:)``).
    func outline(of plain: PlainJobRecord.Fields) -> JobSummary { recorded.outline(of: plain) }

    /// Whether a job is covered by ``tallies``, with nothing else known about it.
    func isTallied(_ index: Int) throws -> Bool { try entries.element(index).kind == .tallied }

    /// Returns the first index, at or after the given one, of a job that is not tallied; the number of jobs if all are.
    func firstNotTallied(from index: Int) throws -> Int {
        try entries.firstIndex(from: index) { $0.kind != .tallied }
    }

    /// The usual share of failed rows among the jobs.
    func usualShare() throws -> UsualShare {
        var usual = untallied
        for tally in tallies.all { usual.add(tally) }
        var index = try firstNotPlain(from: 0)
        while index < jobCount {
            usual.add(try job(index))
            index = try firstNotPlain(from: index + 1)
        }
        return usual
    }

    /// Returns the first index, at or after the given one, of a job that is not plain, and so may be incomplete; the
    /// number of jobs if all are plain.
    func firstNotPlain(from index: Int) throws -> Int {
        try entries.firstIndex(from: index) { $0.kind == .job }
    }

    var unreadableCount: Int { refusals.count }

    func unreadable(_ index: Int) throws -> UnreadableInput {
        let entry = try refusals.element(index)
        var input = ResultStore.unreadable(record: try spool.read(entry.stretch))
        if numbersRefused, entry.kind == Self.refusedSummary { input.source = "(summary \(entry.order.input + 1))" }
        return input
    }
}

extension JobLedger {
    /// A job, ordered by the first 16 bytes of its id; the rest does not matter.
    private struct Placed: BitwiseCopyable {
        var high: UInt64
        var low: UInt64
        var entry: Entry

        init(_ id: String, _ entry: Entry) {
            (high, low) = (0, 0)
            self.entry = entry
            for (index, byte) in id.utf8.prefix(16).enumerated() {
                if index < 8 {
                    high |= UInt64(byte) << UInt64(56 - 8 * index)
                } else {
                    low |= UInt64(byte) << UInt64(120 - 8 * index)
                }
            }
        }

        func precedes(_ other: Placed) -> Bool { (high, low) < (other.high, other.low) }
    }

    /// Hands over all jobs roughly in the order of their ids. A consumer that keeps them in that order can then append
    /// each at its end, instead of inserting it anywhere.
    func visitByID(_ body: (JobSummary) throws -> Void) throws {
        let sort = ExternalSort<Placed>(in: folder) { $0.precedes($1) }
        for index in 0..<jobCount {
            let entry = try entry(index)
            try sort.append(Placed(try jobID(of: entry), entry))
        }
        let sorted = try sort.sorted()
        for index in 0..<sorted.count { try body(try jobAlone(sorted.element(index).entry)) }
    }
}
