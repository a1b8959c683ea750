/// A day with jobs, and its index among all such days (`place`, from 0 on). Days without jobs say nothing about codes.
package struct JobDay: Sendable, Equatable {
    /// Days since 1970-01-01.
    package var day: Int
    package var place: Int

    package init(day: Int, place: Int) {
        self.day = day
        self.place = place
    }
}

/// When a code was seen: the first day, the last day and the breaks in between.
///
/// A break is long and unusual for the code: ``breakDays`` or more days with jobs since the code was last seen, at least
/// three times as many as ever before from one day on which it was seen to the next, after ``fewestDays`` such days.
package struct CodePresence: Sendable, Equatable {
    package static let breakDays = 30
    package static let fewestDays = 3
    /// The maximum number of returns kept: the latest ones.
    private static let returnsKept = 20

    /// A day on which the code was seen again after a break.
    package struct Return: Sendable, Equatable {
        package var day: JobDay
        /// Calendar days since the code was last seen.
        package var afterDays: Int
    }

    package private(set) var first: JobDay
    package private(set) var last: JobDay
    /// The number of days on which the code was seen.
    package private(set) var dayCount = 1
    package private(set) var returns: [Return] = []
    private var longestGap = 0

    /// - Parameter day: the day on which the code was first seen.
    package init(first day: JobDay) {
        (first, last) = (day, day)
    }

    /// - Parameter day: later than all previous ones.
    package mutating func see(_ day: JobDay) {
        if isBreak(until: day) {
            returns.append(Return(day: day, afterDays: day.day - last.day))
            if returns.count > Self.returnsKept { returns.removeFirst() }
        }
        longestGap = max(longestGap, day.place - last.place)
        last = day
        dayCount += 1
    }

    private func isBreak(until day: JobDay) -> Bool {
        let gap = day.place - last.place
        return gap >= Self.breakDays && gap >= 3 * longestGap && dayCount >= Self.fewestDays
    }

    /// The state of a code on a day.
    package enum State: Sendable, Equatable {
        /// First seen less than ``breakDays`` days ago, after at least as many days without it.
        case new
        /// Returned less than ``breakDays`` days ago, after being gone for this many days.
        case back(afterDays: Int)
        /// Not seen for this many days, which is a break.
        case gone(days: Int)
        case usual
    }

    /// - Parameter day: the last day of the history.
    package func state(on day: JobDay) -> State {
        if isBreak(until: day) { return .gone(days: day.day - last.day) }
        if isNew, day.place - first.place < Self.breakDays { return .new }
        if let back = returns.last, day.place - back.day.place < Self.breakDays {
            return .back(afterDays: back.afterDays)
        }
        return .usual
    }

    /// Whether the history has at least ``breakDays`` days before the code was first seen. A code that was there from
    /// the start may be older than the history.
    package var isNew: Bool { first.place >= Self.breakDays }
}

/// An event in the history of a code.
package struct CodeEvent: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case new
        case back(afterDays: Int)
        /// The day is the last one on which it was seen.
        case gone(days: Int)
    }

    package var day: Int
    package var kind: Kind
    package var code: HistoryCode

    /// Returns all events of a code up to a day.
    package static func all(of presence: CodePresence, _ code: HistoryCode, end: JobDay) -> [CodeEvent] {
        var events: [CodeEvent] = []
        if presence.isNew { events.append(CodeEvent(day: presence.first.day, kind: .new, code: code)) }
        events += presence.returns.map {
            CodeEvent(day: $0.day.day, kind: .back(afterDays: $0.afterDays), code: code)
        }
        if case .gone(let days) = presence.state(on: end) {
            events.append(CodeEvent(day: presence.last.day, kind: .gone(days: days), code: code))
        }
        return events
    }
}
