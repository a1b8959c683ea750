extension Wording {
    /// Why a share is unusual, with its numbers. It may quote a code: hostile text until escaped.
    package static func unusualShare(_ measure: UnusualRun.Measure, _ share: ShareComparison) -> String {
        let here = "\(grouped(share.failed)) of \(rowsWord(share.rows)) (\(Share(of: share.failed, in: share.rows).text))"
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
        "Rows of the job: \(grouped(size.amount)); \(grouped(size.runs)) earlier runs had \(grouped(size.median)) "
            + "(median), from \(grouped(size.least)) to \(grouped(size.most))."
    }

    package static func unusualDuration(_ duration: AmountComparison) -> String {
        "Duration: \(Self.duration(duration.amount)); \(grouped(duration.runs)) earlier runs took "
            + "\(Self.duration(duration.median)) (median), from \(Self.duration(duration.least)) to "
            + "\(Self.duration(duration.most))."
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
}
