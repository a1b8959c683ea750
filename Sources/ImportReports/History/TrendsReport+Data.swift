import ImportAnalysis
import ImportFoundation

// The same numbers for programs, as JSON and as CSV.

extension TrendsReport {
    /// The value of the member `format`.
    package static let format = "import-audit.history"
    /// Increases when a member changes its meaning or is removed; members may be added at any time.
    package static let version = 1

    /// The trends for programs, ending with a line feed.
    package var json: [UInt8] { MemberTable.trends.document(self) }

    /// The JSON Schema of ``json``.
    package static var schema: [UInt8] {
        MemberTable.trends.schema.document(of: "history show --format json", version: version)
    }

    /// The first line of ``csv(_:)``.
    package static let csvHeader = OwnOutput.trendsHeader

    /// Returns a line for each period, and one for each code in it. The line of a code has the number of jobs with that
    /// code.
    package func csv(_ options: CSVOptions) -> [UInt8] {
        var bytes = options.opening(Self.csvHeader + "\r\n")
        var lines = trends.codes.map { ($0.code, Self.periods(of: $0.days, by: period)[...]) }
        for each in periods {
            let name = isoName(each.number)
            bytes += Self.line(name, trends.selection.code, each.sums, rows: each.sums.rows, options)
            guard !isOfOneCode else { continue }
            for index in lines.indices where lines[index].1.first?.number == each.number {
                guard let sums = lines[index].1.popFirst()?.sums else { continue }
                bytes += Self.line(name, lines[index].0, sums, rows: each.sums.rows, options)
            }
        }
        return bytes
    }

    private static func line(
        _ name: String, _ code: HistoryCode?, _ sums: HistorySums, rows: Int, _ options: CSVOptions
    ) -> [UInt8] {
        var line = CSVLine(options: options)
        let interval = ShareInterval(of: sums.failed, in: rows)
        line.add(digits: name)
        line.add(code?.code)
        line.add(digits: code.map { kindName($0.kind) } ?? "all")
        line.add(sums.jobs)
        line.add(rows)
        line.add(sums.failed)
        line.add(digits: Share(of: sums.failed, in: rows).decimal)
        line.add(digits: Share(of: interval.low, in: 1_000_000).decimal)
        line.add(digits: Share(of: interval.high, in: 1_000_000).decimal)
        return line.finish()
    }

    fileprivate static func kindName(_ kind: HistoryCode.Kind) -> String {
        switch kind {
        case .none: "none"
        case .code: "code"
        case .other: "other"
        }
    }
}

extension MemberTable<TrendsReport> {
    fileprivate static let trends = MemberTable([
        .format(TrendsReport.format),
        .version(TrendsReport.version),
        .written("redacted_by", .text, ifThere: { $0.redactedBy }) { $1.value($0) },
        .written("by", .oneOf(TrendsReport.Period.allCases.map { $0.rawValue })) { $1.value($0.period.rawValue) },
        .written("first_day", .nullable(.text)) {
            $1.value($0.trends.days.first.map { HistoryTime.text(ofDay: $0.day) })
        },
        .written("last_day", .nullable(.text)) {
            $1.value($0.trends.days.last.map { HistoryTime.text(ofDay: $0.day) })
        },
        .writtenCount("undated_jobs") { $0.trends.undatedJobs },
        .written("code", .nullable(.text), ifThere: { $0.trends.selection.code.map { $0.code } }) { $1.value($0) },
        .writtenObject("totals", .sums) { $0.trends.sums },
        .writtenObjectOrNull("change", .change) { $0.trends.change },
        .writtenList("periods", .period) { report in
            report.periods.map { NamedSums(name: report.isoName($0.number), sums: $0.sums) }
        },
        .writtenCount("code_count") { $0.trends.codeCount },
        .writtenList("codes", .code) { report in report.trends.codes.map { ReportedCode(line: $0, report: report) } },
        .writtenCount("event_count") { $0.trends.eventCount },
        .writtenList("events", .event) { $0.trends.events },
        .writtenList("worst_days", .worst) { $0.trends.worst },
    ])
}

private struct NamedSums {
    var name: String
    var sums: HistorySums
}

