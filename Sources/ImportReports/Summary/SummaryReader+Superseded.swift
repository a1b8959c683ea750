import ImportAnalysis
import ImportDumps

// Reads what `SummaryJSON+Superseded.swift` writes.
extension SummaryFields {
    mutating func readSuperseded(_ name: String) throws(SummaryFault) -> SupersededSnapshots {
        var result = SupersededSnapshots()
        var count: Int?
        let members = ["count", "snapshots", "others"]
        let isThere = try optionalObject(name, members: members) { fields, name throws(SummaryFault) in
            switch name {
            case "count": count = try fields.optionalCount(name)
            case "snapshots":
                result.snapshots = try fields.list(name) { fields throws(SummaryFault) in try fields.readSnapshot() }
            default:
                result.others = try fields.list(name) { fields throws(SummaryFault) in try fields.bits("") }
            }
        }
        guard isThere else { return result }
        result = SupersededSnapshots(
            snapshots: result.snapshots, others: result.others, isBeyondCount: count == nil)
        guard result.count == count else { throw wrong("\(name).count", "the number of snapshots and others") }
        return result
    }

    private mutating func readSnapshot() throws(SummaryFault) -> Snapshot {
        var (source, bytes, sha256, updatedAt) = ("", 0, String?.none, String?.none)
        var (job, rows, codes, isSalvaged) = (DeclaredJob(), RowCounts(), UInt64(0), false)
        var outcomes: UInt64?
        let members = [
            "source", "bytes", "sha256", "status", "total", "updated_at", "salvaged", "reported", "rows", "codes",
        ]
        // Summaries of earlier versions do not have `outcomes`.
        try object("", members: members, optional: ["outcomes"]) { fields, name throws(SummaryFault) in
            switch name {
            case "source": source = try fields.text(name)
            case "bytes": bytes = try fields.count(name)
            case "sha256": sha256 = try fields.optionalText(name)
            case "status": job.status = try fields.optionalText(name)
            case "total": job.total = try fields.optionalCount(name)
            case "updated_at": updatedAt = try fields.optionalText(name)
            case "salvaged": isSalvaged = try fields.flag(name)
            case "reported": try fields.readReported(name, into: &job)
            case "rows":
                let outcomes = ["created", "existing", "failed", "unclassified"]
                try fields.object(name, members: outcomes, optional: ["applied"]) { fields, name throws(SummaryFault) in
                    try fields.readOutcome(name, into: &rows)
                }
            case "outcomes": outcomes = try fields.optionalBits(name)
            default: codes = try fields.bits(name)
            }
        }
        return Snapshot(
            source: source, bytes: bytes, sha256: sha256,
            facts: Snapshot.Facts(job: job, rows: rows, codes: codes, outcomes: outcomes),
            updatedAt: updatedAt, isSalvaged: isSalvaged)
    }

    /// Reads 64 bits that are written as 16 hexadecimal digits.
    private mutating func bits(_ name: String) throws(SummaryFault) -> UInt64 {
        guard let bits = try optionalBits(name) else { throw wrong(name, "16 hexadecimal digits") }
        return bits
    }

    /// The same, or nil for null.
    mutating func optionalBits(_ name: String) throws(SummaryFault) -> UInt64? {
        guard let text = try optionalText(name) else { return nil }
        guard text.utf8.count == 16, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let bits = UInt64(text, radix: 16)
        else { throw wrong(name, "16 hexadecimal digits") }
        return bits
    }
}
