import ImportDumps
import ImportFoundation
import TestSupport
import Testing

/// Dumps in other encodings and in logs give the same result as plain ones, with places in the original file.
struct DecodingTests {
    /// A random text of dumps, each on separate lines, and the expected result.
    struct Plain {
        var text = ""
        var jobs: [String] = []

        init(_ random: inout SplitMix64) {
            for number in 0..<Int.random(in: 1...5, using: &random) {
                let rows = (0..<Int.random(in: 0...6, using: &random)).map { row in
                    let message =
                        ["", "plain", "Ünï — 漢字 🙂", "tab\\t \\\" \\u00e9"].randomElement(using: &random) ?? ""
                    return (code: "c\(row)", message: message)
                }
                // On one line, each row on a line, or each member on a line, indented or not.
                let separator = Bool.random(using: &random) ? "\n" : ""
                let indent = separator.isEmpty || Bool.random(using: &random) ? "" : "  "
                let inner = Bool.random(using: &random) ? separator : ""
                func line(_ depth: Int, _ text: String, in separator: String) -> String {
                    (separator.isEmpty ? "" : String(repeating: indent, count: depth)) + text + separator
                }
                text += line(0, "{", in: separator) + line(1, "\"job_id\":\"j\(number)\",", in: separator)
                text += line(1, #""status":"complete","#, in: separator)
                text += line(1, "\"total\":\(rows.count),", in: separator) + line(1, "\"results\":[", in: separator)
                for (index, row) in rows.enumerated() {
                    text += String(repeating: indent, count: 2) + line(0, "{", in: inner)
                    text += line(3, #""id":"\#(index)","#, in: inner) + line(3, #""created":false,"#, in: inner)
                    text += line(3, #""error":{"#, in: inner) + line(4, #""code":"\#(row.code)","#, in: inner)
                    text += line(4, #""message":"\#(row.message)""#, in: inner) + line(3, "}", in: inner)
                    text += line(inner.isEmpty ? 0 : 2, index + 1 < rows.count ? "}," : "}", in: separator)
                }
                text += line(1, "]", in: separator) + "}\n"
                jobs.append("j\(number) \(rows.count)")
            }
        }
    }

    @Test(
        "A log in any dress and encoding is read as if it were plain", .seeded, arguments: Dress.logs,
        Seeds.and(new: 1...12))
    func logs(_ dress: Dress, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let plain = Plain(&random)
        let text = dress.dress(plain.text, &random)
        let encoding = TestEncoding.allCases.randomElement(using: &random) ?? .utf8
        let bytes = encoding.bytes(text)
        let expected = (encoding.wrapping.map { [$0] } ?? []) + [dress.wrapping]
        let reading = try Decoded(bytes)
        #expect(reading.jobs == plain.jobs, "seed \(seed), \(encoding): \(text)")
        #expect(reading.wrappings.allSatisfy { $0 == expected }, "seed \(seed): \(reading.wrappings)")
        reading.checkPlaces(in: bytes, encoding, "seed \(seed)")
    }

    @Test(
        "A dump in any encoding is read as if it were plain", .seeded, arguments: TestEncoding.allCases,
        Seeds.and(new: 1...12))
    func encodings(_ encoding: TestEncoding, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let plain = Plain(&random)
        let bytes = encoding.bytes(plain.text)
        let reading = try Decoded(bytes)
        let expected = try Decoded(Array(plain.text.utf8))
        #expect(reading.rows == expected.rows, "seed \(seed)")
        #expect(reading.wrappings.allSatisfy { $0 == (encoding.wrapping.map { [$0] } ?? []) })
        reading.checkPlaces(in: bytes, encoding, "seed \(seed)")
    }

    @Test("Nested wrappers are removed one after another", .seeded, arguments: Seeds.and(new: 1...12))
    func nested(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let plain = Plain(&random)
        let inner = Dress.prefixed(plain.text) { "2025-03-04T10:06:00.5Z " }
        let text = Dress.prefixed(inner) { "api-1  | " }
        let bytes = TestEncoding.utf16leMarked.bytes(text)
        let reading = try Decoded(bytes)
        #expect(reading.jobs == plain.jobs)
        #expect(
            reading.wrappings.first == [.encoding("UTF-16LE"), .log(.containerNames), .log(.timestamps)],
            "\(reading.wrappings)")
        reading.checkPlaces(in: bytes, .utf16leMarked, "seed \(seed)")
    }

    @Test("The sizes of windows and reads change nothing", .seeded, arguments: Dress.logs, Seeds.and(new: 7))
    func windows(_ dress: Dress, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let plain = Plain(&random)
        let bytes = TestEncoding.utf16le.bytes(dress.dress(plain.text, &random))
        let whole = try Decoded(bytes, hashing: true)
        for window in Array(1...150) + [1000] {
            let reading = try Decoded(bytes, window: window, chunk: window % 40 + 1, hashing: true)
            #expect(reading == whole, "window of \(window)")
        }
    }

    @Test("A fault has the place that it has in the file", .seeded, arguments: Dress.logs, TestEncoding.allCases)
    func faults(_ dress: Dress, _ encoding: TestEncoding) throws {
        var random = SplitMix64(seed: Seeds.new)
        let good = #"{"job_id":"a","results":[{"created":true}]}"#
        let bad = #"{"job_id":"bé","results":[{"created":true},{"created":!}]}"#
        let text = dress.dress("\(good)\n\(good)\n\(bad)\n", &random)
        let bytes = encoding.bytes(text)
        let reading = try Decoded(bytes)
        let fault = try #require(reading.faults.compactMap { $0 }.first)
        // If the mark was written as an escape, the place is that of the escape.
        if !text.contains("\\u0021") {
            let mark = try #require(
                stride(from: 0, to: bytes.count, by: encoding.width).first {
                    encoding.text(bytes, from: $0, count: 1) == "!"
                })
            #expect(fault.place == encoding.place(bytes, of: mark), "\(text)")
        }
        #expect(reading.jobs == ["a 1", "a 1", "bé 2"])
    }

    @Test("Large logs are read ahead by another thread with the same result", .seeded, arguments: Seeds.and(new: 3))
    func readingAhead(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let job = #"{"job_id":"a","results":["# + String(repeating: #"{"created":true},"#, count: 2000) + "{}]}\n"
        for dress in Dress.logs {
            let bytes = TestEncoding.utf16beMarked.bytes(dress.dress(String(repeating: job, count: 8), &random))
            let ahead = try Decoded(bytes, window: DumpLimits.windowBytes, hashing: true)
            #expect(ahead.jobs == Array(repeating: "a 2001", count: 8), "\(dress.testDescription)")
            let alone = try Decoded(bytes, window: DumpLimits.windowBytes, hashing: true, readsAhead: false)
            #expect(ahead == alone)
            ahead.checkPlaces(in: bytes, .utf16beMarked, dress.testDescription)
        }
    }

    @Test("A dump that is alone in its input has the size and the hash of the input's own bytes")
    func identity() throws {
        let job = #"{"job_id":"a","results":[{"created":true}]}"# + "\n"
        let bytes = TestEncoding.utf16leMarked.bytes(job)
        var hash = SHA256()
        hash.update(bytes.span)
        let alone = try Decoded(bytes, hashing: true)
        #expect(alone.sizes == [bytes.count] && alone.hashes == [hash.finish()])
        // One of several has the size and the hash of its text, whatever the encoding.
        let several = try Decoded(TestEncoding.utf16leMarked.bytes(job + job), hashing: true)
        let plain = try Decoded(Array((job + job).utf8), hashing: true)
        #expect(several.sizes == plain.sizes && several.hashes == plain.hashes)
    }

    @Test("A source that fails delivers the bytes before that", .seeded, arguments: Dress.logs, Seeds.and(new: 9))
    func failures(_ dress: Dress, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let job = #"{"job_id":"a","results":[{"created":true}]}"# + "\n"
        let bytes = Array(dress.dress(job + job + job, &random).utf8)
        let reading = try Decoded(FailingSource(after: bytes, chunk: 3))
        #expect(reading.jobs == ["a 1", "a 1", "a 1"])
        #expect(
            reading.reasons.contains { $0.contains("readFailed") }
                || reading.faults.contains { $0?.reason == .readFailed(FailingSource.failure) })
    }
}

/// The result of reading the documents of an input.
struct Decoded: Equatable {
    var jobs: [String] = []
    var rows: [String] = []
    var wrappings: [[Wrapping]] = []
    var places: [Place?] = []
    var faults: [DumpFault?] = []
    var sizes: [Int] = []
    var hashes: [String?] = []
    /// For documents that are not jobs.
    var reasons: [String] = []

