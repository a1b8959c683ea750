import Foundation
import TestSupport
import Testing

/// Other documents among jobs: each is reported, however many there are.
struct OtherDocumentsTests {
    enum Kind: String, CaseIterable {
        case other, row, errorAnswer

        func text(_ number: Int) -> String {
            switch self {
            case .other: #"{"x":\#(number)}"#
            case .row: #"{"id":"\#(number)","created":true}"#
            case .errorAnswer: #"{"error":{"code":"slow","message":"Try later"}}"#
            }
        }
    }

    private static let job = #"{"job_id":"j","status":"complete","total":1,"results":[{"created":true}]}"#

    @Test("A dump inside another document is known by the name of its file")
    func nameOfFile() throws {
        let space = try Workspace()
        let sync = #"{"job_id":null,"status":"complete","total":1,"results":[{"created":true}]}"#
        try space.write("{\"data\":\(sync)}", as: "answer.json")
        let page = try importAudit("report", "answer.json", "--stdout", "md", folder: space.path)
        #expect(page.outputText.hasPrefix("# Import audit: answer.json\n"), "\(page)")
        try space.write("{\"data\":\(sync)}", as: "in2/answer.json")
        #expect(try importAudit("report", "in2", "-o", "o", folder: space.path).status == 0)
        #expect(space.names(in: "o/jobs")?.allSatisfy { $0.hasPrefix("answer-") } == true)
        for (pattern, jobs) in [("answer*", 1), ("data", 0)] {
            let run = try importAudit(
                "summary", "in2", "--job", pattern, "--format", "json", folder: space.path)
            #expect((try parsed(run.output)["jobs"] as? [Any])?.count == jobs, "\(run)")
        }
    }

    @Test("Everything is reported", arguments: Kind.allCases, [1, 20, 21, 1_500])
    func isTold(kind: Kind, count: Int) throws {
        for isArray in [true, false] {
            for isBefore in [true, false] {
                let others = (1...count).map(kind.text)
                let texts = isBefore ? others + [Self.job] : [Self.job] + others
                let input = isArray ? "[" + texts.joined(separator: ",") + "]" : texts.joined(separator: "\n") + "\n"
                let run = try importAudit("summary", "--format", "json", "-", input: .bytes(Array(input.utf8)))
                let place = "\(count) × \(kind), array \(isArray), before \(isBefore)"
                let document = try parsed(run.output)
                let job = try #require((document["jobs"] as? [[String: Any]])?.first, "\(place): \(run)")
                let refused = try #require(document["unreadable"] as? [[String: String]]).compactMap { $0["reason"] }
                switch kind {
                case .other:
                    #expect(run.status == 0, "\(place)")
                    #expect(refused == [], "\(place)")
                    let said = (job["findings"] as? [[String: Any]])?.compactMap { $0["message"] as? String } ?? []
                    let lines = isArray ? "1 line," : "\(grouped(count)) \(count == 1 ? "line" : "lines"),"
                    let documents = "\(grouped(count)) JSON \(count == 1 ? "document" : "documents") of another kind"
                    #expect(said.contains { $0.contains(lines) && $0.contains(documents) }, "\(place): \(said)")
                case .row:
                    #expect(run.status == 65, "\(place)")
                    #expect(refused.count == 1, "\(place): \(refused)")
                    let rows = count == 1 ? "1 row without its job" : "\(grouped(count)) rows without their job"
                    #expect(refused.first?.hasPrefix(rows) == true, "\(place): \(refused)")
                case .errorAnswer:
                    #expect(run.status == 65, "\(place)")
                    let answers = refused.filter { $0.contains("Try later") }.count
                    let more = refused.compactMap { reason in
                        reason.contains(" more such part") ? Int(reason.prefix { $0 != " " }.filter(\.isNumber)) : nil
                    }
                    #expect(answers + more.reduce(0, +) == count, "\(place): \(refused.suffix(2))")
                }
            }
        }
    }

    private func grouped(_ count: Int) -> String { count == 1_500 ? "1,500" : "\(count)" }

