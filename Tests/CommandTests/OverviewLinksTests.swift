import Foundation
import TestSupport
import Testing

/// The links of an overview: a code and a step of the time line lead to the job with the most failed rows.
struct OverviewLinksTests {
    /// A job in an archive, with the number of failed rows for each code.
    private struct Job {
        let name: String
        let day: Int
        let failed: [String: Int]

        var all: Int { failed.values.reduce(0, +) }

        var dump: String {
            let rows =
                failed.sorted { $0.key < $1.key }.flatMap { code, count in
                    Array(repeating: #"{"error":{"code":"\#(code)","message":"m"}}"#, count: count)
                } + Array(repeating: #"{"created":true,"record_id":"r"}"#, count: 20)
            let date = "2025-03-\(day < 10 ? "0" : "")\(day)"
            return
                #"{"job_id":"\#(name)","status":"complete","created_at":"\#(date)T00:00:00Z","total":\#(rows.count),"#
                + #""results":[\#(rows.joined(separator: ","))]}"#
        }
    }

    private func archive(_ space: Workspace, seed: UInt64) throws -> [Job] {
        var random = SplitMix64(seed: seed)
        let jobs = (0..<30).map { number in
            Job(
                name: "j\(number + 10)", day: Int.random(in: 1...9, using: &random),
                failed: ["a", "b", "c"].reduce(into: [:]) { counts, code in
                    let count = Int.random(in: 0...6, using: &random)
                    if count > 0 { counts[code] = count }
                })
        }
        for job in jobs { try space.write(job.dump, as: "in/deep/\(job.name).json") }
        return jobs
    }

    /// Returns the job with the highest count, or the first of them by name.
    private func worst(_ jobs: [Job], by count: (Job) -> Int) -> Job? {
        jobs.filter { count($0) > 0 }.max { (count($0), $1.name) < (count($1), $0.name) }
    }

    @Test("Each code leads to the job with most of its rows, each day to the one with most failed rows", .seeded)
    func worstJobs() throws {
        let space = try Workspace()
        let jobs = try archive(space, seed: Seeds.new)
        let run = try importAudit("report", "in", "-o", "o", "--threads", "2", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let markdown = try space.text("o/index.md")
        let page = try space.text("o/index.xhtml")
        for code in ["a", "b", "c"] {
            let worst = try #require(self.worst(jobs) { $0.failed[code] ?? 0 })
            let rows = worst.failed[code] ?? 0
            let line = markdown.split(separator: "\n").first { $0.hasPrefix("| \(code) |") }
            #expect(
                line?.hasSuffix("[\(worst.name).json](jobs/\(worst.name)/report.md) (\(rows)) |") == true,
                "\(line ?? "")")
            let cell =
                "<a href=\"jobs/\(worst.name)/report.xhtml\"><bdi>\(worst.name).json</bdi></a> <span class=\"none\">\(rows)</span>"
            #expect(page.contains(cell), "\(cell)")
        }
        for day in 1...9 {
            let those = jobs.filter { $0.day == day }
            guard !those.isEmpty else { continue }
            let row = page.split(separator: "\n").first { $0.hasPrefix("<tr><th scope=\"row\">\(day) March 2025") }
            if let worst = worst(those, by: { $0.all }) {
                #expect(row?.contains("<a href=\"jobs/\(worst.name)/report.xhtml\">") == true, "\(day): \(row ?? "")")
            } else {
                #expect(row?.contains("<a ") == false)
            }
        }
        // The folder of all inputs is mentioned once.
        #expect(page.contains("Inputs are in <bdi class=\"code\">in/deep/</bdi>"))
        #expect(!page.contains("<bdi>in/deep/"))
    }

    @Test("The trend of a code is its share of each day's rows, and says when it was highest")
    func trend() throws {
        let space = try Workspace()
        let jobs = [
            Job(name: "first", day: 1, failed: ["a": 5, "b": 1]),
            Job(name: "second", day: 3, failed: ["a": 5, "b": 20]),
        ]
        for job in jobs { try space.write(job.dump, as: "\(job.name).json") }
        let run = try importAudit("report", "first.json", "second.json", "-o", "o", folder: space.path)
        #expect(run.status == 0, "\(run)")
        let page = try space.text("o/index.xhtml")
        // For a, 5 of 26 rows are a larger share than 5 of 45; for b, 20 of 45 are larger than 1 of 26.
        let trends = page.matches(of: /<title>(Highest [^<]*)<\/title><path fill="#cb2f3a" d="([^"]*)"/).map {
            (String($0.1), String($0.2))
        }
        #expect(
            trends.map { $0.0 } == [
                "Highest on 3 March 2025: 44.4% of 45 rows", "Highest on 1 March 2025: 19.2% of 26 rows",
            ])
        #expect(trends.map { $0.1 } == ["M0 12h21v-1h-21zM42 12h22v-12h-22z", "M0 12h21v-12h-21zM42 12h22v-6h-22z"])
    }

    @Test("Names of inputs that look like markup or links lead nowhere else")
    func hostileNames() throws {
        let space = try Workspace()
        let name = "<b>[x](http:!evil)|`"
        let job = Job(name: "j", day: 1, failed: ["a": 3])
        try space.write(job.dump, as: "in/\(name).json")
        try space.write(Job(name: "k", day: 2, failed: ["a": 1]).dump, as: "in/k.json")
        let run = try importAudit("report", "in", "-o", "o", folder: space.path)
        #expect(run.status == 0, "\(run)")
        #expect(
            try space.text("o/index.xhtml").contains(
                "<bdi>&lt;b&gt;[x](http:!evil)|`.json</bdi></a> <span class=\"none\">3</span>"))
        let line = try space.text("o/index.md").split(separator: "\n").first { $0.hasPrefix("| a |") }
        #expect(line?.contains("](jobs/j/report.md) (3) |") == true, "\(line ?? "")")
        #expect(line?.contains("[x](") == false && line?.contains("<b>") == false)
    }
}
