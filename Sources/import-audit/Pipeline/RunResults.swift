import ImportAnalysis
import ImportDumps
import ImportInputs
import ImportRedaction
import ImportReports

/// The results of a run, in order. If there are many jobs, only one at a time is in memory.
struct RunResults {
    let status: ExitStatus
    let store: ResultStore
    /// The ledger that replaces everything with a number in the store, if dumps of one job were compared at the end.
    let ledger: JobLedger?
    /// The numbers of all dumps of jobs in the store.
    let allJobs: [Int]
    /// The numbers of those that count.
    let jobs: [Int]
    /// The numbers of the others.
    let superseded: Set<Int>
    /// The numbers of documents that are not jobs.
    let unreadable: [Int]
    let groups: [JobIdentity: SnapshotGroup]
    /// The numbers of the dumps that count, of jobs with several dumps.
    let severalDumps: Set<Int>
    /// Files that this program wrote, which were not read.
    let ownOutputs: OwnOutputs
    /// The result of the selection; nil if all jobs were selected.
    var selection: SelectionResult?

    /// The same results, which another thread may read at the same time. Works only without a ledger.
    func reader() throws(CommandFailure) -> RunResults {
        RunResults(
            status: status, store: try store.reader(), ledger: nil, allJobs: allJobs, jobs: jobs,
            superseded: superseded, unreadable: unreadable, groups: groups, severalDumps: severalDumps,
            ownOutputs: ownOutputs, selection: selection)
    }

    var jobCount: Int { ledger?.jobCount ?? jobs.count }
    var unreadableCount: Int { ledger?.unreadableCount ?? unreadable.count }
    /// The number of dumps of jobs, whether they count or not.
    var dumpCount: Int { ledger?.dumpCount ?? allJobs.count }

    /// The number of documents, whether they count or not. Works only without a ledger.
    var documentCount: Int { allJobs.count + unreadableCount }

    /// The job at an index, with the data about its other dumps.
    func job(_ index: Int) throws -> JobSummary {
        if let ledger { return try ledger.job(index) }
        var job = try store.job(jobs[index])
        if severalDumps.contains(jobs[index]), let identity = JobIdentity(job), let group = groups[identity] {
            group.apply(to: &job)
        }
        return job
    }

    /// The record of a job if it is plain and has only one dump; nil for any other. Works only without a ledger.
    func plain(_ index: Int) throws -> PlainJobRecord.Fields? {
        severalDumps.contains(jobs[index]) ? nil : try store.plain(jobs[index])
    }

    /// The creation time and the rows of a plain job; nil for any other.
    func glance(_ index: Int) throws -> PlainJobRecord.Glance? {
        if let ledger { return try ledger.glance(index) }
        return severalDumps.contains(jobs[index]) ? nil : try store.glance(jobs[index])
    }

    /// Whether there are other dumps of the job, which its report mentions.
    func isCombined(_ job: JobSummary) -> Bool {
        guard !groups.isEmpty, let identity = JobIdentity(job) else { return false }
        return groups[identity] != nil
    }

    func order(ofJob index: Int) throws -> DocumentOrder { try store.order(jobs[index]) }

    func unreadable(_ index: Int) throws -> UnreadableInput {
        if let ledger { return try ledger.unreadable(index) }
        return try store.unreadable(unreadable[index])
    }

    /// Returns an overview of all jobs, without what only a page shows.
    func overview() throws -> OverviewBuilder {
        let usual = try usualShare()
        var overview = OverviewBuilder(
            followsCodes: false, surroundings: JobSurroundings(usual: usual), selection: selection)
        var (tallies, times) = (ledger?.tallies ?? PlainJobTallies(), ledger?.tallies.times ?? JobTimes())
        var index = 0
        while index < jobCount {
            let next = overview.listsWorseJobsOnly ? try ledger?.firstNotTallied(from: index) ?? index : index
            overview.passOver(next - index)
            guard next < jobCount else { break }
            index = next + 1
            if let ledger, let (plain, isTallied) = try ledger.plain(next), !isTallied {
                if usual.mayStandOut { times.add(plain.glance, usual) }
                if !overview.append(plain, outline: { ledger.outline(of: plain) }) {
                    overview.append(try job(next), report: nil)
                }
                continue
            }
            let job = try job(next)
            overview.append(job, report: nil)
            if try ledger?.isTallied(next) ?? false {
                tallies.remove(job)
            } else if usual.mayStandOut {
                times.add(job, usual)
            }
        }
        for tally in tallies.all { overview.append(tally) }
        overview.settle(incidents: usual.mayStandOut ? times.incidents() : [])
        for index in 0..<unreadableCount { overview.append(try unreadable(index)) }
        return overview
    }

