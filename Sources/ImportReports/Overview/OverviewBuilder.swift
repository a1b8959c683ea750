package import ImportAnalysis
import ImportDumps
import ImportFoundation

/// Collects the data for an overview of any number of jobs, in bounded memory.
package struct OverviewBuilder: Sendable {
    /// Sums over all jobs so far.
    package private(set) var totals = Totals()
    private(set) var levels: [JobLevel: Int] = [:]
    private(set) var timeLine = TimeLine()
    private(set) var codeTrends = CodeTrends()
    private(set) var worst = WorstJobs(limit: ModelLimits.page.jobs)
    private(set) var salvaged = FirstItems<SalvagedJob>(limit: ModelLimits.page.inputs)
    private(set) var unreadable = FirstItems<UnreadableInput>(limit: ModelLimits.page.inputs)
    /// The number of jobs with several dumps, and the number of superseded dumps, which is a minimum if some job has
    /// more dumps than are told apart.
    private(set) var jobsWithSeveralDumps = 0
    private(set) var supersededDumps = 0
    private(set) var isSupersededCountExact = true
    private(set) var conflicts = 0
    /// The number of jobs so far, which is the position of the latest one.
    private var place = 0
    /// The number of jobs without their own report because of `--job-reports`.
    private(set) var leftOut = 0

    /// Plain jobs that differ only in what sums do not need.
    private struct AlikeJobs: Sendable {
        let outline: JobSummary
        let level: JobLevel
        let weight: Double
        /// The number of jobs after the first one.
        var repeats = 0
    }

    private static let kindsOfAlikeJobs = 1024
    private var alike: [AlikeJobs] = []
    private var alikeNumbers = PlainJobKinds<Int>()
    /// The sums of the latest such jobs, which are all of one day.
    private var sumsOfDay: (day: Int?, sums: TimeLine.Sums) = (nil, TimeLine.Sums())

    /// Whether to collect when and where the rows of each code failed, which only a page shows.
    private let followsCodes: Bool

    /// What the jobs are compared with.
    package private(set) var surroundings: JobSurroundings
    /// What was left out; nil if all jobs were selected.
    let selection: SelectionResult?

    /// - Parameters:
    ///   - surroundings: the sums over all jobs that will be added.
    ///   - selection: what was left out; nil if all jobs were selected.
    package init(
        followsCodes: Bool = true, surroundings: JobSurroundings = JobSurroundings(),
        selection: SelectionResult? = nil
    ) {
        self.selection = selection
        self.followsCodes = followsCodes
        self.surroundings = surroundings
    }

    /// Adds a job. Jobs must be added in the order of the overview.
    ///
    /// - Parameters:
    ///   - report: the place of the job's own report; nil if it has none.
    ///   - isLeftOut: whether it has none because of `--job-reports`.
    package mutating func append(_ job: JobSummary, report: ReportPlace?, isLeftOut: Bool = false) {
        leftOut += isLeftOut ? 1 : 0
        place += 1
        if !alike.isEmpty, !totals.hasRoom(for: job) { settle() }
        totals.add(job)
        let level = surroundings.level(of: job)
        levels[level, default: 0] += 1
        let day = job.job.createdAt.flatMap { DateTime($0) }?.dayInUTC
        var sums = TimeLine.Sums(jobs: 1, rows: job.rows.seen, failed: job.rows.failed)
        if job.rows.failed > 0 {
            sums.worst = JobReference(job, number: place, report: report, failed: job.rows.failed)
            if followsCodes { codeTrends.add(job, day: day, number: place, report: report) }
        }
        timeLine.add(sums, day: day)
        if worst.lists(level, weight: job.rows.weight) {
            worst.add(
                JobLine(
                    job, level, isUnusual: surroundings.isUnusual(job), number: place, report: report,
                    isLeftOut: isLeftOut))
        } else {
            worst.passOver(1)
        }
        if let salvage = job.salvage {
            salvaged.add(
                SalvagedJob(name: JobLine.name(job), source: job.source, sentence: salvage.message, report: report))
        }
        if !job.superseded.isEmpty {
            jobsWithSeveralDumps += 1
            supersededDumps += job.superseded.count ?? AnalysisLimits.snapshotsCounted + 1
            isSupersededCountExact = isSupersededCountExact && job.superseded.count != nil
        }
        if job.findings.contains(where: { $0.id == .conflictingSnapshots }) { conflicts += 1 }
    }

    /// Adds a plain job with failed rows to everything but the list of jobs. Returns false and does nothing if the job
    /// belongs in that list. Call ``settle(incidents:)`` when all jobs have been added.
    ///
    /// - Parameter outline: returns what sums need of the job; its id, source, size and times may be those of another.
    package mutating func append(_ job: PlainJobRecord.Fields, outline: () -> JobSummary) -> Bool {
        // Unusual jobs are recognized by their ids, which the outline need not have.
        guard surroundings.unusual.isEmpty else { return false }
        let kind = PlainJobKind(outlineOf: job)
        if let number = alikeNumbers[kind] {
            guard !worst.lists(alike[number].level, weight: alike[number].weight) else { return false }
            alike[number].repeats += 1
        } else {
            let outline = outline()
            let new = AlikeJobs(outline: outline, level: surroundings.level(of: outline), weight: job.rows.weight)
            guard !worst.lists(new.level, weight: new.weight) else { return false }
            if alike.count == Self.kindsOfAlikeJobs || !totals.hasRoom(for: outline) { settle() }
            totals.add(outline)
            levels[new.level, default: 0] += 1
            alikeNumbers[kind] = alike.count
            alike.append(new)
        }
        place += 1
        worst.passOver(1)
        if sumsOfDay.day != job.day { addSumsOfDay(before: job.day) }
        sumsOfDay.sums.add(TimeLine.Sums(jobs: 1, rows: job.rows.seen, failed: job.rows.failed))
        return true
    }

    /// Completes the overview after ``append(_:outline:)``.
    ///
    /// - Parameter incidents: the incidents among all jobs.
    package mutating func settle(incidents: [TimeIncident]) {
        settle()
        surroundings.incidents = incidents
    }

    /// Adds what was only counted so far.
    private mutating func settle() {
        for kind in alike where kind.repeats > 0 {
            totals.add(kind.outline, times: kind.repeats)
            levels[kind.level, default: 0] += kind.repeats
        }
        if !alike.isEmpty {
            alike.removeAll(keepingCapacity: true)
            alikeNumbers = PlainJobKinds()
        }
        addSumsOfDay(before: nil)
    }

    private mutating func addSumsOfDay(before next: Int?) {
        if sumsOfDay.sums.jobs > 0 { timeLine.add(sumsOfDay.sums, day: sumsOfDay.day) }
        sumsOfDay = (next, TimeLine.Sums())
    }

    /// Whether the list of jobs is full: complete jobs without findings and failed rows can no longer enter it, so only
    /// their number matters.
    package var listsWorseJobsOnly: Bool { worst.jobs.count == worst.limit }

    /// Skips the positions of such jobs, which are added together with others of their day. Call this only while
    /// ``listsWorseJobsOnly``.
    package mutating func passOver(_ jobs: Int) {
        place += jobs
    }

    /// Adds such jobs, whatever their positions.
    package mutating func append(_ tally: PlainJobTally) {
        guard tally.jobs > 0 else { return }
        totals.add(tally)
        levels[.clean, default: 0] += tally.jobs
        timeLine.add(tally.jobs, day: tally.day, rows: tally.rows)
        worst.passOver(tally.jobs)
    }

    /// Adds a plain job without failed rows that has no report because of `--job-reports`. Returns false and does nothing
    /// if it may belong in the list of jobs.
    package mutating func append(leftOut job: PlainJobRecord.Fields) -> Bool {
        // Unusual jobs are recognized by their ids, which would have to be looked up.
        guard listsWorseJobsOnly, surroundings.unusual.isEmpty else { return false }
        leftOut += 1
        passOver(1)
        append(PlainJobTally(job))
        return true
    }

    /// Adds an input that is not an import job.
    package mutating func append(_ input: UnreadableInput) {
        unreadable.add(input)
    }

    /// The overall result, in one sentence.
    package var verdict: OverviewVerdict {
        OverviewVerdict(levels: levels, unreadable: unreadable.count, incident: surroundings.incidents.first)
    }
}

