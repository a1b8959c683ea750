import ImportFoundation

/// When a job was created, as a history counts: by days in UTC.
package struct HistoryTime: Sendable {
    /// Days since 1970-01-01.
    package let day: Int
    /// Seconds since 1970-01-01.
    package let seconds: Int

    /// - Parameter createdAt: as the dump has it; nil if it is not a date and time.
    package init?(createdAt: String?) {
        guard let time = createdAt.flatMap({ DateTime($0) }) else { return nil }
        // The zone may bring it out of the years that have four digits.
        guard (Self.firstDay...Self.lastDay).contains(time.dayInUTC) else { return nil }
        (day, seconds) = (time.dayInUTC, time.seconds)
    }

    package static let firstDay = DateTime.daysSince1970(0, 1, 1)
    package static let lastDay = DateTime.daysSince1970(9999, 12, 31)

    /// `2026-03-01`.
    package static func text(ofDay day: Int) -> String {
        let date = CalendarDay(number: day)
        return "\(date.year.digits(4))-\(date.month.digits(2))-\(date.day.digits(2))"
    }

    /// The Monday of the week that a day is in; before the year 0, the first day that can be written.
    package static func monday(of day: Int) -> Int {
        // 1970-01-01 was a Thursday.
        max(firstDay, day - ((day + 3) % 7 + 7) % 7)
    }

    /// The day of such a text; nil for all else.
    package static func day(of text: String) -> Int? {
        DateTime("\(text)T00:00:00Z").map { $0.dayInUTC }
    }
}
