import Foundation
import TestSupport
import Testing

/// `Tests/Fixtures/JSON`: texts that are JSON, and texts that are not.
struct CorpusTests {
    /// Returns the texts in a folder by name.
    private func texts(_ folder: String) throws -> [(name: String, bytes: [UInt8])] {
        let path = "Tests/Fixtures/JSON/\(folder)"
        let names = try FileManager.default.contentsOfDirectory(atPath: Repository.path(path)).sorted()
        #expect(names.count > 20)
        return try names.map { ($0, try Repository.bytes("\(path)/\($0)")) }
    }

    /// Dumps with a text as the value of an unknown field, at each level, and the number of complete rows before it.
    static let places: [(name: String, before: String, after: String, rowsBefore: Int, rows: Int)] = [
        (
            "job", #"{"job_id":"j","status":"complete","total":2,"x":"#,
            #","results":[{"created":true},{"existing":true}]}"#, 0, 2
        ),
        ("end", #"{"job_id":"j","status":"complete","total":1,"results":[{"created":true}],"x":"#, "}", 1, 1),
        (
            "row", #"{"job_id":"j","status":"complete","total":3,"results":[{"created":true},{"x":"#,
            #","existing":true},{"created":true}]}"#, 1, 3
        ),
        (
            "row error",
            #"{"job_id":"j","status":"complete","total":2,"results":[{"created":true},{"error":{"code":"c","x":"#,
            #"}}]}"#, 1, 2
        ),
        ("job error", #"{"job_id":"j","status":"failed","total":0,"error":{"x":"#, #"},"results":[]}"#, 0, 0),
    ]

    @Test(
        "As the value of an unknown field: accepted ones change nothing, refused ones keep the rows before",
        arguments: 0..<5)
    func asValue(place index: Int) throws {
        let place = Self.places[index]
        let space = try Workspace()
        for (folder, status) in [("accept", Int32(0)), ("refuse", 65)] {
            let texts = try texts(folder)
            for (name, bytes) in texts {
                try space.write(Array(place.before.utf8) + bytes + Array(place.after.utf8), as: "\(folder)/\(name)")
            }
            let all = try run(texts.map { "\(folder)/\($0.name)" }, in: space)
            #expect(all.result.status == status, "\(all.result.errorText)")
            for (name, _) in texts {
                // An object that is not closed contains the rest of the dump, which is read as a dump inside it.
                let source = "\(folder)/\(name)"
                let jobs = all.jobs.filter { $0.key == source || $0.key.hasPrefix(source + ":") }.map { $0.value }
                #expect(jobs.count == (isRead(name, in: place.name) ? 2 : 1), "\(source) in \(place.name)")
                let findings = jobs.flatMap { $0["findings"] as? [[String: Any]] ?? [] }
                let ids = Set(findings.compactMap { $0["id"] as? String })
                let damage: Set = ["dump-truncated", "dump-malformed", "row-damaged", "text-repaired"]
                #expect(damage.isDisjoint(with: ids) == (folder == "accept"), "\(name) in \(place.name): \(ids)")
                func count(_ outcome: String) -> Int {
                    jobs.reduce(0) { $0 + (($1["rows"] as? [String: Any])?[outcome] as? Int ?? 0) }
                }
                // Reading continues after the refused text: each row is found, either intact or as a damaged one.
                let isSwallowed = place.name == "row error" && Self.openStrings.contains(name)
                #expect(count("seen") == (isSwallowed ? place.rowsBefore : place.rows), "\(name) in \(place.name)")
                #expect(count("unclassified") == (ids.contains("row-damaged") ? 1 : 0), "\(name) in \(place.name)")
            }
        }
    }

    /// Texts that leave a string open. If no quotation mark follows, the rest of the dump is part of it.
    private static let openStrings: Set = [
        "array-stray-quote.json", "array-unclosed-in-string.json", "object-unclosed-in-key.json",
        "string-backslash-run-odd.json", "string-ends-in-escape.json", "string-escaped-quote-only-end.json",
        "string-unterminated.json", "unicode-escape-end.json",
    ]

    /// Returns whether `results` is read as part of a dump inside an object that stays open.
    private func isRead(_ name: String, in place: String) -> Bool {
        place == "job" && ["object-unclosed.json", "object-unclosed-after-comma.json"].contains(name)
    }

    @Test(
        "Each refused text alone in a run gives 65", arguments: ["nesting-closed-100000.json", "utf8-bad-at-63.json"])
    func alone(name: String) throws {
        let place = Self.places[2]
        let space = try Workspace()
        let bytes = try #require(try texts("refuse").first { $0.name == name }).bytes
        try space.write(Array(place.before.utf8) + bytes + Array(place.after.utf8), as: "dump.json")
        let run = try importAudit("report", "dump.json", "-o", "o", folder: space.path)
        #expect(run.status == 65, "\(run)")
        #expect(try space.text("o/rows.csv").contains("\r\nj,1,created,,,,\r\n"))
    }

    @Test("By itself, a text is not an import job", arguments: ["accept", "refuse", "refuse-alone"])
    func noJob(folder: String) throws {
        let space = try Workspace()
        let texts = try texts(folder)
        for (name, bytes) in texts { try space.write(bytes, as: name) }
        let all = try run(texts.map { $0.name }, in: space)
        #expect(all.result.status == 65, "\(all.result)")
        // One text has the member names of an import job inside another object, and one is a string with such an object.
        let decoys = folder == "accept" ? ["key-known-names-nested.json", "string-looks-like-json.json"] : []
        #expect(all.jobs.keys.sorted() == decoys)
        // If a text is not JSON, the text around an object in it may be listed separately.
        let names = all.unreadable.map { String($0.source.prefix { $0 != ":" }) }
        #expect(Set(names) == Set(texts.map { $0.name }.filter { !decoys.contains($0) }))
        for (name, reason) in all.unreadable where !name.contains(":") {
            // JSON of another kind is reported as such, and other text is not mistaken for JSON. UTF-16 is converted
            // first, so it is JSON. Something that looks like a row is reported as a row.
            if name.hasPrefix("utf16") { continue }
            let isJSON = reason.hasPrefix("Not an import job: the JSON text is") || reason.contains("without its job")
            #expect(isJSON == (folder == "accept"), "\(name): \(reason)")
        }
    }

    private func run(
        _ names: [String], in space: Workspace
    ) throws -> (result: CommandResult, jobs: [String: [String: Any]], unreadable: [(source: String, reason: String)]) {
        let result = try RunningCommand(["summary", "--every-dump", "--format", "json"] + names, folder: space.path)
            .finish()
        #expect(result.status >= 0, "\(result)")
        let document = try parsed(result.output)
        let jobs = try #require(document["jobs"] as? [[String: Any]]).map { ($0["source"] as? String ?? "", $0) }
        let unreadable = try #require(document["unreadable"] as? [[String: String]])
        return (
            result, Dictionary(jobs) { first, _ in first },
            unreadable.map { ($0["source"] ?? "", $0["reason"] ?? "") }
        )
    }
}
