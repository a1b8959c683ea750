import ImportAnalysis
import ImportDumps

// Reads what `SummaryJSON+Identity.swift` writes.
extension SummaryFields {
    mutating func readIdentity(_ name: String) throws(SummaryFault) -> IdentitySummary? {
        var identity = IdentitySummary()
        let members = ["created_ids_repeated", "existing_ids_shared"]
        let isThere = try optionalObject(name, members: members) { fields, name throws(SummaryFault) in
            if name == "created_ids_repeated" {
                identity.createdRepeated = try fields.readSharedRecords(name)
            } else {
                identity.existingShared = try fields.readSharedRecords(name)
            }
        }
        return isThere ? identity : nil
    }

    private mutating func readSharedRecords(_ name: String) throws(SummaryFault) -> SharedRecords {
        var shared = SharedRecords()
        try object(name, members: ["records", "rows", "first_rows", "top"]) { fields, name throws(SummaryFault) in
            switch name {
            case "records": shared.records = try fields.count(name)
            case "rows": shared.rows = try fields.count(name)
            case "first_rows": shared.firstRows = try fields.counts(name)
            default:
                shared.top = try fields.list(name) { fields throws(SummaryFault) in try fields.readSharedRecord() }
            }
        }
        return shared
    }

    private mutating func readSharedRecord() throws(SummaryFault) -> SharedRecord {
        var record = SharedRecord(id: "", rows: 0, firstRows: [])
        try object("", members: ["id", "rows", "first_rows"]) { fields, name throws(SummaryFault) in
            switch name {
            case "id": record.id = try fields.text(name)
            case "rows": record.rows = try fields.count(name)
            default: record.firstRows = try fields.counts(name)
            }
        }
        return record
    }

    private mutating func counts(_ name: String) throws(SummaryFault) -> [Int] {
        try list(name) { fields throws(SummaryFault) in try fields.count("") }
    }
}
