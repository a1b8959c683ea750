public import ImportAnalysis
import ImportDumps

/// Writes `summary.json`, for programs.
public enum SummaryJSON {
    /// Raised when a name changes its meaning or goes away; new names may come at any time.
    public static let version = 1

    /// The whole document, with a line feed at its end.
    public static func render(_ summary: Summary) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("format")
            json.value("import-audit.summary")
            json.key("version")
            json.value(version)
            json.key("jobs")
            json.array { json in
                for job in summary.jobs { append(job, to: &json) }
            }
            json.key("unreadable")
            json.array { json in
                for input in summary.unreadable {
                    json.object { json in
                        json.key("source")
                        json.value(input.source)
                        json.key("reason")
                        json.value(input.reason)
                    }
                }
            }
            json.key("totals")
            append(summary.totals, to: &json)
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }

    private static func append(_ summary: JobSummary, to json: inout JSONWriter) {
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
                }
            } else {
                json.value(String?.none)
            }
            json.key("reported")
            json.object { json in
                for (name, count) in [
                    ("processed", job.processed), ("succeeded", job.succeeded), ("failed", job.failed),
                ] {
                    json.key(name)
                    json.value(count)
                }
            }
            json.key("rows")
            append(summary.rows, to: &json)
            json.key("failed_by_code")
            json.array { json in
                for code in summary.failedByCode { append(code, to: &json) }
            }
            json.key("findings")
            json.array { json in
                for finding in summary.findings { append(finding, to: &json) }
            }
        }
    }

    private static func append(_ rows: RowCounts, to json: inout JSONWriter) {
        json.object { json in
            for (name, count) in [
                ("seen", rows.seen), ("created", rows.created), ("existing", rows.existing), ("failed", rows.failed),
                ("unclassified", rows.unclassified), ("missing", rows.missing),
            ] {
                json.key(name)
                json.value(count)
            }
        }
    }

    private static func append(_ code: CodeSummary, to json: inout JSONWriter) {
        json.object { json in
            append(code: code.code, rows: code.rows, share: code.share, isOther: code.isOther, to: &json)
            json.key("first_row")
            json.value(code.firstRow)
            json.key("last_row")
            json.value(code.lastRow)
            json.key("message_patterns")
            json.value(code.messageCount)
            json.key("messages")
            json.array { json in
                for message in code.messages {
                    json.object { json in
                        json.key("pattern")
                        json.value(message.pattern)
                        json.key("rows")
                        json.value(message.rows)
                        json.key("example")
                        json.value(message.example)
                        json.key("example_row")
                        json.value(message.exampleRow)
                    }
                }
            }
        }
    }

    private static func append(code: String?, rows: Int, share: Share, isOther: Bool, to json: inout JSONWriter) {
        json.key("code")
        json.value(code)
        if isOther {
            json.key("other")
            json.value(true)
        }
        json.key("rows")
        json.value(rows)
        json.key("share")
        json.value(digits: share.decimal)
    }

    private static func append(_ finding: Finding, to json: inout JSONWriter) {
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

    private static func append(_ totals: Totals, to json: inout JSONWriter) {
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
                        append(code: code.code, rows: code.rows, share: code.share, isOther: code.isOther, to: &json)
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
