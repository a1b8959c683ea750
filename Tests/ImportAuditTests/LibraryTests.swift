import Foundation
import ImportAudit
import TestSupport
import Testing

/// Compares the library with the command: programs and people get the same results.
struct LibraryTests {
    private func command(_ arguments: String...) throws -> CommandResult {
        try RunningCommand(["summary", "--quiet", "--format", "json"] + arguments).finish()
    }

    private func same(_ audit: Audit, as run: CommandResult, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(audit.summaryJSON() == run.outputText, "\(run)", sourceLocation: sourceLocation)
        #expect(run.status == (audit.isComplete ? 0 : 65), "\(run)", sourceLocation: sourceLocation)
    }

    @Test("Of every sample, the same summary as the command's, byte by byte", arguments: Repository.samples)
    func samples(name: String) throws {
        let path = Repository.sample(name)
        same(try Audit.of(path: path), as: try command(path))
        var options = Audit.Options()
        options.hashes = true
        options.findsRepeatedRecords = true
        options.refusesDamagedDumps = false
        same(try Audit.of(path: path, options: options), as: try command("--sha256", "--identity", path))
    }

    @Test("Of all samples together, from their folder and from bytes")
    func folder() throws {
        let folder = Repository.path("Samples")
        let audit = try Audit.of(path: folder)
        same(audit, as: try command(folder))
        let tries = try Repository.names(in: "Samples/round-trip", ending: ".json").count
        #expect(audit.jobs.count == Repository.sampleJobs.count + tries)
        #expect(audit.rows.seen == audit.jobs.reduce(0) { $0 + $1.rows.seen })
        let bytes = try Repository.bytes("Samples/many-failures.json")
        same(
            try Audit.of(bytes: bytes, named: "-"),
            as: try importAudit("summary", "--quiet", "--format", "json", "-", input: .bytes(bytes)))
    }

    @Test("Archives, compressed files, logs, links and damaged inputs, in a folder, from bytes and dump by dump")
    func inputs() throws {
        let folder = try Workspace()
        let (first, second) = (jobDump("a", failed: 1, second: 1), jobDump("a", failed: 0, second: 2))
        try folder.write(first, as: "in/first.json")
        try folder.write(second, as: "in/second.json")
        try folder.write("12:00:01 \(first)\n12:00:02 \(jobDump("b", failed: 2, second: 3))\nno dump\n", as: "in/a.log")
        try folder.write(String(jobDump("c", failed: 3, second: 4).dropLast(30)), as: "in/cut.json")
        try folder.write("{\"error\":{\"message\":\"no\"}}", as: "in/error.json")
        try folder.write("", as: "in/empty.json")
        try folder.shell(
            """
            mkdir more && cp in/*.json more/ && tar -czf in/more.tar.gz more && gzip -k in/first.json
            head -c 300 in/more.tar.gz > in/torn.tar.gz
            ln -s /etc/hostname in/outside && mkfifo in/pipe
            """)
        let audit = try Audit.of(path: folder["in"])
        same(audit, as: try command(folder["in"]))
        #expect(audit.jobs.map { $0.id ?? "-" }.sorted() == ["a", "b", "c"])
        let a = try #require(audit.jobs.first { $0.id == "a" })
        #expect(a.supersededDumps == 1 && a.rows.failed == 0)
        #expect(!audit.isComplete && audit.unreadable.contains { $0.isExpected })

        var options = Audit.Options()
        options.countsEveryDump = true
        let every = try Audit.of(path: folder["in"], options: options)
        same(every, as: try command("--every-dump", folder["in"]))
        options.refusesDamagedDumps = true
        #expect(try Audit.of(path: folder["in"], options: options).jobs.allSatisfy { $0.damage == nil })

        var handedOn: [String] = []
        try Audit.forEachDump(path: folder["in"]) { entry in
            switch entry {
            case .job(let job): handedOn.append(job.json())
            case .unreadable(let input), .ownOutput(let input): handedOn.append(input.source)
            }
        }
        #expect(handedOn.filter { $0.hasPrefix("{") } == every.jobs.map { $0.json() })
        #expect(handedOn.filter { !$0.hasPrefix("{") } == every.unreadable.map { $0.source })

        let archive = try folder.bytes("in/more.tar.gz")
        same(
            try Audit.of(bytes: archive, named: "-"),
            as: try importAudit("summary", "--quiet", "--format", "json", "-", input: .bytes(archive)))
    }

