import Foundation
import Glibc
import TestSupport
import Testing

/// Records that several rows name, as the commands report them.
struct IdentityCommandTests {
    /// More ids than memory holds. The first one occurs again at the end.
    private static let large: [UInt8] = {
        let rows = (0..<120_000).map { number in
            #"{"id":"0a1b2c3d-4e5f-4678-9abc-def012\#(number % 119_999 + 100_000)","created":true},"#
        }
        return Array((#"{"job_id":"j","status":"complete","results":["# + rows.joined() + "{}]}").utf8)
    }()

    @Test("summary looks for them on request, report always; no file is left", arguments: ["1", "2"])
    func largeDump(threads: String) throws {
        let space = try Workspace()
        let path = try space.write(Self.large, as: "dump.json")
        try space.write("", as: "tmp/x")
        func rows(_ json: [UInt8]) throws -> [Int]? {
            let job = try #require((parsed(json)["jobs"] as? [[String: Any]])?.first)
            let findings = job["findings"] as? [[String: Any]]
            return findings?.first { $0["id"] as? String == "created-id-repeated" }?["rows"] as? [Int]
        }
        let options = ["--threads", threads]
        let plain = try RunningCommand(["summary", "--format", "json", path] + options).finish()
        let identity = try RunningCommand(
            ["summary", "--identity", "--format", "json", path] + options, environment: ["TMPDIR": space["tmp"]]
        ).finish()
        let report = try RunningCommand(["report", path, "-o", space["o"]] + options).finish()
        #expect([plain.status, identity.status, report.status] == [0, 0, 0], "\(identity) \(report)")
        #expect(try rows(plain.output) == nil)
        #expect(try rows(identity.output) == [1, 120_000])
        #expect(try rows(space.bytes("o/summary.json")) == [1, 120_000])
        #expect(space.names(in: "tmp") == ["x"])
        #expect(space.names(in: "o") == reportFolder)
    }

    @Test("No space for the ids of a large dump", .needs(.compiler), arguments: ["report", "summary"])
    func fullDisk(command: String) throws {
        let space = try Workspace()
        let path = try space.write(Self.large, as: "dump.json")
        try FileManager.default.createDirectory(atPath: space["disk"], withIntermediateDirectories: true)
        let options = command == "report" ? ["-o", space["disk/o"], "--formats", "md"] : ["--identity"]
        var environment = try FullDisk.environment(bytes: 256 << 10, below: space["disk"])
        environment["TMPDIR"] = space["disk"]
        let run = try RunningCommand([command, path] + options, environment: environment).finish()
        #expect(run.status == 73, "\(run)")
        #expect(
            run.errorText.contains("a temporary file cannot be written: No space left on device"), "\(run)")
        #expect((space.names(in: "disk") ?? []).filter { $0 != "o" } == [])
        #expect(space.names(in: "disk/o") ?? [] == [])
    }

    @Test("No folder for the ids of a large dump")
    func noFolder() throws {
        let space = try Workspace()
        let path = try space.write(Self.large, as: "dump.json")
        let run = try importAudit("summary", "--identity", path, environment: ["TMPDIR": space["missing"]])
        #expect(run.status == 73, "\(run)")
        #expect(run.errorText.contains("no temporary file can be made: No such file or directory"), "\(run)")
    }
}
