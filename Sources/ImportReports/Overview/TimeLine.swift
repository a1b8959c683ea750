package import ImportAnalysis
import ImportDumps

/// Jobs and their rows by the day in UTC on which the jobs were created, in steps that suit the whole of them.
///
/// The steps are the finest with which ``stepsAtMost`` reach from the first job to the last. The sums are kept in days,
/// months and years at once, and the days and months are given up when the jobs are too far apart for them, for they
/// never come nearer again: so memory is bounded, and the order of the jobs does not matter.
package struct TimeLine: Sendable {
    package static let stepsAtMost = 60

    /// Sums over the jobs of one step.
    package struct Sums: Sendable, Equatable {
        package var jobs = 0
        package var rows = 0
        package var failed = 0

        mutating func add(_ other: Sums) {
            jobs += other.jobs
            rows = rows.clampedAdding(other.rows)
            failed = failed.clampedAdding(other.failed)
        }
    }

    /// Jobs without a date and time that can be read.
    package private(set) var undated = 0
    /// The first and the last day on which a job was created, as days since 1970-01-01; nil without dated jobs.
    package private(set) var span: ClosedRange<Int>?
    /// By the step's number; empty when the jobs are too far apart.
    private var days: [Int: Sums] = [:]
    private var months: [Int: Sums] = [:]
    private var years: [Int: Sums] = [:]

    package init() {}

    /// - Parameter createdAt: as the dump has it.
    package mutating func add(createdAt: String?, rows: RowCounts) {
        guard let day = createdAt.flatMap({ DateTime($0) })?.dayInUTC else {
            undated += 1
            return
        }
        let span = span.map { min($0.lowerBound, day)...max($0.upperBound, day) } ?? day...day
        self.span = span
        let sums = Sums(jobs: 1, rows: rows.seen, failed: rows.failed)
        Self.add(sums, on: day, to: &days, by: .day, isKept: TimeStep.week.count(in: span) <= Self.stepsAtMost)
        Self.add(sums, on: day, to: &months, by: .month, isKept: TimeStep.month.count(in: span) <= Self.stepsAtMost)
        Self.add(sums, on: day, to: &years, by: .years(1), isKept: true)
    }

    private static func add(
        _ sums: Sums, on day: Int, to table: inout [Int: Sums], by step: TimeStep, isKept: Bool
    ) {
        guard isKept else {
            table = [:]
            return
        }
        table[step.number(ofDay: day), default: Sums()].add(sums)
    }

    /// The steps that suit the jobs.
    package var step: TimeStep {
        guard let span else { return .day }
        return TimeStep.all.first { $0.count(in: span) <= Self.stepsAtMost } ?? .years(200)
    }

    /// The sums of the steps that have jobs, in order.
    package var steps: [(number: Int, sums: Sums)] {
        let step = step
        var sums: [Int: Sums] = [:]
        switch step {
        case .day: sums = days
        case .week: for (day, each) in days { sums[step.number(ofDay: day), default: Sums()].add(each) }
        case .month: sums = months
        case .years(let count):
            for (year, each) in years { sums[year.dividedRoundingDown(by: count), default: Sums()].add(each) }
        }
        return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
