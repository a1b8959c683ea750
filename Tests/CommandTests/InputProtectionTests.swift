import Foundation
import Glibc
import TestSupport
import Testing

/// Any command with any arguments leaves inputs unchanged, as well as files that import-audit did not write.
struct InputProtectionTests {
    /// Names of outputs, in the output folder and in the folder of a job.
    static let names = [
        "report.md", "report.xhtml", "rows.csv", "failures.csv", "codes.csv", "summary.json", "manifest.jsonl",
        "index.md",
        "index.xhtml", "jobs.csv", "report.xlsx", "index.xlsx", "a.zip", ".report.md.partial", ".rows.csv.partial",
        ".rows.csv.rewritten.partial", ".manifest.jsonl.partial", ".a.zip.partial",
    ]
    static let jobNames = ["report.md", "report.xhtml", "rows.csv", "failures.csv", "codes.csv", "summary.json"]

    /// The identity of a file: its inode and its bytes.
    private struct File: Equatable {
        var inode: UInt64
        var bytes: Data
        var link: String?
    }

    private static func files(of space: Workspace) throws -> [String: File] {
        var files: [String: File] = [:]
        let paths = FileManager.default.enumerator(atPath: space.path)
        while let path = paths?.nextObject() as? String {
            var status = stat()
            guard lstat(space[path], &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { continue }
            let isLink = status.st_mode & S_IFMT == S_IFLNK
            files[path] = File(
                inode: UInt64(status.st_ino), bytes: try Data(contentsOf: URL(filePath: space[path])),
                link: isLink ? try FileManager.default.destinationOfSymbolicLink(atPath: space[path]) : nil)
        }
        return files
    }

    /// Makes a folder in which inputs have the names of outputs, some of them through links.
    private static func make(_ random: inout SplitMix64) throws -> Workspace {
        let space = try Workspace()
        try space.write(jobDump("elsewhere", failed: 1), as: "data/real.json")
        try space.write(jobDump("other"), as: "data/other.json")
        try space.write("codes: []\n", as: "data/codes.yml")
        try space.write("max-failed: 50%\n", as: "data/rules.yml")
        try space.write("sixteen bytes of key", as: "data/key")
        for folder in ["in", "in/sub", "o"] {
            try FileManager.default.createDirectory(atPath: space[folder], withIntermediateDirectories: true)
            for name in names + ["x.json"] {
                switch random.next() % 8 {
                case 0...2: try space.write(jobDump("\(folder)-\(name)", failed: 1), as: "\(folder)/\(name)")
                case 3: #expect(link(space["data/real.json"], space["\(folder)/\(name)"]) == 0)
                case 4: #expect(symlink(space["data/other.json"], space["\(folder)/\(name)"]) == 0)
                case 5: #expect(symlink(space["data/real.json"], space["\(folder)/\(name)"]) == 0)
                default: break
                }
            }
            guard random.next() % 2 == 0 else { continue }
            for name in jobNames where random.next() % 3 > 0 {
                try space.write(jobDump("elsewhere", updated: 5), as: "\(folder)/jobs/elsewhere/\(name)")
            }
        }
        return space
    }

    private static func arguments(_ random: inout SplitMix64, _ space: Workspace) -> [String] {
        func pick<Value>(_ values: [Value]) -> Value { values[Int(random.next() % UInt64(values.count))] }
        let folders = [".", "in", "in/sub", "o", "data", "./in/../o", "in/jobs/elsewhere", "new", "new/deep"]
        let inFolder = ((try? FileManager.default.contentsOfDirectory(atPath: space["o"])) ?? []).map { "o/\($0)" }
        let inputs =
            (0...Int(random.next() % 2)).map { _ in
                pick(folders + inFolder + ["data/real.json", "in/x.json", "in/summary.json", "o/summary.json"])
            }
        let output = pick(folders)
        switch random.next() % 8 {
        case 0...4:
            var options = ["report"] + inputs + ["-o", output]
            if random.next() % 3 == 0 { options += ["--formats", pick(["md", "json,csv", "md,csv,xhtml,json,xlsx"])] }
            if random.next() % 3 == 0 {
                options += ["--pack", pick(["o/a.zip", "in/a.zip", "new.zip", "data/p.zip"])]
            }
            if random.next() % 3 == 0 { options += ["--codes", "data/codes.yml", "--rules", "data/rules.yml"] }
            if random.next() % 4 == 0 { options += ["--redact", "--redact-key-file", "data/key"] }
            if random.next() % 4 == 0 { options.append("--fresh") }
            return options
        case 5: return ["merge"] + inputs + ["-o", output]
        case 6: return ["codes"] + inputs + ["-o", pick(inFolder + ["o/codes.csv", "data/codes.yml", "new.yml"])]
        default: return [pick(["summary", "check", "verify", "validate"])] + inputs
        }
    }

    @Test("After any command with any arguments, every file that was there has the bytes it had", .seeded)
    func anyCommand() throws {
        for seed in Seeds.and(new: 1...3) {
            var random = SplitMix64(seed: seed)
            var space = try Self.make(&random)
            for _ in 0..<40 {
                let before = try Self.files(of: space)
                let arguments = Self.arguments(&random, space)
                let run = try RunningCommand(arguments, folder: space.path).finish()
                let after = try Self.files(of: space)
                let touched = before.keys.filter { before[$0] != after[$0] }.sorted()
                #expect(touched == [], "seed \(seed): \(run)")
                if run.status == 73 {
                    #expect(
                        run.errorText.contains("Choose") || run.errorText.contains("choose")
                            || run.errorText.contains("already exists"), "\(run)")
                }
                // The next run may replace files that this one wrote.
                if Set(after.keys) != Set(before.keys) { space = try Self.make(&random) }
            }
        }
    }

