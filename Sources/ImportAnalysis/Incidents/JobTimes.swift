import ImportDumps
import ImportFoundation

/// A period in which far more jobs stand out than at other times.
package struct TimeIncident: Sendable, Equatable {
    /// When the first and the last of the jobs that stand out were created, as seconds since 1970-01-01 in UTC.
    package var first: Int
    package var last: Int
    /// Jobs created in this period, and how many of them stand out.
    package var jobs: Int
    package var standingOut: Int
    /// The rows of these jobs, and how many of them failed.
    package var rows: Int
    package var failed: Int
    /// Jobs outside all such periods, and how many of them stand out.
    package var jobsElsewhere: Int
    package var standingOutElsewhere: Int
}

/// The times at which jobs were created, and which of the jobs stand out: because they do not add up, or because more
/// than twice the usual share of their rows failed. The order of the jobs does not matter.
///
/// Jobs are counted by the second. If there are more than ``secondsAtMost`` different seconds, they are counted by two
/// seconds, by four and so on, so memory is bounded. Incidents are found like those of rows (``IncidentSearch``), with
/// jobs in the order of their times instead of rows.
package struct JobTimes: Sendable {
    private static let secondsAtMost = 65_536
    /// The minimum number of jobs that stand out in an incident.
    private static let fewest = 3

    private struct Sums {
        var jobs = 0
        var standingOut = 0
        var rows = 0
        var failed = 0
        var first = Int.max
        var last = Int.min

        mutating func add(_ other: Sums) {
            jobs += other.jobs
            standingOut += other.standingOut
            rows.addClamped(other.rows)
            failed.addClamped(other.failed)
            first = min(first, other.first)
            last = max(last, other.last)
        }
    }

    private var sums: [Int: Sums] = [:]
    /// The sums of the latest jobs, which all have the same time.
    private var last: (number: Int, sums: Sums) = (0, Sums())
    private var shift = 0
    /// The time of the previous job, as its digits and as seconds since 1970-01-01.
    private var lastCreated = (number: 0, second: 0)

    package init() {}

    package mutating func add(_ job: JobSummary, _ usual: UsualShare) {
        guard let created = job.job.createdAt.flatMap({ DateTime($0) }) else { return }
        let second = created.seconds
        add(second: second, job.rows, standsOut: Verdict.level(of: job) == .critical || usual.isHigh(job.rows))
    }

    /// Adds a job that is complete and has no findings.
    package mutating func add(_ plain: PlainJobRecord.Glance, _ usual: UsualShare) {
        guard let second = plain.second else { return }
        add(second: second, plain.rows, standsOut: usual.isHigh(plain.rows))
    }

    /// Adds a plain job without failed rows, which never stands out.
    ///
    /// - Parameter created: such as 20250304100600.
    mutating func add(created: Int, rows: Int) {
        // Most jobs have the same time as the previous one, and this runs for each job.
        if created != lastCreated.number { lastCreated = (created, PlainJobRecord.second(created)) }
        add(Sums(jobs: 1, rows: rows), at: lastCreated.second)
    }

    /// Removes a job that was added by ``add(created:rows:)``.
    mutating func remove(_ job: JobSummary) {
        guard let created = job.job.createdAt.flatMap({ DateTime($0) }) else { return }
        settle()
        let number = created.seconds >> shift
        guard var rest = sums[number] else { return }
        rest.jobs -= 1
        rest.rows -= job.rows.seen
        sums[number] = rest.jobs > 0 ? rest : nil
    }

    /// Adds the counts of another instance.
    mutating func add(_ others: JobTimes) {
        settle()
        var others = others
        others.settle()
        widen(to: max(shift, others.shift))
        for (number, each) in others.sums { sums[number >> (shift - others.shift), default: Sums()].add(each) }
        widenIfNecessary()
    }

    private mutating func add(second: Int, _ rows: RowCounts, standsOut: Bool) {
        var one = Sums(jobs: 1, standingOut: standsOut ? 1 : 0, rows: rows.seen, failed: rows.failed)
        if standsOut { (one.first, one.last) = (second, second) }
        add(one, at: second)
    }

    private mutating func add(_ one: Sums, at second: Int) {
        // Most jobs have the same time as the previous one.
        if second >> shift != last.number {
            settle()
            // Only now, because settling may have widened the times.
            last.number = second >> shift
        }
        last.sums.add(one)
    }

    /// Adds the sums of the latest jobs to those of their time.
    private mutating func settle() {
        if last.sums.jobs > 0 { sums[last.number, default: Sums()].add(last.sums) }
        last = (0, Sums())
        widenIfNecessary()
    }

    private mutating func widenIfNecessary() {
        while sums.count > Self.secondsAtMost { widen(to: shift + 1) }
    }

    private mutating func widen(to wanted: Int) {
        guard wanted > shift else { return }
        var wider: [Int: Sums] = [:]
        for (number, each) in sums { wider[number >> (wanted - shift), default: Sums()].add(each) }
        (sums, shift) = (wider, wanted)
    }

    /// Returns the most telling incidents, strongest first.
    package func incidents() -> [TimeIncident] {
        var whole = self
        whole.settle()
        return whole.found()
    }

    private func found() -> [TimeIncident] {
        let steps = sums.sorted { $0.key < $1.key }.map { $0.value }
        var trace = FailureTrace()
        var jobs = 0
        var standingOut = 0
        /// The number of jobs up to each step.
        var through: [Int] = []
        for step in steps {
            // Jobs with the same time have no order, so those that stand out are spread among them.
            for number in 0..<step.standingOut {
                trace.count(row: jobs + (2 * number + 1) * step.jobs / (2 * step.standingOut) + 1)
            }
            jobs += step.jobs
            standingOut += step.standingOut
            through.append(jobs)
        }
        guard
            let search = IncidentSearch(trace, failures: standingOut, rows: jobs, series: 1, fewest: Self.fewest)
        else { return [] }
        func step(of row: Int) -> Int {
            var (low, high) = (0, through.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if through[middle] < row { low = middle + 1 } else { high = middle }
            }
            return low
        }
        var found = search.segments().map { segment -> (incident: TimeIncident, excess: Double) in
            var whole = Sums()
            for step in steps[step(of: segment.first.row)...step(of: segment.last.row)] { whole.add(step) }
            return (
                TimeIncident(
                    first: whole.first, last: whole.last, jobs: whole.jobs, standingOut: whole.standingOut,
                    rows: whole.rows, failed: whole.failed, jobsElsewhere: 0, standingOutElsewhere: 0), segment.excess
            )
        }
        let jobsElsewhere = max(0, jobs - found.reduce(0) { $0 + $1.incident.jobs })
        let standingOutElsewhere = max(0, standingOut - found.reduce(0) { $0 + $1.incident.standingOut })
        found.sort { ($1.excess, $0.incident.first) < ($0.excess, $1.incident.first) }
        return found.prefix(AnalysisLimits.incidentsListed).map { each in
            var incident = each.incident
            incident.jobsElsewhere = jobsElsewhere
            incident.standingOutElsewhere = min(standingOutElsewhere, jobsElsewhere)
            return incident
        }
    }
}
