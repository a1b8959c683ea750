// Prints how many rows failed in each dump, and why: `swift run failed-rows FILE...`
import ImportAudit

for path in CommandLine.arguments.dropFirst() {
    let audit = try Audit.of(path: path)
    for job in audit.jobs {
        print("\(job.source): \(job.rows.failed) of \(job.rows.seen) rows failed")
        for code in job.codes { print("  \(code.rows) \(code.name ?? "without a code")") }
    }
    for input in audit.unreadable { print("\(input.source): not read: \(input.reason)") }
}
