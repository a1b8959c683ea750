import ImportAudit

/// What went wrong, in lines for people.
func problems(in path: String) throws -> [String] {
    let audit = try Audit.of(path: path)
    var lines = audit.unreadable.map { "\($0.source) was not read: \($0.reason)" }
    for job in audit.jobs {
        lines.append("\(job.source): \(job.verdict.sentence)")
        lines += job.codes.map { "  \($0.rows) failed: \($0.name ?? "no code")" }
        lines += job.findings.map { "  \($0.severity): \($0.sentence)" }
    }
    return lines
}
