import Foundation
import TestSupport
import Testing

/// Dumps as they are on disk: in various encodings and in container logs.
struct DressTests {
    /// The same job in many forms: how to make the file from `job.json` (compact) or `pretty.json`, and the form's
    /// name.
    static let dresses: [(String, String)] = [
        ("iconv -f UTF-8 -t UTF-16LE job.json > x", "utf-16le without a mark"),
        ("(printf '\\377\\376'; iconv -f UTF-8 -t UTF-16LE pretty.json) > x", "PowerShell"),
        ("iconv -f UTF-8 -t UTF-16 pretty.json > x", "utf-16"), ("iconv -f UTF-8 -t UTF-32BE job.json > x", "utf-32be"),
        ("iconv -f UTF-8 -t UTF-16BE pretty.json | gzip > x", "utf-16be, compressed"),
        ("sed 's/^/2025-03-04T10:06:00.25Z /' pretty.json > x", "kubectl logs --timestamps"),
        ("sed 's/^/api-1  | /' pretty.json > x", "docker compose logs"),
        ("sed 's/^/[pod\\/a-1\\/b] 2025-03-04T10:06:00Z /' pretty.json > x", "kubectl logs --prefix --timestamps"),
        ("sed 's/^/Nov 27 12:00:00 host prog[123]: /' pretty.json > x", "journalctl"),
        ("sed 's/^/2025-03-04T10:06:00.25Z stdout F /' pretty.json > x", "CRI"),
        ("fold -b -w 100 job.json | sed 's/^/2025-03-04T10:06:00Z stdout P /' > x", "CRI in pieces"),
        ("sed 's/^/data: /' pretty.json > x; echo >> x", "an event stream"),
        (
            """
            python3 -c "
            import json
            for line in open('pretty.json'):
                for n in range(0, len(line), 30):
                    print(json.dumps({'log': line[n:n+30], 'stream': 'stdout', 'time': 'x'}, separators=(',', ':')))
                    print(json.dumps({'log': 'warning\\n', 'stream': 'stderr', 'time': 'x'}))
            " > x
            """, "json-file"
        ),
        ("sed 's/^/api-1  | /' pretty.json | iconv -f UTF-8 -t UTF-16 > x && tar -cf y x && mv y x", "all at once"),
    ]

    @Test("A dump gives the same result in any wrapping, with one thread and with two", arguments: dresses)
    func same(script: String, name: String) throws {
        let space = try Workspace()
        let job = [
            #"{"job_id":"ü1","status":"complete","total":3,"results":[{"id":"a","created":true},"#,
            #"{"created":false,"error":{"code":"bad","message":"„Müller“ 漢字 🙂"}},{"id":"b","existing":true}]}"#,
        ].joined()
        try space.write(job + "\n", as: "job.json")
        try space.shell("python3 -m json.tool --no-ensure-ascii job.json > pretty.json")
        try space.shell(script)
        let plain = try Self.outcome(of: try importAudit("summary", "--format", "json", space["job.json"]))
        for threads in ["1", "2"] {
            let run = try importAudit("summary", "--format", "json", "--threads", threads, space["x"])
            #expect(try Self.outcome(of: run) == plain, "\(name): \(run)")
        }
    }

    /// Returns the contents of a summary's jobs without their positions.
    private static func outcome(of run: CommandResult) throws -> String {
        let jobs = try #require(try parsed(run.output)["jobs"] as? [[String: Any]])
        let kept = jobs.map { job in job.filter { !["source", "bytes", "sha256", "findings"].contains($0.key) } }
        return String(decoding: try JSONSerialization.data(withJSONObject: kept, options: [.sortedKeys]), as: UTF8.self)
    }

    @Test("--encoding applies to input that is not in Unicode, and only to that")
    func encoding() throws {
        let space = try Workspace()
        let head = #"{"job_id":"M"#
        try space.write(
            Array(head.utf8) + [0xFC] + Array(#"ller","status":"complete","total":0,"results":[]}"#.utf8), as: "a.json")
        try space.write("\u{FEFF}" + head + #"ü","status":"complete","total":0,"results":[]}"#, as: "b.json")
        let run = try importAudit(
            "summary", "--format", "json", "--encoding", "windows-1252", space["a.json"], space["b.json"])
        let jobs = try #require(try parsed(run.output)["jobs"] as? [[String: Any]])
        #expect(run.status == 0, "\(run)")
        #expect(jobs.compactMap { $0["job_id"] as? String } == ["Müller", "Mü"], "\(run)")
    }

    @Test("With another encoding, the report is made again, and verify needs the same one")
    func reports() throws {
        let space = try Workspace()
        let tail = #"","status":"complete","total":0,"results":[]}"#
        for name in ["a", "b"] {
            try space.write(Array(#"{"job_id":"\#(name)"#.utf8) + [0xE9] + Array(tail.utf8), as: "in/\(name).json")
        }
        func report(_ encoding: String, _ folder: String) throws -> [UInt8] {
            let run = try importAudit(
                "report", "in", "-o", folder, "--encoding", encoding, "--pack", "\(encoding).zip", folder: space.path)
            #expect(run.status == 0, "\(run)")
            return try space.bytes("\(folder)/jobs.csv")
        }
        let western = try report("windows-1252", "o")
        let cyrillic = try report("koi8-r", "o")
        #expect(western != cyrillic)
        #expect(try report("koi8-r", "fresh") == cyrillic)
        #expect(try importAudit("verify", "koi8-r.zip", "in", "--encoding", "koi8-r", folder: space.path).status == 0)
        let options = try importAudit("verify", "--format", "json", "koi8-r.zip", folder: space.path)
        #expect(options.status == 0, "\(options)")
    }

    @Test("An error in a log is reported at its position in the log")
    func places() throws {
        let space = try Workspace()
        let prefix = "2025-03-04T10:06:00Z "
        let good = #"{"job_id":"a","status":"complete","total":1,"results":[{"created":true}]}"#
        let bad = #"{"job_id":"b","status":"complete","total":2,"results":[{"created":true},{"created":?"#
        let log = "\(prefix)\(good)\n\(prefix)Done.\n\(prefix)\(bad)"
        let utf16 = log.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        try space.write(utf16, as: "x.log")
        let run = try importAudit("summary", "--format", "json", space["x.log"])
        #expect(run.status == 65, "\(run)")
        let jobs = try #require(try parsed(run.output)["jobs"] as? [[String: Any]])
        #expect(jobs.compactMap { $0["source"] as? String } == [space["x.log"] + ":1", space["x.log"] + ":3"])
        let salvaged = try #require(jobs.last?["salvaged"] as? [String: Any], "\(run)")
        let column = 2 * (prefix.utf8.count + bad.utf8.count - 1) + 1
        #expect(salvaged["line"] as? Int == 3 && salvaged["column"] as? Int == column, "\(salvaged)")
        #expect(salvaged["byte"] as? Int == utf16.count - 2)
    }
}
