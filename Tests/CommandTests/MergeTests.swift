import Foundation
import TestSupport
import Testing

/// `merge`: separate summaries add up to the summary of all.
struct MergeTests {
    /// Writes dumps, including several of one job, and inputs that are not dumps.
    private static func dumps(in space: Workspace) throws -> [String] {
        let samples = Repository.samples.map { Repository.sample($0) }
        func job(_ status: String, _ time: String, _ rows: String) -> String {
            #"{"job_id":"polled","status":"\#(status)","total":2,"updated_at":"2026-01-01T\#(time)Z","results":[\#(rows)]}"#
        }
        let created = #"{"created":true}"#
        return try samples + [
            space.write(job("processing", "10:00:00", ""), as: "p0.json"),
            space.write(job("processing", "10:00:10", created), as: "p1.json"),
            space.write(job("complete", "10:00:20", "\(created),\(created)"), as: "p2.json"),
            space.write(job("complete", "10:00:20", "\(created),\(created)"), as: "p3.json"),
            space.write(job("complete", "10:00:20", #"\#(created),{"error":{"code":"c"}}"#), as: "p4.json"),
        ]
    }

    private static func summary(_ inputs: [String], as name: String, in space: Workspace) throws -> String {
        let run = try RunningCommand(["summary", "--format", "json", "--sha256"] + inputs).finish()
        return try space.write(run.output, as: name)
    }

    @Test("Merging gives the same result as one audit of everything, however the parts are grouped")
    func sameAsAtOnce() throws {
        let space = try Workspace()
        let dumps = try Self.dumps(in: space)
        let whole = try parsed(
            try space.bytes((try Self.summary(dumps, as: "all.json", in: space) as NSString).lastPathComponent))
        func byIdentity(_ document: [String: Any]) throws -> [String] {
            let jobs = try #require(document["jobs"] as? [[String: Any]])
            return try
                (jobs + [["totals": try #require(document["totals"])], ["u": try #require(document["unreadable"])]])
                .map {
                    String(
                        decoding: try JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys]), as: UTF8.self)
                }
                .sorted()
        }
        for parts in [2, 3, dumps.count] {
            let files = try (0..<parts).map { part in
                try Self.summary(
                    dumps.indices.filter { $0 % parts == part }.map { dumps[$0] }, as: "part\(part).json", in: space)
            }
            let merged = try RunningCommand(["merge"] + files).finish()
            #expect(merged.status == 0, "\(merged)")
            #expect(try byIdentity(try parsed(merged.output)) == byIdentity(whole))
            let reversed = try RunningCommand(["merge"] + files.reversed()).finish()
            #expect(try byIdentity(try parsed(reversed.output)) == byIdentity(whole))
            // First some of the parts, then the rest. Merging again changes nothing.
            let first = try space.write(
                try RunningCommand(["merge"] + files.dropLast()).finish().output, as: "first.json")
            let grouped = try RunningCommand(["merge", first, try #require(files.last)]).finish()
            #expect(grouped.output == merged.output)
            let again = try space.write(merged.output, as: "merged.json")
            #expect(try RunningCommand(["merge", again]).finish().output == merged.output)
        }
        let polled = try #require((whole["jobs"] as? [[String: Any]])?.filter { $0["job_id"] as? String == "polled" })
        #expect(polled.count == 1)
        #expect((polled[0]["superseded"] as? [String: Any])?["count"] as? Int == 3)
        let findings = (polled[0]["findings"] as? [[String: Any]])?.compactMap { $0["id"] as? String }
        #expect(findings == ["conflicting-snapshots", "superseded-snapshot"])
    }

    @Test("summary shows one dump of a job, and every dump on request")
    func everyDump() throws {
        let space = try Workspace()
        let dumps = try Self.dumps(in: space).suffix(5)
        let one = try RunningCommand(["summary", "--format", "json"] + dumps).finish()
        #expect((try parsed(one.output)["jobs"] as? [Any])?.count == 1, "\(one)")
        let all = try RunningCommand(["summary", "--every-dump", "--format", "json"] + dumps).finish()
        let sources = (try parsed(all.output)["jobs"] as? [[String: Any]])?.compactMap { $0["source"] as? String }
        #expect(sources == Array(dumps), "\(all)")
    }

    @Test("--output writes the overview, valid and complete; nothing is printed unless requested")
    func output() throws {
        let space = try Workspace()
        let file = try Self.summary(try Self.dumps(in: space), as: "all.json", in: space)
        let run = try importAudit("merge", file, "-o", space["o"])
        #expect(run.status == 0 && run.output.isEmpty, "\(run)")
        #expect(
            run.errorText.contains("Written to \(space["o"]): index.xhtml, index.md, jobs.csv, codes.csv, summary.json")
        )
        #expect(
            space.names(in: "o") == [
                "codes.csv", "index.md", "index.xhtml", "jobs.csv", "manifest.jsonl", "summary.json",
            ])
        #expect(try space.bytes("o/summary.json") == space.bytes("all.json"))
        let valid = try importAudit("validate", space["o/index.xhtml"])
        #expect(valid.status == 0, "\(valid)")
        let jobs = try #require(try parsed(try space.bytes("all.json"))["jobs"] as? [Any])
        #expect(try space.text("o/jobs.csv").split(separator: "\r\n").count >= jobs.count + 1)
        let both = try importAudit("merge", file, "-o", space["o"], "--format", "text")
        #expect(both.outputText.contains("The worst jobs first"), "\(both)")
        let text = try importAudit("merge", file, "--format", "text")
        #expect(text.output == both.output)
        let piped = try importAudit("merge", "-", input: .bytes(try space.bytes("all.json")))
        #expect(try piped.output == space.bytes("all.json"))
    }

    @Test("Unreadable summaries are listed; the others are merged")
    func faults() throws {
        let space = try Workspace()
        let good = try Self.summary([Repository.sample("sync")], as: "good.json", in: space)
        let bytes = try space.bytes("good.json")
        let cut = try space.write(Array(bytes.prefix(bytes.count / 2)), as: "cut.json")
        let newer = try space.write(
            String(decoding: bytes, as: UTF8.self).replacing("\"version\": 1", with: "\"version\": 99"),
            as: "newer.json")
        let run = try importAudit("merge", cut, good, newer, Repository.sample("sync"))
        #expect(run.status == 65, "\(run)")
        let document = try parsed(run.output)
        #expect((document["jobs"] as? [Any])?.count == 1)
        let unreadable = try #require(document["unreadable"] as? [[String: Any]])
        #expect(unreadable.map { $0["source"] as? String } == [cut, newer, Repository.sample("sync")])
        #expect(run.errorText.contains("\(cut): The summary is cut off at byte"), "\(run)")
        #expect(run.errorText.contains("version 99"), "\(run)")
        #expect(run.errorText.contains("Not a summary of import-audit"), "\(run)")
        let missing = try importAudit("merge", good, space["none.json"])
        #expect(missing.status == 66, "\(missing)")
        #expect((try parsed(missing.output)["jobs"] as? [Any])?.count == 1)
    }

    @Test("Summaries from a folder, one after another in a file, one on each line, from a pipe: always the same")
    func manyInputs() throws {
        let space = try Workspace()
        let dumps = try Self.dumps(in: space)
        let names = ["b.json", "a.json", "c.json"]
        for (part, name) in names.enumerated() {
            _ = try Self.summary(dumps.indices.filter { $0 % 3 == part }.map { dumps[$0] }, as: "in/\(name)", in: space)
        }
        let ordered = names.sorted().map { space["in/\($0)"] }
        let expected = try RunningCommand(["merge"] + ordered).finish()
        #expect(expected.status == 0, "\(expected)")
        func check(_ arguments: String..., input: CommandInput = .nothing) throws {
            let run = try RunningCommand(["merge"] + arguments, input: input, folder: space.path).finish()
            #expect(run.status == 0 && run.errors.isEmpty, "\(run)")
            #expect(run.output == expected.output, "\(arguments)")
        }
        try check("in")
        let parts = try names.sorted().map { try space.bytes("in/\($0)") }
        try space.write(parts.flatMap { $0 }, as: "several.json")
        try check("several.json")
        try check("-", input: .bytes(parts.flatMap { $0 }))
        // No text contains a line feed.
        let lines = parts.map { part in
            String(decoding: part, as: UTF8.self).split(separator: "\n").joined() + "\n"
        }
        try space.write(lines.joined(), as: "lines.jsonl")
        try check("lines.jsonl")
        try space.shell("gzip -c several.json > several.json.gz && tar cf in.tar in")
        try check("several.json.gz")
        try check("in.tar")
    }

    @Test("A broken summary among others in a file, a dump and other outputs in a folder: each is reported")
    func manyFaults() throws {
        let space = try Workspace()
        let good = try Self.summary([Repository.sample("sync")], as: "in/1.json", in: space)
        let other = try Self.summary([Repository.sample("many-failures")], as: "2.json", in: space)
        let (first, second) = (try space.bytes("in/1.json"), try space.bytes("2.json"))
        try space.write(first + second + first.prefix(first.count / 2), as: "three.json")
        let lines = first.count { $0 == 0x0A } + second.count { $0 == 0x0A } + 1
        let three = try importAudit("merge", "three.json", folder: space.path)
        #expect(three.status == 65, "\(three)")
        let document = try parsed(three.output)
        #expect((document["jobs"] as? [Any])?.count == 2)
        let unreadable = try #require(document["unreadable"] as? [[String: Any]])
        #expect(unreadable.map { $0["source"] as? String } == ["three.json:\(lines)"], "\(three)")

        _ = try importAudit("report", Repository.sample("sync"), "-o", space["in/report"])
        try space.write(try space.bytes("2.json"), as: "in/2.json")
        let folder = try importAudit("merge", "in", folder: space.path)
        #expect(folder.status == 0, "\(folder)")
        #expect(folder.output == (try importAudit("merge", good, other, space["in/report/summary.json"])).output)
        #expect(folder.errorText.contains("files that import-audit wrote were skipped"), "\(folder)")
        let named = try importAudit("merge", "in/report/rows.csv", "2.json", folder: space.path)
        #expect(named.status == 65 && named.errorText.contains("in/report/rows.csv: "), "\(named)")
        try space.write("{\"job_id\":\"j\",\"results\":[]}", as: "in/dump.json")
        let dump = try importAudit("merge", "in", folder: space.path)
        #expect(dump.status == 65 && dump.errorText.contains("in/dump.json: Not a summary"), "\(dump)")
        // The output would overwrite a summary in the folder.
        try space.write(try space.bytes("2.json"), as: "o/summary.json")
        let over = try importAudit("merge", "o", "-o", "o", folder: space.path)
        #expect(over.status == 73, "\(over)")
        #expect(try space.bytes("o/summary.json") == second)
    }

    @Test("Unreadable inputs of a summary come back as they are, whatever their names and reasons contain")
    func unreadableTexts() throws {
        let space = try Workspace()
        let texts = ["", "a", "\u{0}", "a\u{0}b", "\u{0}a", "12:3", ":", "é\n\u{202E}"]
        let inputs: [[String: String]] = texts.flatMap { source in texts.map { ["source": source, "reason": $0] } }
        _ = try Self.summary([Repository.sample("sync")], as: "one.json", in: space)
        var document = try parsed(try space.bytes("one.json"))
        document["unreadable"] = inputs
        // The totals must come after the jobs.
        let totals = document.removeValue(forKey: "totals")
        let rest = try JSONSerialization.data(withJSONObject: document)
        let end = try JSONSerialization.data(withJSONObject: ["totals": try #require(totals)])
        try space.write(Array(rest.dropLast()) + [UInt8(ascii: ",")] + Array(end.dropFirst()), as: "two.json")
        let merged = try importAudit("merge", "two.json", folder: space.path)
        #expect(merged.status == 0, "\(merged)")
        let found = try #require(try parsed(merged.output)["unreadable"] as? [[String: String]])
        #expect(found == inputs)
    }
}
