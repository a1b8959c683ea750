import ImportAnalysis
import ImportDumps
import ImportFoundation

/// The text below the title of a job's report: when the job ran, how long, until when the API keeps it, and its id.
struct JobFact {
    /// In words; nothing of the dump is in it but the id.
    let text: String
    /// For programs; nil where it is not a date.
    var datetime: String?
    /// It is the first one.
    var isFirst = false

    static let table = ModelTable<JobFact>([
        .quote("text", "`4 March 2026, 09:15 UTC`, `took 2 min 31 s`, `kept until 11 March 2026`, `job 9e299f7a`") {
            $0.text
        },
        .flag("first", "true for the first one") { $0.isFirst },
        .optionalObject(
            "datetime", "false if it is not a date", .only("value", "a valid RFC 3339 date-time")
        ) { $0.datetime },
    ])
}

extension ReportModel {
    /// What the report is about, for its title.
    static let about = ModelTable<ReportModelBuilder>([
        .list(
            "facts", "0 to 4: when the job ran, how long, its expiry and its id, as far as the dump says",
            of: JobFact.table
        ) {
            $0.facts
        }
    ])
}

extension ReportModelBuilder {
    var facts: [JobFact] {
        let job = summary.job
        var facts: [JobFact] = []
        let created = job.createdAt.flatMap { DateTime($0) }
        if let created { facts.append(JobFact(text: created.toTheMinute, datetime: created.globalDateTime)) }
        if let created, let updated = job.updatedAt.flatMap({ DateTime($0) }),
            job.status != JobStatus.processing.rawValue, let duration = Wording.duration(from: created, to: updated)
        {
            facts.append(JobFact(text: duration))
        }
        if let expires = job.expiresAt.flatMap({ DateTime($0) }) {
            facts.append(JobFact(text: "kept until \(expires.dayInWords)", datetime: expires.globalDateTime))
        }
        if let id = job.jobID { facts.append(JobFact(text: "job \(limits.name(Wording.shortID(id)))")) }
        if !facts.isEmpty { facts[0].isFirst = true }
        return facts
    }
}
