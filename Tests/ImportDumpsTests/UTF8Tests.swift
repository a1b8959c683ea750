import ImportDumps
import ImportFoundation
import Testing

/// Only well-formed UTF-8 is accepted: no overlong forms, no surrogates, nothing beyond U+10FFFF.
@Suite struct UTF8Tests {
    private static let head = Array(#"{"job_id":""#.utf8)

    /// Reads a string with these bytes, and returns whether the result differs from that of Swift's own decoder.
    private static func disagrees(_ bytes: [UInt8], window: Int) throws -> Bool {
        var sink = RecordingSink()
        let source = ArraySource(head + bytes + Array("\"}".utf8))
        guard case .job(let dump) = try DumpReader(windowBytes: window).read(from: source, into: &sink) else {
            return true
        }
        let fault = dump.fault
        if let text = String(validating: bytes, as: UTF8.self) {
            return fault != nil || dump.job.jobID.map { Array($0.utf8) } != Array(text.utf8)
        }
        // The error is where the longest valid prefix ends.
        let sound = (0..<bytes.count).last { String(validating: bytes[..<$0], as: UTF8.self) != nil } ?? 0
        return fault?.reason != .invalidUTF8 || fault?.place.byte != head.count + sound
    }

    /// A wide window checks sequences in one piece, a narrow one byte by byte.
    @Test(arguments: [2, 64])
    func oneAndTwoBytes(window: Int) throws {
        var wrong: [[UInt8]] = []
        for first in UInt8(0x80)...0xFF {
            if try Self.disagrees([first], window: window) { wrong.append([first]) }
            for second in UInt8(0)...0xFF where try Self.disagrees([first, second], window: window) {
                wrong.append([first, second])
            }
        }
        #expect(wrong == [])
    }

    @Test(arguments: [2, 64])
    func threeAndFourBytes(window: Int) throws {
        let seconds: [UInt8] = [0x22, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        let others: [UInt8] = [0x41, 0x7F, 0x80, 0xBF, 0xC0]
        var wrong: [[UInt8]] = []
        for first in UInt8(0xDF)...0xF8 {
            for second in seconds {
                for third in others {
                    let three = [first, second, third]
                    if try Self.disagrees(three, window: window) { wrong.append(three) }
                    for fourth in others where try Self.disagrees(three + [fourth], window: window) {
                        wrong.append(three + [fourth])
                    }
                }
            }
        }
        #expect(wrong == [])
    }

    /// The first and the last character of each length, at each distance from the start of an eight-byte block.
    @Test(arguments: ["\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}"])
    func edgesOfTheForms(_ character: String) throws {
        for padding in 0..<20 {
            let id = String(repeating: "a", count: padding) + character + "b"
            for window in [3, 7, 16, 64] {
                let reading = try Reading(of: "{\"job_id\":\"\(id)\"}", window: window)
                #expect(reading.dump?.job.jobID.map { Array($0.utf8) } == Array(id.utf8))
            }
        }
    }

    /// Skipped text is checked, too.
    @Test(arguments: [#"{"job_id":null,"a":""#, #"{"job_id":null,"#, #"{"job_id":null,"results":[{"#])
    func whatIsDroppedIsCheckedToo(_ head: String) throws {
        let quoted = head.hasSuffix("\"") ? head : head + "\""
        let bytes = Array(quoted.utf8) + [0xC3, 0x28, 0x22]
        let fault = try Reading(of: bytes).fault
        #expect(fault?.reason == .invalidUTF8)
        #expect(fault?.place.byte == quoted.utf8.count)
    }

    @Test(arguments: UInt8(0)..<0x20)
    func controlCharactersMustBeEscaped(_ character: UInt8) throws {
        let heads = [
            #"{"job_id":"text "#, #"{"job_id":null,"an unknown key "#, #"{"job_id":null,"a":["text "#,
            #"{"job_id":null,"results":[{"id":"text\n"#,
        ]
        for head in heads {
            let bytes = Array(head.utf8) + [character] + Array("and more text\"".utf8)
            let fault = try Reading(of: bytes).fault
            #expect(fault?.reason == .controlCharacter(character))
            #expect(fault?.place.byte == head.utf8.count)
        }
        let escaped = "\\u00" + (character < 16 ? "0" : "") + String(character, radix: 16)
        let reading = try Reading(of: "{\"job_id\":\"\(escaped)\"}")
        #expect(reading.dump?.job.jobID.map { Array($0.utf8) } == [character])
    }

    @Test func deleteNeedsNoEscape() throws {
        #expect(try Reading(of: "{\"job_id\":\"\u{7F}\"}").dump?.job.jobID == "\u{7F}")
    }
}
