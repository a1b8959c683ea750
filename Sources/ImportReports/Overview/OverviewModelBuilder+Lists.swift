import ImportAnalysis
import ImportDumps
import ImportFoundation

// MARK: - Failed rows

extension OverviewModel {
    static let failures = ModelTable<OverviewModelBuilder>([
        .text("rows", "how many, `0` too") { Wording.sum($0.totals.rows.failed) },
        .text("sentence", "how many failed, with how many codes. Never empty") { $0.totals.failuresSentence },
        .optionalObject("listing", "false if no row failed", listing) { $0.totals.failedByCode.isEmpty ? nil : $0 },
    ])

    private static let listing = ModelTable<OverviewModelBuilder>([
        .list("codes", "1 to 20, most rows first, then by code", of: code) { $0.shownCodes },
        .optionalObject("cut", "more codes than shown", CodesCut.table) { $0.codesCut },
        .object("all", "all failed rows. The rows of `codes` and `cut` add up to it", allCodes) { $0.totals.rows },
    ])

    private static let code = ModelTable<ListedCode>([
        .code("false: no code") { ShownCode($0.code.code, $0.builder.limits) },
        .text("rows", "how many") { Wording.grouped($0.code.rows, isAtLeast: $0.code.isAtLeast) },
        .text("share", "of rows seen") { Share(of: $0.code.rows, in: $0.builder.totals.rows.seen).text },
        .text("width", "the bar, relative to the largest code (`100.00%`), none under `0.01%`") {
            BarSegments.width($0.code.rows, largest: $0.largest)
        },
        .text("jobs", "how many jobs have it, `–` if that is not known") { code in
            code.code.jobs.map { Wording.grouped($0, isAtLeast: code.code.isAtLeast) } ?? "–"
        },
        .optionalObject(
            "trend", "its share over time; false if the time line has only one step, or if it is not known",
            ModelTable<TrendLine>([
                .text("path", "the `d` of a path 64 wide and 12 high") { $0.path },
                .text("description", "when the share was highest, in words") { $0.description },
            ])
        ) { code in
            code.trend.flatMap { TrendLine($0.line, in: code.builder.overview.timeLine) }
        },
        .optionalObject("worst", "the job with the most rows with this code; false if it is not known", ShownJob.table)
        { code in
            code.trend?.worst.map { ShownJob($0, code.builder) }
        },
        .standing(ShownStanding.table) { code in
            let standing = code.builder.context.codes?.standing(of: code.code.code, isOther: code.code.isOther)
            return ShownStanding(standing, code.builder.limits)
        },
    ])

    private static let allCodes = ModelTable<RowCounts>([
        .text("rows", "over all of them") { Wording.grouped($0.failed) },
        .text("share", "over all of them") { Share(of: $0.failed, in: $0.seen).text },
    ])
}

private struct ListedCode {
    let code: CodeTotal
    let largest: Int
    let builder: OverviewModelBuilder

    /// Nil for codes beyond the limit, whose jobs are not kept either.
    var trend: CodeTrends.Trend? { code.jobs == nil ? nil : builder.overview.codeTrends[code.code] }
}

/// A job that another part of the page points to.
struct ShownJob {
    private let job: JobReference
    private let builder: OverviewModelBuilder

    init(_ job: JobReference, _ builder: OverviewModelBuilder) {
        self.job = job
        self.builder = builder
    }

    static let table = ModelTable<ShownJob>([
        .quote("source", "the input, as in `worst.items`") { $0.builder.shownSource($0.job.source) },
        .text("failed", "how many of the rows") { Wording.grouped($0.job.failed) },
        .link { $0.builder.address(of: $0.job.report) },
    ])
}

extension OverviewModelBuilder {
    fileprivate var shownCodes: [ListedCode] {
        let codes = totals.failedByCode
        let largest = codes.first?.rows ?? 0
        return codes.prefix(limits.codes).map { ListedCode(code: $0, largest: largest, builder: self) }
    }

