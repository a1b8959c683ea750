/// An instant, as RFC 3339 writes it: `2019-12-27T18:11:19.117Z`, with any offset and any fraction of a second.
package struct DateTime: Sendable, Comparable {
    package let year, month, day, hour, minute: Int
    /// 0 to 60: RFC 3339 allows for leap seconds.
    package let second: Int
    /// How far the zone in which it is written is ahead of UTC.
    package let offsetMinutes: Int

    /// Seconds since 1970-01-01T00:00:00Z; a leap second counts as the second after it.
    package let seconds: Int
    /// The fraction of a second in digits, without trailing zeros: ordered as text, whatever its length.
    private let fraction: [UInt8]

    /// Nil if `text` is no date-time of RFC 3339, section 5.6.
    package init?(_ text: String) {
        var rest = Array(text.utf8)[...]

        func number(_ digits: Int, _ range: ClosedRange<Int>) -> Int? {
            guard rest.count >= digits, rest.prefix(digits).allSatisfy({ ASCII.isDigit($0) }) else { return nil }
            let value = rest.prefix(digits).reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            rest = rest.dropFirst(digits)
            return range ~= value ? value : nil
        }
        func skip(_ allowed: StaticString) -> Bool {
            guard let byte = rest.first, "\(allowed)".utf8.contains(byte) else { return false }
            rest = rest.dropFirst()
            return true
        }

        guard let year = number(4, 0...9999), skip("-"), let month = number(2, 1...12), skip("-"),
            let day = number(2, 1...Self.days(in: month, of: year)), skip("Tt"),
            let hour = number(2, 0...23), skip(":"), let minute = number(2, 0...59), skip(":"),
            let second = number(2, 0...60)
        else { return nil }

        var fraction: [UInt8] = []
        if skip(".") {
            while let byte = rest.first, ASCII.isDigit(byte) {
                fraction.append(byte)
                rest = rest.dropFirst()
            }
            guard !fraction.isEmpty else { return nil }
            while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        }
        self.fraction = fraction

        var offset = 0
        if !skip("Zz") {
            let isWest = rest.first == UInt8(ascii: "-")
            guard skip("+-"), let hours = number(2, 0...23), skip(":"), let minutes = number(2, 0...59) else {
                return nil
            }
            offset = (hours * 60 + minutes) * (isWest ? -1 : 1)
        }
        guard rest.isEmpty else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
        offsetMinutes = offset
        seconds = ((Self.daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second
    }

    /// Days since 1970-01-01 of the day in UTC; negative before it.
    package var dayInUTC: Int { (seconds - (seconds % 86_400 + 86_400) % 86_400) / 86_400 }

    package static func == (left: DateTime, right: DateTime) -> Bool {
        left.seconds == right.seconds && left.fraction == right.fraction
    }

    package static func < (left: DateTime, right: DateTime) -> Bool {
        if left.seconds != right.seconds { return left.seconds < right.seconds }
        return left.fraction.lexicographicallyPrecedes(right.fraction)
    }

    /// - Parameter month: 1 to 12.
    package static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days of the proleptic Gregorian calendar, counted in eras of 400 years that begin on 1 March.
    package static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

/// A day of the proleptic Gregorian calendar.
package struct CalendarDay: Sendable, Equatable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int

    /// - Parameter number: days since 1970-01-01; negative before it.
    package init(number: Int) {
        // Eras of 400 years and years that begin on 1 March, so that the leap day comes last.
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
