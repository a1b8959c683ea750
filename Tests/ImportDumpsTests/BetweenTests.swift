import ImportDumps
import ImportFoundation
import Testing

/// What is between documents: the heads of HTTP responses, lines that only look like them, and possible losses.
@Suite struct BetweenTests {
    private static func job(_ id: String) -> String { WrapperTests.job(id) }

    /// The places and the first words of the documents in a text.
    private func expect(_ text: String, _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation) throws
    {
        for window in [1000] + Array(1...40) {
            let found = try Documents(text, window: window).described.map { document in
                document.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).prefix(2)
                    .joined(separator: " ")
            }
            #expect(found == expected, "window of \(window)", sourceLocation: sourceLocation)
        }
    }

    @Test(
        "A line that looks like the beginning of an HTTP response does not hide what follows",
        arguments: [
            "HTTP/2 200", "HTTP/1.1 200 OK\r", "HTTP/2 200\nserver: x", "HTTP/2 200\nanswer:", "HTTP/2 200\na b: c",
            "HTTP/2 200\n folded", "HTTP/x", "HTTP/", "H", "HTTP/2 200\nserver: x\nGET /",
        ])
    func otherLines(_ line: String) throws {
        let jobs = ["a", "b", "c", "d"].map(Self.job)
        var text = jobs[0] + "\n\(line)\n" + jobs[1] + "\n\n" + jobs[2] + "\n\(line)\n" + jobs[3] + "\n\n"
        func places(_ text: String) throws -> [String] {
            var line = 1
            return text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
                .compactMap { text in
                    defer { line += 1 }
                    return text.firstIndex(of: "{").map { _ in ":\(line) " + String(text.split(separator: "\"")[3]) }
                }
        }
        try expect(text, try places(text))
        text = jobs.map { "\(line)\n\($0)\n\n" }.joined()
        try expect(text, try places(text))
        // Even if an empty line follows, and even on the line itself.
        text = jobs.map { "\(line) \($0)\n\n" }.joined()
        try expect(text, try places(text))
        text = jobs.map { "\(line)\nanswer: \($0)\n\n" }.joined()
        try expect(text, try places(text))
    }

    @Test("Rows in an array beside a dump are rows without their job")
    func rowsInArrays() throws {
        let rows = #"[{"id":"1","created":true},{"error":{"code":"c"}}]"#
        for text in [Self.job("a") + "\n" + rows + "\n", rows + "\n" + Self.job("a") + "\n"] {
            let described = try Documents(text).described
            #expect(
                described.count == 2 && described.contains { $0.contains("rowsWithoutJob(count: 2)") }, "\(described)")
        }
    }

    @Test(
        "A dump behind text in another encoding is noticed as a possible loss",
        arguments: [TestEncoding.utf16leMarked, .utf16beMarked], [0, 1])
    func otherEncodings(encoding: TestEncoding, shift: Int) throws {
        let other: TestEncoding = encoding == .utf16leMarked ? .utf16be : .utf16le
        let front = encoding.bytes(Self.job("a") + "\n") + [UInt8](repeating: 0, count: shift)
        for tail in [Array((Self.job("b") + "\n").utf8), other.bytes(Self.job("b") + "\n")] {
            let reading = try Decoded(front + tail)
            #expect(reading.jobs.first?.hasPrefix("a ") == true, "\(reading)")
            #expect(reading.jobs.count == 2 || !reading.reasons.isEmpty, "\(reading)")
        }
    }

    @Test(
        "The head of an HTTP response may have any fields",
        arguments: [
            "HTTP/2 200\r\n\r\n", "HTTP/1.1 200 OK\r\nreport-to: {\"group\":\"nel\"}\r\n x: [{\r\n\r\n",
            "HTTP/1.1 302 Found\nlocation: /{id}\n\nHTTP/2 200 \nx!y: {}\n\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 200\r\n\r\n",
        ])
    func heads(_ head: String) throws {
        let (a, b) = (Self.job("a"), Self.job("b"))
        for window in 1...60 {
            for text in [head + a + head + b, a + "\n" + head + b + "\n", head + "[\(a),\(b)]"] {
                let dumps = try Dumps(text, window: window).dumps
                #expect(dumps.map(\.job.jobID) == ["a", "b"])
                #expect(dumps.last?.wrappings == [.httpResponse] && dumps.allSatisfy(\.skipped.isEmpty))
            }
        }
    }

    @Test(
        "What may be a lost dump beside others is listed",
        arguments: [
            #"{'job_id': 'b', 'total': 1, 'results': [{'created': True}]}"#, #"{'data': {'results': [{'id': '1'}]}}"#,
            #"{"job_id"=>"b", "total"=>1}"#, "{\0\"\0j\0o\0b\0_\0i\0d\0\"\0:\0\"\0b\0\"\0}\0",
            #"{"level":"info","message":"answer: \"total\": 5, \"results\": ["}"#,
            #"{"level":"info","message":"answer: {\"status\":\"complete\", … (cut)"}"#,
            #"{"a":["x","got \"created\":true"]}"#,
        ])
    func losses(_ text: String) throws {
        try expect(Self.job("a") + "\n" + text + "\n" + Self.job("c"), [":1 a", ":2 unreadable", ":3 c"])
        // The first one is found later. An input that begins with UTF-16 is read as UTF-16.
        if text.contains("\0") { return }
        #expect(try Documents(text + "\n" + Self.job("c")).described.count == 2)
    }

    @Test(
        "Compressed data and archives that were joined to a dump may contain others",
        arguments: [
            [0x1F, 0x8B, 8], [0x50, 0x4B, 3, 4], [0x28, 0xB5, 0x2F, 0xFD], [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0],
            Array("BZh91AY&SY".utf8), [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], [4, 0x22, 0x4D, 0x18],
        ] as [[UInt8]])
    func joined(_ signature: [UInt8]) throws {
        for before in ["", "\n", "}"] {
            let bytes = Array((Self.job("a") + before).utf8) + signature + [9, 0xF3, 0x80, 0, 1, 2, 0xA0]
            let reading = try Decoded(bytes)
            #expect(reading.jobs.count == 1 && reading.reasons.count == 1, "\(reading)")
        }
    }

    @Test(
        "Other text is not",
        arguments: [
            "cp: cannot stat 'x': No such file", #"{"msg":"parsing \"abc\": invalid","level":"error"}"#,
            #"{"msg":"field \"x\": bad { here","level":"error"}"#, "KeyError: 'job_id'", "config {'debug': True}",
            #"{"level":"info","message":"got {\"user\":\"ann\"} in 12 ms"}"#,
            #"{"message":"Config{debug=true}","ts":1}"#,
            #"{"level":"info","message":"at Object.<anonymous> {\n  code: 'X' }"}"#,
            #"{"level":"info","message":"Zeichen { und } und [x]"}"#,
        ])
    func others(_ text: String) throws {
        try expect(Self.job("a") + "\n" + text + "\n" + Self.job("c"), [":1 a", ":3 c"])
    }

    @Test("Text in a job that looks like the end of a key is part of the job")
    func textsOfJobs() throws {
        let text = #"{"note":"say \"x\": {\"y\":","job_id":"b","total":0,"results":[]}"#
        try expect(text + "\n" + Self.job("a"), [":1 b", ":2 a"])
        try expect(#"{"data":\#(text)}"# + "\n" + Self.job("a"), [":1#/data b", ":2 a"])
        try expect("[\(text),\(Self.job("a"))]", ["[1] b", "[2] a"])
    }
}

/// The dumps of an input.
struct Dumps {
    var dumps: [Dump]

    init(_ text: String, window: Int = 4096) throws {
        try self.init(Array(text.utf8), window: window)
    }

    init(_ bytes: [UInt8], window: Int = 4096) throws {
        var sink = Sink()
        var session = DumpSession(DumpReader(windowBytes: window))
        try session.read(from: ArraySource(bytes), into: &sink)
        dumps = sink.dumps
    }

    private struct Sink: DumpSink {
        var dumps: [Dump] = []

        mutating func beginRows(of job: DeclaredJob) {}

        mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {}

        mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) {
            if case .job(let dump) = reading { dumps.append(dump) }
        }
    }
}