    @Test("Even with --force, an input is not changed", arguments: names.filter { !$0.hasSuffix(".zip.partial") })
    func forced(name: String) throws {
        for makesLink in [false, true] {
            let space = try Workspace()
            try space.write(jobDump("j"), as: makesLink ? "real.json" : "o/\(name)")
            if makesLink { try space.shell("mkdir o && ln real.json 'o/\(name)'") }
            let before = try Self.files(of: space)
            for options in [[], ["--force"]] {
                let input = makesLink ? "real.json" : "o/\(name)"
                let run = try importAudit(
                    arguments: ["report", input, "-o", "o", "--formats", "md,csv,xhtml,json,xlsx", "--pack", "o/a.zip"]
                        + options,
                    folder: space.path)
                #expect(run.status == 73 && run.errorText.contains("choose another"), "\(run)")
                #expect(try Self.files(of: space) == before, "\(run)")
            }
        }
    }

    @Test(
        "Files that options name are not replaced either",
        arguments: [
            ("--codes", "codes: []\n"), ("--rules", "max-failed: 50%\n"), ("--redact-key-file", "sixteen bytes of key"),
        ])
    func optionFiles(option: String, text: String) throws {
        let space = try Workspace()
        try space.write(jobDump("j"), as: "in/1.json")
        for name in ["index.md", "jobs/j/report.md", ".codes.csv.partial"] {
            try space.write(text, as: "o/\(name)")
            for force in [[], ["--force"]] {
                let run = try importAudit(
                    arguments: ["report", "in", "-o", "o", option, "o/\(name)"] + force
                        + (option.hasPrefix("--redact") ? ["--redact"] : []), folder: space.path)
                #expect(run.status == 73 && run.errorText.contains("a file that an option names"), "\(run)")
                #expect(try space.text("o/\(name)") == text)
            }
            try space.shell("rm -r o")
        }
    }

    @Test("An input that has the name of another command's partial file is not removed")
    func partialOfAnother() throws {
        let space = try Workspace()
        try space.write(jobDump("j"), as: "j.json")
        let summary = try importAudit("summary", space["j.json"], "--format", "json").output
        for name in [".rows.csv.partial", ".trends.md.partial", ".rejects-1.csv.partial", ".plan.md.rewritten.partial"]
        {
            try space.write(summary, as: "x/\(name)")
            for options in [[], ["--force"]] {
                let run = try importAudit(
                    arguments: ["merge", "x/\(name)", "-o", "x"] + options, folder: space.path)
                #expect(run.status == 73 && run.errorText.contains("choose another"), "\(run)")
                #expect(try space.bytes("x/\(name)") == summary)
            }
            try space.shell("rm -r x")
        }
    }

    @Test("A summary that is merged is not replaced by the result")
    func merge() throws {
        let space = try Workspace()
        #expect(try importAudit("report", Repository.sample("sync"), "-o", space["x"]).status == 0)
        let before = try space.tree("x")
        for arguments in [["x/summary.json", "-o", "x"], ["./x/../x/summary.json", "-o", "x/", "--force"]] {
            let run = try importAudit(arguments: ["merge"] + arguments, folder: space.path)
            #expect(run.status == 73 && run.errorText.contains("is an input"), "\(run)")
            #expect(try space.tree("x") == before)
        }
    }

