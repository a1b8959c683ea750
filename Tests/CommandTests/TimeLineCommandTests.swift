import Foundation
import TestSupport
import Testing

/// Compares the failures over time in an overview with sums computed by Foundation's calendar.
struct TimeLineCommandTests {
    /// Writes dumps with dates in several months. Every tenth dump does not say when it was created.
    private static func dumps(in space: Workspace) throws -> [String: [Int]] {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = .gmt
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "d MMMM yyyy"
        // A time zone east of Greenwich, where it may already be the next day.
        let eastern = DateFormatter()
        eastern.locale = formatter.locale
        eastern.timeZone = TimeZone(secondsFromGMT: 10 * 3600)
        eastern.dateFormat = "yyyy-MM-dd'T'HH:mm:ssXXX"
        var weeks: [String: [Int]] = [:]
        for number in 0..<120 {
            let rows = 3 + number % 11
            let failed = number % 4
            let results = (0..<rows).map { $0 < failed ? #"{"error":{"code":"c"}}"# : #"{"created":true}"# }
            let date = Date(timeIntervalSince1970: 1_767_000_000 + Double(number * 7919 % 180) * 86_400 + 40_000)
            let text = eastern.string(from: date)
            let created = number % 10 == 0 ? "" : #""created_at":"\#(text)","#
            try space.write(
                #"{"job_id":"job-\#(number)","status":"complete",\#(created)"total":\#(rows),"results":[\#(results.joined(separator: ","))]}"#,
                as: "dumps/\(number).json")
            guard number % 10 != 0 else { continue }
            let week = try #require(calendar.dateInterval(of: .weekOfYear, for: date)).start
            let before = weeks[formatter.string(from: week)] ?? [0, 0, 0]
            weeks[formatter.string(from: week)] = zip(before, [1, rows, failed]).map { $0 + $1 }
        }
        return weeks
    }

    /// Returns the text under "Failures over time" in the Markdown of an overview.
    private static func section(_ folder: String, in space: Workspace) throws -> String {
        let text = try space.text("\(folder)/index.md")
        let start = try #require(text.range(of: "## Failures over time\n"))
        let end = try #require(text.range(of: "\n## ", range: start.upperBound..<text.endIndex))
        return String(text[start.upperBound..<end.lowerBound])
    }

    @Test("The weeks of an overview are those of the calendar, by any number of threads, and merged in any order")
    func weeks() throws {
        let space = try Workspace()
        let expected = try Self.dumps(in: space)
        for threads in ["1", "3"] {
            let run = try importAudit("report", space["dumps"], "-o", space["audit\(threads)"], "--threads", threads)
            #expect(run.status == 0, "\(run)")
        }
        let section = try Self.section("audit1", in: space)
        #expect(try Self.section("audit3", in: space) == section)
        #expect(
            section.contains("108 jobs were created from ")
                && section.contains(" The creation time of 12 other jobs is missing or unreadable."))

        var found: [String: [Int]] = [:]
        for line in section.split(separator: "\n") where line.hasPrefix("| ") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let numbers = cells[1...3].compactMap { Int($0.replacing(",", with: "")) }
            if numbers.count == 3 { found[cells[0]] = numbers }
        }
        #expect(found == expected)

        var parts: [String] = []
        for remainder in 0..<3 {
            let inputs = (0..<120).filter { $0 % 3 == remainder }.map { space["dumps/\($0).json"] }
            let summary = try RunningCommand(["summary", "--format", "json", "--sha256"] + inputs).finish()
            parts.append(try space.write(summary.output, as: "part\(remainder).json"))
        }
        for files in [parts, parts.reversed()] {
            let run = try RunningCommand(["merge"] + files + ["-o", space["merged"]]).finish()
            #expect(run.status == 0, "\(run)")
            #expect(try Self.section("merged", in: space) == section)
        }
    }
}