    @Test("Files in a folder that the system does not allow to be read are reported, and the audit is not complete")
    func unreachable() throws {
        let folder = try Workspace()
        try folder.write(jobDump("a", failed: 1, second: 1), as: "in/a.json")
        let name = String(repeating: "n", count: 200)
        try folder.write(jobDump("b", failed: 1, second: 1), as: "in/\(name).json")
        try folder.write(jobDump("c", failed: 1, second: 1), as: "in/\(name)/c.json")
        // The system allows paths of 4,095 bytes: this folder's path fits, those of the long names in it do not.
        let padding = String(repeating: "./", count: (4000 - folder["in"].utf8.count) / 2)
        let path = folder[padding + "in"]
        let audit = try Audit.of(path: path)
        same(audit, as: try command(path))
        #expect(audit.jobs.map { $0.id } == ["a"])
        #expect(audit.unreadable.map { $0.isExpected } == [false, false] && !audit.isComplete)
    }

    @Test("A folder of reports is reported as having no dumps; beside a dump, reports are skipped")
    func ownOutputs() throws {
        let folder = try Workspace()
        let report = try importAudit("report", "--quiet", Repository.sample("sync"), "-o", folder["in/report"])
        #expect(report.status == 0, "\(report)")
        try folder.write("[]", as: "in/report/t.json")
        let none = try Audit.of(path: folder["in"])
        same(none, as: try command(folder["in"]))
        #expect(none.jobs.isEmpty && none.ownOutputs.isEmpty && none.unreadable.count > 3)
        try folder.write(jobDump("a", failed: 1, second: 1), as: "in/a.json")
        let one = try Audit.of(path: folder["in"])
        same(one, as: try command(folder["in"]))
        #expect(one.ownOutputs.count == none.unreadable.count - 1 && one.unreadable.count == 1)
    }

    @Test("The pages of a job are those of the command's report, byte for byte; those of all jobs name each")
    func pages() throws {
        let folder = try Workspace()
        var options = Audit.Options()
        options.hashes = true
        options.findsRepeatedRecords = true
        options.listsFailedRows = true
        for name in ["many-failures", "hostile", "truncated"] {
            let path = Repository.sample(name)
            for (format, file) in [("md", "report.md"), ("xhtml", "report.xhtml")] {
                _ = try importAudit("report", "--quiet", "--formats", format, path, "-o", folder["\(name)-\(format)"])
                let job = try #require(try Audit.of(path: path, options: options).jobs.first)
                let page = try format == "md" ? job.markdown() : job.xhtml()
                #expect(page == (try folder.text("\(name)-\(format)/\(file)")), "\(name) \(format)")
            }
        }
        let all = try Audit.of(path: Repository.path("Samples"))
        let (markdown, xhtml) = (try all.markdown(), try all.xhtml())
        #expect(markdown.hasPrefix("#") && xhtml.hasPrefix("<!DOCTYPE html"))
        // The folder of all inputs is mentioned once.
        #expect(xhtml.contains("<bdi class=\"code\">\(Repository.path("Samples"))/</bdi>"))
        for job in all.jobs {
            let name = job.source.dropFirst(Repository.path("Samples").count + 1)
            #expect(xhtml.contains(name), "\(job.source)")
        }
        #expect(markdown.contains("error-body") && xhtml.contains("error-body.json"))
    }

    @Test("An input that cannot be opened is an error with its name, and so is an unknown encoding; nothing else is")
    func errors() throws {
        let folder = try Workspace()
        for path in [folder["nothing.json"], "", "a\0b", "-"] {
            let error = #expect(throws: AuditError.self) { try Audit.of(path: path) }
            #expect(error?.code == .noInput && error?.description.isEmpty == false, "\(path.debugDescription)")
            #expect(throws: AuditError.self) { try Audit.forEachDump(path: path) { _ in } }
        }
        var options = Audit.Options()
        options.encoding = "klingon"
        let error = #expect(throws: AuditError.self) { try Audit.of(bytes: [], named: "x", options: options) }
        #expect(error?.code == .unknownEncoding && error?.description.contains("klingon") == true)
        options.encoding = "windows-1252"
        let text = jobDump("a", failed: 1, second: 1).replacing("row 0", with: "caf\u{e9}")
        let bytes = Array(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        let job = try #require(try Audit.of(bytes: bytes, named: "x", options: options).jobs.first)
        #expect(job.codes.first?.messages.first?.example == "café")
        let empty = try Audit.of(bytes: [], named: "x")
        #expect(empty.jobs.isEmpty && empty.unreadable.map { $0.source } == ["x"] && !empty.isComplete)
    }

    @Test("An error thrown by the receiver of dumps ends the reading at once and reaches the caller unchanged")
    func stopping() throws {
        struct Enough: Error {}
        var count = 0
        #expect(throws: Enough.self) {
            try Audit.forEachDump(path: Repository.path("Samples")) { _ in
                count += 1
                if count == 3 { throw Enough() }
            }
        }
        #expect(count == 3)
    }