    /// What may be around the only dump of a file.
    static let surroundings = [
        ("{\"data\":", "}"), ("{\"took\":5,\"response\":{\"data\":", "}}\n"), ("[", "]"), ("[{\"x\":[", "]}]"),
        ("HTTP/1.1 200 OK\r\nServer: x\r\n\r\n", ""), ("2026-03-04T10:00:00Z INFO ", "\n"), ("", "\n{\"x\":1}\n"),
    ]

    @Test("A file with one dump gets a report, whatever is around the dump", arguments: surroundings)
    func oneDump(front: String, rest: String) throws {
        let folder = try Workspace()
        try folder.write(front + Self.job + rest, as: "w.json")
        try folder.write(front + #""\#(Self.job.replacing("\"", with: #"\""#))""# + rest, as: "text.json")
        for name in front.hasPrefix("{") || front.hasPrefix("[") ? ["w.json", "text.json"] : ["w.json"] {
            // The second time, it is not taken for a known input of an overview.
            for _ in 1...2 {
                let run = try importAudit("report", name, "-o", "o", "--pack", "o.zip", folder: folder.path)
                #expect(run.status == 0, "\(run)")
                #expect(folder.names(in: "o") == reportFolder, "\(run)")
            }
            let verified = try importAudit("verify", "o.zip", name, folder: folder.path)
            #expect(verified.status == 0 && verified.outputText.contains("the one input matches"), "\(verified)")
            let summary = try parsed(try folder.bytes("o/summary.json"))
            let source = (summary["jobs"] as? [[String: Any]])?.first?["source"] as? String
            #expect(source?.hasPrefix(name) == true, "\(String(describing: source))")
            let rows = try importAudit("report", name, "--stdout", "csv", folder: folder.path)
            #expect(rows.status == 0 && rows.outputText.hasPrefix("job_id,row,outcome,"), "\(rows)")
        }
        // With more than one, or something that may be one, it is an overview.
        try folder.write(front + Self.job + rest + "\n" + #"{"job_id":"k","total":0,"results":[]}"#, as: "two.json")
        try folder.write(front + Self.job + rest + "\n" + #"{"id":"1","created":true}"#, as: "row.json")
        for (name, status) in [("two.json", Int32(0)), ("row.json", 65)] {
            let run = try importAudit("report", name, "-o", "o", folder: folder.path)
            #expect(run.status == status, "\(run)")
            #expect(folder.names(in: "o")?.contains("index.xhtml") == true, "\(run)")
        }
    }

    @Test("--strict refuses the only dump of a file, whatever is around it, and writes nothing")
    func oneDamagedDump() throws {
        let folder = try Workspace()
        try folder.write("{\"data\":" + Self.job.replacing(":true", with: ":True") + "}", as: "w.json")
        let run = try importAudit("report", "w.json", "-o", "o", "--strict", folder: folder.path)
        #expect(run.status == 65 && run.errorText.contains("Nothing was written."), "\(run)")
        #expect(folder.names(in: "o") == nil)
    }

    @Test("Long keys around jobs are cut in the names of the jobs, which stay distinct")
    func longKeys() throws {
        let space = try Workspace()
        func job(_ id: Int) -> String { #"{"job_id":"\#(id)","status":"complete","results":[{"created":true}]}"# }
        let long = String(repeating: "é/", count: 30_000)
        let jobs = (0..<200).map { job($0) }.joined(separator: ",")
        try space.write(
            #"{"\#(long)1":{"\#(long)":{"x~y":[\#(jobs)]}},"\#(long)2":{"short":\#(job(200))}}"#, as: "in.json")
        let run = try importAudit("summary", "--format", "json", "in.json", folder: space.path)
        #expect(run.status == 0, "\(run.errorText)")
        let found = try #require(try parsed(run.output)["jobs"] as? [[String: Any]])
        let sources = found.compactMap { $0["source"] as? String }
        #expect(sources.allSatisfy { $0.utf8.count < 1000 }, "\(sources)")
        let inside = String(String(repeating: "é/", count: 67).dropLast()).replacing("/", with: "~1")
        #expect(sources.allSatisfy { $0.contains("/\(inside)") }, "\(sources)")
        #expect(
            sources.contains { $0.hasSuffix("/x~0y/0") } || sources.contains { $0.hasSuffix("/short") }, "\(sources)")
        #expect(Set(sources).count == sources.count)
    }
}
