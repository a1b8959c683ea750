import ImportAnalysis
import ImportDumps

// Members of `summary.json` that say why rows failed, and where.

extension JSONObject<CodeSummary> {
    /// The stated number is the row of the example details.
    static let code = JSONObject(
        Stated(
            value: CodeSummary(
                code: nil, rows: 0, share: Share(of: 0, in: 0), firstRow: 0, lastRow: 0, messages: [],
                messageCount: nil, positions: nil), number: nil),
        [
            .optionalText("code", \.value.code),
            .mark("other", \.value.isOther),
            .count("rows", \.value.rows),
            .mark("rows_at_least", \.value.isAtLeast),
            .share("share", \.value.share),
            .standing { ($0.value.code, $0.value.isOther) },
            .count("first_row", \.value.firstRow),
            .count("last_row", \.value.lastRow),
            .optionalText("example_details", \.value.detailsText, .later),
            .optionalCount("example_details_row", \.number, .later),
            .optionalCount("message_patterns", \.value.messageCount),
            .list("messages", \.value.messages, of: .message),
            .optionalObject("failure_positions", \.value.positions, .positions),
        ], of: { Stated(value: $0, number: $0.exampleDetails?.row) },
        check: { code, fields throws(SummaryFault) in try code.check(fields) }, value: { $0.value })
}

extension CodeSummary {
    fileprivate var detailsText: String? {
        get { exampleDetails?.text }
        set { exampleDetails = newValue.map { ErrorDetails(text: $0, row: 0) } }
    }
}

extension Stated<CodeSummary> {
    fileprivate mutating func check(_ fields: borrowing SummaryFields) throws(SummaryFault) {
        guard (value.exampleDetails == nil) == (number == nil) else {
            throw fields.wrong("example_details_row", "the row of example_details")
        }
        if let number { value.exampleDetails?.row = number }
        var listed = 0
        var isExact = true
        for message in value.messages {
            let (rows, overflows) = listed.addingReportingOverflow(message.rows)
            listed = rows
            isExact = isExact && !overflows
        }
        guard isExact, listed <= value.rows, value.messageCount != value.messages.count || listed == value.rows else {
            throw fields.wrong("messages", "of the rows of their code")
        }
        guard value.messageCount ?? .max >= value.messages.count else {
            throw fields.wrong("message_patterns", "no less than there are messages")
        }
        for index in value.messages.indices {
            value.messages[index].share = Share(of: value.messages[index].rows, in: value.rows)
        }
    }
}

extension JSONObject<MessageSummary> {
    static let message = JSONObject(
        MessageSummary(
            pattern: nil, rows: 0, share: Share(of: 0, in: 0), firstRow: 0, lastRow: 0, example: nil, exampleRow: 0,
            slots: []),
        [
            .optionalText("pattern", \.pattern),
            .count("rows", \.rows),
            .mark("rows_at_least", \.isAtLeast),
            .share("share", \.share),
            .count("first_row", \.firstRow),
            .count("last_row", \.lastRow),
            .optionalText("example", \.example),
            .count("example_row", \.exampleRow),
            .list("slots", \.slots, of: .slot),
        ])
}

extension JSONObject<SlotSummary> {
    static let slot = JSONObject(
        SlotSummary(name: "", distinctValues: nil, values: [], otherRows: 0),
        [
            .text("name", \.name),
            .optionalCount("distinct_values", \.distinctValues),
            .list("values", \.values, of: .value),
            .count("other_values_rows", \.otherRows),
        ]
    ) { slot, fields throws(SummaryFault) in
        guard slot.distinctValues ?? .max >= slot.values.count else {
            throw fields.wrong("distinct_values", "no less than there are values")
        }
    }
}

extension JSONObject<ValueSummary> {
    static let value = JSONObject(
        ValueSummary(value: "", rows: 0), [.text("value", \.value), .count("rows", \.rows)])
}

extension JSONObject<FailurePositions> {
    static let positions = JSONObject(
        FailurePositions(bucketRows: 1, counts: []),
        [.count("bucket_rows", \.bucketRows), .counts("counts", \.counts)]
    ) { positions, fields throws(SummaryFault) in
        guard positions.bucketRows > 0 else { throw fields.wrong("bucket_rows", "1 or more") }
        guard (1...FailurePositions.buckets).contains(positions.counts.count) else {
            throw fields.wrong("counts", "1 to \(FailurePositions.buckets) numbers")
        }
    }
}

extension JSONObject<FailureStretch> {
    static let stretch = JSONObject(
        Stated(value: FailureStretch(firstRow: 0, lastRow: 0, code: nil, codeRows: 0), number: 0),
        [
            .count("first_row", \.value.firstRow),
            .count("last_row", \.value.lastRow),
            .count("rows", \.count),
            .optionalText("code", \.value.code),
            .mark("other", \.value.isOther),
            .count("code_rows", \.value.codeRows),
        ], of: { Stated(value: $0, number: $0.rows) },
        check: { stretch, fields throws(SummaryFault) in
            let (first, last) = (stretch.value.firstRow, stretch.value.lastRow)
            guard first > 0, last >= first, stretch.number == stretch.value.rows else {
                throw fields.wrong("rows", "those from first_row to last_row")
            }
        }, value: { $0.value })
}

extension JSONObject<FailureIncident> {
    static let incident = JSONObject(
        Stated(value: FailureIncident.none, number: 0),
        [
            .count("first_row", \.value.firstRow),
            .count("last_row", \.value.lastRow),
            .count("rows", \.count),
            .optionalText("code", \.value.code),
            .count("code_rows", \.value.codeRows),
            .count("rows_elsewhere", \.value.rowsElsewhere),
            .count("code_rows_elsewhere", \.value.codeRowsElsewhere),
        ], of: { Stated(value: $0, number: $0.rows) },
        check: { incident, fields throws(SummaryFault) in
            let (first, last) = (incident.value.firstRow, incident.value.lastRow)
            guard first > 0, last >= first, incident.number == incident.value.rows else {
                throw fields.wrong("rows", "those from first_row to last_row")
            }
            guard incident.value.codeRows <= incident.value.rows else {
                throw fields.wrong("code_rows", "no more than rows")
            }
            guard incident.value.codeRowsElsewhere <= incident.value.rowsElsewhere else {
                throw fields.wrong("code_rows_elsewhere", "no more than rows_elsewhere")
            }
        }, value: { $0.value })
}

extension FailureIncident {
    fileprivate static var none: FailureIncident {
        FailureIncident(firstRow: 0, lastRow: 0, code: nil, codeRows: 0, rowsElsewhere: 0, codeRowsElsewhere: 0)
    }
}
