extension Wording {
    static func createdIDRepeated(_ shared: SharedRecords) -> String {
        let records = shared.records == 1 ? "1 record was" : "\(grouped(shared.records)) records were each"
        return "\(rowsWord(shared.rows)) say that they created a record, but \(records) created more than once"
            + example(shared) + "."
    }

    static func existingIDsShared(_ shared: SharedRecords) -> String {
        let records = shared.records == 1 ? "1 existing record" : "\(grouped(shared.records)) existing records"
        let each = shared.records == 1 ? "" : ", two or more each"
        return "\(rowsWord(shared.rows)) matched \(records)\(each)\(example(shared))."
    }

    /// The most frequent record, with its first rows.
    private static func example(_ shared: SharedRecords) -> String {
        guard let first = shared.top.first else { return "" }
        let shown = first.firstRows.prefix(3).map(grouped)
        var rows = shown.joined(separator: ", ")
        if first.rows > shown.count {
            rows += " and \(grouped(first.rows - shown.count)) more"
        } else if let last = shown.last {
            rows = shown.dropLast().joined(separator: ", ") + " and \(last)"
        }
        return "\(shared.records == 1 ? "" : "; most often"): \(quoted(first.id)) in rows \(rows)"
    }
}
