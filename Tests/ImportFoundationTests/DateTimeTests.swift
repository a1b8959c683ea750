import ImportFoundation
import TestSupport
import Testing

/// RFC 3339, section 5.6, and the order of instants.
@Suite struct DateTimeTests {
    @Test(
        arguments: [
            "2019-12-27T18:11:19.117Z", "2019-12-27T18:11:19Z", "2019-12-27t18:11:19z", "2020-02-29T00:00:00Z",
            "2000-02-29T00:00:00Z", "0000-02-29T00:00:00Z", "1990-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00",
            "1937-01-01T12:00:27.87+00:20", "9999-12-31T23:59:59.999999999999999999999999+23:59",
            "2019-01-01T00:00:00-00:00", "2019-04-30T23:59:59.0Z",
        ])
    func valid(_ text: String) {
        #expect(DateTime(text) != nil)
    }

    @Test(
        arguments: [
            "", "2019-12-27", "18:11:19Z", "2019-12-27T18:11:19", "2019-12-27 18:11:19Z", "2019-12-27T18:11Z",
            "2019-13-01T00:00:00Z", "2019-00-01T00:00:00Z", "2019-01-00T00:00:00Z", "2019-01-32T00:00:00Z",
            "2019-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2019-04-31T00:00:00Z",
            "2019-12-27T24:00:00Z", "2019-12-27T18:60:00Z", "2019-12-27T18:11:61Z", "2019-12-27T18:11:19.Z",
            "2019-12-27T18:11:19,5Z", "2019-12-27T18:11:19+24:00", "2019-12-27T18:11:19+01:60",
            "2019-12-27T18:11:19+0100", "2019-12-27T18:11:19+01", "2019-12-27T18:11:19ZZ", "2019-12-27T18:11:19Z ",
            " 2019-12-27T18:11:19Z", "19-12-27T18:11:19Z", "+2019-12-27T18:11:19Z", "12019-12-27T18:11:19Z",
            "2019-1-27T18:11:19Z", "2019-12-27T18:11:19−01:00", "２019-12-27T18:11:19Z", "2019-12-27T18:11:19Z\u{301}",
        ])
    func invalid(_ text: String) {
        #expect(DateTime(text) == nil)
    }

    @Test func partsAreAsWritten() throws {
        let time = try #require(DateTime("2019-12-27T18:11:19.5-03:30"))
        #expect([time.year, time.month, time.day, time.hour, time.minute, time.second] == [2019, 12, 27, 18, 11, 19])
        #expect(time.offsetMinutes == -210)
    }

    @Test(
        arguments: [
            ("2019-12-27T18:11:19Z", "2019-12-27T19:11:19+01:00"),
            ("2019-12-27T18:11:19Z", "2019-12-27T14:41:19-03:30"),
            ("2019-12-31T23:30:00-01:00", "2020-01-01T00:30:00Z"),
            ("2020-01-01T00:00:00.500Z", "2020-01-01T00:00:00.5Z"),
            ("2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00Z"), ("1990-12-31T23:59:60Z", "1991-01-01T00:00:00Z"),
            ("2020-01-01T00:00:00-00:00", "2020-01-01t00:00:00z"),
            ("0000-01-01T00:00:00+01:00", "0000-01-01T00:00:00+01:00"),
        ])
    func sameInstant(_ left: String, _ right: String) throws {
        let (left, right) = (try #require(DateTime(left)), try #require(DateTime(right)))
        #expect(left == right)
        #expect(!(left < right) && !(right < left))
    }

    @Test(
        arguments: [
            ("2019-12-27T18:11:19Z", "2019-12-27T18:11:19.0001Z"),
            ("2019-12-27T18:11:19.09Z", "2019-12-27T18:11:19.1Z"),
            ("2019-12-27T18:11:19.19Z", "2019-12-27T18:11:19.2Z"),
            ("2019-12-27T19:00:00+02:00", "2019-12-27T18:00:00Z"),
            ("1990-12-31T23:59:59.9Z", "1990-12-31T23:59:60Z"), ("1990-12-31T23:59:60Z", "1991-01-01T00:00:01Z"),
            ("2020-02-28T23:59:59Z", "2020-02-29T00:00:00Z"), ("2020-02-29T23:59:59Z", "2020-03-01T00:00:00Z"),
            ("2019-12-27T18:11:19.99999999999999999999Z", "2019-12-27T18:11:20Z"),
            ("0000-01-01T00:00:00+23:59", "0000-01-01T00:00:00Z"), ("1969-12-31T23:59:59.9Z", "1970-01-01T00:00:00Z"),
        ])
    func earlier(_ left: String, _ right: String) throws {
        let (left, right) = (try #require(DateTime(left)), try #require(DateTime(right)))
        #expect(left < right)
        #expect(!(right < left) && left != right)
    }

    /// Compares with a calendar that counts the years and months one by one.
    @Test(.seeded, arguments: Seeds.and(new: 3339)) func orderAgreesWithACountingCalendar(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        var times: [(time: DateTime, milliseconds: Int)] = []
        for _ in 0..<300 {
            let isNear = Bool.random(using: &generator)
            let year =
                isNear ? Int.random(in: 1999...2000, using: &generator) : Int.random(in: 0...9999, using: &generator)
            let month = Int.random(in: 1...12, using: &generator)
            let day = Int.random(in: 1...Self.days(in: month, of: year), using: &generator)
            let (hour, minute) = (Int.random(in: 0...23, using: &generator), Int.random(in: 0...59, using: &generator))
            let (second, thousandth) = (
                Int.random(in: 0...59, using: &generator), Int.random(in: 0...999, using: &generator)
            )
            let offset = Int.random(in: -1439...1439, using: &generator)
            let zone =
                (offset < 0 ? "-" : "+") + Self.digits(abs(offset) / 60, 2) + ":" + Self.digits(abs(offset) % 60, 2)
            let date = "\(Self.digits(year, 4))-\(Self.digits(month, 2))-\(Self.digits(day, 2))"
            let clock =
                "\(Self.digits(hour, 2)):\(Self.digits(minute, 2)):\(Self.digits(second, 2)).\(Self.digits(thousandth, 3))"
            var days = day - 1
            for earlier in 0..<year { days += Self.days(in: 2, of: earlier) == 29 ? 366 : 365 }
            for earlier in 1..<month { days += Self.days(in: earlier, of: year) }
            let minutes = (days * 24 + hour) * 60 + minute - offset
            times.append(
                (try #require(DateTime("\(date)T\(clock)\(zone)")), (minutes * 60 + second) * 1000 + thousandth))
        }
        for left in times {
            for right in times {
                #expect((left.time < right.time) == (left.milliseconds < right.milliseconds))
                #expect((left.time == right.time) == (left.milliseconds == right.milliseconds))
            }
        }
    }

    private static func days(in month: Int, of year: Int) -> Int {
        let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        String(repeating: "0", count: count - String(number).count) + String(number)
    }
}
