extension Wording {
    /// No rows failed with a code that was asked for. Hostile text until escaped.
    package static func unknownCode(_ code: HistoryCode, near: String?) -> String {
        guard code.kind == .code else { return "The history has no rows that failed without a code." }
        return "The history has no rows that failed with \(quoted(code.text))."
            + (near.map { " Did you mean \(quoted($0))?" } ?? "")
    }

    /// Why a share is unusual, with its numbers. It may quote a code: hostile text until escaped.
    package static func unusualShare(_ measure: UnusualRun.Measure, _ share: ShareComparison) -> String {
        let percent = Share(of: share.failed, in: share.rows).text
        let here = "\(rowsPart(share.failed, share.rows)) (\(percent))"
        let runs = "\(grouped(share.runs)) earlier runs"
        let before: String
        if share.earlierFailed == 0 {
            before = "in \(runs) with \(rowsWord(share.earlierRows)) there was none"
        } else {
            let pooled = Share(of: share.earlierFailed, in: share.earlierRows).text
            let highest = Share(of: share.highest.failed, in: share.highest.rows).text
            before = "in \(runs) it was \(pooled), and at most \(highest)"
        }
        let what =
            switch measure {
            case .code(let code) where code.kind == .code: "Rows that failed with \(quoted(code.text))"
            case .code(let code) where code.kind == .none: "Rows that failed without a code"
            case .code: "Rows that failed with codes that are not told apart"
            default: "Rows that failed"
            }
        return "\(what): \(here); \(before)."
    }

    package static func unusualSize(_ size: AmountComparison) -> String {
        "Rows of the job: \(grouped(size.amount)); \(usual(size, "had", grouped))."
    }

    package static func unusualDuration(_ duration: AmountComparison) -> String {
        "Duration: \(Self.duration(duration.amount)); \(usual(duration, "took", Self.duration))."
    }

    /// "20 earlier runs had 100 (median), nearly all of them 90 to 120". The amounts of all or nearly all runs can be the
    /// same.
    private static func usual(_ amounts: AmountComparison, _ verb: String, _ words: (Int) -> String) -> String {
        let (runs, median) = ("\(grouped(amounts.runs)) earlier runs", words(amounts.median))
        if amounts.areAllSame { return "all \(runs) \(verb) \(median)" }
        if amounts.least == amounts.most { return "nearly all of \(runs) \(verb) \(median)" }
        return "\(runs) \(verb) \(median) (median), nearly all of them \(words(amounts.least)) to "
            + words(amounts.most)
    }

    /// - Parameter seconds: 0 or more.
    package static func duration(_ seconds: Int) -> String {
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        var parts: [String] = []
        if hours > 0 { parts.append("\(grouped(hours)) h") }
        if minutes > 0 { parts.append("\(minutes) min") }
        if parts.isEmpty || (hours == 0 && rest > 0) { parts.append("\(rest) s") }
        return parts.joined(separator: " ")
    }

    /// How many jobs have a larger share of failed rows than a rule allows, with the one that has the largest.
    static func jobsOverShare(_ count: Int, of jobs: Int, worst: (name: String, failed: Int, rows: Int)?) -> String {
        let words = part(count, of: jobs, .job)
        guard let worst, worst.failed > 0 else { return words }
        return "\(words); the most in \(quoted(worst.name)): \(shareWords(worst.failed, worst.rows))"
    }

    /// The same, compared with the median of earlier runs; nil if no job was compared.
    static func jobsOverMedian(
        _ count: Int, of judged: Int, worst: (name: String, failed: Int, rows: Int)?,
        median: (failed: Int, rows: Int)?
    ) -> String? {
        guard judged > 0, let worst, let median else { return nil }
        // Other jobs may not have been compared, so that this is not “the one job”.
        let words = judged == 1 ? (count == 0 ? "no job" : "1 job") : part(count, of: judged, .job)
        return "\(words); the most in \(quoted(worst.name)): \(shareWords(worst.failed, worst.rows)), "
            + "where the median of the earlier runs is \(Share(of: median.failed, in: median.rows).text)"
    }

    private static func shareWords(_ failed: Int, _ rows: Int) -> String {
        "\(rowsPart(failed, rows)) (\(Share(of: failed, in: rows).text))"
    }

    /// How many jobs are unlike the earlier runs; nil if none was compared.
    static func unusualJobs(_ count: Int, of judged: Int) -> String? {
        guard judged > 0 else { return nil }
        if count == 0 { return "\(jobsWord(judged)) like the earlier runs" }
        let jobs = count == judged ? jobsWord(count) : "\(grouped(count)) of \(jobsWord(judged))"
        return "\(jobs) unlike the earlier runs"
    }

    /// Why jobs were not compared; nil if all were.
    static func notJudged(_ count: Int, fewestRuns: Int?, incomparable: Int) -> String? {
        var parts: [String] = []
        if let fewestRuns, count > incomparable {
            let runs = fewestRuns == 1 ? "1 earlier run" : "\(grouped(fewestRuns)) earlier runs"
            parts.append(
                "\(jobsWord(count - incomparable)) not compared: the history has \(runs), and "
                    + "\(EarlierRuns.fewest) are needed")
        }
        let others = fewestRuns == nil ? count : min(count, incomparable)
        if others > 0 { parts.append("\(jobsWord(others)) not compared: not over, or with rows missing") }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}
