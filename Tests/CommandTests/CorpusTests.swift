import Foundation
import Testing

/// `Tests/Fixtures/JSON`: texts that are JSON, and texts that are not.
struct CorpusTests {
    /// The texts of a folder by name.
    private func texts(_ folder: String) throws -> [(name: String, bytes: [UInt8])] {
        let path = "Tests/Fixtures/JSON/\(folder)"
        let names = try FileManager.default.contentsOfDirectory(atPath: Repository.path(path)).sorted()
        #expect(names.count > 20)
        return try names.map { ($0, try Repository.bytes("\(path)/\($0)")) }
    }

    /// Dumps with a text as the value of an unknown field, at each level, and the rows that are whole before it.
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
                // A text that leads out of its place leaves more behind the job, which then has a line of its own.
                let found = all.jobs["\(folder)/\(name)"] ?? all.jobs["\(folder)/\(name):1"]
                let job = try #require(found, "\(folder)/\(name) in \(place.name) is no job")
                let rows = job["rows"] as? [String: Any]
                let ids = (job["findings"] as? [[String: Any]])?.compactMap { $0["id"] as? String } ?? []
                let damage: Set = [
                    "dump-truncated", "dump-malformed", "row-damaged", "text-repaired", "skipped-text",
                ]
                #expect(
                    damage.isDisjoint(with: ids) == (folder == "accept") || all.jobs["\(folder)/\(name)"] == nil,
                    "\(name) in \(place.name): \(ids)")
                let seen = rows?["seen"] as? Int ?? -1
                // Reading goes on behind what is refused, where it can.
                if folder == "accept" {
                    #expect(seen == place.rows, "\(name) in \(place.name)")
                } else {
                    #expect(seen >= place.rowsBefore && seen <= place.rows + 1, "\(name) in \(place.name): \(seen)")
                }
            }
        }
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

    @Test("Alone, a text is no import job", arguments: ["accept", "refuse", "refuse-alone"])
    func noJob(folder: String) throws {
        let space = try Workspace()
        let texts = try texts(folder)
        for (name, bytes) in texts { try space.write(bytes, as: name) }
        let all = try run(texts.map { $0.name }, in: space)
        #expect(all.result.status == 65, "\(all.result)")
        // One text has the names of an import job, to be a decoy inside another.
        let decoys = folder == "accept" ? ["key-known-names-nested.json"] : []
        #expect(Array(all.jobs.keys) == decoys)
        // Of a text that is no JSON, what is around an object in it may be listed by itself.
        let names = all.unreadable.map { String($0.source.prefix { $0 != ":" }) }
        #expect(Set(names) == Set(texts.map { $0.name }.filter { !decoys.contains($0) }))
        for (name, reason) in all.unreadable where !name.contains(":") {
            // JSON of another kind is said to be that; what is no JSON is not taken for any.
            // (UTF-16 is converted, and then it is JSON. What looks like a row is called one.)
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