    @Test("A cancelled task gets an error instead of an audit")
    func cancellation() async throws {
        let (path, bytes) = (Repository.sample("many-failures"), try Repository.bytes("Samples/many-failures.json"))
        let calls: [@Sendable () throws -> Void] = [
            { _ = try Audit.of(path: path) }, { _ = try Audit.of(bytes: bytes, named: "x") },
            { try Audit.forEachDump(path: path) { _ in } },
            // In the middle of the input.
            {
                try Audit.forEachDump(path: Repository.path("Samples")) { _ in
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            },
        ]
        for (index, call) in calls.enumerated() {
            let task = Task {
                if index < 3 { withUnsafeCurrentTask { $0?.cancel() } }
                try call()
            }
            let error = await #expect(throws: AuditError.self) { try await task.value }
            #expect(error?.code == .cancelled, "call \(index)")
        }
    }

    @Test("Concurrent calls from several tasks give the same result")
    func several() async throws {
        let expected = try Audit.of(path: Repository.sample("many-failures"))
        let page = try expected.jobs[0].markdown()
        try await withThrowingTaskGroup(of: (String, String).self) { group in
            for _ in 0..<16 {
                group.addTask {
                    let audit = try Audit.of(path: Repository.sample("many-failures"))
                    return (audit.summaryJSON(), try audit.jobs[0].markdown())
                }
            }
            for try await (json, markdown) in group {
                #expect(json == expected.summaryJSON() && markdown == page)
            }
        }
    }

    @Test("Each property has the value from the dump")
    func properties() throws {
        let audit = try Audit.of(path: Repository.sample("many-failures"))
        let job = try #require(audit.jobs.first)
        #expect(job.rows.seen == 240 && job.rows.created == 73 && job.rows.existing == 24 && job.rows.failed == 143)
        #expect(job.rows.missing == 0 && job.declared.total == 240 && job.declared.status == "complete")
        #expect(job.codes.reduce(0) { $0 + $1.rows } == 143)
        #expect(job.findings.map { "\($0.id) \($0.count) \($0.severity)" } == ["failed-without-code 1 warning"])
        #expect(job.verdict.level == .warning && job.verdict.word == "Rows failed" && job.damage == nil)
        #expect(job.sha256 == nil && !job.isBulk && job.supersededDumps == 0)
        let bulk = try #require(try Audit.of(path: Repository.sample("bulk-update")).jobs.first)
        #expect(bulk.isBulk && bulk.rows.applied == 6 && bulk.rows.failed == 2)
        let failed = try #require(try Audit.of(path: Repository.sample("failed-job")).jobs.first)
        #expect(failed.declared.errorMessage != nil && failed.verdict.level == .critical)
        let cut = try #require(try Audit.of(path: Repository.sample("truncated")).jobs.first)
        #expect(cut.damage?.contains("cut off") == true && cut.rows.missing == 25)
    }

    /// - Parameter second: the seconds of `updated_at`.
    private func jobDump(_ id: String, failed: Int, second: Int) -> String {
        let rows =
            [#"{"id":"abe72624-edce-4501-ae6b-4bb368266110","created":true}"#]
            + (0..<failed).map { #"{"error":{"code":"invalid","message":"row \#($0)"}}"# }
        return #"{"job_id":"\#(id)","status":"complete","total":\#(failed + 1),"#
            + #""updated_at":"2026-11-02T09:00:0\#(second)Z","results":[\#(rows.joined(separator: ","))]}"#
    }
}

/// Compares `Docs/library.md` with the code that it describes.
struct ExampleTests {
    @Test("The example of the documentation is the one that is compiled here, and it works")
    func example() throws {
        let source = String(decoding: try Repository.bytes("Tests/ImportAuditTests/Example.swift"), as: UTF8.self)
        let page = String(decoding: try Repository.bytes("Docs/library.md"), as: UTF8.self)
        #expect(page.contains("```swift\n\(source)```\n"))
        #expect(
            try problems(in: Repository.sample("failed-job")).dropFirst().map { $0.prefix(10) }
                == ["  critical", "  critical"])
        let lines = try problems(in: Repository.path("Samples"))
        #expect(lines.contains { $0.contains("error-body.json was not read: API error response") })
        #expect(
            lines.contains {
                $0.hasSuffix(
                    "many-failures.json: Of 240 rows, 73 were created, 24 already existed and 143 failed. The job’s totals match its rows."
                )
            })
        #expect(lines.contains("  1 failed: no code"))
    }
}
