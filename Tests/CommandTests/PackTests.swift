import Foundation
import Glibc
import TestSupport
import Testing

/// `report --pack`: the audit as a single zip.
struct PackTests {
    /// Compares a zip with the folder of its audit by means of other programs, and returns its manifest.
    @discardableResult
    static func check(_ space: Workspace, _ zip: String, _ folder: String) throws -> [String: Any] {
        try space.shell("unzip -tqq \(zip) && 7z t \(zip) >/dev/null")
        try space.shell(
            "rm -rf x && mkdir x && cd x && unzip -q ../\(zip) && cd * && sha256sum --quiet --strict -c SHA256SUMS")
        let run = try Python.run("Tests/Checkers/packed.py", [space[zip], space[folder]])
        #expect(run.status == 0, "\(run)")
        return try parsed(run.output)
    }

    private func report(
        _ space: Workspace, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> CommandResult {
        try RunningCommand(["report"] + arguments, folder: space.path, environment: environment).finish()
    }

    @Test(
        "The report of one dump, in all its formats and in one", .needs(.python),
        arguments: ["md,csv,xhtml,json", "json"])
    func single(formats: String) throws {
        let space = try Workspace()
        // Files of an earlier report and other files are not part of the pack.
        _ = try report(space, [Repository.sample("hostile"), "-o", "o"])
        try space.write("mine", as: "o/notes.txt")
        let run = try report(
            space, [Repository.sample("many-failures"), "-o", "o", "--pack", "audit.zip", "--formats", formats])
        #expect(run.status == 0, "\(run)")
        let manifest = try Self.check(space, "audit.zip", "o")
        let outputs = try #require(manifest["outputs"] as? [[String: Any]]).compactMap { $0["path"] as? String }
        #expect(outputs == (formats == "json" ? ["summary.json"] : reportFiles))
        let summary = try #require(parsed(try space.bytes("o/summary.json"))["jobs"] as? [[String: Any]])[0]
        let input = try #require(manifest["inputs"] as? [[String: Any]])[0]
        for name in ["source", "sha256"] { #expect(input[name] as? String == summary[name] as? String) }
        #expect(input["bytes"] as? Int == summary["bytes"] as? Int && input["state"] as? String == "audited")
        #expect(manifest["options"] as? [String] == ["--formats \(formats)"])
        #expect(run.errorText.contains("Packed into audit.zip: \(outputs.count) file"), "\(run)")
        try space.shell("echo \(run.errorText.split(separator: "\n").last ?? "") audit.zip | sha256sum --quiet -c")
    }

    @Test("The options say which formats were chosen, workbooks too, in whatever order", .needs(.python))
    func formats() throws {
        let space = try Workspace()
        let run = try report(
            space, [Repository.sample("many-failures"), "-o", "o", "--pack", "a.zip", "--formats", "xlsx,md"])
        #expect(run.status == 0, "\(run)")
        let manifest = try Self.check(space, "a.zip", "o")
        #expect(manifest["options"] as? [String] == ["--formats md,xlsx"])
    }

    @Test(
        "A compressed file is listed with its own hash, also where it is as large as the dump in it", .needs(.python))
    func compressedFile() throws {
        let space = try Workspace()
        let dump = Array((jobDump("one", created: 40) + String(repeating: " ", count: 4000)).utf8)
        try space.write(dump, as: "plain.json")
        try space.shell("gzip -nc plain.json > short.gz")
        var packed = try space.bytes("short.gz")
        // A longer name in the header, which is optional, makes up for the saved bytes.
        packed[3] |= 8
        let name = [UInt8](repeating: UInt8(ascii: "n"), count: dump.count - packed.count - 1) + [0]
        packed.insert(contentsOf: name, at: 10)
        #expect(packed.count == dump.count)
        try space.write(packed, as: "in/dump.json.gz")
        try space.shell("sha256sum in/dump.json.gz | cut -c1-64 > sum; gzip -dc in/dump.json.gz | cmp - plain.json")
        let sum = try space.text("sum").trimmingCharacters(in: .whitespacesAndNewlines)
        for input in ["in/dump.json.gz", "in"] {
            let run = try report(space, [input, "-o", "o", "--pack", "a.zip", "--fresh"])
            #expect(run.status == 0, "\(run)")
            let manifest = try Self.check(space, "a.zip", "o")
            let files = try #require(manifest["files"] as? [[String: Any]])
            #expect(files.count == 1 && files[0]["sha256"] as? String == sum, "\(files)")
        }
    }

    @Test(
        "An overview: the reports of all jobs, what is superseded, what cannot be read, the files and the options",
        .needs(.python))
    func overview() throws {
        let space = try Workspace()
        try space.makeJobs(12, in: "in")
        for second in 0..<3 {
            try space.write(jobDump("many", created: second, updated: second), as: "in/m/\(second).json")
        }
        try space.write(jobDump("A/ä\u{1B}", failed: 2), as: "in/é\u{1B}[31m\n.json")
        try space.write("<html>", as: "in/page.json")
        try space.write("codes: []\n", as: "secret/codes.yml")
        try space.shell(
            "mkdir p && zip -qP secret p/locked.zip in/1/job-010.json && mv p/locked.zip in && gzip in/0/job-001.json")
        let run = try report(
            space, ["in", "-o", "o", "--pack", "o/the ä.zip", "--codes", "secret/codes.yml", "--max-failed", "100%"])
        #expect(run.status == 65, "\(run)")
        try space.shell("cp 'o/the ä.zip' o.zip")
        let manifest = try Self.check(space, "o.zip", "o")
        let inputs = try #require(manifest["inputs"] as? [[String: Any]])
        let states = inputs.compactMap { $0["state"] as? String }
        #expect(states.count { $0 == "audited" } == 14 && states.count { $0 == "superseded" } == 2)
        // The page has a hash; encrypted data has none.
        let unreadable = inputs.filter { $0["state"] as? String == "unreadable" }
        #expect(unreadable.count == 2 && unreadable.count { $0["sha256"] is String } == 1, "\(unreadable)")
        #expect(inputs.map { $0["source"] as? String ?? "" }.contains("in/é\u{1B}[31m\n.json"))
        #expect((manifest["files"] as? [Any])?.count == 18)
        let options = try #require(manifest["options"] as? [String])
        #expect(options.count == 3 && options[1].hasPrefix("--codes sha256:") && options[2] == "--max-failed 100%")
        #expect(!"\(manifest)".contains(space.path) && !"\(manifest)".contains("secret"))
        #expect(space.names(in: "x") == ["the_ä"])
    }

    @Test(
        "The same bytes with any number of threads, at any time, in any zone, and when nothing or a little has changed")
    func sameBytes() throws {
        let space = try Workspace()
        try space.makeJobs(20, in: "in")
        for second in 0..<6 {
            try space.write(jobDump("many", created: second, updated: second), as: "in/m/\(second).json")
        }
        try space.write("broken", as: "in/broken.json")
        func pack(_ folder: String, _ options: [String] = [], environment: [String: String] = [:]) throws -> [UInt8] {
            try space.shell("rm -f audit.zip")
            let run = try RunningCommand(
                ["report", "in", "-o", folder, "--pack", "audit.zip"] + options, folder: space.path,
                environment: environment
            ).finish()
            #expect(run.status == 65, "\(run)")
            return try space.bytes("audit.zip")
        }
        let first = try pack("o1", ["--threads", "1"])
        try Self.check(space, "audit.zip", "o1")
        #expect(try pack("o2", ["--threads", "2"], environment: ["TZ": "Pacific/Kiritimati"]) == first)
        #expect(try pack("o8", ["--threads", "8"], environment: ["TZ": "America/Adak", "LC_ALL": "C"]) == first)
        #expect(try pack("o1") == first, "nothing has changed")
        try space.shell("cp in/0/job-003.json . && echo >> in/0/job-003.json")
        #expect(try pack("o1") != first)
        try space.shell("mv job-003.json in/0")
        #expect(try pack("o1") == first, "taken up: all but one")
        try Self.check(space, "audit.zip", "o1")
    }

    @Test("Places that a zip cannot have are refused, and nothing is written")
    func places() throws {
        let space = try Workspace()
        try space.makeJobs(3, in: "in")
        try space.shell("cp in/0/job-001.json dump.zip && ln -s in link && mkdir folder.zip")
        for (place, status, words) in [
            ("audit", 64, "ends in .zip"), (".zip", 64, "ends in .zip"), ("", 64, "ends in .zip"),
            ("-", 64, "ends in .zip"),
            ("in/a.zip", 73, "input folder"), ("in/0/a.zip", 73, "input folder"), ("./link/a.zip", 73, "input folder"),
            ("in/new/a.zip", 73, "input folder"), ("dump.zip", 73, "this is an input"),
            ("none/a.zip", 73, "No such file"), ("in/../none/a.zip", 73, "No such file"),
            ("folder.zip", 73, "this is a folder"), ("dump.zip/a.zip", 73, "Not a directory"),
            ("a\u{1B}[31m", 64, "a\\u{1B}[31m"),
        ] {
            let run = try report(space, ["in", "dump.zip", "-o", "o", "--pack", place])
            #expect(run.status == Int32(status) && run.errorText.contains(words), "\(run)")
            #expect(!run.errors.contains(0x1B))
        }
        #expect(space.names(in: "") == ["dump.zip", "folder.zip", "in", "link"])
        let inside = try report(space, ["in", "-o", "new/o", "--pack", "new/o/a.zip"])
        #expect(inside.status == 0 && space.names(in: "new/o")?.contains("a.zip") == true, "\(inside)")
    }

    @Test("A zip that another run is writing is left to it")
    func twoRuns() throws {
        let space = try Workspace()
        try space.write("half", as: ".a.zip.partial")
        // Closed in programs that other tests start meanwhile: they would hold the lock, too.
        let file = open(space[".a.zip.partial"], O_RDWR | O_CLOEXEC)
        #expect(flock(file, LOCK_EX) == 0)
        let second = try report(space, [Repository.sample("sync"), "-o", "o", "--pack", "a.zip"])
        #expect(second.status == 73 && second.errorText.contains("another import-audit"), "\(second)")
        #expect(try space.text(".a.zip.partial") == "half")
        close(file)
        // Files left by a killed run do no harm.
        #expect(try report(space, [Repository.sample("sync"), "-o", "o", "--pack", "a.zip"]).status == 0)
        #expect(space.names(in: "") == ["a.zip", "o"])
    }

    @Test("A full disk while zipping: the audit is complete, the old zip stays, no partial file", .needs(.compiler))
    func fullDisk() throws {
        let space = try Workspace()
        try FileManager.default.createDirectory(atPath: space["disk"], withIntermediateDirectories: true)
        let first = try report(
            space, [Repository.sample("sync"), "-o", "o", "--formats", "md", "--pack", "disk/a.zip"])
        #expect(first.status == 0, "\(first)")
        let old = try space.bytes("disk/a.zip")
        let run = try report(
            space, [Repository.sample("many-failures"), "-o", "o", "--pack", "disk/a.zip"],
            environment: FullDisk.environment(bytes: 4 << 10, below: space["disk"]))
        #expect(run.status == 73 && run.errorText.contains("disk/a.zip: No space left on device"), "\(run)")
        #expect(try space.bytes("disk/a.zip") == old)
        #expect(space.names(in: "disk") == ["a.zip"] && space.names(in: "o") == reportFolder)
    }

    @Test(
        "Ctrl-C while it is packed: the audit is whole, there is no zip; killed, no half one either",
        arguments: [SIGINT, SIGKILL])
    func interrupted(signal: Int32) throws {
        let space = try Workspace()
        let rows = (0..<300_000).map {
            #"{"id":"abe72624-edce-4501-ae6b-\#(100_000_000_000 + $0 * 7919)","created":true}"#
        }
        try space.write(
            #"{"job_id":"j","status":"complete","results":[\#(rows.joined(separator: ","))]}"#, as: "big.json")
        let run = try RunningCommand(["report", "big.json", "-o", "o", "--pack", "a.zip"], folder: space.path)
        let deadline = ContinuousClock.now + .seconds(60)
        while (try? space.bytes(".a.zip.partial").count) ?? 0 == 0, .now < deadline { usleep(1000) }
        run.kill(signal)
        let result = try run.finish()
        #expect(result.status == (signal == SIGINT ? 130 : -SIGKILL), "\(result)")
        let partial = signal == SIGINT ? [] : [".a.zip.partial"]
        #expect(space.names(in: "") == partial + ["big.json", "o"])
        #expect(space.names(in: "o") == reportFolder)
        if signal == SIGINT { #expect(result.errorText.contains("a.zip was not written"), "\(result)") }
        #expect(try report(space, ["big.json", "-o", "o", "--pack", "a.zip"]).status == 0)
        #expect(try importAudit("verify", "a.zip", "big.json", folder: space.path).status == 0)
        #expect(space.names(in: "") == ["a.zip", "big.json", "o"])
    }
}
