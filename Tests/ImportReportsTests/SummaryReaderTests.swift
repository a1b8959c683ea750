import Foundation
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports
import TestSupport
import Testing

/// A summary that is read back equals the one that was written.
struct SummaryReaderTests {
    static func read(_ bytes: [UInt8], windowBytes: Int = 4096) throws -> Summary {
        var reader = SummaryReader(ArraySource(bytes), windowBytes: windowBytes)
        var summary = Summary()
        while let item = try reader.next() {
            switch item {
            case .job(let job): summary.append(job)
            case .unreadable(let input): summary.append(input)
            }
        }
        return summary
    }

    @Test("Bulk jobs come back unchanged; a summary from before there were any is one of imports")
    func kinds() throws {
        let rows = #"{"status":"ok"},{"status":"error"},{"status":"?"}"#
        var all = Summary()
        all.append(try audit(#"{"results":[\#(rows)],"summary":{"total":4,"succeeded":2,"failed":1}}"#))
        all.append(try audit(sample: "sync"))
        let written = SummaryJSON.render(all)
        let back = try Self.read(written)
        #expect(back.jobs.map { $0.job.kind } == [.bulk, .import])
        #expect(back.jobs[0].rows.applied == 1 && back.totals.rows.applied == 1 && back.totals.bulkJobs == 1)
        #expect(SummaryJSON.render(back) == written)

        var imports = Summary()
        imports.append(try audit(sample: "sync"))
        let now = SummaryJSON.render(imports).text
        let old = now.replacing(#/\n *"kind": "import",/#, with: "").replacing(#/,\n *"applied": 0/#, with: "")
        #expect(!old.contains("kind") && !old.contains("applied"))
        #expect(SummaryJSON.render(try Self.read(Array(old.utf8))).text == now)
    }

    @Test("Lower bounds come back as lower bounds; a summary without any is exact")
    func atLeast() throws {
        func rows(_ codes: [String], _ message: String) -> [String] {
            codes.map { #"{"error":{"code":"\#($0)","message":"\#(message)"}}"# }
        }
        func word(_ number: Int) -> String { String(decoding: String(number).utf8.map { $0 + 49 }, as: UTF8.self) }
        let messages = (0..<AnalysisLimits.patternsPerCode * 2).flatMap { rows(["a"], word($0)) }
        let codes = rows((0..<AnalysisLimits.codes + 9).map { "c\($0)" }, "m")
        var all = Summary()
        for rows in [messages + rows(["a", "a"], "last"), codes + rows(["late", "late"], "m")] {
            let results = rows.joined(separator: ",")
            all.append(try audit(#"{"job_id":"j\#(all.jobs.count)","total":\#(rows.count),"results":[\#(results)]}"#))
        }
        let written = SummaryJSON.render(all)
        let back = try Self.read(written)
        #expect(SummaryJSON.render(back) == written)
        #expect(back.jobs[0].failedByCode[0].messages.first?.pattern == "last")
        #expect(back.jobs[0].failedByCode[0].messages.first?.isAtLeast == true)
        #expect(back.jobs[1].failedByCode.first?.code == "late" && back.jobs[1].failedByCode.first?.isAtLeast == true)
        #expect(back.totals.failedByCode.contains { $0.code == "late" && $0.rows == 2 && $0.isAtLeast })

        let old = written.text.replacing(#/\n *"rows_at_least": true,/#, with: "")
        #expect(!old.contains("rows_at_least") && old.contains(#""other": true"#))
        let exact = try Self.read(Array(old.utf8))
        #expect(exact.jobs.allSatisfy { $0.failedByCode.allSatisfy { !$0.isAtLeast } })
        #expect(exact.jobs.map { $0.rows } == all.jobs.map { $0.rows })
    }

    /// Returns a summary of random dumps, including hostile and malformed ones, with several dumps of one job.
    static func random(_ seed: UInt64) throws -> Summary {
        var numbers = SplitMix64(seed: seed)
        let texts = [
            "a", "é", "e\\u0301", "\\u0000\\u001b[31m", "<&>\\\"", "\\ud83d\\ude00", "\\u202e",
            "long " + String(repeating: "x", count: 2000),
        ]
        func text() -> String { #""\#(texts.randomElement(using: &numbers)!)""# }
        var summary = Summary()
        for number in 0..<Int.random(in: 0...8, using: &numbers) {
            let rows = (0..<Int.random(in: 0...40, using: &numbers)).map { _ -> String in
                switch Int.random(in: 0...5, using: &numbers) {
                case 0: #"{"created":true,"id":\#(text())}"#
                case 1: #"{"existing":true,"created":true,"x":1}"#
                case 2: #"{"error":{"code":\#(text()),"message":\#(text())}}"#
                case 3: #"{"error":{}}"#
                case 4: ["7", #"{"status":"ok"}"#].randomElement(using: &numbers)!
                default: #"{"error":{"code":\#(text())}}"#
                }
            }
            let id = ["null", "\"one\"", "\"two\"", text()].randomElement(using: &numbers)!
            let total = ["null", "0", "3", "9007199254740993", "9223372036854775807"].randomElement(using: &numbers)!
            let status = ["\"complete\"", "\"failed\"", "\"processing\"", "null", text()].randomElement(
                using: &numbers)!
            let end = ["]}", "]}", "],\"error\":{\"code\":\(text())}}", "", "]", "x"].randomElement(using: &numbers)!
            let results =
                Bool.random(using: &numbers) ? "\"results\":[\(rows.joined(separator: ","))" : "\"results\":[7"
            var job = try audit(
                Array(
                    #"{"job_id":\#(id),"status":\#(status),"total":\#(total),"failed":9007199254740993,"created_at":\#(text()),"updated_at":"2026-01-0\#(number + 1)T00:00:00Z",\#(results)\#(end)"#
                        .utf8), source: "s\(number)\u{1B}\n")
            if Bool.random(using: &numbers) { job.sha256 = nil }
            summary.append(job)
        }
        for _ in 0..<Int.random(in: 0...3, using: &numbers) {
            summary.append(UnreadableInput(source: "u\u{202E}", reason: "\u{0}\"\\"))
        }
        return summary.combiningSnapshots()
    }

    @Test("A written summary is read and written again unchanged", .seeded, arguments: Seeds.and(new: 1...60))
    func roundTrip(seed: UInt64) throws {
        let summary = try Self.random(seed)
        let bytes = SummaryJSON.render(summary)
        for windowBytes in [7, 4096, 256 * 1024] {
            let read = try Self.read(bytes, windowBytes: windowBytes)
            #expect(SummaryJSON.render(read) == bytes)
            #expect(read.jobs.map { "\($0)" } == summary.jobs.map { "\($0)" })
            #expect(read.unreadable == summary.unreadable)
            #expect(SummaryText.render(read, usesColor: true) == SummaryText.render(summary, usesColor: true))
        }
        for job in summary.jobs {
            let fragment = SummaryJSON.renderJob(job)
            #expect(SummaryJSON.renderJob(try SummaryReader.job(from: fragment)) == fragment)
            // The form in which a run stores the job.
            var record: [UInt8] = [7]
            job.appendRecord(to: &record)
            #expect("\(JobSummary(record: record.dropFirst()))" == "\(job)")
            // A record that is cut is read without harm.
            for count in record.indices { _ = JobSummary(record: record[1..<max(1, count)]) }
        }
    }

    @Test("The samples as well, with the contents of their pages", arguments: Repository.sampleJobs)
    func samples(name: String) throws {
        let job = try audit(sample: name)
        let read = try SummaryReader.job(from: SummaryJSON.renderJob(job))
        let templates = try TemplateSet()
        for format in TemplateSet.Format.allCases {
            #expect(
                templates.render(ReportModel(read, toolVersion: "1", files: []), as: format)
                    == templates.render(ReportModel(job, toolVersion: "1", files: []), as: format))
        }
    }

    @Test("A document that is written job by job is the same", .seeded, arguments: [1, 1000, 1 << 20])
    func streaming(flushBytes: Int) throws {
        for seed in Seeds.and(new: 1...10) {
            let summary = try Self.random(seed)
            var document = SummaryJSON.Document(to: MemoryOutput(), flushBytes: flushBytes)
            for job in summary.jobs { try document.append(fragment: SummaryJSON.renderJob(job).span) }
            for input in summary.unreadable { try document.append(input) }
            #expect(try document.finish(totals: summary.totals).bytes == SummaryJSON.render(summary))
        }
    }

    @Test("Reformatted by another program, with unknown names, it has the same contents", .needs(.python), .seeded)
    func reformatted() throws {
        let code = """
            import json, sys
            document = json.load(open(sys.argv[1], encoding="utf-8"))
            document = {"later": [1, {"deep": None}], **document}
            for job in document["jobs"]: job["later"] = {"x": [1.5, True]}
            json.dump(document, open(sys.argv[1], "w"))
            """
        for seed in Seeds.and(new: 1...5) {
            let bytes = SummaryJSON.render(try Self.random(seed))
            let folder = try Workspace()
            let file = try folder.write(bytes, as: "summary.json")
            let result = try RunningCommand(program: Tool.python.path(), ["-c", code, file]).finish()
            #expect(result.status == 0, "\(result)")
            #expect(SummaryJSON.render(try Self.read(try folder.bytes("summary.json"))) == bytes)
        }
    }

    @Test("No prefix is accepted as a complete summary", .seeded, arguments: Seeds.and(new: 3))
    func prefixes(seed: UInt64) throws {
        var summary = try Self.random(seed)
        summary.append(try audit(sample: "truncated"))
        let bytes = SummaryJSON.render(summary)
        // The last byte is a line feed after the end.
        for count in 0..<bytes.count - 1 {
            let fault = #expect(throws: SummaryFault.self) { try Self.read(Array(bytes[..<count])) }
            guard case .malformed(let place)? = fault?.code, place.isTruncation, fault?.place.byte == count else {
                Issue.record("\(count) bytes: \(String(describing: fault))")
                return
            }
        }
        #expect(throws: Never.self) { try Self.read(Array(bytes.dropLast())) }
    }

    @Test(
        "A byte that is changed makes a fault or another sound summary, never a crash", .seeded,
        arguments: Seeds.and(new: 1...8))
    func mutations(seed: UInt64) throws {
        var numbers = SplitMix64(seed: seed)
        let bytes = SummaryJSON.render(try Self.random(seed))
        for _ in 0..<400 {
            var changed = bytes
            for _ in 0...Int.random(in: 0...2, using: &numbers) {
                let index = Int.random(in: changed.indices, using: &numbers)
                switch Int.random(in: 0...3, using: &numbers) {
                case 0: changed[index] = UInt8.random(in: 0...255, using: &numbers)
                case 1: changed.remove(at: index)
                case 2: changed.insert(Array(#"{}[],:"0919en-\"#.utf8).randomElement(using: &numbers)!, at: index)
                default: changed.insert(contentsOf: Array("9223372036854775807".utf8), at: index)
                }
            }
            do {
                let summary = try Self.read(changed).combiningSnapshots()
                _ = SummaryJSON.render(summary)
                _ = SummaryText.render(summary, usesColor: false)
                for job in summary.jobs { _ = ReportModel(job, toolVersion: "1", files: []) }
            } catch let fault as SummaryFault {
                #expect(!fault.explanation.isEmpty)
            }
        }
    }

    static let faults: [(change: (String, String), says: String)] = [
        (("import-audit.summary", "other"), "Not a summary of import-audit"),
        (("\"format\": \"import-audit.summary\",", ""), "Not a summary of import-audit"),
        (("\"version\": 1", "\"version\": 2"), "has version 2; this import-audit reads version 1"),
        (("\"version\": 1", "\"version\": \"1\""), "version must be a whole number"),
        (("\"version\": 1", "\"version\": 0"), "version must be 1 or more"),
        (("\"jobs\": [", "\"jobs\": [7, "), "jobs[0] must be an object"),
        (("\"source\": \"Samples/sync.json\",", ""), "jobs[0].source is missing"),
        (("\"source\": ", "\"source\": \"a\", \"source\": "), "jobs[0].source is there twice"),
        (("\"source\": \"Samples/sync.json\"", "\"source\": 5"), "jobs[0].source must be a string"),
        (("\"seen\": 12", "\"seen\": 13"), "jobs[0].rows.seen must be the sum of the outcomes"),
        (("\"created\": 8", "\"created\": -8"), "jobs[0].rows.created must be a whole number from 0"),
        (("\"created\": 8", "\"created\": 8.5"), "jobs[0].rows.created must be a whole number from 0"),
        (
            ("\"first_row\": ", "\"first_row\": [], \"x\": "),
            "jobs[0].failed_by_code[0].first_row must be a whole number"
        ),
        (("\"missing\": 0", "\"missing\": 1"), "jobs[0].rows.missing must be what total has beyond rows.seen"),
        (
            ("\"bucket_rows\": 1", "\"bucket_rows\": 0"),
            "jobs[0].failed_by_code[0].failure_positions.bucket_rows must be 1 or more"
        ),
        (("\"counts\": [", "\"counts\": [-1, "), "failure_positions.counts"),
        (
            ("\"message_patterns\": ", "\"message_patterns\": 0, \"x\": "),
            "jobs[0].failed_by_code[0].message_patterns must be no less than there are messages"
        ),
        (
            ("\"rows\": 1,\n              \"share\"", "\"rows\": 2,\n              \"share\""),
            "jobs[0].failed_by_code[0].messages must be of the rows of their code"
        ),
        (
            ("\"rows\": 1,\n              \"share\"", "\"rows\": 0,\n              \"share\""),
            "jobs[0].failed_by_code[0].messages must be of the rows of their code"
        ),
        (("\"slots\": []", "\"slots\": 5"), "jobs[0].failed_by_code[0].messages[0].slots must be an array"),
        (
            ("\"failure_stretches\": []", "\"failure_stretches\": [{\"first_row\": 0}]"),
            "jobs[0].failure_stretches[0].last_row is missing"
        ),
        (("\"results\": \"complete\"", "\"results\": \"done\""), "jobs[0].results must be one of absent, wrong-type"),
        (("\"salvaged\": null", "\"salvaged\": {}"), "jobs[0].salvaged.kind is missing"),
        (
            ("\"superseded\": null", "\"superseded\": {\"count\": 1, \"snapshots\": [], \"others\": []}"),
            "jobs[0].superseded.count must be"
        ),
        (
            (
                "\"superseded\": null",
                "\"superseded\": {\"count\": 1, \"snapshots\": [], \"others\": [\"+123456789abcdef\"]}"
            ), "16 hexadecimal digits"
        ),
        (
            ("\"totals\": {\n    \"jobs\": 1", "\"totals\": {\n    \"jobs\": 2"),
            "totals.jobs must be 1, as its jobs add up"
        ),
        (("\"totals\"", "\"more\""), "totals is missing"),
        (("\"unreadable\": []", "\"unreadable\": [{\"source\": \"x\"}]"), "unreadable[0].reason is missing"),
    ]

    @Test("An error names the member by its path", arguments: faults.indices)
    func faultNamesPath(index: Int) throws {
        var summary = Summary()
        summary.append(try audit(sample: "sync"))
        let text = SummaryJSON.render(summary).text
        let (change, says) = Self.faults[index]
        let range = try #require(text.range(of: change.0), "\(change.0)")
        let changed = text.replacingCharacters(in: range, with: change.1)
        let fault = #expect(throws: SummaryFault.self) { try Self.read(Array(changed.utf8)) }
        #expect(fault?.explanation.contains(says) == true, "\(fault?.explanation ?? "")")
    }

    @Test(
        "What is no summary at all",
        arguments: ["", " ", "[]", "7", "{}", "<html>", #"{"job_id":"j","results":[]}"#, "\u{FEFF}{}"])
    func noSummary(text: String) {
        let fault = #expect(throws: SummaryFault.self) { try Self.read(Array(text.utf8)) }
        #expect(fault?.explanation.isEmpty == false)
    }
}
