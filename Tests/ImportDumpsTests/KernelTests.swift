import ImportDumps
import ImportFoundation
import TestSupport
import Testing

/// Kernels match rows that are like others, instead of reading them strictly. That must never show: each kernel gives
/// the same result as the strict reader, for rows that match and for rows that almost match.
@Suite struct KernelTests {
    /// Dumps in which many rows are alike and some are not.
    static let dumps: [WindowTests.Sample] = [
        WindowTests.Sample("created", dump(count: 40) { _ in Self.created }),
        WindowTests.Sample("created and existing", dump(count: 60) { $0 % 3 == 1 ? Self.existing : Self.created }),
        WindowTests.Sample(
            "two shapes in any order, of two lengths",
            dump(count: 80) { $0 * $0 % 7 < 3 ? Self.existing : #"{"id":"\#(uuid)","created":true}"# }),
        WindowTests.Sample("failed", dump(count: 40) { Self.failed("code_\($0 % 3)", "message \($0 * $0)") }),
        WindowTests.Sample(
            "empty and odd texts",
            dump(count: 60) {
                Self.failed($0 % 7 == 0 ? "" : "c", ["", "m", #"\n"#, "é", #"say \"x\""#, "a\u{7F}b"][$0 % 6])
            }),
        WindowTests.Sample(
            "message before code, id in the error's row",
            dump(count: 30) { #"{"error":{"message":"m\#($0)","code":"c\#($0)"},"id":"\#(uuid)","created":false}"# }),
        WindowTests.Sample(
            "upper-case ids and ids that are none",
            dump(count: 40) { $0 % 5 == 4 ? Self.created.replacing("abCD", with: "abGD") : Self.created.uppercased() }),
        WindowTests.Sample(
            "pretty printed, CR LF",
            dump(count: 30, separator: ",\r\n    ") { row in
                "{\r\n      \"id\": \"\(uuid)\",\r\n      \"created\": \(row % 4 != 0),\r\n      \"existing\": null\r\n    }"
            }),
        WindowTests.Sample("rows of one byte's difference", dump(count: 40) { Self.spaced[$0 % Self.spaced.count] }),
        WindowTests.Sample("no id, no flags", dump(count: 30) { $0 % 2 == 0 ? "{}" : #"{"created":true}"# }),
        WindowTests.Sample(
            "unknown, repeated and wrong",
            dump(count: 40) {
                [Self.created, #"{"x":1}"#, #"{"id":"a","id":"b"}"#, #"{"created":1}"#, "null"][$0 % 5]
            }),
        WindowTests.Sample(
            "more shapes than are kept",
            dump(count: 200) { "{" + String(repeating: " ", count: $0 % 13) + #""created":true}"# }),
        WindowTests.Sample(
            "a row longer than any shape",
            dump(count: 12) { _ in #"{"id":"\#(uuid)",\#(String(repeating: " ", count: 600))"created":true}"# }),
        WindowTests.Sample("a comma too many", dump(count: 10) { _ in Self.created }.replacing("}]", with: "},]")),
        WindowTests.Sample("no comma", dump(count: 10, separator: " ") { _ in Self.created }),
    ]

    @Test("Every kernel gives the result of the strict reader, through every window", arguments: dumps)
    func everyKernelReadsTheSame(_ sample: WindowTests.Sample) throws {
        let strict = try Reading(of: sample.bytes, matching: .none)
        for kernel in RowKernel.available {
            for window in Array(1...150) + [200, 333, 1000, 4096, 262_144] {
                let reading = try Reading(of: sample.bytes, window: window, matching: .kernel(kernel))
                #expect(reading == strict, "\(kernel.name), window of \(window)")
            }
        }
    }

    /// Rows that alternate: between several shapes, and between two without texts, which have a separate code path.
    static let cycles: [[String]] = [
        [created, created, existing, failed("code", "text"), failed("c", "m")],
        [created, existing, existing, created, existing],
    ]

    @Test("A byte changed anywhere is never matched if the strict reader would refuse it", arguments: cycles)
    func mutations(_ rows: [String]) throws {
        let bytes = Array(Self.dump(count: 10) { rows[$0 % rows.count] }.utf8)
        let replacements = Array(#"{}[],:"\ 0gG-"#.utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xE9, 0x0A]
        for index in bytes.indices {
            for replacement in replacements where replacement != bytes[index] {
                var changed = bytes
                changed[index] = replacement
                let strict = try Reading(of: changed, matching: .none)
                for kernel in RowKernel.available {
                    let reading = try Reading(of: changed, matching: .kernel(kernel))
                    #expect(reading == strict, "\(kernel.name), byte \(index) is \(replacement)")
                }
            }
        }
    }

    @Test(
        "If every row has the same byte too much or changed, each is noted, as the strict reader does",
        arguments: [created, failed("code", "text"), #"{"error":{"code":"c","message":"m"}, "id":null}"#])
    func sameDamageInEachRow(_ row: String) throws {
        let bytes = Array(row.utf8)
        let others = Array(#"{}[],:"'\ 0N"#.utf8) + [0x00, 0x1F, 0x80, 0x0A]
        var changed: [[UInt8]] = []
        for index in 0...bytes.count {
            for other in others {
                let before: [UInt8] = bytes[..<index] + [other]
                changed += [before + bytes[index...], before + bytes[index...].dropFirst()]
            }
        }
        for row in changed {
            let start = Array(#"{"job_id":"j","status":"complete","results":["#.utf8)
            let rows = [[UInt8]](repeating: row, count: 6).joined(separator: [UInt8(ascii: ",")])
            let dump: [UInt8] = start + rows + Array("]}".utf8)
            let strict = try LenientReading(dump, .none)
            for kernel in RowKernel.available {
                let reading = try LenientReading(dump, .kernel(kernel))
                #expect(reading == strict, "\(kernel.name), \(String(decoding: row, as: UTF8.self))")
            }
        }
    }

    /// The result of reading an input twice, in which damage is tolerated and noted.
    private struct LenientReading: DumpSink, Equatable {
        private var rows = RecordingSink()
        private var readings: [Reading] = []

        init(_ bytes: [UInt8], _ matching: DumpReader.Matching) throws {
            var session = DumpSession(DumpReader(matching: matching))
            var sink = self
            // What was learned from a dump must not hide the same damage in the next.
            for _ in 0..<2 { try session.read(from: ArraySource(bytes), into: &sink) }
            self = sink
        }

        private init() {}

        mutating func beginRows(of job: DeclaredJob) { rows.beginRows(of: job) }

        mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) { rows.consume(runs, text: text) }

        mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) {
            readings.append(Reading(rows, reading))
            rows = RecordingSink()
        }

        static func == (left: LenientReading, right: LenientReading) -> Bool { left.readings == right.readings }
    }

    @Test("A dump that is cut anywhere keeps the same rows, whatever the kernel")
    func prefixes() throws {
        let bytes = Array(Self.dump(count: 12) { $0 % 2 == 0 ? Self.created : Self.failed("c\($0)", "m") }.utf8)
        for end in bytes.indices {
            let cut = Array(bytes[..<end])
            let strict = try Reading(of: cut, matching: .none)
            for kernel in RowKernel.available {
                #expect(try Reading(of: cut, matching: .kernel(kernel)) == strict, "\(kernel.name), \(end) bytes")
            }
        }
    }

    @Test("A large file is read ahead by another thread with the same result, hash included")
    func readAhead() throws {
        let bytes = Array(Self.dump(count: 30_000) { $0 % 3 == 0 ? Self.existing : Self.created }.utf8)
        // More than eight windows, so the ring of blocks wraps around.
        let whole = try Reading(of: bytes, window: 262_144, hashing: true)
        let inOne = try Reading(of: bytes, window: bytes.count + 1, hashing: true, matching: .none)
        #expect(whole == inOne)
        #expect(whole.rows.count == 30_000)
    }

    static let created = #"{"id":"\#(uuid)","created":true,"existing":false}"#
    static let existing = #"{"id":"\#(uuid)","created":false,"existing":true}"#
    static let spaced = [
        #"{"created":true,"existing":false}"#, #"{"created":true ,"existing":false}"#,
        #"{"created":true,"existing":false }"#, #"{"created":true,"existing":truee}"#.replacing("ee", with: "e"),
    ]

    static func failed(_ code: String, _ message: String) -> String {
        #"{"id":null,"error":{"code":"\#(code)","message":"\#(message)"}}"#
    }

    static func dump(count: Int, separator: String = ",", row: (Int) -> String) -> String {
        dumpText(rows: (0..<count).map(row).joined(separator: separator))
    }
}

/// UUIDs in 16 bytes: every kernel gives the same result as reading the digits one by one.
@Suite struct PackedIDTests {
    @Test(
        "Every kernel packs what stands there", .seeded, arguments: RowKernel.available.map { $0.name },
        Seeds.and(new: 7))
    func everyKernel(name: String, seed: UInt64) throws {
        let kernel = try #require(RowKernel.available.first { $0.name == name })
        var numbers = SplitMix64(seed: seed)
        for count in [1, 2, 7, 100] {
            for stride in [36, 37, 80] {
                let ids = (0..<count).map { _ in Self.randomID(&numbers) }
                // Nothing follows the last id, and the bytes between ids must not matter.
                var text = "…" + ids.map { $0 + String(repeating: "f", count: stride - 36) }.joined()
                if stride > 36 { text.removeLast(stride - 36) }
                let bytes = Array(text.utf8)
                let packed = withPacked(count) {
                    kernel.packIDs(
                        TextRange(offset: 3, count: 36), stride: stride, count: count, of: bytes.span, tag: 40, step: 4,
                        into: $0)
                }
                #expect(packed.map { $0.tag } == (0..<count).map { 40 + 4 * UInt64($0) })
                #expect(packed.map { Self.digits($0) } == ids.map { $0.lowercased().filter { $0 != "-" } })
            }
        }
    }

    private func withPacked(_ count: Int, _ body: (UnsafeMutablePointer<PackedID>) -> Void) -> [PackedID] {
        Array(unsafeUninitializedCapacity: count) { buffer, initialized in
            if let start = buffer.baseAddress { body(start) }
            initialized = count
        }
    }

    private static func randomID(_ numbers: inout SplitMix64) -> String {
        let digits = Array("0123456789abcdefABCDEF")
        return [8, 4, 4, 4, 12].map { length in
            String((0..<length).map { _ in digits[Int(numbers.next() % UInt64(digits.count))] })
        }.joined(separator: "-")
    }

    private static func digits(_ id: PackedID) -> String {
        [id.high, id.low].map { number in
            let text = String(UInt64(bigEndian: number), radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
    }
}
