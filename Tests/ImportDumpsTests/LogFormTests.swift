import Glibc
import ImportDumps
import TestSupport
import Testing

/// Inputs that are recognized as container logs, inputs that are not, lines that do not fit, and lines that wait.
struct LogFormTests {
    static let job = #"{"job_id":"a","status":"complete","results":[{"created":true}]}"#
    static let pretty = "{\n  \"job_id\": \"p\",\n  \"results\": [\n    {\"created\": true}\n  ]\n}"

    @Test(
        "A dump and a plain log stay as they are",
        arguments: [
            job, "\n \t" + job, "[\(job)]", "\u{FEFF}" + job, pretty,
            "Starting\n" + job, "2025-03-04T10:06:00Z Starting\n\(job)\n2025-03-04T10:06:00Z Done\n",
            "2025-03-04T10:06:00Z answer:\n\(pretty)\n2025-03-04T10:06:00Z Done\n",
            "a | b\n\(job)\nc | d\n", "data: none of it\n\(job)\n", "| a | b |\n|---|---|\n\n\(job)\n",
            "[pod/a/b] x\n[pod/a/b] y\n[pod/a/b] z\n" + job,
            #"{"log":{"entries":[]}}"# + "\n" + job, #"{"log":"not of a container"}"# + "\n" + job,
            String(repeating: "\0", count: 600) + job,
        ])
    func plain(_ text: String) throws {
        let reading = try Decoded(Array(text.utf8))
        #expect(reading.wrappings.allSatisfy { $0.isEmpty }, "\(reading.wrappings)")
    }

