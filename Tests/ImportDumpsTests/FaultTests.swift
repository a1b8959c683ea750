import ImportDumps
import ImportFoundation
import Testing

/// Why and where reading stops, and how many rows are kept.
@Suite struct FaultTests {
    struct Broken: Sendable, CustomTestStringConvertible {
        /// The text, with the place of the fault marked by "¦".
        var text: String
        var reason: DumpFault.Reason
        var rowsKept: Int

        var testDescription: String { text.debugDescription }

        init(_ text: String, _ reason: DumpFault.Reason, rowsKept: Int = 0) {
            self.text = text
            self.reason = reason
            self.rowsKept = rowsKept
        }
    }

    private static func byte(_ character: Unicode.Scalar, _ expected: DumpFault.Expectation) -> DumpFault.Reason {
        .unexpectedByte(UInt8(ascii: character), expected: expected)
    }

    static let broken: [Broken] = [
        Broken(#"{"job_id":¦}"#, byte("}", .value)),
        Broken(#"{"job_id":null,¦}"#, byte("}", .key)),
        Broken(#"{"job_id":null ¦"total":1}"#, byte("\"", .commaOrEndOfObject)),
        Broken(#"{"job_id":null,"total"¦,1}"#, byte(",", .colon)),
        Broken(#"{"job_id":null,¦total:1}"#, byte("t", .key)),
        Broken(#"{"job_id":null,"total":+¦1}"#.replacing("+¦", with: "¦+"), byte("+", .value)),
        Broken(#"{"job_id":null,"total":0¦1}"#, byte("1", .commaOrEndOfObject)),
        Broken(#"{"job_id":null,"total":1.¦}"#, byte("}", .digit)),
        Broken(#"{"job_id":null,"total":-¦x}"#, byte("x", .digit)),
        Broken(#"{"job_id":null,"total":1e+¦,"a":1}"#, byte(",", .digit)),
        Broken(#"{"job_id":null,"a":nul¦}"#, byte("}", .literal)),
        Broken(#"{"job_id":null,"a":t¦True}"#, byte("T", .literal)),
        Broken(#"{"job_id":null,"a":¦NaN}"#, byte("N", .value)),
        Broken(#"{"job_id":null,"a":¦'x'}"#, byte("'", .value)),
        Broken(#"{"job_id":null,"a":[1,¦]}"#, byte("]", .value)),
        Broken(#"{"job_id":null,"a":[1 ¦2]}"#, byte("2", .commaOrEndOfArray)),
        Broken(#"{"job_id":null,"a":[1¦}}"#, byte("}", .commaOrEndOfArray)),
        Broken(#"{"job_id":null,"a":{¦,}}"#, byte(",", .keyOrEnd)),
        Broken(#"{"job_id":null,"a":{"b":1,¦}}"#, byte("}", .key)),
        Broken(#"{"job_id":null,"a":{"b":1¦]}"#, byte("]", .commaOrEndOfObject)),
        Broken(#"{"job_id":null,"a":{"b"¦}}"#, byte("}", .colon)),
        Broken(#"{"job_id":null,"a":"\¦x"}"#, .invalidEscape(UInt8(ascii: "x"))),
        Broken(#"{"job_id":null,"a":"\u00¦g0"}"#, byte("g", .hexDigit)),
        Broken(#"{"job_id":null,"results":[¦,]}"#, byte(",", .value)),
        Broken(#"{"job_id":null,"results":[{"a":1},¦]}"#, byte("]", .value), rowsKept: 1),
        Broken(#"{"job_id":null,"results":[{},{} ¦{}]}"#, byte("{", .commaOrEndOfArray), rowsKept: 2),
        Broken(#"{"job_id":null,"results":[{},{"id"¦:]}"#.replacing("¦:", with: ":¦"), byte("]", .value), rowsKept: 1),
        Broken(#"{"job_id":null,"results":[{},{"error":{¦1}}]}"#, byte("1", .keyOrEnd), rowsKept: 1),
        Broken(#"{"job_id":null,"results":[{},{"created":true¦]}"#, byte("]", .commaOrEndOfObject), rowsKept: 1),
        Broken(#"{"job_id":null,"results":[{}]}¦}"#, .textAfterEnd(UInt8(ascii: "}")), rowsKept: 1),
        Broken(
            "{\"job_id\":null,\"results\":[{}]}\n\n  ¦{\"job_id\":null}", .textAfterEnd(UInt8(ascii: "{")), rowsKept: 1),
        Broken("{\n  \"job_id\": null,\n  \"results\": [\n    {},\n    ¦oops\n  ]\n}", byte("o", .value), rowsKept: 1),
        Broken("{\r\n\"job_id\":null,\r\n\"results\":[\r\n{},\r\n {¦x}]}", byte("x", .keyOrEnd), rowsKept: 1),
        Broken("{\"job_id\":null,\"a\":\"é€😀\", ¦x}", byte("x", .key)),
        Broken("\u{FEFF}{\"job_id\":null,¦x}", byte("x", .key)),
        Broken("{\"job_id\":\"a\",\"b\":\"c¦\n\"}", .controlCharacter(0x0A)),
        Broken("{\"job_id\":\"a\",\n\n\"b¦\t\":1}", .controlCharacter(0x09)),
        Broken("{\"job_id\":null,\"results\":[{},\n¦", .unexpectedEnd, rowsKept: 1),
        Broken("{\"job_id\":null,\"results\":[{}]¦", .unexpectedEnd, rowsKept: 1),
        Broken("{\"job_id\":null,\"a\":\"\\¦", .unexpectedEnd),
        Broken("{\"job_id\":null,\"a\":\"\\u00¦", .unexpectedEnd),
        Broken("{\"job_id\":null,\"a\":tru¦", .unexpectedEnd),
    ]

    @Test(arguments: broken)
    func faultsAreLocated(_ broken: Broken) throws {
        let before = Array(broken.text.utf8.prefix(broken.text.utf8.count)).split(
            separator: Array("¦".utf8), maxSplits: 1, omittingEmptySubsequences: false)[0]
        let text = broken.text.replacing("¦", with: "")
        let lines = before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let place = Place(byte: before.count, line: lines.count, column: (lines.last?.count ?? 0) + 1)
        for window in [1, 3, 16, 4096] {
            let reading = try Reading(of: text, window: window)
            let dump = try #require(reading.dump)
            #expect(dump.fault == DumpFault(reason: broken.reason, place: place, rowsKept: broken.rowsKept))
            #expect(reading.rows.count == broken.rowsKept && dump.rowCount == broken.rowsKept)
            #expect(dump.byteCount == text.utf8.count)
        }
    }

    /// The places above are computed from the marks; these are counted by hand.
    @Test(
        arguments: [
            ("{\"job_id\":null,\nx", Place(byte: 16, line: 2, column: 1)),
            ("{\r\n\"job_id\":null,\r\n\r\n  x", Place(byte: 23, line: 4, column: 3)),
            ("{\"job_id\":\"é\",x", Place(byte: 15, line: 1, column: 16)),
        ])
    func placesCountBytes(_ text: String, _ place: Place) throws {
        #expect(try Reading(of: text).fault?.place == place)
    }

    /// A dump cut after any byte keeps exactly its complete rows.
    @Test func everyPrefixKeepsItsWholeRows() throws {
        let rows = [
            #"{"id":"\#(uuid)","created":true}"#, #"{"existing":true,"error":null}"#, "null", "[1,2]",
            #"{"error":{"code":"é\n","message":"\ud83d\ude00"}}"#, "17", #""}""#, "{}",
        ]
        let head = #"{"job_id":"#
        var text = head + #""j","results":["#
        var ends: [Int] = []
        for (index, row) in rows.enumerated() {
            text += (index == 0 ? "" : ",") + row
            // A number is complete when something follows it.
            ends.append(text.utf8.count + (row == "17" ? 1 : 0))
        }
        text += #"],"total":80}"#
        let bytes = Array(text.utf8)
        let whole = try Reading(of: bytes)
        #expect(whole.fault == nil && whole.rows.count == rows.count && whole.dump?.job.total == 80)

        for length in 1..<bytes.count {
            let kept = ends.count { $0 <= length }
            for window in [1, 7, 4096] {
                let reading = try Reading(of: Array(bytes[..<length]), window: window)
                #expect(reading.rows == Array(whole.rows[..<kept]), "cut after \(length) bytes")
                #expect(reading.fault?.reason == .unexpectedEnd)
                #expect(reading.fault?.place.byte == length)
                #expect(reading.fault?.isTruncation == true)
                #expect(reading.fault?.rowsKept == kept)
                #expect((reading.dump != nil) == (length > head.utf8.count))
                // A cut count must not be reported: `80` would become 8.
                #expect(reading.dump?.job.total == nil)
            }
        }
    }

    @Test(arguments: [1, 5, 4096])
    func aReadThatFailsSavesTheRows(window: Int) throws {
        let bytes = Array(#"{"job_id":null,"results":[{"created":true},{"existing":true},{"crea"#.utf8)
        for chunk in [1, 3, .max] {
            let source = FailingSource(after: bytes, chunk: chunk)
            let reading = try Reading(of: source, window: window, hashing: true)
            #expect(reading.rows == ["1 created - - -", "2 existing - - -"])
            let place = Place(byte: bytes.count, line: 1, column: bytes.count + 1)
            #expect(
                reading.fault == DumpFault(reason: .readFailed(FailingSource.failure), place: place, rowsKept: 2))
            #expect(reading.fault?.isTruncation == true)
            #expect(reading.dump?.byteCount == bytes.count)
            #expect(reading.dump?.sha256 == nil)
        }
    }

    /// The bytes may be a complete dump, but there may be more that could not be read.
    @Test(arguments: [1, 4096])
    func aReadThatFailsAfterTheEndIsAFault(window: Int) throws {
        let bytes = Array(#"{"job_id":null,"results":[{"created":true}]} "#.utf8)
        let reading = try Reading(of: FailingSource(after: bytes), window: window, hashing: true)
        #expect(reading.fault?.reason == .readFailed(FailingSource.failure))
        #expect(reading.fault?.rowsKept == 1)
        #expect(reading.dump?.results == .complete)
        #expect(reading.dump?.sha256 == nil)
    }

    /// The first failure is reported. A hash of only half the bytes would be wrong.
    @Test func aReadThatFailsBehindAFaultLeavesNoHash() throws {
        let bytes = Array(#"{"job_id":null,x}"#.utf8)
        let reading = try Reading(of: FailingSource(after: bytes, chunk: 4), window: 4, hashing: true)
        #expect(reading.fault?.reason == .unexpectedByte(UInt8(ascii: "x"), expected: .key))
        #expect(reading.dump?.sha256 == nil)
    }

    @Test func aFailureBeforeTheFirstByteIsNoEmptyFile() throws {
        let reading = try Reading(of: FailingSource(after: []))
        let place = Place(byte: 0, line: 1, column: 1)
        let fault = DumpFault(reason: .readFailed(FailingSource.failure), place: place, rowsKept: 0)
        #expect(reading.notAJob?.reason == .unreadable(fault))
    }

    /// There may be jobs behind the place beyond which an input could not be read, whatever was before it.
    @Test(arguments: DocumentTests.samples)
    func aReadThatFailsIsReportedWhereverItFails(sample: DocumentTests.Sample) throws {
        struct Sink: DumpSink {
            var faults: [DumpFault] = []
            mutating func beginRows(of job: DeclaredJob) {}
            mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {}
            mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) {
                switch reading {
                case .job(let dump): if let fault = dump.fault { faults.append(fault) }
                case .notAJob(let other): if case .unreadable(let fault) = other.reason { faults.append(fault) }
                }
            }
        }
        let bytes = Array(sample.text.utf8)
        for end in 0...min(bytes.count, 400) {
            var sink = Sink()
            var session = DumpSession(DumpReader(windowBytes: 64))
            try session.read(from: FailingSource(after: Array(bytes[..<end]), chunk: 50), into: &sink)
            let isReported = sink.faults.contains { $0.reason == .readFailed(FailingSource.failure) }
            #expect(isReported, "after \(end) bytes: \(sink.faults)")
        }
    }

    /// A consumer that cannot continue, for example because the disk is full, stops the reading with its own error.
    @Test(arguments: [0, 1, 3])
    func errorsOfTheConsumerComeThrough(rows: Int) throws {
        struct Full: Error {}
        struct FullSink: RowSink {
            var room: Int
            mutating func beginRows(of job: DeclaredJob) throws { if room == 0 { throw Full() } }
            mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
                for index in runs.indices { try consume(runs[index], text: text) }
            }

            mutating func consume(_ run: RowRun, text: Span<UInt8>) throws {
                room -= 1
                if room == 0 { throw Full() }
            }
        }
        var sink = FullSink(room: rows)
        let source = ArraySource(Array(dumpText(rows: "{},{},{},{}").utf8))
        #expect(throws: Full.self) { try DumpReader().read(from: source, into: &sink) }
        #expect(sink.room == 0)
    }

    /// The beginning of such a row is no longer kept, so reading cannot go back to it.
    @Test("A row beyond 4 MiB that contains a job", arguments: ["", "\n", "x\n"])
    func longRowWithAJob(before: String) throws {
        let text =
            before + #"{"job_id":"a","status":"complete","total":2,"results":[{"id":"1","created":true},"#
            + #"{"id":"2","x":""# + String(repeating: "A", count: 5_500_000) + #"","job_id":"b"}]}"# + "\n"
            + #"{"job_id":"c","status":"complete","results":[{"created":true}]}"#
        let bytes = Array(text.utf8)
        let reading = try Decoded(bytes, window: 1 << 18)
        #expect(reading.jobs.contains("c 1"), "\(reading.jobs)")
        for fault in reading.faults { #expect(fault.map { $0.place.byte <= bytes.count } != false) }
        #expect(reading.sizes.allSatisfy { $0 <= bytes.count }, "\(reading.sizes)")
        for place in reading.places { #expect(place.map { $0.byte <= bytes.count } != false) }
    }

    @Test(
        "A stray single quote costs its row only, also if the next one is in another window",
        arguments: [#""id":'1"#, #""id":'"#, #""error":{"code":'c"#, #""id":'it's'"#], ["", "\n"])
    func straySingleQuote(damage: String, separator: String) throws {
        let after = [
            #"{"id":"2","created":true}"#, #"{"id":"3","error":{"code":"c","message":"don't"}}"#,
            #"{"id":"4","error":{"code":"c","message":"it's"}}"#, #"{"id":"5","created":true}"#,
        ]
        let rows = ["{" + damage + #","created":true}"#] + after
        let list = rows.joined(separator: "," + separator)
        let text = #"{"job_id":"a","status":"complete","total":5,"results":["# + list + "]}"
        for window in Array(1...70) + [DumpLimits.windowBytes] {
            let reading = try Decoded(Array(text.utf8), window: window)
            #expect(reading.jobs == ["a 5"], "\(window): \(reading.jobs)")
            for id in 2...5 {
                #expect(reading.rows.contains { $0.contains("\(id)") }, "\(window), \(id): \(reading.rows)")
            }
        }
    }

    @Test("Numbers with leading zeros are absent, whatever they stand for; nothing else is lost")
    func leadingZeros() throws {
        for number in ["007", "-0012", "00", "01.5", "00e3"] {
            for member in [
                #""job_id":\#(number),"status":"complete","total":3"#, #""job_id":"a","status":\#(number),"total":3"#,
                #""job_id":"a","status":"complete","created_at":\#(number),"total":3"#,
            ] {
                for row in [
                    #"{"id":\#(number),"created":true}"#, #"{"error":{"code":\#(number),"message":"m"}}"#,
                    #"{"error":{"code":"c","message":\#(number)}}"#, #"{"error":{"code":"c","x":{"y":\#(number)}}}"#,
                ] {
                    let text = "{\(member),\"results\":[{\"created\":true},\(row),{\"existing\":true}]}"
                    let reading = try Decoded(Array(text.utf8))
                    #expect(reading.jobs.count == 1 && reading.rows.count == 3, "\(text): \(reading)")
                }
            }
        }
    }
}
