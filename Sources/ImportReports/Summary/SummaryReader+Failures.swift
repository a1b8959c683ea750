import ImportAnalysis

// Reads what `SummaryJSON+Failures.swift` writes, member by member. Shares follow from the rows.
extension SummaryFields {
    mutating func readCode() throws(SummaryFault) -> CodeSummary {
        var code = CodeSummary(
            code: nil, rows: 0, share: Share(of: 0, in: 0), firstRow: 0, lastRow: 0, messages: [], messageCount: nil,
            positions: nil)
        // `other` and `rows_at_least` are there only where they are true. Summaries of earlier versions did not have details.
        var details: (text: String?, row: Int?) = (nil, nil)
        let optional = ["other", "rows_at_least", "example_details", "example_details_row"]
        let members = [
            "code", "rows", "share", "first_row", "last_row", "message_patterns", "messages", "failure_positions",
        ]
        try object("", members: members, optional: optional) { fields, name throws(SummaryFault) in
            switch name {
            case "code": code.code = try fields.optionalText(name)
            case "rows": code.rows = try fields.count(name)
            case "other": code.isOther = try fields.flag(name)
            case "rows_at_least": code.isAtLeast = try fields.flag(name)
            case "first_row": code.firstRow = try fields.count(name)
            case "last_row": code.lastRow = try fields.count(name)
            case "example_details": details.text = try fields.optionalText(name)
            case "example_details_row": details.row = try fields.optionalCount(name)
            case "message_patterns": code.messageCount = try fields.optionalCount(name)
            case "messages":
                code.messages = try fields.list(name) { fields throws(SummaryFault) in try fields.readMessage() }
            case "failure_positions": code.positions = try fields.readPositions(name)
            default: try fields.skip()
            }
        }
        guard (details.text == nil) == (details.row == nil) else {
            throw wrong("example_details_row", "the row of example_details")
        }
        if let text = details.text, let row = details.row {
            code.exampleDetails = ErrorDetails(text: text, row: row)
        }
        let (listed, isExact) = code.messages.exactSum
        guard isExact, listed <= code.rows, code.messageCount != code.messages.count || listed == code.rows else {
            throw wrong("messages", "of the rows of their code")
        }
        guard code.messageCount ?? .max >= code.messages.count else {
            throw wrong("message_patterns", "no less than there are messages")
        }
        for index in code.messages.indices {
            code.messages[index].share = Share(of: code.messages[index].rows, in: code.rows)
        }
        return code
    }

    private mutating func readMessage() throws(SummaryFault) -> MessageSummary {
        var message = MessageSummary(
            pattern: nil, rows: 0, share: Share(of: 0, in: 0), firstRow: 0, lastRow: 0, example: nil, exampleRow: 0,
            slots: [])
        let members = ["pattern", "rows", "share", "first_row", "last_row", "example", "example_row", "slots"]
        try object("", members: members, optional: ["rows_at_least"]) { fields, name throws(SummaryFault) in
            switch name {
            case "pattern": message.pattern = try fields.optionalText(name)
            case "rows": message.rows = try fields.count(name)
            case "rows_at_least": message.isAtLeast = try fields.flag(name)
            case "first_row": message.firstRow = try fields.count(name)
            case "last_row": message.lastRow = try fields.count(name)
            case "example": message.example = try fields.optionalText(name)
            case "example_row": message.exampleRow = try fields.count(name)
            case "slots":
                message.slots = try fields.list(name) { fields throws(SummaryFault) in try fields.readSlot() }
            default: try fields.skip()
            }
        }
        return message
    }

    private mutating func readSlot() throws(SummaryFault) -> SlotSummary {
        var slot = SlotSummary(name: "", distinctValues: nil, values: [], otherRows: 0)
        let members = ["name", "distinct_values", "values", "other_values_rows"]
        try object("", members: members) { fields, name throws(SummaryFault) in
            switch name {
            case "name": slot.name = try fields.text(name)
            case "distinct_values":
                slot.distinctValues = try fields.optionalCount(name)
            case "values":
                slot.values = try fields.list(name) { fields throws(SummaryFault) in try fields.readValue() }
            default: slot.otherRows = try fields.count(name)
            }
        }
        guard slot.distinctValues ?? .max >= slot.values.count else {
            throw wrong("distinct_values", "no less than there are values")
        }
        return slot
    }

    private mutating func readValue() throws(SummaryFault) -> ValueSummary {
        var value = ValueSummary(value: "", rows: 0)
        try object("", members: ["value", "rows"]) { fields, name throws(SummaryFault) in
            if name == "value" {
                value.value = try fields.text(name)
            } else {
                value.rows = try fields.count(name)
            }
        }
        return value
    }

    mutating func readPositions(_ name: String) throws(SummaryFault) -> FailurePositions? {
        var positions = FailurePositions(bucketRows: 1, counts: [])
        let members = ["bucket_rows", "counts"]
        let isThere = try optionalObject(name, members: members) { fields, name throws(SummaryFault) in
            if name == "bucket_rows" {
                positions.bucketRows = try fields.count(name)
            } else {
                positions.counts = try fields.list(name) { fields throws(SummaryFault) in try fields.count("") }
            }
        }
        guard isThere else { return nil }
        guard positions.bucketRows > 0 else { throw wrong("\(name).bucket_rows", "1 or more") }
        guard (1...FailurePositions.buckets).contains(positions.counts.count) else {
            throw wrong("\(name).counts", "1 to \(FailurePositions.buckets) numbers")
        }
        return positions
    }

    mutating func readStretch() throws(SummaryFault) -> FailureStretch {
        var stretch = FailureStretch(firstRow: 0, lastRow: 0, code: nil, codeRows: 0)
        var rows = 0
        let members = ["first_row", "last_row", "rows", "code", "code_rows"]
        try object("", members: members, optional: ["other"]) { fields, name throws(SummaryFault) in
            switch name {
            case "first_row": stretch.firstRow = try fields.count(name)
            case "last_row": stretch.lastRow = try fields.count(name)
            case "rows": rows = try fields.count(name)
            case "code": stretch.code = try fields.optionalText(name)
            case "other": stretch.isOther = try fields.flag(name)
            default: stretch.codeRows = try fields.count(name)
            }
        }
        guard stretch.firstRow > 0, stretch.lastRow >= stretch.firstRow, rows == stretch.rows else {
            throw wrong("rows", "those from first_row to last_row")
        }
        return stretch
    }
}

extension [MessageSummary] {
    /// The rows of all, and whether a number can hold them.
    fileprivate var exactSum: (Int, Bool) {
        reduce((0, true)) { sum, message in
            let (rows, overflows) = sum.0.addingReportingOverflow(message.rows)
            return (rows, sum.1 && !overflows)
        }
    }
}
