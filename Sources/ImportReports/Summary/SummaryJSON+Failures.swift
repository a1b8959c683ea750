import ImportAnalysis

// Why rows failed, and where. `SummaryReader+Failures.swift` reads each member back.
extension SummaryJSON {
    static func append(_ code: CodeSummary, codes: CodeBook?, to json: inout JSONWriter) {
        json.object { json in
            append(
                code: code.code, rows: code.rows, isAtLeast: code.isAtLeast, share: code.share, isOther: code.isOther,
                to: &json)
            appendKnown(codes?.standing(of: code.code, isOther: code.isOther), to: &json)
            json.key("first_row")
            json.value(code.firstRow)
            json.key("last_row")
            json.value(code.lastRow)
            json.key("example_details")
            json.value(code.exampleDetails?.text)
            json.key("example_details_row")
            json.value(code.exampleDetails?.row)
            json.key("message_patterns")
            json.value(code.messageCount)
            json.key("messages")
            json.array { json in
                for message in code.messages { append(message, to: &json) }
            }
            json.key("failure_positions")
            append(code.positions, to: &json)
        }
    }

    private static func append(_ message: MessageSummary, to json: inout JSONWriter) {
        json.object { json in
            json.key("pattern")
            json.value(message.pattern)
            json.key("rows")
            json.value(message.rows)
            appendAtLeast(message.isAtLeast, to: &json)
            json.key("share")
            json.value(digits: message.share.decimal)
            json.key("first_row")
            json.value(message.firstRow)
            json.key("last_row")
            json.value(message.lastRow)
            json.key("example")
            json.value(message.example)
            json.key("example_row")
            json.value(message.exampleRow)
            json.key("slots")
            json.array { json in
                for slot in message.slots { append(slot, to: &json) }
            }
        }
    }

    private static func append(_ slot: SlotSummary, to json: inout JSONWriter) {
        json.object { json in
            json.key("name")
            json.value(slot.name)
            json.key("distinct_values")
            json.value(slot.distinctValues)
            json.key("values")
            json.array { json in
                for value in slot.values {
                    json.object { json in
                        json.key("value")
                        json.value(value.value)
                        json.key("rows")
                        json.value(value.rows)
                    }
                }
            }
            json.key("other_values_rows")
            json.value(slot.otherRows)
        }
    }

    /// Says that there may be more rows, where that is so.
    private static func appendAtLeast(_ isAtLeast: Bool, to json: inout JSONWriter) {
        guard isAtLeast else { return }
        json.key("rows_at_least")
        json.value(true)
    }

    static func append(
        code: String?, rows: Int, isAtLeast: Bool, share: Share, isOther: Bool, to json: inout JSONWriter
    ) {
        json.key("code")
        json.value(code)
        if isOther {
            json.key("other")
            json.value(true)
        }
        json.key("rows")
        json.value(rows)
        appendAtLeast(isAtLeast, to: &json)
        json.key("share")
        json.value(digits: share.decimal)
    }

    static func append(_ positions: FailurePositions?, to json: inout JSONWriter) {
        guard let positions else { return json.value(String?.none) }
        json.object { json in
            json.key("bucket_rows")
            json.value(positions.bucketRows)
            json.key("counts")
            json.value(positions.counts)
        }
    }

    static func append(_ stretch: FailureStretch, to json: inout JSONWriter) {
        json.object { json in
            json.key("first_row")
            json.value(stretch.firstRow)
            json.key("last_row")
            json.value(stretch.lastRow)
            json.key("rows")
            json.value(stretch.rows)
            json.key("code")
            json.value(stretch.code)
            if stretch.isOther {
                json.key("other")
                json.value(true)
            }
            json.key("code_rows")
            json.value(stretch.codeRows)
        }
    }
}
