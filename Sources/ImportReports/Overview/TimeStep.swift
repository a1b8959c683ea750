import ImportDumps

/// How long a step of a time line is. Steps are numbered without gaps: days from 1970-01-01, weeks from Monday to
/// Sunday, months and years of the calendar from the year 0.
package enum TimeStep: Sendable, Equatable {
    case day, week, month
    case years(Int)

    /// The finest first. Dates have years of four digits: the last one covers all of them.
    static let all: [TimeStep] = [.day, .week, .month, .years(1), .years(10), .years(100), .years(200)]

    /// The step that a day is in.
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

    /// Steps from the first day to the last one.
    package func count(in span: ClosedRange<Int>) -> Int {
        number(ofDay: span.upperBound) - number(ofDay: span.lowerBound) + 1
    }

    /// What the numbers of steps are the numbers of, as the heading of a column.
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

    /// The step with that number, in full.
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

    /// The step with that number, behind "failed rows was highest".
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
