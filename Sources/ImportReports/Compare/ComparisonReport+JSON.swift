import ImportAnalysis

extension ComparisonReport {
    /// The value of the member `format`.
    package static let format = "import-audit.compare"
    /// Raised when a name changes its meaning or goes away; new names may come at any time.
    package static let version = 1

    /// For programs, with a line feed at its end.
    package var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.heading(format: Self.format, version: Self.version)
            if let redaction {
                json.key("redacted")
                JSONObject.redaction.write(redaction, &json)
            }
            json.key("before")
            Self.append(comparison.before, to: &json)
            json.key("after")
            Self.append(comparison.after, to: &json)
            json.key("codes")
            json.array { json in
                for change in comparison.codes { Self.append(change, to: &json) }
            }
            json.key("row_by_row")
            if let rows = comparison.rows { Self.append(rows, to: &json) } else { json.value(String?.none) }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }

    private static func append(_ side: Comparison.Side, to json: inout JSONWriter) {
        json.object { json in
            json.key("source")
            json.value(side.name)
            json.key("jobs")
            json.value(side.jobs)
            json.key("rows")
            JSONObject.rows.write(side.rows, &json)
            json.key("jobs_by_status")
            json.object { json in
                for (status, count) in side.jobsByStatus.sorted(by: { $0.key < $1.key }) {
                    json.key(status)
                    json.value(count)
                }
            }
            json.key("jobs_cut_off")
            json.value(side.salvagedJobs)
            json.key("jobs_in_part")
            json.value(side.partialJobs)
            json.key("unreadable")
            json.value(side.unreadable)
            json.key("all_rows_seen")
            json.value(side.showsAllRows)
        }
    }

    private static func append(_ change: CodeChange, to json: inout JSONWriter) {
        json.object { json in
            json.key("code")
            json.value(change.code)
            if change.isOther {
                json.key("other")
                json.value(true)
            } else {
                json.key("change")
                json.value(change.kind.rawValue)
            }
            for (name, rows, isExact) in [
                ("before", change.before, change.isBeforeExact), ("after", change.after, change.isAfterExact),
            ] {
                json.key(name)
                json.value(rows)
                // They are there only where they are false.
                if !isExact {
                    json.key("\(name)_exact")
                    json.value(false)
                }
            }
            if !change.isOther { append(change.messages, to: &json) }
        }
    }

    private static func append(_ messages: MessageChanges, to json: inout JSONWriter) {
        json.key("messages")
        json.array { json in
            for change in messages.patterns {
                json.object { json in
                    json.key("pattern")
                    json.value(change.pattern)
                    json.key("pattern_before")
                    json.value(change.patternBefore)
                    json.key("pattern_after")
                    json.value(change.patternAfter)
                    json.key("change")
                    json.value(change.kind.rawValue)
                    for (name, rows) in [("before", change.before), ("after", change.after)] {
                        json.key(name)
                        json.value(rows.rows)
                        json.key("\(name)_exact")
                        json.value(rows.isExact)
                    }
                }
            }
        }
        json.key("other_messages")
        json.object { json in
            json.key("before")
            json.value(messages.otherRowsBefore)
            json.key("after")
            json.value(messages.otherRowsAfter)
        }
    }

    private static func append(_ rows: RowComparison, to json: inout JSONWriter) {
        json.object { json in
            for (name, number) in [
                ("total", rows.total), ("compared", rows.compared), ("only_before", rows.onlyBefore),
                ("only_after", rows.onlyAfter),
            ] {
                json.key(name)
                json.value(number)
            }
            json.key("outcomes")
            json.object { json in
                for before in Outcome.allCases {
                    json.key(before.rawValue)
                    json.object { json in
                        for after in Outcome.allCases {
                            json.key(after.rawValue)
                            json.value(rows.count(from: before, to: after))
                        }
                    }
                }
            }
            for (name, list) in [
                ("fixed", rows.fixed), ("still_failing", rows.stillFailing), ("newly_failing", rows.newlyFailing),
            ] {
                json.key(name)
                json.object { json in
                    json.key("rows")
                    json.value(list.rows)
                    json.key("range_count")
                    json.value(list.rangeCount)
                    json.key("ranges")
                    json.array { json in
                        for range in list.ranges { json.value([range.lowerBound, range.upperBound]) }
                    }
                }
            }
        }
    }
}
