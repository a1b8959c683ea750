import ImportAnalysis
import ImportDumps

/// The audit of many jobs in one sentence.
package struct OverviewVerdict: Sendable {
    package let level: Verdict.Level
    /// How it stands, in a few words.
    package let word: String
    /// How many jobs are how, in a sentence or two. No text of a dump is in it.
    package let sentence: String

    init(levels: [Verdict.Level: Int], failedRows: Int, unreadable: Int) {
        let jobs = levels.values.reduce(0, +)
        func count(_ level: Verdict.Level) -> Int { levels[level, default: 0] }
        if count(.critical) > 0 {
            level = .critical
            word = count(.critical) == 1 ? "A job is critical" : "Jobs are critical"
        } else if jobs == 0 {
            level = .critical
            word = "No job was found"
        } else if unreadable > 0 {
            level = .warning
            word = unreadable == 1 ? "An input was not read" : "Inputs were not read"
        } else if count(.warning) > 0 {
            level = .warning
            word = failedRows > 0 ? "Rows failed" : "Needs a look"
        } else if count(.pending) > 0 {
            level = .pending
            word = "Still processing"
        } else {
            level = .good
            word = "Everything accounted for"
        }
        sentence = Self.jobsSentence(jobs, count) + Self.unreadableSentence(unreadable, jobs: jobs)
    }

    private static func jobsSentence(_ jobs: Int, _ count: (Verdict.Level) -> Int) -> String {
        guard jobs > 0 else { return "There is no import job among the inputs." }
        let clean = count(.good)
        if clean == jobs {
            return jobs == 1
                ? "The one job is clean: no row failed and none is missing."
                : "All \(Wording.grouped(jobs)) jobs are clean: no row failed and none is missing."
        }
        if jobs == 1 {
            if count(.critical) == 1 { return "The one job is critical." }
            return count(.warning) == 1 ? "The one job needs a look." : "The one job was still processing."
        }
        func part(_ level: Verdict.Level, one: String, many: String) -> String? {
            let number = count(level)
            return number == 0 ? nil : "\(Wording.grouped(number)) \(number == 1 ? one : many)"
        }
        let parts = [
            clean == 0 ? "none is clean" : part(.good, one: "is clean", many: "are clean"),
            part(.warning, one: "needs a look", many: "need a look"),
            part(.critical, one: "is critical", many: "are critical"),
            part(.pending, one: "was still processing", many: "were still processing"),
        ].compactMap { $0 }
        let list = parts.dropLast().joined(separator: ", ") + (parts.count > 1 ? " and " : "") + (parts.last ?? "")
        return "Of \(Wording.grouped(jobs)) jobs, \(list)."
    }

    private static func unreadableSentence(_ unreadable: Int, jobs: Int) -> String {
        guard unreadable > 0 else { return "" }
        let other = jobs > 0 ? "other " : ""
        return unreadable == 1
            ? " 1 \(other)input could not be read."
            : " \(Wording.grouped(unreadable)) \(other)inputs could not be read."
    }
}