    @Test(
        "What shows the form beyond doubt",
        arguments: [
            ("2025-03-04T10:06:00Z \(job)", Wrapping.log(.timestamps)),
            ("2025-03-04 10:06:00,123 \(job)", .log(.timestamps)),
            ("2025-03-04T10:06:00.123456789+01:00\t\(job)\n", .log(.timestamps)),
            ("Nov  7 12:00:00 \(job)\n", .log(.timestamps)),
            (
                "torn line of text\n" + String(repeating: "2025-03-04T10:06:00Z x\n", count: 3) + prefixed,
                .log(.timestamps)
            ),
            ("2025-03-04T10:06:00Z stdout F \(job)", .log(.cri)),
            ("\u{FEFF}2025-03-04T10:06:00Z stdout F \(job)", .log(.cri)),
            (
                "2025-03-04T10:06:00Z stdout F\n2025-03-04T10:06:00Z stderr F \n2025-03-04T10:06:00Z stdout F \(job)",
                .log(.cri)
            ),
            ("Attaching to web-1\nweb-1  | \(job)", .log(.containerNames)),
            ("\u{1B}[36mweb_1  |\u{1B}[0m \(job)", .log(.containerNames)),
            ("[pod/a-1/b.c] \(job)", .log(.containerNames)),
            ("Nov 27 12:00:00 host prog[123]: \(job)", .log(.syslog)),
            ("2025-11-27T12:00:00+0000 host prog: \(job)", .log(.syslog)),
            ("2025-11-27T12:00:00.123456+00:00 app[web.1]: \(job)", .log(.syslog)),
            ("<34>Oct 11 22:14:15 host su: \(job)", .log(.syslog)),
            ("<165>1 2003-10-11T22:14:15.003Z - app - - - \(job)", .log(.syslog)),
            ("data:\(job)\n\n", .eventStream), ("event: x\r\ndata: \(job)\r\n\r\n", .eventStream),
            ("HTTP/2 200 \r\ncontent-type: text/event-stream\r\n\r\ndata: \(job)\r\n\r\n", .eventStream),
            (#"{"stream":"stdout","time":"x","log":"{\"job_id\":\"a\",\"results\":[{}]}"}"#, .log(.dockerJSON)),
        ])
    func recognised(_ text: String, _ wrapping: Wrapping) throws {
        let reading = try Decoded(Array(text.utf8))
        #expect(reading.jobs == ["a 1"], "\(reading)")
        #expect(reading.wrappings.map { $0.filter { $0 != .httpResponse } } == [[wrapping]])
        reading.checkPlaces(in: Array(text.utf8), .utf8, text)
    }

    private static let prefixed = "2025-03-04T10:06:00Z \(job)\n"

    /// Places are kept for the lines that may still be asked for, and thousands of them are dropped at once.
    @Test("Documents and places do not depend on how a long log arrives", .seeded, arguments: ["cri", "docker"])
    func piecesOfALongLog(form: String) throws {
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        func line(_ text: String, _ isWhole: Bool) -> [UInt8] {
            form == "cri"
                ? Array("2025-03-04T10:06:00Z stdout \(isWhole ? "F" : "P") \(text)\n".utf8)
                : Array(
                    (#"{"log":"\#(text.replacing("\"", with: "\\\""))\#(isWhole ? "\\n" : "")","stream":"stdout","time":"x"}"#
                        + "\n").utf8)
        }
        let tails: [(String, Bool)] = [
            (#"{"x":1}"#, false), (#"{"y":2}"#, true), ("", true), ("", false), ("xxx", true), (Self.job, true),
            (Self.job, false), (" ", true),
        ]
        for round in 0..<40 {
            var pieces = [(0..<1500).flatMap { _ in line("xxxxxxxxx", true) }]
            pieces.append((0..<600).flatMap { _ in line("xxxxxxxxx", true) })
            if round == 0 {
                for (text, isWhole) in [tails[0], tails[2], tails[1]] { pieces.append(line(text, isWhole)) }
            }
            for _ in 0..<6 {
                let (text, isWhole) = tails[Int.random(in: tails.indices, using: &random)]
                if Bool.random(using: &random) {
                    pieces.append(line(text, isWhole))
                } else {
                    pieces[pieces.count - 1] += line(text, isWhole)
                }
            }
            let whole = try Decoded(pieces.flatMap { $0 }, window: 1 << 18)
            let found = try Decoded(PiecedSource(pieces), window: 1 << 18)
            #expect(found == whole, "seed \(seed), round \(round)")
        }
    }

    @Test("Lines that do not fit pass as they are")
    func otherLines() throws {
        let text = "2025-03-04T10:06:00Z stdout F x\n2025-03-04T10:06:00Z stdout F y\n2025-03-04T10:06:00Z stdout F z\n"
        let reading = try Decoded(Array((text + String(repeating: text, count: 50) + Self.job + "\n").utf8))
        #expect(reading.jobs == ["a 1"])
    }

    /// As loggers write it, and as journalctl does, which indents all but the first line.
    @Test(
        "In a log with prefixes, a dump on several lines may have one on its first line only, or on each",
        arguments: ["2025-03-04T10:06:00Z ", "[2025-03-04 10:06:00] ", "Nov 27 12:00:00 host prog[123]: "],
        [0, 30])
    func recordsOnSeveralLines(prefix: String, indentation: Int) throws {
        let lines = Self.pretty.split(separator: "\n")
        let gap = "\n" + String(repeating: " ", count: indentation)
        let record = prefix + lines.joined(separator: gap) + "\n"
        let other = "\(prefix)polling\n"
        let short = "\(prefix)\(Self.job)\n"
        for log in [
            short + record + other + short, short + record + record + short, short + other + record + short + record,
        ] {
            let reading = try Decoded(Array(log.utf8))
            let expected = log.split(separator: "\"p\"").count - 1
            #expect(reading.jobs.filter { $0 == "p 1" }.count == expected, "\(log)\(reading)")
            #expect(reading.jobs.filter { $0 == "a 1" }.count == reading.jobs.count - expected, "\(log)\(reading)")
            reading.checkPlaces(in: Array(log.utf8), .utf8, log)
        }
        // If each line has one, lines without it come from elsewhere.
        let each = lines.map { prefix + $0 + "\n" }
        let mixed = short + each[0] + each[1] + "a line from elsewhere\n" + each.dropFirst(2).joined() + short
        #expect(try Decoded(Array(mixed.utf8)).jobs == ["a 1", "p 1", "a 1"])
    }

    @Test("The front of a Docker log may be cut off anywhere in its first line", .seeded, arguments: Seeds.and(new: 2))
    func cutOffFront(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let text = "{\"job_id\":\"first\",\"results\":[" + String(repeating: #"{"id":"x1"},"#, count: 800) + "{}]}"
        func records(_ text: String, pieces: Int) -> String {
            let size = text.count / pieces + 1
            return stride(from: 0, to: text.count, by: size).map { start in
                let piece = String(text.dropFirst(start).prefix(size))
                let end = start + size < text.count ? "" : "\\n"
                let escaped = piece.replacing("\"", with: "\\\"")
                return #"{"log":"\#(escaped)\#(end)","stream":"stdout","time":"2025-03-04T10:06:00Z"}"# + "\n"
            }.joined()
        }
        let front = records(Bool.random(using: &random) ? "Starting" : text, pieces: 1)
        let cut = Int.random(in: 1..<front.count - 1, using: &random)
        let log = String(front.dropFirst(cut)) + records(Self.job, pieces: 2) + records(Self.job, pieces: 1)
        let reading = try Decoded(Array(log.utf8))
        #expect(reading.jobs.suffix(2) == ["a 1", "a 1"], "\(log.prefix(100)): \(reading)")
    }

    @Test("A Docker record that is not JSON is passed on unchanged, and the next one is read")
    func badRecords() throws {
        let record = #"{"log":"{\"job_id\":\"a\",\"results\":[{}]}\n","stream":"stdout","time":"x"}"#
        for bad in [
            #"{"log":"{\"job_id\":\"b\",\"resul"#, #"{"log":"\q","stream":"stdout","time":"x"}"#, #"{"log":"x\u12","#,
            #"{"log":"x","stream":"stdout","time":"x"} more"#, #"{"log":5,"stream":"stdout","time":"x"}"#, "{", "",
            #"{"log":"x","stream":7,"time":"x"}"#, #"{"log":"x","stream":"stdout","time":}"#,
        ] {
            let reading = try Decoded(Array("\(record)\n\(bad)\n\(record)\n".utf8))
            #expect(reading.jobs.filter { $0 == "a 1" }.count == 2, "\(bad): \(reading)")
        }
    }

    @Test("An endless line keeps no more data waiting than fits")
    func endlessLine() throws {
        // Errors of 10 MB come before the end of the line that they wait for. None of them is lost.
        var log = "2025-03-04T10:06:00Z stdout P {\"job_id\":\"a\",\n"
        for _ in 0..<100_000 {
            log += "2025-03-04T10:06:00Z stderr F {\"job_id\":\"e\",\"status\":\"x\",\"total\":0,\"results\":[]}\n"
        }
        log += "2025-03-04T10:06:00Z stdout F \"results\":[{}]}\n"
        let reading = try Decoded(Array(log.utf8))
        #expect(reading.jobs.filter { $0 == "e 0" }.count == 100_000)
    }

    @Test("A single line of 120 MB needs at most 64 MiB", .measuresMemory)
    func longLine() async {
        await #expect(processExitsWith: .success) {
            guard limitMemoryGrowth(to: 64 << 20) else { exit(4) }
            for (head, tail) in [
                ("2025-03-04T10:06:00Z stdout F {\"job_id\":\"", "\",\"results\":[]}\n"),
                ("2025-03-04T10:06:00Z {\"job_id\":\"", "\",\"results\":[]}\n"),
                ("data: {\"job_id\":\"", "\",\"results\":[]}\n"),
                (#"{"log":"{\"job_id\":\""#, #"\",\"results\":[]}\n","stream":"stdout","time":"x"}"#),
                (#"{"log":"{\"job_id\":\"a\",\"results\":[]}\n","time":"x","more":""#, #""}"#),
                (#"{"log":"\q{"#, "}"),
                (
                    "2025-03-04T10:06:00Z stdout P {\n2025-03-04T10:06:00Z stderr F {\"job_id\":\"",
                    "\",\"results\":[]}\n"
                ),
            ] {
                let source = RepeatingSource(head: head, repeating: UInt8(ascii: "y"), count: 120_000_000, tail: tail)
                _ = try Decoded(source, window: 1 << 16)
            }
        }
    }

    @Test(
        "Lines of very many containers that each begin a dump are read in time, and none is lost",
        .timeLimit(.minutes(10)))
    func manyContainers() throws {
        let count = 40_000
        func name(_ number: Int) -> String { "c" + String(String(10_000_000 + number).dropFirst()) }
        var log = (0..<count).map { "\(name($0)) | {\n" }.joined()
        log += (0..<count).map { "\(name($0)) | \"job_id\":\"\($0)\",\"results\":[{}]}\n" }.joined()
        let reading = try Decoded(Array(log.utf8))
        #expect(!reading.jobs.isEmpty)
    }
}
