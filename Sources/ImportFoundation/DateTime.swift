/// An instant in the format of RFC 3339, such as `2019-12-27T18:11:19.117Z`, with any offset and any fraction of a
/// second.
///
/// An instant without a fraction needs no heap allocation: dumps have three of them in each of a million jobs.
package struct DateTime: Sendable, Comparable {
    /// Year, month, day, hour, minute and second as written, packed into bit fields so that they compare
    /// chronologically.
    private let written: UInt64
    /// How far the written time is ahead of UTC, in minutes.
    package let offsetMinutes: Int
    /// The digits of the fraction of a second, without trailing zeros, so that fractions of any length compare as text.
    private let fraction: [UInt8]

    /// Nil if `text` is not a date-time according to RFC 3339, section 5.6.
    package init?(_ text: String) {
        self.init(text.utf8Span.span)
    }

    /// Nil if the UTF-8 `text` is not a date-time according to RFC 3339, section 5.6.
    package init?(_ text: Span<UInt8>) {
        /// Reads `count` digits as a number; -1 if any of these bytes is not a digit.
        func number(_ start: Int, _ count: Int) -> Int {
            var number = 0
            for index in start..<start + count {
                let digit = text[index] &- UInt8(ascii: "0")
                guard digit < 10 else { return -1 }
                number = number * 10 + Int(digit)
            }
            return number
        }
        func has(_ mark: Unicode.Scalar, at index: Int) -> Bool { text[index] == UInt8(ascii: mark) }

        // Everything up to the seconds has a fixed length, and a zone follows.
        guard text.count >= 20, has("-", at: 4), has("-", at: 7), has("T", at: 10) || has("t", at: 10),
            has(":", at: 13), has(":", at: 16)
        else { return nil }
        let (year, month, day) = (number(0, 4), number(5, 2), number(8, 2))
        let (hour, minute, second) = (number(11, 2), number(14, 2), number(17, 2))
        guard year >= 0, 1...12 ~= month, 1...Self.days(in: month, of: year) ~= day, 0...23 ~= hour,
            0...59 ~= minute, 0...60 ~= second
        else { return nil }

        var end = 19
        var fraction: [UInt8] = []
        if has(".", at: end) {
            end += 1
            while end < text.count, ASCII.isDigit(text[end]) {
                fraction.append(text[end])
                end += 1
            }
            guard !fraction.isEmpty else { return nil }
            while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        }

        var offset = 0
        if text.count == end + 6 {
            guard has("+", at: end) || has("-", at: end), has(":", at: end + 3) else { return nil }
            let (hours, minutes) = (number(end + 1, 2), number(end + 4, 2))
            guard 0...23 ~= hours, 0...59 ~= minutes else { return nil }
            offset = (hours * 60 + minutes) * (has("-", at: end) ? -1 : 1)
        } else {
            guard text.count == end + 1, has("Z", at: end) || has("z", at: end) else { return nil }
        }
        let date = (year << 4 | month) << 5 | day
        written = UInt64(((date << 5 | hour) << 6 | minute) << 6 | second)
        offsetMinutes = offset
        self.fraction = fraction
    }

    package var year: Int { Int(written >> 26) }
    package var month: Int { Int(written >> 22 & 0xF) }
    package var day: Int { Int(written >> 17 & 0x1F) }
    package var hour: Int { Int(written >> 12 & 0x1F) }
    package var minute: Int { Int(written >> 6 & 0x3F) }
    /// 0 to 60: RFC 3339 allows for leap seconds.
    package var second: Int { Int(written & 0x3F) }

    /// Seconds since 1970-01-01T00:00:00Z; a leap second counts as the second after it.
    package var seconds: Int {
        ((Self.daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offsetMinutes) * 60 + second
    }

    /// Days from 1970-01-01 to the instant's day in UTC; negative before it.
    package var dayInUTC: Int {
        let seconds = seconds
        return (seconds - (seconds % 86_400 + 86_400) % 86_400) / 86_400
    }

    package static func == (left: DateTime, right: DateTime) -> Bool {
        let (one, two) = comparable(left, right)
        return one == two && left.fraction == right.fraction
    }

    package static func < (left: DateTime, right: DateTime) -> Bool {
        let (one, two) = comparable(left, right)
        if one != two { return one < two }
        return left.fraction.lexicographicallyPrecedes(right.fraction)
    }

    /// Returns two numbers that compare as the instants do, apart from fractions of a second.
    private static func comparable(_ left: DateTime, _ right: DateTime) -> (UInt64, UInt64) {
        // In the same zone, the written times compare directly, except that a leap second equals the second after it.
        if left.offsetMinutes == right.offsetMinutes, left.second < 60, right.second < 60 {
            return (left.written, right.written)
        }
        // Years begin at 0, and an offset shifts an instant by less than a day.
        let least = daysSince1970(-1, 1, 1) * 86_400
        return (UInt64(left.seconds - least), UInt64(right.seconds - least))
    }

    /// - Parameter month: 1 to 12.
    package static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Returns the days since 1970-01-01 in the proleptic Gregorian calendar, counted in eras of 400 years that begin
    /// on 1 March.
    package static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

/// A day of the proleptic Gregorian calendar.
package struct CalendarDay: Sendable, Hashable, Comparable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int

    /// - Parameter number: days since 1970-01-01; negative before it.
    package init(number: Int) {
        // Eras of 400 years begin on 1 March, and so do years here, which puts the leap day last.
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

    /// - Parameter text: `YYYY-MM-DD`, from year 1 on; the result is nil for anything else, including days that do not
    ///   exist.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), year > 0, (1...12).contains(month),
            (1...DateTime.days(in: month, of: year)).contains(day)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard ASCII.isDigit(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    /// Days since 1970-01-01.
    package var number: Int { DateTime.daysSince1970(year, month, day) }

    /// `YYYY-MM-DD`.
    package var text: String { "\(year.digits(4))-\(month.digits(2))-\(day.digits(2))" }

    package static func < (left: CalendarDay, right: CalendarDay) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

extension DateTime {
    /// Formats an instant as `2026-03-01T02:10:05Z`.
    ///
    /// - Parameter second: seconds since 1970-01-01T00:00:00Z, in a year from 0 to 9999.
    package static func text(ofSecond second: Int) -> String {
        let ofDay = (second % 86_400 + 86_400) % 86_400
        let time = [ofDay / 3600, ofDay / 60 % 60, ofDay % 60].map { $0.digits(2) }.joined(separator: ":")
        return "\(CalendarDay(number: (second - ofDay) / 86_400).text)T\(time)Z"
    }

    /// In English, January first.
    package static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]
}