    private func usualShare() throws -> UsualShare {
        if let ledger { return try ledger.usualShare() }
        var usual = UsualShare()
        for index in 0..<jobCount {
            if let plain = try glance(index) { usual.add(plain.rows) } else { usual.add(try job(index)) }
        }
        return usual
    }

    /// The sums over all jobs, with which each of them is compared.
    func surroundings() throws -> JobSurroundings {
        var surroundings = JobSurroundings(usual: try usualShare())
        // If no job stands out, it does not matter when they were created.
        guard surroundings.usual.mayStandOut else { return surroundings }
        var times = ledger?.tallies.times ?? JobTimes()
        var index = 0
        while index < jobCount {
            index = try ledger?.firstNotTallied(from: index) ?? index
            guard index < jobCount else { break }
            if let plain = try glance(index) {
                times.add(plain, surroundings.usual)
            } else {
                times.add(try job(index), surroundings.usual)
            }
            index += 1
        }
        surroundings.incidents = times.incidents()
        return surroundings
    }

    /// Hands over, in order, all jobs that are not fully described by a tally, and then the tallies of the others.
    func visit(_ body: (JobSummary) throws -> Void, tally: (PlainJobTally) throws -> Void) throws {
        var index = 0
        while index < jobCount {
            index = try ledger?.firstNotTallied(from: index) ?? index
            guard index < jobCount else { break }
            if Interruption.isRequested { throw Interrupted() }
            try body(try job(index))
            index += 1
        }
        for each in ledger?.tallies.all ?? [] { try tally(each) }
    }

    /// Returns everything in memory, for a few jobs.
    func summary() throws -> Summary {
        var summary = Summary()
        for index in 0..<jobCount { summary.append(try job(index)) }
        for index in 0..<unreadableCount { summary.append(try unreadable(index)) }
        return summary
    }
}

// MARK: - By input

extension RunResults {
    /// The documents of one input, by their numbers in the store.
    struct InputDocuments {
        var jobs: ArraySlice<Int>
        var unreadable: ArraySlice<Int>
    }

    /// Returns the numbers of inputs that contain documents, together with `others`, in order and without duplicates.
    func inputNumbers(and others: [Int]) throws -> [Int] {
        var numbers = others
        var last: Int?
        for number in allJobs {
            let input = try store.order(number).input
            if input != last { numbers.append(input) }
            last = input
        }
        numbers += unreadable.map { store.unreadable[$0].order.input }
        numbers.sort()
        var unique: [Int] = []
        for number in numbers where number != unique.last { unique.append(number) }
        return unique
    }

    /// The place where the documents of the next input begin.
    struct InputCursor {
        fileprivate var job = 0
        fileprivate var unreadable = 0
    }

    /// - Parameter cursor: advanced by the call; inputs are requested in order.
    func documents(ofInput input: Int, _ cursor: inout InputCursor) throws -> InputDocuments {
        func documents(
            of numbers: [Int], _ place: inout Int, _ order: (Int) throws -> DocumentOrder
        ) rethrows -> ArraySlice<Int> {
            while place < numbers.count, try order(numbers[place]).input < input { place += 1 }
            let start = place
            while place < numbers.count, try order(numbers[place]).input == input { place += 1 }
            return numbers[start..<place]
        }
        return InputDocuments(
            jobs: try documents(of: allJobs, &cursor.job) { try store.order($0) },
            unreadable: documents(of: unreadable, &cursor.unreadable) { store.unreadable[$0].order })
    }

    /// Whether all documents of an input come from a plain file: none is an entry of an archive, which may have been
    /// left to another thread.
    func isPlain(_ documents: InputDocuments) throws -> Bool {
        try documents.jobs.allSatisfy { try store.order($0).entry == 0 }
            && documents.unreadable.allSatisfy { store.unreadable[$0].order.entry == 0 }
    }
}