    init(
        _ bytes: [UInt8], window: Int = 4096, chunk: Int = .max, hashing: Bool = false, readsAhead: Bool = true,
        encoding: TextEncoding? = nil
    ) throws {
        try self.init(
            ArraySource(bytes, chunk: chunk), window: window, hashing: hashing, readsAhead: readsAhead,
            encoding: encoding)
    }

    init(
        _ source: some ByteSource, window: Int = 4096, hashing: Bool = false, readsAhead: Bool = true,
        encoding: TextEncoding? = nil
    ) throws {
        var sink = Sink()
        var session = DumpSession(
            DumpReader(windowBytes: window, hashing: hashing, readsAhead: readsAhead, encoding: encoding))
        try session.read(from: source, into: &sink)
        self = sink.decoded
    }

    private init() {}

    /// Checks that each job begins where its place says.
    func checkPlaces(in bytes: [UInt8], _ encoding: TestEncoding, _ comment: String) {
        for (job, place) in zip(jobs, places) {
            guard let place else { continue }
            #expect(place == encoding.place(bytes, of: place.byte), "\(comment)")
            let text = encoding.text(bytes, from: place.byte, count: 400).replacing("\\", with: "")
            #expect(text.hasPrefix("{") || text.hasPrefix("u007"), "\(comment): \(text.prefix(30))")
            // There may be escapes in the text, and a line may be split anywhere, with lines of another stream in
            // between.
            let id = job.split(separator: " ").first ?? ""
            let joined = text.replacing(#/\n(\S+ stderr |\{"log":[^\n]*"stream": ?"stderr")[^\n]*/#, with: "")
                .replacing(#/","? ?"stream": ?"stdout"[^\n]*\n\{"log": ?"|\n\S+ stdout \S+ /#, with: "")
            if !text.contains("u00") { #expect(joined.contains("\"\(id)\""), "\(comment): \(text)") }
        }
    }

    private struct Sink: DumpSink {
        var decoded = Decoded()
        private var run: [String] = []

        mutating func beginRows(of job: DeclaredJob) { run = [] }

        mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {
            for index in runs.indices { consume(runs[index], text: text) }
        }

        mutating func consume(_ run: RowRun, text: Span<UInt8>) {
            for row in 0..<run.count {
                let message = run.message.map { range in
                    String(decoding: (0..<range.count).map { text[range.offset + $0] }, as: UTF8.self)
                }
                self.run.append("\(run.firstRow + row) \(run.facts.rawValue) \(message ?? "-")")
            }
        }

        mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) {
            switch reading {
            case .job(let dump):
                #expect(dump.rowCount == run.count)
                decoded.jobs.append("\(dump.job.jobID ?? "-") \(dump.rowCount)")
                decoded.rows += run
                decoded.wrappings.append(dump.wrappings)
                decoded.faults.append(dump.fault ?? dump.damageFault)
                decoded.sizes.append(dump.byteCount)
                decoded.hashes.append(dump.sha256)
                switch position {
                case .line(let place), .place(let place): decoded.places.append(place)
                default: decoded.places.append(nil)
                }
            case .notAJob(let other):
                decoded.reasons.append("\(other.reason)")
            }
            run = []
        }
    }
}

extension Dump {
    /// The first error in a dump after which reading continued.
    fileprivate var damageFault: DumpFault? {
        let spots = [damage.repairs, damage.rows, damage.slips].compactMap(\.first.first)
        return spots.min { $0.place.byte < $1.place.byte }.map {
            DumpFault(reason: $0.reason, place: $0.place, rowsKept: max(0, ($0.row ?? 1) - 1))
        }
    }
}
