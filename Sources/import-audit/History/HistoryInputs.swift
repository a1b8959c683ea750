import Glibc
import ImportAnalysis
import ImportFoundation
import ImportRedaction

/// The inputs of a history: dumps and existing summaries.
struct HistoryInputs {
    private(set) var runs: [RunResults] = []
    /// What the summaries say about pseudonyms.
    private(set) var mark: RedactionMark?
    private(set) var hasSummaries = false
    private var redaction: Redaction?

    /// Reads all inputs; nil if it was interrupted.
    ///
    /// - Parameter areSummaries: whether all inputs are summaries. If not, files that begin like one are read as such,
    ///   and so are all inputs if the folders among them contain a summary but no dump.
    init?(_ options: RunOptions, areSummaries: Bool, redaction: Redaction?) throws {
        self.redaction = redaction
        let inputs = options.inputs
        var (summaries, dumps): ([String], [String]) = ([], [])
        for input in inputs {
            if areSummaries || Self.isSummary(input) { summaries.append(input) } else { dumps.append(input) }
        }
        if !dumps.isEmpty {
            var options = options
            options.arguments = dumps
            guard let results = try RunResults(of: options, looksForIdentity: true, redaction: redaction) else {
                return nil
            }
            if try Self.hasSummariesOnly(results) {
                guard !dumps.contains("-") else {
                    throw CommandFailure(
                        .usage,
                        "standard input contains a summary; add --summaries to read it as one")
                }
                try add(summaries: inputs)
                return
            }
            runs.append(results)
        }
        if !summaries.isEmpty { try add(summaries: summaries) }
    }

    private mutating func add(summaries: [String]) throws {
        guard redaction == nil else {
            throw CommandFailure(
                .usage, "--redact needs dumps: values in a summary cannot be distinguished from the words around them")
        }
        let merge = MergeOfSummaries(folder: TemporaryFolder.parent)
        try merge.add(summaries)
        runs.append(try merge.results())
        mark = merge.redaction
        hasSummaries = true
        guard runs.count == 1 || mark == nil else {
            throw CommandFailure(
                .usage, "the summaries have pseudonyms and the dumps have none: add them to two histories")
        }
    }

    /// The mark of the pseudonyms in all inputs; nil if there are none.
    var pseudonyms: RedactionMark? { mark ?? redaction?.mark }

    var status: ExitStatus { runs.reduce(.done) { $0.orWorse($1.status) } }

    private static func isSummary(_ input: String) -> Bool {
        guard input != "-", InputFile.isRegular(input) else { return false }
        let descriptor = unsafe open(input, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let beginning = (try? readBeginning(of: descriptor, count: ContainerFormat.signatureBytes)) ?? []
        return OwnOutput(firstBytes: beginning[...]) == .summary
    }

    private static func hasSummariesOnly(_ results: RunResults) throws -> Bool {
        guard results.jobCount == 0 else { return false }
        for index in 0..<results.unreadableCount
        where try results.unreadable(index).reason == OwnOutput.summary.explanation {
            return true
        }
        return false
    }
}