/// A job whose dump was cut off or broken.
struct SalvagedJob: Sendable {
    var name: String
    var source: String
    var sentence: String
    var report: ReportPlace?
}

/// The data of one job in the list of jobs.
struct JobLine: Sendable {
    /// The job's id; for a sync import, the file's name.
    var name: String
    var source: String
    /// The job's id, creation time and status, as in the dump.
    var jobID: String?
    var createdAt: String?
    var status: String?
    var rows: RowCounts
    var verdict: Verdict
    var level: JobLevel
    /// Whether the job is unlike the runs before it.
    var isUnusual: Bool
    var criticalFindings: Int
    /// The first finding of the worst severity.
    var worstFinding: FindingID?
    /// Its position among all jobs, counted from 1.
    var number: Int
    var report: ReportPlace?
    /// Whether it has no report because of `--job-reports`.
    var isLeftOut: Bool

    init(
        _ job: JobSummary, _ level: JobLevel, isUnusual: Bool, number: Int, report: ReportPlace?, isLeftOut: Bool
    ) {
        self.isUnusual = isUnusual
        name = Self.name(job)
        source = job.source
        jobID = job.job.jobID
        createdAt = job.job.createdAt
        status = job.job.status
        rows = job.rows
        verdict = Verdict(job)
        self.level = level
        criticalFindings = job.count(of: .critical)
        let worst = job.findings.filter { finding in !job.findings.contains { $0.severity < finding.severity } }
        // What the verdict is about.
        let first = job.salvage == nil ? worst.first { [.jobFailed, .resultsAbsent].contains($0.id) } : nil
        worstFinding = (first ?? worst.first)?.id
        self.number = number
        self.report = report
        self.isLeftOut = isLeftOut
    }

