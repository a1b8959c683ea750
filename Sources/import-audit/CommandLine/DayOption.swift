import ArgumentParser
import ImportAnalysis
import ImportDumps
import ImportFoundation

/// A day that an option names.
enum DayOption {
    /// Days since 1970-01-01.
    static func day(_ text: String, _ option: String) throws -> Int {
        guard let date = CalendarDate(text) else {
            throw ValidationError("“\(shownText(text))” is not a day; \(option) takes one such as 2026-12-31.")
        }
        return DateTime.daysSince1970(date.year, date.month, date.day)
    }
}
