import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportReports

/// Reads summaries one after another. Memory grows neither with their number nor with the number of their jobs. A
/// summary that cannot be read is listed, and the run goes on.
final class MergeOfSummaries {
    /// A job of a summary that has not been read to its end yet.
    private struct Waiting: BitwiseCopyable {
        var entry: JobLedger.Entry
        var identity: JobIdentity?
    }

    private let folder: String
    private let spool: Spool
    private let ledger: JobLedger
    private var status = ExitStatus.done
    private var ownOutputs = OwnOutputs()
    /// The number of summaries so far, including inputs that turned out not to be summaries.
    private var count = 0
    private var isFirst = true
    /// What the first summary says about pseudonyms.
    private(set) var redaction: RedactionMark?

    /// Selects jobs; nil for all of them.
    let selector: JobSelector?

    /// - Parameters:
    ///   - folder: a folder with space for temporary files.
    ///   - selector: selects jobs; nil for all of them.
    init(folder: String, _ selector: JobSelector? = nil) {
        self.selector = selector
        self.folder = folder
        spool = Spool(in: folder, memoryBytes: 8 * 1024 * 1024)
        ledger = JobLedger(folder: folder, spool: spool, combinesSnapshots: true)
    }

    /// Adds all summaries that the arguments name, directly or in folders.
    func add(_ inputs: [String]) throws {
        let named = Set(inputs.map { InputPath($0) })
        for item in InputTree(inputs) {
            switch item {
            case .standardInput: try add(STDIN_FILENO, "-", isNamed: true)
            case .file(let path, _):
                let descriptor: Int32
                do throws(ReadFailure) {
                    descriptor = try path.open()
                } catch {
                    try refuse(path.shown, error.description, .noInput)
                    continue
                }
                defer { close(descriptor) }
                try add(descriptor, path.shown, isNamed: named.contains(path))
            case .passedOver(let path, let reason):
                try refuse(path.shown, reason.explanation, reason.isExpected ? .done : .inputNotReadWhole)
            case .unavailable(let path, let failure): try refuse(path.shown, failure.description, .noInput)
            }
        }
    }

    /// Returns the results of all summaries. Call it only once.
    func results() throws -> RunResults {
        // A file name may reveal what redacted summaries hide, so its number is shown instead.
        ledger.numbersRefused = redaction != nil
        try ledger.settle()
        return RunResults(
            status: status, store: ResultStore(spool, folder: folder), ledger: ledger, allJobs: [], jobs: [],
            superseded: [],
            unreadable: [], groups: [:], severalDumps: [], ownOutputs: ownOutputs, selection: selector?.result)
    }

    /// - Parameter isNamed: whether an argument names the file. A folder with summaries may also contain other files of
    ///   an audit.
    private func add(_ descriptor: Int32, _ name: String, isNamed: Bool) throws {
        try ContainerReader().read(descriptor: descriptor, name: name) { item in
            switch item {
            case .stream(let source, let bytes): try add(bytes, source)
            case .refused(let source, .ownOutput(let own)) where !isNamed:
                ownOutputs.add(
                    UnreadableInput(source: source, reason: own.explanation(expecting: "a summary")),
                    DocumentOrder(input: count))
            case .refused(let source, .ownOutput(let own)):
                try refuse(source, own.explanation(expecting: "a summary"), .inputNotReadWhole)
            case .refused(let source, let reason):
                try refuse(source, reason.explanation, reason.isExpected ? .done : .inputNotReadWhole)
            }
        }
    }

    /// Adds the summaries of a stream, each completely or not at all: a part of one has no totals to check it against.
    private func add(_ source: any ByteSource, _ name: String) throws {
        var reader = SummaryReader(source, isAlone: false)
        var shown = name
        do {
            repeat {
                try add(&reader, shown)
                count += 1
                guard try reader.beginNext() else { return }
                shown = "\(name):\(reader.line)"
            } while true
        } catch let fault as SummaryFault {
            try refuse(shown, fault.explanation, .inputNotReadWhole)
        }
    }

    private func add(_ reader: inout SummaryReader, _ name: String) throws {
        let jobs = SpilledList<Waiting>(in: folder, memoryElements: 4096)
        let others = SpilledList<JobLedger.Entry>(in: folder, memoryElements: 4096)
        var order = DocumentOrder(input: count)
        while let item = try reader.next() {
            if Interruption.isRequested { throw Interrupted() }
            switch item {
            case .job(let job):
                if selector?.selects(job.job, source: job.source) == false { break }
                var record: [UInt8] = []
                job.appendRecord(to: &record)
                try jobs.append(Waiting(entry: ledger.entry(of: record, order), identity: JobIdentity(job)))
            case .unreadable(let input):
                try others.append(ledger.entry(of: ResultStore.record(of: input), order))
            }
            order.document += 1
        }
        if isFirst { redaction = reader.redaction }
        isFirst = false
        guard reader.redaction == redaction else {
            return try list(name, Self.difference(reader.redaction, redaction), .inputNotReadWhole)
        }
        for index in 0..<jobs.count {
            let job = try jobs.element(index)
            try ledger.append(job.entry, job.identity)
        }
        for index in 0..<others.count { try ledger.append(refusal: others.element(index)) }
    }

    /// Why values of two summaries cannot be combined.
    private static func difference(_ next: RedactionMark?, _ first: RedactionMark?) -> String {
        func words(_ mark: RedactionMark?) -> String {
            guard let mark else { return "no pseudonyms" }
            return "pseudonyms of \(mark.isKeyed ? "the key" : "a random key,") \(mark.keyID)"
        }
        return "It has \(words(next)), the first summary \(words(first)): a value would look different in them."
    }

    /// Lists and counts an input that is not read.
    private func refuse(_ name: String, _ reason: String, _ status: ExitStatus) throws {
        try list(name, reason, status)
        count += 1
    }

    private func list(_ name: String, _ reason: String, _ status: ExitStatus) throws {
        if status != .done { Console.complain(once: "\(name): \(reason)") }
        try ledger.append(
            refusal: ledger.entry(
                of: ResultStore.record(of: UnreadableInput(source: name, reason: reason)),
                DocumentOrder(input: count), kind: JobLedger.refusedSummary))
        self.status = self.status.orWorse(status)
    }
}