    @Test("A foreign file at the path of an output stays, unless --force is given", arguments: names)
    func foreign(name: String) throws {
        let space = try Workspace()
        try space.write(jobDump("j"), as: "in/1.json")
        try space.write("precious", as: "o/\(name)")
        let formats = ["--formats", "md,csv,xhtml,json,xlsx", "--pack", "o/a.zip"]
        for input in ["in", "in/1.json"] {
            let run = try importAudit(arguments: ["report", input, "-o", "o"] + formats, folder: space.path)
            let isSingle = input != "in"
            let written =
                (isSingle
                    ? InputProtectionTests.jobNames + ["report.xlsx"]
                    : [
                        "index.md", "index.xhtml", "jobs.csv", "failures.csv", "codes.csv", "summary.json",
                        "index.xlsx",
                    ])
                + ["manifest.jsonl", "a.zip"]
            if written.contains(name) {
                #expect(run.status == 73 && run.errorText.contains("o/\(name)"), "\(run)")
                #expect(try space.text("o/\(name)") == "precious")
                #expect(space.names(in: "o") == [name], "nothing else was written: \(run)")
            } else if !name.hasPrefix(".") {
                #expect(run.status == 0, "\(run)")
                #expect(try space.text("o/\(name)") == "precious")
                try space.shell("find o -type f -not -name '\(name)' -delete && rm -rf o/jobs")
            }
        }
        let forced = try importAudit(arguments: ["report", "in", "-o", "o", "--force"] + formats, folder: space.path)
        #expect(forced.status == 0, "\(forced)")
    }

    @Test("Foreign files under jobs stay, in and beside the folders of jobs")
    func foreignJobs() throws {
        let space = try Workspace()
        try space.makeJobs(3, in: "in")
        try space.write("precious", as: "o/jobs/job-002/report.md")
        try space.write("mine", as: "o/jobs/mine/summary.json")
        let run = try importAudit("report", "in", "-o", "o", folder: space.path)
        #expect(run.status == 73 && run.errorText.contains("o/jobs/job-002/report.md"), "\(run)")
        #expect(try space.text("o/jobs/job-002/report.md") == "precious")
        #expect(space.names(in: "o") == ["jobs"] && space.names(in: "o/jobs") == ["job-002", "mine"], "\(run)")
        // If an input is read as a stream, the file is found too late for that, but it is still not replaced.
        let piped = try RunningCommand(
            ["report", "-", "in", "-o", "o"], input: .bytes(Array(jobDump("x").utf8)), folder: space.path
        ).finish()
        #expect(piped.status == 73 && piped.errorText.contains("o/jobs/job-002/report.md"), "\(piped)")
        #expect(try space.text("o/jobs/job-002/report.md") == "precious")
        try space.shell("rm -r o/jobs/job-002")
        #expect(try importAudit("report", "in", "-o", "o", folder: space.path).status == 0)
        try space.write("note", as: "o/jobs/job-003/notes.txt")
        try space.shell("rm in/0/job-003.json")
        #expect(try importAudit("report", "in", "-o", "o", folder: space.path).status == 0)
        #expect(try space.text("o/jobs/mine/summary.json") == "mine")
        #expect(space.names(in: "o/jobs/job-003") == ["notes.txt"])
    }

    @Test("A manifest that names files elsewhere moves nothing to remove them")
    func hostileManifest() throws {
        let space = try Workspace()
        try space.write(jobDump("j"), as: "in/1.json")
        try space.write("precious", as: "precious.txt")
        let sum = "c2a3f4e9b9e4f6d0d0a5f3a1d8a6d3c5e4b7a8f9c1d2e3f4a5b6c7d8e9f0a1b2"
        for place in ["..", "jobs/..", "jobs/../..", "/", "jobs/a/../../.."] {
            try space.write(
                #"{"format":"import-audit.manifest","version":3,"options":"","job_options":"","documents":0}"# + "\n"
                    + #"{"folder":"\#(place)","files":[{"name":"precious.txt","bytes":8,"sha256":"\#(sum)"},{"name":"../precious.txt"}]}"#
                    + "\n", as: "o/manifest.jsonl")
            try space.write("", as: "o/empty")
            let run = try importAudit("report", "in", "-o", "o", folder: space.path)
            #expect(run.status == 0, "\(run)")
            #expect(try space.text("precious.txt") == "precious")
        }
    }
}
