private import Glibc
import ImportDumps
import ImportFoundation
import TestSupport
import Testing

/// Long texts are cut between characters, and the row says so. Memory does not grow with the skipped text.
@Suite struct TextLimitTests {
    private static let limit = 1024 * 1024

    struct Long: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// The string as JSON, without quotes.
        var json: String
        /// The number of bytes that are kept.
        var kept: Int
        var isCut: Bool
    }

    static let texts: [Long] = [
        Long(testDescription: "at the limit", json: plain(limit), kept: limit, isCut: false),
        Long(testDescription: "one more", json: plain(limit + 1), kept: limit, isCut: true),
        Long(testDescription: "ten more", json: plain(limit + 10), kept: limit, isCut: true),
        Long(testDescription: "an escape, at the limit", json: "\\n" + plain(limit - 1), kept: limit, isCut: false),
        Long(testDescription: "an escape, ten more", json: "\\n" + plain(limit + 9), kept: limit, isCut: true),
        Long(testDescription: "é across the cut", json: plain(limit - 1) + "ébc", kept: limit - 1, isCut: true),
        Long(testDescription: "😀 across the cut", json: plain(limit - 3) + "😀b", kept: limit - 3, isCut: true),
        Long(testDescription: "😀 before the cut", json: plain(limit - 4) + "😀b", kept: limit, isCut: true),
        Long(
            testDescription: "an escape, 😀 across the cut", json: "\\t" + plain(limit - 3) + "😀b", kept: limit - 2,
            isCut: true),
        Long(
            testDescription: "an escaped é across the cut", json: plain(limit - 1) + "\\u00e9b", kept: limit - 1,
            isCut: true),
        Long(
            testDescription: "an escaped 😀 across the cut", json: plain(limit - 2) + "\\ud83d\\ude00b",
            kept: limit - 2, isCut: true),
    ]

    private static func plain(_ count: Int) -> String { String(repeating: "m", count: count) }

    /// Records what a test needs to know about a long message.
    private struct LengthSink: RowSink {
        var lengths: [Int?] = []
        var isValid = true
        var facts: [RowFacts] = []

        mutating func beginRows(of job: DeclaredJob) {}

        mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {
            for index in runs.indices { consume(runs[index], text: text) }
        }

        mutating func consume(_ run: RowRun, text: Span<UInt8>) {
            facts.append(run.facts)
            lengths.append(run.message?.count)
            guard let message = run.message else { return }
            var end: [UInt8] = []
            for index in message.offset + max(0, message.count - 8)..<message.offset + message.count {
                end.append(text[index])
            }
            isValid = isValid && String(validating: end.drop { $0 & 0xC0 == 0x80 }, as: UTF8.self) != nil
        }
    }

    @Test(arguments: texts)
    func longTextsAreCut(_ long: Long) throws {
        let rows = #"{"error":{"code":"c","message":"\#(long.json)"},"id":"\#(uuid)"},{"error":{"message":"m"}}"#
        for window in [65_536, 4 << 20] {
            var sink = LengthSink()
            let source = ArraySource(Array(dumpText(rows: rows).utf8))
            _ = try DumpReader(windowBytes: window).read(from: source, into: &sink)
            #expect(sink.lengths == [long.kept, 1])
            #expect(sink.facts.map { $0.contains(.textCut) } == [long.isCut, false])
            #expect(sink.isValid)
        }
    }

    /// If a text of the job itself is cut, no row can report it.
    @Test(arguments: [65_536, 4 << 20])
    func longTextsOfTheJobAreNoted(window: Int) throws {
        let error = #"{"code":"c","message":"\#(Self.plain(Self.limit + 1))"}"#
        let reading = try Reading(of: #"{"job_id":"j","error":\#(error)}"#, window: window)
        #expect(reading.dump?.job.error?.message?.utf8.count == Self.limit)
        #expect(reading.dump?.notes.textsCut == 1)
        #expect(try Reading(of: #"{"job_id":"j","error":{"message":"m"}}"#).dump?.notes.textsCut == 0)
    }

    /// A row may repeat a key any number of times: only the last text counts. The others are removed now and then,
    /// which must not affect a text that is still being read.
    @Test(arguments: [8, 9, 10, 18, 19], [65_536, 4 << 20])
    func longTextsRepeated(times: Int, window: Int) throws {
        let id = String(repeating: "x", count: 1_000_000)
        let members = (1...times).map { #""id":"\#($0)\n\#(id)""# }.joined(separator: ",")
        let reading = try Reading(of: dumpText(rows: "{\"error\":{\"code\":\"c\"},\(members)}"), window: window)
        #expect(reading.rows == [#"1 error+code+idNotUUID+duplicateKey "\#(times)\n\#(id)" "c" -"#])
        #expect(reading.duplicates == ["results[].id \(times - 1)"])
    }

    /// A value of 50 MB passes through a process that may use only a little more memory than it has.
    @Test(.measuresMemory) func memoryDoesNotGrow() async {
        await #expect(processExitsWith: .success) {
            let heads = [
                (#"{"job_id":null,"a":""#, #"","results":[{}]}"#),
                (#"{"job_id":null,"a":["\n"#, #""],"results":[{}]}"#),
                (#"{"job_id":null,""#, #"":1,"results":[{}]}"#),
                (#"{"job_id":null,"results":[{"id":""#, #""}]}"#),
            ]
            // Enough for the window, the scratch buffer and some slack, but not for the value.
            guard limitMemoryGrowth(to: 16 << 20) else { exit(4) }
            for (head, tail) in heads {
                let count = 50_000_000
                let source = RepeatingSource(head: head, repeating: UInt8(ascii: "y"), count: count, tail: tail)
                var sink = LengthSink()
                let reading = try DumpReader(windowBytes: 1 << 16).read(from: source, into: &sink)
                guard case .job(let dump) = reading else { exit(2) }
                guard dump.rowCount == 1, dump.fault == nil, dump.byteCount > count else { exit(3) }
            }
        }
    }
}
