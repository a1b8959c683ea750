import ImportAnalysis
import ImportDumps
import ImportFoundation

extension ReportModel {
    /// The job's own fields.
    static let job = ModelTable<ReportModelBuilder>([
        .optionalQuote("job_id", absent, text: verbatim) { ($0.summary.job.jobID).map($0.limits.name) },
        .optionalQuote("status", absent, text: verbatim) { ($0.summary.job.status).map($0.limits.name) },
        .flag("bulk", "true for a bulk update or delete, which has neither") { $0.summary.job.kind == .bulk },
        .optionalObject("created_at", absent, ShownTime.table) { ShownTime($0.summary.job.createdAt, $0.limits) },
        .optionalObject("updated_at", absent, ShownTime.table) { ShownTime($0.summary.job.updatedAt, $0.limits) },
        .optionalObject("expires_at", absent, ShownTime.table) { ShownTime($0.summary.job.expiresAt, $0.limits) },
        .optionalObject("error", "the job-level error", error) { builder in
            builder.summary.job.error.flatMap { error in
                let saysNothing = !isThere(error.code) && !isThere(error.message) && error.details == nil
                return saysNothing ? nil : (error, builder.limits)
            }
        },
    ])

    /// Whether there is a text. An empty code is no code.
    private static func isThere(_ text: String?) -> Bool { text?.isEmpty == false }

    private static let absent = "false if null or absent"
    private static let verbatim = "as in the dump; if it is not a string, its JSON text"

    private static let error = ModelTable<(error: JobError, limits: ModelLimits)>([
        .optionalQuote("code", absent, text: "as the dump has it") {
            isThere($0.error.code) ? ($0.error.code).map($0.limits.name) : nil
        },
        .optionalQuote("message", absent, text: "as the dump has it") {
            isThere($0.error.message) ? ($0.error.message).map($0.limits.text) : nil
        },
        .optionalQuote(
            "details", absent, text: "the JSON text of the other members of the error, at most 500 characters of it"
        ) { ($0.error.details).map($0.limits.details) },
    ])
}

/// A time in full, or as in the dump if it is not a date-time.
private struct ShownTime {
    let text: String
    let value: String?

    init?(_ text: String?, _ limits: ModelLimits) {
        guard let text else { return nil }
        let time = DateTime(text)
        self.text = time?.inFull ?? limits.name(text)
        value = time?.globalDateTime
    }

    static let table = ModelTable<ShownTime>([
        .quote("text", "in full with zone, or as in the dump if it is not a date-time") { $0.text },
        .optionalObject(
            "datetime", "false if HTML cannot express it as a date-time",
            .only("value", "a valid RFC 3339 date-time")
        ) { $0.value },
    ])
}

extension DateTime {
    /// The date-time for people, in the zone in which it was written: "4 March 2026, 09:15:02 UTC".
    var inFull: String {
        "\(day) \(Self.monthNames[month - 1]) \(year), "
            + "\(hour.digits(2)):\(minute.digits(2)):\(second.digits(2)) UTC\(zone)"
    }

    /// The same without seconds: "4 March 2026, 09:15 UTC".
    var toTheMinute: String { "\(dayInWords), \(hour.digits(2)):\(minute.digits(2)) UTC\(zone)" }

    /// The day in UTC, such as "2026-03-04".
    var isoDayInUTC: String {
        let date = CalendarDay(number: dayInUTC)
        return "\(date.year.digits(4))-\(date.month.digits(2))-\(date.day.digits(2))"
    }

    /// "4 March 2026".
    var dayInWords: String { "\(day) \(Self.monthNames[month - 1]) \(year)" }

    /// The date-time for programs, as HTML's element `time` requires it; nil if HTML cannot express it (a leap second,
    /// the year 0).
    var globalDateTime: String? {
        guard second < 60, year > 0 else { return nil }
        let date = "\(year.digits(4))-\(month.digits(2))-\(day.digits(2))"
        return date + "T\(hour.digits(2)):\(minute.digits(2)):\(second.digits(2))\(zone.isEmpty ? "Z" : zone)"
    }

    /// The offset from UTC, such as "+02:00"; empty for UTC.
    private var zone: String {
        guard offsetMinutes != 0 else { return "" }
        let distance = abs(offsetMinutes)
        return "\(offsetMinutes < 0 ? "-" : "+")\((distance / 60).digits(2)):\((distance % 60).digits(2))"
    }
}

// MARK: - Under the title

/// A fact under the title of a job's report: when the job ran, how long it took, until when the API keeps it, or its
/// id.
struct JobFact {
    /// The fact in words, of which only the id is text of the dump.
    let text: String
    /// The date-time for programs; nil if the fact is not a date.
    var datetime: String?
    /// Whether it is the first fact.
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
