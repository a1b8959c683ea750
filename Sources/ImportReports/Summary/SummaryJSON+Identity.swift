import ImportAnalysis

extension SummaryJSON {
    static func append(_ identity: IdentitySummary?, to json: inout JSONWriter) {
        guard let identity else { return json.value(String?.none) }
        json.object { json in
            json.key("created_ids_repeated")
            append(identity.createdRepeated, to: &json)
            json.key("existing_ids_shared")
            append(identity.existingShared, to: &json)
        }
    }

    private static func append(_ shared: SharedRecords, to json: inout JSONWriter) {
        json.object { json in
            json.key("records")
            json.value(shared.records)
            json.key("rows")
            json.value(shared.rows)
            json.key("first_rows")
            json.value(shared.firstRows)
            json.key("top")
            json.array { json in
                for record in shared.top {
                    json.object { json in
                        json.key("id")
                        json.value(record.id)
                        json.key("rows")
                        json.value(record.rows)
                        json.key("first_rows")
                        json.value(record.firstRows)
                    }
                }
            }
        }
    }
}
