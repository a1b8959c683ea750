import ImportAnalysis
import ImportDumps

extension SummaryJSON {
    static func append(_ superseded: SupersededSnapshots, to json: inout JSONWriter) {
        guard !superseded.isEmpty else { return json.value(String?.none) }
        json.object { json in
            json.key("count")
            json.value(superseded.count)
            json.key("snapshots")
            json.array { json in
                for snapshot in superseded.snapshots { append(snapshot, to: &json) }
            }
            json.key("others")
            json.array { json in
                for identity in superseded.others { json.value(hexadecimal(identity)) }
            }
        }
    }

    private static func append(_ snapshot: Snapshot, to json: inout JSONWriter) {
        let facts = snapshot.facts
        json.object { json in
            json.key("source")
            json.value(snapshot.source)
            json.key("bytes")
            json.value(snapshot.bytes)
            json.key("sha256")
            json.value(snapshot.sha256)
            json.key("status")
            json.value(facts.status)
            json.key("total")
            json.value(facts.total)
            json.key("updated_at")
            json.value(snapshot.updatedAt)
            json.key("salvaged")
            json.value(snapshot.isSalvaged)
            json.key("reported")
            append(
                [("processed", facts.processed), ("succeeded", facts.succeeded), ("failed", facts.failed)], to: &json)
            json.key("rows")
            append(
                [
                    ("created", facts.rows.created), ("existing", facts.rows.existing), ("failed", facts.rows.failed),
                    ("unclassified", facts.rows.unclassified), ("applied", facts.rows.applied),
                ], to: &json)
            json.key("codes")
            json.value(hexadecimal(facts.codes))
            json.key("outcomes")
            json.value(facts.outcomes.map(hexadecimal))
        }
    }

    /// 64 bits as 16 digits: as a number, most readers of JSON would round it.
    static func hexadecimal(_ number: UInt64) -> String { String(number, digits: 16, radix: 16) }
}