private struct ReportedCode {
    var line: HistoryCodeLine
    var report: TrendsReport
}

extension MemberTable<HistorySums> {
    fileprivate static let sums = MemberTable([
        .writtenCount("jobs") { $0.jobs },
        .writtenCount("rows_seen") { $0.rows },
        .writtenCount("rows_failed") { $0.failed },
        .written("share", .share) { $1.value(digits: $0.share.decimal) },
        .written("share_low", .share) { $1.value(digits: Share(of: $0.interval.low, in: 1_000_000).decimal) },
        .written("share_high", .share) { $1.value(digits: Share(of: $0.interval.high, in: 1_000_000).decimal) },
    ])
}

extension MemberTable<LevelChange> {
    fileprivate static let change = MemberTable([
        .written("since", .text) { $1.value(HistoryTime.text(ofDay: $0.day)) },
        .writtenObject("before", .sums) { $0.before },
        .writtenObject("after", .sums) { $0.since },
    ])
}

extension MemberTable<NamedSums> {
    fileprivate static let period = MemberTable([
        .written("period", .text) { $1.value($0.name) },
        .writtenObject("sums", .sums) { $0.sums },
    ])
}

extension MemberTable<ReportedCode> {
    fileprivate static let code = MemberTable([
        .written("code", .nullable(.text)) { $1.value($0.line.code.code) },
        .written("other", .flag, ifThere: { $0.line.code.kind == .other ? true : nil }) { $1.value($0) },
        .writtenCount("rows") { $0.line.sums.failed },
        .writtenCount("jobs") { $0.line.sums.jobs },
        .written("first_seen", .text) { $1.value(HistoryTime.text(ofDay: $0.line.presence.first.day)) },
        .written("last_seen", .text) { $1.value(HistoryTime.text(ofDay: $0.line.presence.last.day)) },
        .writtenCount("days_seen") { $0.line.presence.dayCount },
        .written("state", .text) { code, json in
            let state = code.report.state(of: code.line)
            json.value(state.isEmpty ? "usual" : state)
        },
        .writtenList("periods", .codePeriod) { code in
            TrendsReport.periods(of: code.line.days, by: code.report.period).map {
                NamedSums(name: code.report.isoName($0.number), sums: $0.sums)
            }
        },
    ])
}

extension MemberTable<NamedSums> {
    fileprivate static let codePeriod = MemberTable([
        .written("period", .text) { $1.value($0.name) },
        .writtenCount("jobs") { $0.sums.jobs },
        .writtenCount("rows") { $0.sums.failed },
    ])
}

extension MemberTable<CodeEvent> {
    fileprivate static let event = MemberTable([
        .written("day", .text) { $1.value(HistoryTime.text(ofDay: $0.day)) },
        .written("event", .oneOf(["new", "back", "gone"])) { event, json in
            switch event.kind {
            case .new: json.value("new")
            case .back: json.value("back")
            case .gone: json.value("gone")
            }
        },
        .written("days", .count, ifThere: { $0.days }) { $1.value($0) },
        .written("code", .nullable(.text)) { $1.value($0.code.code) },
        .written("other", .flag, ifThere: { $0.code.kind == .other ? true : nil }) { $1.value($0) },
    ])
}

extension CodeEvent {
    /// The number of days without the code; nil for a new one.
    fileprivate var days: Int? {
        switch kind {
        case .new: nil
        case .back(let days), .gone(let days): days
        }
    }
}

extension MemberTable<WorstDay> {
    fileprivate static let worst = MemberTable([
        .written("day", .text) { $1.value(HistoryTime.text(ofDay: $0.day.day)) },
        .writtenObject("sums", .sums) { $0.day.sums },
        .writtenList("jobs", .worstJob) { $0.jobs },
    ])
}

extension MemberTable<HistoryJob> {
    fileprivate static let worstJob = MemberTable([
        .written("job_id", .text) { $1.value($0.jobID) },
        .written("source", .text) { $1.value($0.source) },
        .writtenCount("rows_seen") { $0.rows },
        .writtenCount("rows_failed") { $0.failed },
    ])
}