    fileprivate var codesCut: CodesCut? {
        let codes = totals.failedByCode
        let rest = codes.dropFirst(limits.codes)
        guard !rest.isEmpty else { return nil }
        return CodesCut(
            codes.count - rest.count, of: codes.count, hasOthers: codes.last?.isOther == true,
            rows: rest.reduce(0) { $0.clampedAdding($1.rows) }, seen: totals.rows.seen, file: name(of: .allCodes))
    }
}

// MARK: - Jobs and inputs

extension OverviewModel {
    static let worst = ModelTable<OverviewModelBuilder>([
        .list("items", "1 to 100", of: job) { builder in builder.shownJobs.map { ($0, builder) } },
        .list("groups", "1 or 2, the same jobs: the first 20 at once, then the rest", of: group) { $0.jobGroups },
        .optionalQuote(
            "folder", "false if they are not all in one folder",
            text: "the folder that contains all of their inputs; `source` omits it"
        ) { builder in builder.commonFolder.isEmpty ? nil : builder.limits.source(builder.commonFolder) },
        .cut("more jobs than shown; all are in `jobs.csv`") {
            $0.cut($0.shownJobs.count, of: $0.overview.worst.count, file: .jobs)
        },
    ])

    private static let group = ModelTable<JobGroup>([
        .flag("lacking", "true if rows of any listed job are missing, or may be") { group in
            group.builder.shownJobs.contains { $0.rows.missing != 0 }
        },
        .text("summary", "empty for the first; `The next 80 jobs` for the rest") { $0.summary },
        .list("items", "as `worst.items`", of: job) { group in group.jobs.map { ($0, group.builder) } },
    ])

    private static let job = ModelTable<(line: JobLine, builder: OverviewModelBuilder)>(
        ModelName.level("as in the job's own verdict") { $0.line.verdict.level } + [
            .text("word", "as in the job's own verdict, or `Unlike the others`, or `Unlike the earlier runs`") {
                $0.line.word
            },
            .text("date", "the day (UTC) on which it was created, `2026-03-04`; `–` if the dump does not say") {
                job in
                job.line.createdAt.flatMap { DateTime($0) }.map { $0.isoDayInUTC } ?? "–"
            },
            .optionalQuote("id", "false if it has none", text: "the beginning of the job's id: `9e299f7a`") { job in
                (job.line.jobID).map { job.builder.limits.name(Wording.shortID($0)) }
            },
            .quote("name", "job id; for a sync import the file's name") { $0.builder.limits.name($0.line.name) },
            .optionalQuote("source", "false if it is the same as `name`", text: "the input") {
                // If the name is the whole source, the source would only repeat it.
                let isNamedBySource = $0.line.name == ($0.line.source == "-" ? "standard input" : $0.line.source)
                return isNamedBySource ? nil : $0.builder.shownSource($0.line.source)
            },
            .link { $0.builder.address(of: $0.line.report) },
            .flag("left_out", "true if it has no page because `--job-reports` leaves it out") { $0.line.isLeftOut },
            .optionalQuote("status", "false if null or absent", text: "the job's status") {
                ($0.line.status).map($0.builder.limits.name)
            },
            .flag("complete", "true if its status is `complete`") { $0.line.status == JobStatus.complete.rawValue },
            .text("rows", "how many") { Wording.grouped($0.line.rows.seen) },
            .text("failed", "how many") { Wording.grouped($0.line.rows.failed) },
            .text("missing", "how many, `–` if that is not known") {
                $0.line.rows.missing.map(Wording.grouped) ?? "–"
            },
            .optionalText("share", "false without rows", text: "failed of the rows seen") {
                let rows = $0.line.rows
                return rows.seen == 0 ? nil : Share(of: rows.failed, in: rows.seen).text
            },
            .text("width", "the same as a bar: `29.76%`") {
                BarSegments.width($0.line.rows.failed, largest: $0.line.rows.seen)
            },
            .optionalObject(
                "finding", "the first finding of the worst severity", .only("id", "its stable id")
            ) { $0.line.worstFinding?.name },
        ])

