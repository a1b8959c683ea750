import ImportAnalysis
import ImportDumps

// The elements of a summary's lists, and its totals.
extension SummaryFields {
    mutating func readUnreadable() throws(SummaryFault) -> UnreadableInput {
        var input = UnreadableInput(source: "", reason: "")
        try object("", members: ["source", "reason"]) { fields, name throws(SummaryFault) in
            if name == "source" {
                input.source = try fields.text(name)
            } else {
                input.reason = try fields.text(name)
            }
        }
        return input
    }

    mutating func readFinding() throws(SummaryFault) -> Finding {
        var (id, severity, sentence, number, rows) = ("", Severity.note, "", 0, [Int]())
        try object("", members: ["id", "severity", "message", "count", "rows"]) { fields, name throws(SummaryFault) in
            switch name {
            case "id": id = try fields.text(name)
            case "severity":
                guard let found = Severity(rawValue: try fields.text(name)) else {
                    throw fields.wrong(name, "critical, warning or note")
                }
                severity = found
            case "message": sentence = try fields.text(name)
            case "count": number = try fields.count(name)
            default: rows = try fields.list(name) { fields throws(SummaryFault) in try fields.count("") }
            }
        }
        return Finding(.restored(id, severity), sentence, count: number, rows: rows)
    }

    /// Holds the totals against those of the jobs that were read. What else they say follows from the jobs.
    mutating func checkTotals(_ totals: Totals) throws(SummaryFault) {
        let findings = totals.findings
        let rows = totals.rows
        try object("totals", members: ["jobs", "rows", "findings"]) { fields, name throws(SummaryFault) in
            switch name {
            case "jobs": try fields.check(name, totals.jobs)
            case "rows":
                try fields.checkCounts(
                    name,
                    [
                        ("seen", rows.seen), ("created", rows.created), ("existing", rows.existing),
                        ("failed", rows.failed), ("unclassified", rows.unclassified), ("missing", rows.missing),
                        ("applied", rows.applied),
                    ], optional: ["applied"])
            default:
                try fields.checkCounts(name, Severity.allCases.map { ($0.rawValue, findings[$0, default: 0]) })
            }
        }
    }

    private mutating func checkCounts(
        _ name: String, _ expected: [(name: String, count: Int?)], optional: [String] = []
    ) throws(SummaryFault) {
        let members = expected.map { $0.name }.filter { !optional.contains($0) }
        try object(name, members: members, optional: optional) { fields, name throws(SummaryFault) in
            try fields.check(name, expected.first { $0.name == name }?.count)
        }
    }

    private mutating func check(_ name: String, _ expected: Int?) throws(SummaryFault) {
        guard try optionalCount(name) == expected else {
            throw wrong(name, "\(expected.map { String($0) } ?? "null"), as its jobs add up")
        }
    }
}
