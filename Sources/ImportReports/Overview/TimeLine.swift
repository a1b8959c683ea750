package import ImportAnalysis
import ImportFoundation

/// Jobs and their rows by the day in UTC on which the jobs were created, in steps of a length that suits all of them.
///
/// The steps are the finest of which at most ``stepsAtMost`` reach from the first job to the last. The sums are kept by
/// day, month and year at the same time. Days and months are dropped once the jobs are too far apart for them, because
/// more jobs cannot bring them closer. So memory is bounded, and the order of the jobs does not matter.
package struct TimeLine: Sendable {
    package static let stepsAtMost = 60

    /// Sums over the jobs of one step.
    package struct Sums: Sendable, Equatable {
        package var jobs = 0
        package var rows = 0
        package var failed = 0
        /// The job with the most failed rows; nil if none failed.
        var worst: JobReference?

        mutating func add(_ other: Sums) {
            jobs += other.jobs
            rows = rows.clampedAdding(other.rows)
            failed = failed.clampedAdding(other.failed)
            worst = JobReference.worse(worst, other.worst)
        }
    }

    /// The number of jobs without a date and time that can be read.
    package private(set) var undated = 0
    /// The first and the last day on which a job was created, as days since 1970-01-01; nil without dated jobs.
    package private(set) var span: ClosedRange<Int>?
    /// The sums by the step's number; empty if the jobs are too far apart for such steps.
    private var days: [Int: Sums] = [:]
    private var months: [Int: Sums] = [:]
    private var years: [Int: Sums] = [:]

    package init() {}

    /// - Parameter createdAt: the creation time, as in the dump.
    package mutating func add(createdAt: String?, rows: RowCounts) {
        add(Sums(jobs: 1, rows: rows.seen, failed: rows.failed), day: createdAt.flatMap { DateTime($0) }?.dayInUTC)
    }

    /// - Parameter day: the day on which the jobs were created, as days since 1970-01-01; nil if they do not say.
    mutating func add(_ jobs: Int, day: Int?, rows: RowCounts) {
        add(Sums(jobs: jobs, rows: rows.seen, failed: rows.failed), day: day)
    }

    mutating func add(_ sums: Sums, day: Int?) {
        guard let day else {
            undated += sums.jobs
            return
        }
        let span = span.map { min($0.lowerBound, day)...max($0.upperBound, day) } ?? day...day
        self.span = span
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
    package var steps: [(number: Int, sums: Sums)] { steps(by: step) }

    /// - Parameter step: must not be finer than ``step``.
    func steps(by step: TimeStep) -> [(number: Int, sums: Sums)] {
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

/// The length of the steps of a time line. Steps are numbered without gaps: days from 1970-01-01, weeks from Monday to
/// Sunday, months and years of the calendar from the year 0.
/// Sunday, months and years of the calendar from the year 0.
package enum TimeStep: Sendable, Equatable {
    case day, week, month
    case years(Int)

    /// All lengths, finest first. Dates have years of four digits, so at most ``TimeLine/stepsAtMost`` of the last
    /// steps cover all of them.
    static let all: [TimeStep] = [.day, .week, .month, .years(1), .years(10), .years(100), .years(200)]

    /// Returns the number of the step that contains a day.
    ///
    /// - Parameter day: days since 1970-01-01, which was a Thursday.
    package func number(ofDay day: Int) -> Int {
        switch self {
        case .day:
            return day
        case .week:
            return (day + 3).dividedRoundingDown(by: 7)
        case .month:
            let date = CalendarDay(number: day)
            return date.year * 12 + date.month - 1
        case .years(let count):
            return CalendarDay(number: day).year.dividedRoundingDown(by: count)
        }
    }

    /// Returns the number of steps from the first day to the last one.
    package func count(in span: ClosedRange<Int>) -> Int {
        number(ofDay: span.upperBound) - number(ofDay: span.lowerBound) + 1
    }

    /// The kind of steps, as the heading of a column.
    var heading: String {
        switch self {
        case .day: "Day"
        case .week: "Week from Monday"
        case .month: "Month"
        case .years(1): "Year"
        case .years: "Years"
        }
    }

    /// "day", as in "by day".
    var word: String {
        switch self {
        case .day: "day"
        case .week: "week"
        case .month: "month"
        case .years(1): "year"
        case .years(let count): "\(count) years"
        }
    }

    /// Returns the name of the step with a number, in full.
    func name(_ number: Int) -> String {
        switch self {
        case .day: return Self.inFull(day: number)
        case .week: return Self.inFull(day: number * 7 - 3)
        case .month:
            let year = number.dividedRoundingDown(by: 12)
            return "\(DateTime.monthNames[number - year * 12]) \(year)"
        case .years(1): return String(number)
        case .years(let count): return "\(number * count) to \(number * count + count - 1)"
        }
    }

    /// Returns words for the step with a number that can follow "failed rows was highest".
    func phrase(_ number: Int) -> String {
        switch self {
        case .day: "on \(name(number))"
        case .week: "in the week from \(name(number))"
        case .month, .years(1): "in \(name(number))"
        case .years: "from \(name(number))"
        }
    }

    /// "4 March 2026".
    static func inFull(day: Int) -> String {
        let date = CalendarDay(number: day)
        return "\(date.day) \(DateTime.monthNames[date.month - 1]) \(date.year)"
    }
}

extension Int {
    func dividedRoundingDown(by divisor: Int) -> Int {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}
