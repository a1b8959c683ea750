import ImportDumps
import ImportFoundation
import Testing

/// Inputs that contain several dumps: one after another, one per line, or in an array.
@Suite struct DocumentTests {
    static func job(_ id: String, _ rows: [String] = [#"{"created":true}"#]) -> String {
        #"{"job_id":"\#(id)","status":"complete","results":[\#(rows.joined(separator: ","))]}"#
    }

    static let pretty = """
        {
          "job_id": "p",
          "status": "complete",
          "results": [
            {"created": true},
            {"existing": true}
          ]
        }
        """

    /// An input and its documents: for each, its place, its job or the reason why there is none, its rows and its
    /// bytes.
    struct Sample: CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var documents: [String]

        init(_ name: String, _ text: String, _ documents: [String]) {
            testDescription = name
            self.text = text
            self.documents = documents
        }
    }

    static let samples = [
        Sample("one", job("a"), [" a 1 row 63 bytes"]),
        Sample("one, with white space around it", "\n " + job("a") + "\r\n\n", [" a 1 row 68 bytes"]),
        Sample("nothing", "", [" empty 0 bytes"]),
        Sample("white space", " \n", [" blank 2 bytes"]),
        Sample(
            "JSON Lines", job("a") + "\n" + job("b", ["{}", "{}"]) + "\n" + job("c", []) + "\n",
            [":1 a 1 row 63 bytes", ":2 b 2 rows 52 bytes", ":3 c 0 rows 47 bytes"]),
        Sample(
            "JSON Lines with empty lines and CR LF", job("a") + "\r\n\r\n" + job("b") + "\r\n",
            [":1 a 1 row 63 bytes", ":3 b 1 row 63 bytes"]),
        Sample(
            "one after another", job("a") + job("b") + " " + job("c"),
            [":1 a 1 row 63 bytes", ":1:64 b 1 row 63 bytes", ":1:128 c 1 row 63 bytes"]),
        Sample(
            "over several lines, one after another", pretty + "\n" + pretty + job("a"),
            [
                ":1 p 2 rows \(pretty.utf8.count) bytes", ":9 p 2 rows \(pretty.utf8.count) bytes",
                ":16 a 1 row 63 bytes",
            ]),
        Sample(
            "a line that breaks off", job("a") + "\n" + job("b").dropLast(13) + "\n" + job("c"),
            [":1 a 1 row 63 bytes", ":2 b 0 rows 50 bytes fault 2:51", ":3 c 1 row 63 bytes"]),
        Sample(
            "a first line that breaks off", #"{"job_id":"a","results":[{"created":true},{"cre"# + "\n" + job("c"),
            [":1 a 1 row 47 bytes fault 1:48", ":2 c 1 row 63 bytes"]),
        Sample(
            "lines that are no JSON", "Starting\nMore\n" + job("a") + "\nDone\n" + job("b") + "\nbye",
            [":3 a 1 row 63 bytes skipped 19 bytes on 3 lines", ":5 b 1 row 63 bytes skipped 3 bytes on 1 line"]),
        Sample(
            "something behind a job on its line", job("a") + " ; \n" + job("b"),
            [":1 a 1 row 63 bytes skipped 3 bytes on 1 line", ":2 b 1 row 63 bytes"]),
        Sample(
            "a dump over several lines that is broken in its last row, and others behind it",
            pretty.replacing("true}\n", with: "true\n") + "\n{}\n" + job("b"),
            [
                ":1 p 2 rows \(pretty.utf8.count - 1) bytes damaged 7:3 skipped 2 bytes on 1 line",
                ":10 b 1 row 63 bytes",
            ]),
        Sample(
            "what is no job among jobs", job("a") + "\n" + #"{"message":"too many"}"# + "\n[1,2]\n5\n" + job("b"),
            [
                ":1 a 1 row 63 bytes skipped 8 bytes on 2 lines", ":2 error too many 22 bytes", ":5 b 1 row 63 bytes",
            ]),
        Sample(
            "an array of jobs", "[ \(job("a")),\n \(job("b", ["{}"])) ]\n",
            ["[1] a 1 row 63 bytes", "[2] b 1 row 49 bytes"]),
        Sample(
            "an array of jobs and others", #"[{"message":"m"},7,"# + job("a") + "," + pretty + #",{"x":1}]"#,
            [
                "[3] a 1 row 63 bytes skipped 1 byte on 1 line", "[1] error m 15 bytes",
                "[4] p 2 rows \(pretty.utf8.count) bytes skipped 7 bytes on 1 line",
            ]),
        Sample("an array without jobs", #"[{"a":1},{"b":2},3]"#, [" other array 19 bytes"]),
        Sample("an empty array", "[]", [" other array 2 bytes"]),
        Sample(
            "an array that breaks off in a job", "[" + job("a") + "," + job("b").dropLast(19),
            ["[1] a 1 row 63 bytes", "[2] b 0 rows 44 bytes fault 1:110"]),
        Sample(
            "an array that breaks off behind a job", "[" + job("a") + ",",
            ["[1] a 1 row 63 bytes", ":1 unreadable 1:66 65 bytes"]),
        Sample(
            "arrays on lines", "[\(job("a"))]\n[\(job("b")),\(job("c"))]",
            ["[1] a 1 row 63 bytes", ":2[1] b 1 row 63 bytes", ":2[2] c 1 row 63 bytes"]),
    ]

    @Test("Every document of an input is read, with its position", arguments: samples)
    func documents(_ sample: Sample) throws {
        #expect(try Documents(sample.text).described == sample.documents)
    }

    @Test("The window's size changes nothing, nor do the hashes", arguments: samples)
    func windows(_ sample: Sample) throws {
        let whole = try Documents(sample.text, hashing: true)
        for window in Array(1...80) + [200, 1000] {
            let documents = try Documents(sample.text, window: window, hashing: true)
            #expect(documents.described == whole.described, "window of \(window)")
            #expect(documents.hashes == whole.hashes, "window of \(window)")
        }
    }

    @Test("Jobs in records of a log are named alike, the first one too; two on one line are told apart")
    func recordsOfLogs() throws {
        func record(_ id: String) -> String { #"{"data":\#(Self.job(id))}"# }
        func places(_ text: String) throws -> [String] {
            try Documents(text).described.map { String($0.prefix { $0 != " " }) }
        }
        #expect(try places(record("a")) == ["#/data"])
        #expect(try places(record("a") + "\n" + record("b") + "\n") == [":1#/data", ":2#/data"])
        #expect(try places("\n" + record("a") + "\n" + Self.job("b")) == [":2#/data", ":3"])
        #expect(try places(record("a") + "\n" + #"{"message":"no"}"#) == [":1#/data", ":2"])
        let onOneLine = record("a") + " " + record("b") + record("c")
        #expect(try places(onOneLine) == [":1#/data", ":1:74#/data", ":1:146#/data"])
        // Several jobs in one record: there is only that record, or its line becomes known too late.
        let both = #"{"m":[\#(Self.job("a")),\#(Self.job("b"))]}"#
        #expect(try places(both) == ["#/m/0", "#/m/1"])
        #expect(try places(both + both) == ["#/m/0", "#/m/1", ":1:136#/m/0", ":1:136#/m/1"])
    }

    @Test("Each document has the hash of its own bytes")
    func hashes() throws {
        let (first, second, third) = (Self.job("a"), Self.job("b", ["{}"]), Self.pretty)
        func hash(_ text: String) throws -> String? { try Documents(text, hashing: true).hashes.first ?? nil }
        let alone = try [first, second, third].map(hash)
        #expect(Set(alone).count == 3 && !alone.contains(nil))
        #expect(try Documents([first, second, third].joined(separator: "\n"), hashing: true).hashes == alone)
        #expect(
            try Documents("[" + [first, second, third].joined(separator: ", ") + "]", hashing: true).hashes == alone)
    }

    @Test("A large first document has its own hash too, whichever thread read it")
    func largeFirst() throws {
        let large = Self.job("a", [String](repeating: #"{"created":true}"#, count: 200_000))
        let alone = try Documents(large, window: DumpLimits.windowBytes, hashing: true)
        let both = try Documents(large + "\n" + Self.job("b"), window: DumpLimits.windowBytes, hashing: true)
        #expect(both.described == [":1 a 200000 rows \(large.utf8.count) bytes", ":2 b 1 row 63 bytes"])
        #expect(both.hashes.first == alone.hashes.first)
    }

    @Test("Every prefix of a log keeps the lines before the cut")
    func prefixes() throws {
        let lines = (1...4).map { Self.job("j\($0)", [#"{"created":true}"#, #"{"error":{"code":"c"}}"#]) }
        let log = lines.joined(separator: "\n")
        for end in 0...log.utf8.count {
            let prefix = String(decoding: Array(log.utf8.prefix(end)), as: UTF8.self)
            let whole = prefix.split(separator: "\n").filter { $0.hasSuffix("]}") }.count
            let jobs = try Documents(prefix).described.filter { $0.contains("2 rows") && !$0.contains("fault") }
            #expect(jobs.count == whole, "\(end) bytes")
        }
    }

    @Test("An input read after another is read as if it were the first")
    func reuse() throws {
        var session = DumpSession(DumpReader(hashing: true))
        for _ in 0..<2 {
            for sample in Self.samples {
                var sink = Documents.Sink()
                try session.read(from: ArraySource(Array(sample.text.utf8)), into: &sink)
                #expect(sink.described == sample.documents)
            }
        }
    }
}

/// The result of reading the documents of an input, in words.
struct Documents {
    var described: [String]
    var hashes: [String?]

    init(_ text: String, window: Int = 4096, hashing: Bool = false) throws {
        var sink = Sink()
        var session = DumpSession(DumpReader(windowBytes: window, hashing: hashing))
        try session.read(from: ArraySource(Array(text.utf8)), into: &sink)
        (described, hashes) = (sink.described, sink.hashes)
    }

    struct Sink: DumpSink {
        var described: [String] = []
        var hashes: [String?] = []
        private var rows = 0

        mutating func beginRows(of job: DeclaredJob) { rows = 0 }

        mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {
            for index in runs.indices { consume(runs[index], text: text) }
        }

        mutating func consume(_ run: RowRun, text: Span<UInt8>) { rows += run.count }

        mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) {
            var words = [position.suffix]
            switch reading {
            case .job(let dump):
                #expect(dump.rowCount == rows)
                words += [dump.job.jobID ?? "-", "\(rows) row\(rows == 1 ? "" : "s")", "\(dump.byteCount) bytes"]
                if let place = dump.fault?.place { words.append("fault \(place.line):\(place.column)") }
                if let place = dump.damage.rows.first.first?.place {
                    words.append("damaged \(place.line):\(place.column)")
                }
                if !dump.skipped.isEmpty {
                    let (bytes, lines) = (dump.skipped.bytes, dump.skipped.lines)
                    words.append(
                        "skipped \(bytes) byte\(bytes == 1 ? "" : "s") on \(lines) line\(lines == 1 ? "" : "s")")
                }
                hashes.append(dump.sha256)
            case .notAJob(let other):
                switch other.reason {
                case .errorBody(let message): words.append("error \(message)")
                case .otherJSON(let type): words.append("other \(type)")
                case .unreadable(let fault): words.append("unreadable \(fault.place.line):\(fault.place.column)")
                default: words.append("\(other.reason)")
                }
                words.append("\(other.byteCount) bytes")
            }
            described.append(words.joined(separator: " "))
            rows = 0
        }
    }
}