extension RunResults {
    /// Reads all inputs of a command; nil if it was interrupted.
    ///
    /// - Parameters:
    ///   - hashing: whether each dump's SHA-256 is computed.
    ///   - combinesSnapshots: whether several dumps of one job count as one job.
    ///   - looksForIdentity: whether to look for records that several rows share.
    ///   - redaction: replaces values with pseudonyms.
    ///   - output: the folder that the command writes into, which is not an input.
    ///   - reread: compares the inputs with those of other passes.
    init?(
        of options: RunOptions, hashing: Bool = false, combinesSnapshots: Bool = true, looksForIdentity: Bool = false,
        redaction: Redaction? = nil, leavingOut output: OutputPlace? = nil, reread: RereadInputs? = nil
    ) throws {
        let folder = TemporaryFolder.parent
        let collector = Collector(folder: folder, combinesSnapshots: combinesSnapshots, decision: .atTheEnd)
        var inputs = try InputRun(
            options: options, collector: collector, hashing: hashing, names: redaction?.names ?? .plain,
            output: output)
        inputs.reread = reread
        let selector = options.selecting.selector(redaction)
        let end = try inputs.run(redaction, selector) {
            let identity = IdentityAudit(usesThread: options.concurrency.allowsHelpers) {
                try TemporaryFile(in: folder)
            }
            return SummaryHandler(
                collector: collector, identity: looksForIdentity ? identity : nil,
                concurrency: options.concurrency, isStrict: options.isStrict, isVerbose: options.isVerbose,
                hashing: hashing, takesPlainJobs: true)
        }
        guard case .done = end else { return nil }
        self = try collector.results()
        selection = selector?.result
        if !options.isQuiet {
            ownOutputs.say()
            selector?.say()
        }
    }

    /// Reports on standard error what was not read, for commands whose output does not show it: inputs, unless they were
    /// reported at once, and the rest of dumps that are cut off or malformed.
    func sayWhatWasNotRead() throws { try problems().say() }

    /// Returns what was not read and has not been reported: inputs, and the rest of dumps that are cut off or malformed.
    func problems() throws -> ReadingProblems {
        let limit = 20
        var sentences: [String] = []
        var more = 0
        for index in 0..<unreadableCount {
            if sentences.count == limit, !Console.hasComplained {
                more = unreadableCount - index
                break
            }
            let input = try unreadable(index)
            let sentence = "\(input.source): \(input.reason)"
            if Console.hasComplained(of: sentence) { continue }
            if sentences.count < limit { sentences.append(sentence) } else { more += 1 }
        }
        if more > 0 {
            sentences.append(
                more == 1 ? "1 more input was not read" : "\(Wording.grouped(more)) more inputs were not read")
        }
        // Such dumps cause a status other than this one; a missing input may outrank theirs.
        guard status != .done else { return ReadingProblems(status: status, sentences: sentences) }
        var salvaged = 0
        var index = 0
        while index < jobCount {
            index = try ledger?.firstNotPlain(from: index) ?? index
            guard index < jobCount else { break }
            let job = try job(index)
            index += 1
            guard let salvage = job.salvage else { continue }
            salvaged += 1
            if salvaged <= limit { sentences.append("\(job.source): \(salvage.message)") }
        }
        if salvaged > limit {
            let more = salvaged - limit
            sentences.append(
                more == 1
                    ? "1 more dump was not read completely"
                    : "\(Wording.grouped(more)) more dumps were not read completely")
        }
        return ReadingProblems(status: status, sentences: sentences)
    }
}

/// What a pass over the inputs did not read.
struct ReadingProblems {
    var status = ExitStatus.done
    /// The most important ones, each with the name of the input.
    var sentences: [String] = []

    init(status: ExitStatus = .done, sentences: [String] = []) {
        self.status = status
        self.sentences = sentences
    }

    /// The problems of a job whose dump is the only input.
    init(_ job: JobSummary) {
        self.init()
        guard let salvage = job.salvage else { return }
        (status, sentences) = (.inputNotReadWhole, ["\(job.source): \(salvage.message)"])
    }

    /// The same without names and texts of inputs, for audits in which they are replaced.
    var withoutTexts: ReadingProblems {
        let sentence = "some inputs were not read completely when their rows were paired with the source"
        return ReadingProblems(status: status, sentences: status == .done ? [] : [sentence])
    }

    mutating func add(_ other: ReadingProblems) {
        status = status.orWorse(other.status)
        sentences += other.sentences.filter { !sentences.contains($0) }
    }

    /// Reports them on standard error.
    ///
    /// - Parameter reported: the problems of a later pass, which the user sees elsewhere.
    func say(except reported: ReadingProblems = ReadingProblems()) {
        let known = reported.sentences + reported.withoutTexts.sentences
        for sentence in sentences where !known.contains(sentence) { Console.complain(sentence) }
    }
}