    static let salvaged = ModelTable<OverviewModelBuilder>([
        .text("sentence", "how many") { Wording.salvagedDumps($0.overview.salvaged.count) },
        .list("items", "1 to 100", of: salvagedJob) { builder in
            builder.overview.salvaged.items.prefix(builder.limits.inputs).map { ($0, builder) }
        },
        .cut("more than shown") { $0.inputsCut($0.overview.salvaged) },
    ])

    private static let salvagedJob = ModelTable<(job: SalvagedJob, builder: OverviewModelBuilder)>([
        .quote("source", "the input") { $0.builder.limits.source($0.job.source) },
        .quote("sentence", "what was found") { $0.builder.limits.text($0.job.sentence) },
        .link { $0.builder.address(of: $0.job.report) },
    ])

    static let unreadable = ModelTable<OverviewModelBuilder>([
        .text("sentence", "how many") { Wording.unreadableInputs($0.overview.unreadable.count) },
        .list("items", "1 to 100", of: input) { builder in
            builder.overview.unreadable.items.prefix(builder.limits.inputs).map { ($0, builder.limits) }
        },
        .cut("more than shown") { $0.inputsCut($0.overview.unreadable) },
    ])

    private static let input = ModelTable<(input: UnreadableInput, limits: ModelLimits)>([
        .quote("source", "the input") { $0.limits.source($0.input.source) },
        .quote("reason", "why it was not read") { $0.limits.text($0.input.reason) },
    ])
}

extension ModelName {
    fileprivate static func link(_ address: @escaping @Sendable (Root) -> String?) -> ModelName {
        .optionalObject("link", "to the job's report; false if it has none", .only("url", "its address"), address)
    }
}

/// Jobs that a page shows together.
private struct JobGroup {
    let summary: String
    let jobs: ArraySlice<JobLine>
    let builder: OverviewModelBuilder
}

extension OverviewModelBuilder {
    /// Returns what the names of all inputs whose jobs are listed begin with, up to a `/`; empty for one job.
    static func commonFolder(of jobs: [JobLine]) -> String {
        guard jobs.count > 1, var common = jobs.first.map({ Array($0.source.utf8)[...] }) else { return "" }
        for job in jobs.dropFirst() {
            let shared = zip(common, job.source.utf8).prefix { $0 == $1 }.count
            common = common.prefix(shared)
        }
        guard let slash = common.lastIndex(of: UInt8(ascii: "/")), slash > 0 else { return "" }
        return String(decoding: common[...slash], as: UTF8.self)
    }

    /// Returns the name of an input without the folder that contains all inputs.
    fileprivate func shownSource(_ source: String) -> String {
        guard source.utf8.starts(with: commonFolder.utf8) else { return limits.source(source) }
        return limits.source(String(source.utf8.dropFirst(commonFolder.utf8.count)) ?? source)
    }

    fileprivate var shownJobs: ArraySlice<JobLine> { overview.worst.jobs.prefix(limits.jobs) }

    fileprivate var jobGroups: [JobGroup] {
        let first = JobGroup(summary: "", jobs: shownJobs.prefix(ModelLimits.jobsShownAtOnce), builder: self)
        // A page shows the rest on request.
        let rest = shownJobs.dropFirst(ModelLimits.jobsShownAtOnce)
        guard !rest.isEmpty else { return [first] }
        return [first, JobGroup(summary: Wording.nextJobs(rest.count), jobs: rest, builder: self)]
    }

    fileprivate func inputsCut<Input>(_ inputs: FirstItems<Input>) -> ModelCut? {
        cut(min(inputs.items.count, limits.inputs), of: inputs.count, file: .allSummaries)
    }
}