    static func name(_ job: JobSummary) -> String { job.job.jobID ?? ReportModel.title(of: job) }

    /// The day in UTC on which the job was created, such as `2026-03-04`; nil if the dump does not say.
    var date: String? { createdAt.flatMap { DateTime($0) }.map { $0.isoDayInUTC } }

    /// Returns the name of the input without the folder that contains all inputs.
    func file(in folder: String) -> String {
        if source == "-" { return "standard input" }
        guard !folder.isEmpty, source.utf8.starts(with: folder.utf8) else { return source }
        return String(source.utf8.dropFirst(folder.utf8.count)) ?? source
    }

    /// The state of the job in a few words, compared with other jobs if that says more.
    var word: String {
        guard level == .unlikeOthers else { return verdict.word }
        return isUnusual ? "Unlike the earlier runs" : "Unlike the others"
    }

    /// Returns whether the job comes first in a list of the worst: by level, then by the weight of the rows that failed
    /// or are missing, then in the order of the jobs.
    func isWorse(than other: JobLine) -> Bool {
        (level.rawValue, other.rows.weight, number) < (other.level.rawValue, rows.weight, other.number)
    }
}

/// The worst of all jobs that were added, worst first.
struct WorstJobs: Sendable {
    let limit: Int
    private(set) var jobs: [JobLine] = []
    /// The weight of the last job in the list.
    private var lastWeight = 0.0
    /// The number of all jobs that were added.
    private(set) var count = 0

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ job: JobLine) {
        count += 1
        if jobs.count == limit, let last = jobs.last, !job.isWorse(than: last) { return }
        var (low, high) = (0, jobs.count)
        while low < high {
            let middle = (low + high) / 2
            if job.isWorse(than: jobs[middle]) { high = middle } else { low = middle + 1 }
        }
        jobs.insert(job, at: low)
        if jobs.count > limit { jobs.removeLast() }
        lastWeight = jobs.last?.rows.weight ?? 0
    }

    /// Returns whether a job that comes after all others belongs in the list.
    ///
    /// - Parameter weight: ``RowCounts/weight``.
    func lists(_ level: JobLevel, weight: @autoclosure () -> Double) -> Bool {
        guard jobs.count == limit, let last = jobs.last else { return true }
        return level != last.level ? level < last.level : lastWeight < weight()
    }

    /// Counts jobs that are not worse than the listed ones.
    mutating func passOver(_ jobs: Int) {
        count += jobs
    }
}

/// The first items that were added, and the number of all items.
struct FirstItems<Item: Sendable>: Sendable {
    let limit: Int
    private(set) var items: [Item] = []
    private(set) var count = 0

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ item: Item) {
        count += 1
        if items.count < limit { items.append(item) }
    }
}
