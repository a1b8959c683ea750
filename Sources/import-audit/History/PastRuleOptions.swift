import ArgumentParser
import CodeFiles
import ImportAnalysis
import ImportDumps
import ImportHistory
import ImportReports

/// The rules of check that compare jobs with earlier runs.
struct PastRuleOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The history with which jobs are compared; it is only read.", valueName: "file.sqlite"))
    var history: String?

    @Flag(
        help: ArgumentHelp(
            "Fail if the failure share, the share of a code, the duration or the size of a job differs from the earlier runs. "
                + "With fewer than 8 of them, nothing is judged."))
    var unusual = false

    @Option(
        help: ArgumentHelp(
            "Fail if the failure share of a job is more than this many times the median of the earlier runs.",
            valueName: "Nx"
        ),
        transform: PastRuleOptions.multiple)
    var maxFailedVsMedian: Rules.Multiple?

    func validate() throws {
        if history == nil, unusual || maxFailedVsMedian != nil {
            throw ValidationError(
                "--\(unusual ? "unusual" : "max-failed-vs-median") compares with earlier runs: it needs --history FILE."
            )
        }
    }

    func add(to rules: inout RuleSettings) {
        if unusual { rules.failsOnUnusual = true }
        if let maxFailedVsMedian { rules.maxFailedAgainstMedian = maxFailedVsMedian }
    }

    static func multiple(_ text: String) throws -> Rules.Multiple {
        guard let multiple = Rules.Multiple(text) else {
            throw ValidationError(
                "“\(shownText(text))” is not a multiple; --max-failed-vs-median takes one such as 2x or 1.5x.")
        }
        return multiple
    }
}

extension RunResults {
    /// Passes on each job with the earlier runs.
    ///
    /// - Parameter mark: of the pseudonyms of the jobs, which must be those of the history.
    func visit(
        comparing history: HistoryAccess, _ mark: RedactionMark?, _ body: (JobSummary, EarlierRuns) throws -> Void
    ) throws {
        try HistoryAccess.checkKey(mark)
        try history.reading { reader in
            let key = try reader.pseudonymsKey()
            if key != mark?.keyID, try reader.jobCount() > 0 {
                throw HistoryFault.otherPseudonyms(history: key, new: mark?.keyID)
            }
            for index in 0..<jobCount {
                let job = try job(index)
                let created = HistoryTime(createdAt: job.job.createdAt)?.seconds
                try body(job, reader.earlierRuns(than: created, without: job.job.jobID))
            }
        }
    }
}
