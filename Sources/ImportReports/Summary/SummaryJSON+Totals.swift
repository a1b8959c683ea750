import ImportAnalysis
import ImportDumps

extension SummaryJSON {
    static func append(_ totals: Totals, codes: CodeBook?, to json: inout JSONWriter) {
        json.object { json in
            json.key("jobs")
            json.value(totals.jobs)
            json.key("jobs_by_status")
            json.object { json in
                for (status, count) in totals.jobsByStatus.sorted(by: { $0.key < $1.key }) {
                    json.key(status)
                    json.value(count)
                }
            }
            json.key("rows")
            append(totals.rows, to: &json)
            json.key("failed_by_code")
            json.array { json in
                for code in totals.failedByCode {
                    json.object { json in
                        append(
                            code: code.code, rows: code.rows, isAtLeast: code.isAtLeast, share: code.share,
                            isOther: code.isOther, to: &json)
                        appendKnown(codes?.standing(of: code.code, isOther: code.isOther), to: &json)
                    }
                }
            }
            json.key("findings")
            json.object { json in
                for severity in Severity.allCases {
                    json.key(severity.rawValue)
                    json.value(totals.findings[severity, default: 0])
                }
            }
        }
    }
}
