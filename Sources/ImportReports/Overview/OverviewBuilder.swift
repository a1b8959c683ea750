package import ImportAnalysis
import ImportDumps
import ImportFoundation

/// Collects the data of the overview of any number of jobs. Memory is bounded whatever their number.
package struct OverviewBuilder: Sendable {
    /// Sums over all jobs so far.
    package private(set) var totals = Totals()
    private(set) var levels: [JobLevel: Int] = [:]
    private(set) var timeLine = TimeLine()
    private(set) var codeTrends = CodeTrends()
    private(set) var worst = WorstJobs(limit: ModelLimits.page.jobs)
    private(set) var salvaged = FirstItems<SalvagedJob>(limit: ModelLimits.page.inputs)
    private(set) var unreadable = FirstItems<UnreadableInput>(limit: ModelLimits.page.inputs)
    /// Jobs of which there are several dumps, and how many dumps are superseded; a minimum, if some job has
    /// more than are told apart.
    private(set) var jobsWithSeveralDumps = 0
    private(set) var supersededDumps = 0
    private(set) var isSupersededCountExact = true
    private(set) var conflicts = 0
    /// Jobs so far, in their order.
    private var place = 0
    /// Jobs without their own report because of `--job-reports`.
    private(set) var leftOut = 0

    /// Whether it is for a page, which says of each code when and where its rows failed.
    private let followsCodes: Bool

    /// What the jobs are compared with.
    package let surroundings: JobSurroundings
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

    /// Adds a job, in the order in which the overview is to have them.
    ///
    /// - Parameters:
    ///   - report: the place of the job's own report; nil if it has none.
    ///   - isLeftOut: whether it has none because of `--job-reports`.
    package mutating func append(_ job: JobSummary, report: ReportPlace?, isLeftOut: Bool = false) {
        leftOut += isLeftOut ? 1 : 0
        place += 1
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
        if worst.lists(level, job.rows) {
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

    /// Adds a job that is complete and has no findings, but for the list of jobs: false, and nothing is done, if it belongs
    /// into that.
    ///
    /// - Parameters:
    ///   - job: what sums need of it; its id, source, size and times may be those of another one.
    ///   - day: on which it was created, as days since 1970-01-01; nil if it does not say.
    package mutating func append(outline job: JobSummary, day: Int?) -> Bool {
        let level = surroundings.level(of: job)
        // Which jobs are unusual is known by their ids.
        guard surroundings.unusual.isEmpty, !worst.lists(level, job.rows) else { return false }
        place += 1
        totals.add(job)
        levels[level, default: 0] += 1
        timeLine.add(1, day: day, rows: job.rows)
        worst.passOver(1)
        return true
    }

    /// Whether the list of jobs has room for worse ones only than those that are complete, without findings and failed
    /// rows: of these, only the numbers matter.
    package var listsWorseJobsOnly: Bool { worst.jobs.count == worst.limit }

    /// Such jobs are at this position, and are added with others of their day. Only while ``listsWorseJobsOnly``.
    package mutating func passOver(_ jobs: Int) {
        place += jobs
    }

    /// Adds such jobs, wherever they stand.
    package mutating func append(_ tally: PlainJobTally) {
        guard tally.jobs > 0 else { return }
        totals.add(tally)
        levels[.clean, default: 0] += tally.jobs
        timeLine.add(tally.jobs, day: tally.day, rows: tally.rows)
        worst.passOver(tally.jobs)
    }

    /// Adds an input that is not an import job.
    package mutating func append(_ input: UnreadableInput) {
        unreadable.add(input)
    }

    /// The whole message in one sentence.
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
    /// As the dump has them.
    var jobID: String?
    var createdAt: String?
    var status: String?
    var rows: RowCounts
    var verdict: Verdict
    var level: JobLevel
    /// Whether it is unlike the runs before it.
    var isUnusual: Bool
    var criticalFindings: Int
    /// The first finding of the worst severity.
    var worstFinding: FindingID?
    /// Its place among all jobs, from 1.
    var number: Int
    var report: ReportPlace?
    /// Whether it has none because of `--job-reports`.
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
        worstFinding =
            job.findings.first { finding in
                !job.findings.contains { $0.severity < finding.severity }
            }?.id
        self.number = number
        self.report = report
        self.isLeftOut = isLeftOut
    }

    static func name(_ job: JobSummary) -> String { job.job.jobID ?? ReportModel.title(of: job) }

    /// The day in UTC on which it was created, `2026-03-04`; nil if the dump does not say.
    var date: String? { createdAt.flatMap { DateTime($0) }.map { $0.isoDayInUTC } }

    /// The input without the folder that all of them are in.
    func file(in folder: String) -> String {
        if source == "-" { return "standard input" }
        guard !folder.isEmpty, source.utf8.starts(with: folder.utf8) else { return source }
        return String(source.utf8.dropFirst(folder.utf8.count)) ?? source
    }

    /// How the job stands, in a few words: among the others, if that says more.
    var word: String {
        guard level == .unlikeOthers else { return verdict.word }
        return isUnusual ? "Unlike the earlier runs" : "Unlike the others"
    }

    /// Worse jobs first: by level, then by the weight of the rows that failed or are missing, then the order of the jobs.
    func isWorse(than other: JobLine) -> Bool {
        (level.rawValue, other.rows.weight, number) < (other.level.rawValue, rows.weight, other.number)
    }
}

/// The worst jobs of all that were added, the worst first.
struct WorstJobs: Sendable {
    let limit: Int
    private(set) var jobs: [JobLine] = []
    /// Of all that were added.
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
    }

    /// Whether a job that comes behind all others has a place in the list.
    func lists(_ level: JobLevel, _ rows: RowCounts) -> Bool {
        guard jobs.count == limit, let last = jobs.last else { return true }
        if level != last.level { return level < last.level }
        return last.rows.weight < rows.weight
    }

    /// Counts jobs that are no worse than those that are listed.
    mutating func passOver(_ jobs: Int) {
        count += jobs
    }
}

/// The first of the items that were added, and how many there were.
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
