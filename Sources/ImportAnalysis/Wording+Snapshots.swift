extension Wording {
    static func supersededSnapshots(_ superseded: SupersededSnapshots) -> String {
        let shown = superseded.snapshots.prefix(AnalysisLimits.snapshotsListed)
        var parts = shown.map { snapshot in
            let status = snapshot.facts.status.map { quoted($0) } ?? "no status"
            return "\(quoted(snapshot.source)) (\(status)\(snapshot.updatedAt.map { ", \(quoted($0))" } ?? ""))"
        }
        let number: String
        if let count = superseded.count {
            number = count == 1 ? "1 other dump of this job is" : "\(grouped(count)) other dumps of this job are"
            if count > shown.count { parts.append("and \(grouped(count - shown.count)) more") }
        } else {
            number = "More than \(grouped(AnalysisLimits.snapshotsCounted)) other dumps of this job are"
            parts.append("and others")
        }
        return "\(number) superseded by this one: \(parts.joined(separator: ", "))."
    }

    static func conflictingSnapshots(_ first: Snapshot, _ second: Snapshot, _ differences: [String]) -> String {
        "Two dumps of this finished job disagree. \(quoted(first.source)) against \(quoted(second.source)): "
            + differences.joined(separator: ", ") + "."
    }

    /// Said of two dumps that may be parts of one job.
    static let eachInPart = "neither has all of its rows, and they may have different ones"

    /// What two dumps say differently, one part of a sentence each; at least one.
    static func differences(_ first: Snapshot.Facts, _ second: Snapshot.Facts) -> [String] {
        let numbers: [(name: String, values: (Int?, Int?))] = [
            ("total", (first.total, second.total)), ("processed", (first.processed, second.processed)),
            ("succeeded", (first.succeeded, second.succeeded)), ("failed", (first.failed, second.failed)),
            ("rows created", (first.rows.created, second.rows.created)),
            ("rows existing", (first.rows.existing, second.rows.existing)),
            ("rows failed", (first.rows.failed, second.rows.failed)),
            ("rows unclassified", (first.rows.unclassified, second.rows.unclassified)),
            ("rows applied", (first.rows.applied, second.rows.applied)),
        ]
        var parts: [String] = []
        if first.status != second.status {
            parts.append("status \(first.status ?? "none") against \(second.status ?? "none")")
        }
        for (name, values) in numbers where values.0 != values.1 {
            parts.append("\(name) \(values.0.map(grouped) ?? "none") against \(values.1.map(grouped) ?? "none")")
        }
        if let one = first.outcomes, let two = second.outcomes, one != two, parts.isEmpty {
            parts.append("which rows have which outcome")
        }
        if first.codes != second.codes { parts.append("the failed rows of each code") }
        return parts
    }
}
