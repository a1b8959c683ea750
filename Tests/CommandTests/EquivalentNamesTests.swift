import Foundation
import TestSupport
import Testing

/// Texts that are equivalent in Unicode but different here: "é" as one scalar and as two.
struct EquivalentNamesTests {
    private static let composed = "caf\u{E9}"
    private static let decomposed = "cafe\u{301}"

    @Test("Two files whose names look alike stay two, in the first run and in those that go on from it")
    func files() throws {
        let space = try Workspace()
        try space.write(jobDump("one", created: 1), as: "in/\(Self.composed).json")
        try space.write(jobDump("two", created: 2), as: "in/\(Self.decomposed).json")
        try space.write(jobDump("three", created: 3), as: "in/z.json")
        try #require(space.names(in: "in")?.count == 3)
        func report(_ folder: String) throws -> CommandResult {
            let run = try importAudit("report", "in", "-o", folder, folder: space.path)
            #expect(run.status == 0, "\(run)")
            return run
        }
        _ = try report("o")
        #expect(try report("o").errorText.contains("Nothing has changed"))
        try space.write(jobDump("three", created: 4), as: "in/z.json")
        _ = try report("o")
        _ = try report("fresh")
        #expect(differences(try space.tree("o"), try space.tree("fresh")) == [])
        let lines = try space.bytes("o/manifest.jsonl").split(separator: UInt8(ascii: "\n"))
        for name in [Self.composed, Self.decomposed] {
            let start = Array(#"{"input":"in/\#(name).json""#.utf8)
            #expect(lines.count { $0.starts(with: start) } == 1, "\(name.utf8.count)")
        }
    }

    @Test("verify distinguishes two inputs whose names look alike")
    func verify() throws {
        let space = try Workspace()
        try space.write("no dump", as: "in/\(Self.composed).json")
        try space.write("none either", as: "in/\(Self.decomposed).json")
        try space.write(jobDump("one"), as: "in/one.json")
        #expect(try importAudit("report", "in", "-o", "o", "--pack", "a.zip", folder: space.path).status == 65)
        try space.write("changed", as: "in/\(Self.decomposed).json")
        let run = try importAudit("verify", "a.zip", "in", "--format", "json", folder: space.path)
        #expect(run.status == 1, "\(run)")
        func contains(_ name: String) -> Bool { run.outputText.utf8.firstRange(of: "in/\(name).json".utf8) != nil }
        #expect(contains(Self.decomposed) && !contains(Self.composed), "\(run)")
    }

    @Test("account distinguishes two sources whose names look alike", arguments: [true, false])
    func sources(hasPlan: Bool) throws {
        let space = try Workspace()
        for (name, id) in [(Self.composed, "one"), (Self.decomposed, "two")] {
            try space.write("email\na@\(id).example\nb@\(id).example\n", as: "\(name).csv")
            try space.write(
                #"{"job_id":"\#(id)","status":"complete","total":2,"results":[{"error":{"code":"c","message":"b"}},"#
                    + #"{"id":"\#(id)","created":true,"existing":false}]}"#, as: "first/\(id).json")
        }
        let rejects = try importAudit(
            "rejects", "first", "--source", "\(Self.composed).csv", "\(Self.decomposed).csv", "-o", "r",
            folder: space.path)
        try #require(rejects.status == 0, "\(rejects)")
        try space.write(jobDump("second", created: 2), as: "second.json")
        if !hasPlan { try FileManager.default.removeItem(atPath: space["r/plan.json"]) }
        let account = try importAudit(
            "account", "first", "second.json", "--map", "r/reasons.csv", "--format", "csv", folder: space.path)
        if hasPlan {
            #expect(account.status == 0, "\(account)")
            for name in [Self.composed, Self.decomposed] {
                let lines = account.outputText.split(separator: "\r\n")
                let rows = lines.filter { $0.utf8.starts(with: "\(name).csv,".utf8) }
                #expect(rows.count == 2 && rows.allSatisfy { $0.contains(",succeeded,") }, "\(account)")
            }
        } else {
            // Without the plan, it must not take two sources for one.
            #expect(account.status == 1 && account.errorText.contains("2 sources"), "\(account)")
        }
    }

    @Test("validate treats look-alike ids as different, and a link to the other one as broken")
    func ids() throws {
        let space = try Workspace()
        func page(_ body: String) -> String {
            """
            <!DOCTYPE html>
            <html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><meta charset="utf-8"/><title>t</title></head>
            <body><main>\(body)</main></body></html>
            """
        }
        try space.write(page(#"<p id="\#(Self.composed)">a</p><p id="\#(Self.decomposed)">b</p>"#), as: "two.xhtml")
        try space.write(
            page(##"<p id="\##(Self.composed)"><a href="#\##(Self.composed)">a</a></p>"##), as: "link.xhtml")
        try space.write(
            page(##"<p id="\##(Self.composed)"><a href="#\##(Self.decomposed)">a</a></p>"##), as: "other.xhtml")
        for name in ["two.xhtml", "link.xhtml"] {
            let run = try importAudit("validate", name, folder: space.path)
            #expect(run.status == 0, "\(run)")
        }
        let run = try importAudit("validate", "other.xhtml", folder: space.path)
        #expect(run.status == 1 && run.outputText.contains("no element has this id"), "\(run)")
    }
}
