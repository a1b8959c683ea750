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
