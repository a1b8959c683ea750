import ImportAnalysis
import ImportDumps

// The members of a job's object. `SummaryReader+Job.swift` reads each of them back.
extension SummaryJSON {
    static func append(_ summary: JobSummary, codes: CodeBook?, to json: inout JSONWriter) {
        let job = summary.job
        json.object { json in
            for (name, text) in [
                ("job_id", job.jobID), ("source", summary.source),
            ] {
                json.key(name)
                json.value(text)
            }
            json.key("bytes")
            json.value(summary.bytes)
            json.key("sha256")
            json.value(summary.sha256)
            json.key("kind")
            json.value(job.kind.rawValue)
            json.key("status")
            json.value(job.status)
            json.key("total")
            json.value(job.total)
            for (name, text) in [
                ("created_at", job.createdAt), ("updated_at", job.updatedAt), ("expires_at", job.expiresAt),
            ] {
                json.key(name)
                json.value(text)
            }
            json.key("error")
            if let error = job.error {
                json.object { json in
                    json.key("code")
                    json.value(error.code)
                    json.key("message")
                    json.value(error.message)
                    json.key("details")
                    json.value(error.details)
                }
            } else {
                json.value(String?.none)
            }
            json.key("reported")
            append([("processed", job.processed), ("succeeded", job.succeeded), ("failed", job.failed)], to: &json)
            json.key("results")
            json.value(summary.results.name)
            json.key("salvaged")
            append(summary.salvage, to: &json)
            json.key("rows")
            append(summary.rows, to: &json)
            json.key("outcomes")
            json.value(summary.outcomes.map(hexadecimal))
            json.key("failed_by_code")
            json.array { json in
                for code in summary.failedByCode { append(code, codes: codes, to: &json) }
            }
            json.key("failure_positions")
            append(summary.failurePositions, to: &json)
            json.key("failure_stretches")
            json.array { json in
                for stretch in summary.failureStretches { append(stretch, to: &json) }
            }
            json.key("findings")
            json.array { json in
                for finding in summary.findings { append(finding, to: &json) }
            }
            json.key("superseded")
            append(summary.superseded, to: &json)
            json.key("identity")
            append(summary.identity, to: &json)
        }
    }

    private static func append(_ salvage: Salvage?, to json: inout JSONWriter) {
        guard let salvage else { return json.value(String?.none) }
        json.object { json in
            json.key("kind")
            json.value(salvage.kind.rawValue)
            for (name, number) in [
                ("byte", salvage.place.byte), ("line", salvage.place.line), ("column", salvage.place.column),
                ("rows_kept", salvage.rowsKept),
            ] {
                json.key(name)
                json.value(number)
            }
            json.key("message")
            json.value(salvage.message)
        }
    }

    static func append(_ rows: RowCounts, to json: inout JSONWriter) {
        append(
            [
                ("seen", rows.seen), ("created", rows.created), ("existing", rows.existing), ("failed", rows.failed),
                ("unclassified", rows.unclassified), ("missing", rows.missing), ("applied", rows.applied),
            ], to: &json)
    }

    /// An object of counts.
    static func append(_ counts: [(name: String, count: Int?)], to json: inout JSONWriter) {
        json.object { json in
            for (name, count) in counts {
                json.key(name)
                json.value(count)
            }
        }
    }

    static func append(_ finding: Finding, to json: inout JSONWriter) {
        json.object { json in
            json.key("id")
            json.value(finding.id.name)
            json.key("severity")
            json.value(finding.severity.rawValue)
            json.key("message")
            json.value(finding.message)
            json.key("count")
            json.value(finding.count)
            json.key("rows")
            json.value(finding.rows)
        }
    }
}

extension ResultsState {
    /// The name in a summary.
    var name: String {
        switch self {
        case .absent: "absent"
        case .wrongType: "wrong-type"
        case .complete: "complete"
        case .cut: "cut"
        }
    }
}
