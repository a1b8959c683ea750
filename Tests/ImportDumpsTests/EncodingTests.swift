import ImportDumps
import TestSupport
import Testing

/// Encodings that are named or detected, and ill-formed text in them.
struct EncodingTests {
    private static func dump(_ message: [UInt8]) -> [UInt8] {
        Array(#"{"job_id":"a","results":[{"error":{"message":""#.utf8) + message + Array(#""}},{}]}"#.utf8)
    }

    @Test(
        "Text in an encoding that is named becomes UTF-8",
        arguments: [
            ("windows-1252", [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72, 0x20, 0x80, 0x93, 0x94], "Müller €“”"),
            ("CP1252", [0x80], "€"), ("latin1", [0xE9, 0x41], "éA"), ("ISO-8859-15", [0xA4], "€"),
            ("shift_jis", [0x83, 0x5C, 0x41, 0x93, 0xFA, 0x96, 0x7B], "ソA日本"), ("EUC-JP", [0xC6, 0xFC], "日"),
            ("gb18030", [0xC4, 0xE3, 0x81, 0x30, 0x89, 0x38], "你ß"), ("big5", [0xA7, 0x41], "你"),
            ("koi8-r", [0xF0, 0xD2], "Пр"), ("cp437", [0x81], "ü"), ("utf-8", [0xC3, 0xBC], "ü"),
            ("big5-hkscs", [0x88, 0x62, 0x41, 0x88, 0x62, 0xA7, 0x41], "\u{CA}\u{304}A\u{CA}\u{304}你"),
            ("euc-jisx0213", [0xA4, 0xF7], "\u{304B}\u{309A}"),
            ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42], "日"),
        ] as [(String, [UInt8], String)])
    func named(_ name: String, _ bytes: [UInt8], _ text: String) throws {
        let encoding = try #require(TextEncoding(name: name))
        for (window, chunk) in [(4096, Int.max), (7, 1), (64, 3)] {
            let reading = try Decoded(Self.dump(bytes), window: window, chunk: chunk, encoding: encoding)
            #expect(reading.rows.first?.hasSuffix(" " + text) == true, "\(name): \(reading)")
            #expect(reading.faults == [nil])
        }
    }

    @Test(
        "A name that is no encoding's is refused",
        arguments: ["", "foo", "windows-1253x", "utf-8//TRANSLIT", "../../x", "latin 1", "\u{0}", "é"])
    func unknownNames(_ name: String) {
        #expect(TextEncoding(name: name) == nil)
    }

    @Test("Text that is recognizably Unicode is read as such, whatever encoding is given")
    func marksWin() throws {
        let text = #"{"job_id":"ü","results":[]}"#
        let windows = try #require(TextEncoding(name: "windows-1252"))
        for encoding in TestEncoding.allCases where encoding != .utf8 {
            #expect(try Decoded(encoding.bytes(text), encoding: windows).jobs == ["ü 0"], "\(encoding)")
        }
    }

    private static let unmarked: [TestEncoding] = [.utf16le, .utf16be, .utf32le, .utf32be]

    /// Returns a text of characters of one script, or of several.
    private static func words(_ random: inout SplitMix64) -> String {
        let scripts: [ClosedRange<UInt32>] = [
            0x20...0x7E, 0xA1...0x17F, 0x400...0x4FF, 0x590...0x5EA, 0x2010...0x27BF, 0x3041...0x30FE, 0x4E00...0x9FFF,
            0xAC00...0xD7A3, 0xFF01...0xFF9F, 0x1F300...0x1F64F,
        ]
        let script = Bool.random(using: &random) ? scripts.randomElement(using: &random) : nil
        let count = [1, 2, 3, 4, 12, 60].randomElement(using: &random) ?? 1
        var text = String.UnicodeScalarView()
        for _ in 0..<count {
            let range = script ?? scripts.randomElement(using: &random) ?? 0x20...0x7E
            guard let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) else { continue }
            // A bracket or a quote in ASCII might be the beginning of JSON.
            if !"{[\"'".unicodeScalars.contains(scalar) { text.append(scalar) }
        }
        return String(text)
    }

    @Test(
        "UTF-16 and UTF-32 without a byte order mark are recognized, whatever the first characters are", .seeded,
        arguments: unmarked)
    func unmarkedFronts(_ encoding: TestEncoding) throws {
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        let members = #""job_id":"ü","status":"complete","total":1,"results":[{"id":"1","created":true}]}"#
        for round in 0..<200 {
            let word = round < 8 ? ["しな", "導入結果"][round % 2] : Self.words(&random)
            let text = [
                "\(word)\n{\(members)\n", "\(word) {\(members)", "{\"\(word.filter { $0 != "\\" })\":1,\(members)",
                "[{\"a\":\"\(word.filter { $0 != "\\" })\"},{\(members)]",
            ][round / 2 % 4]
            for (window, chunk) in [(4096, Int.max), (64, 3)] {
                let reading = try Decoded(encoding.bytes(text), window: window, chunk: chunk)
                #expect(reading.jobs == ["ü 1"], "\(text.debugDescription), seed \(seed): \(reading)")
            }
        }
    }

    @Test("A dump in UTF-8 stays one, whatever zeros and UTF-16 are around it", .seeded)
    func zerosAround() throws {
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        let job = #"{"job_id":"ü","results":[{"id":"1","created":true}]}"#
        let other = #"{"job_id":"other","results":[{"id":"1","created":true},{"id":"2","created":true}]}"#
        for _ in 0..<400 {
            let word = Array(Self.words(&random).utf8)
            let zeros = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                [UInt8](repeating: 0, count: [1, 1, 2, 3, 100].randomElement(using: &random) ?? 1)
            }
            let front = zeros.reduce(word) { text, zeros in
                text.prefix(Int.random(in: 1...max(1, text.count), using: &random)) + zeros + text
            }
            let tail = TestEncoding.utf16le.bytes(Self.words(&random) + "\n") + TestEncoding.utf16be.bytes("\n" + other)
            for bytes in [front + Array("\n".utf8) + Array(job.utf8), front + Array(("\n" + job).utf8) + tail]
            where !bytes.prefix(2).contains(0) {
                let reading = try Decoded(bytes)
                #expect(reading.jobs.first == "ü 1" || !reading.reasons.isEmpty, "\(bytes), seed \(seed): \(reading)")
            }
            let between = try Decoded(Array(job.utf8) + tail)
            #expect(between.jobs.first == "ü 1" && between.jobs.count + between.reasons.count > 1, "seed \(seed)")
        }
    }

    @Test("Undefined bytes are reported at their position")
    func illFormed() throws {
        let windows = try #require(TextEncoding(name: "windows-1252"))
        let japanese = try #require(TextEncoding(name: "shift_jis"))
        for (encoding, bytes) in [(windows, [0x81]), (windows, [0x9D]), (japanese, [0xFF]), (japanese, [0xFC, 0xFC])]
            as [(TextEncoding, [UInt8])]
        {
            let reading = try Decoded(Self.dump(bytes), encoding: encoding)
            let fault = try #require(reading.faults.first ?? nil)
            #expect(fault.reason == .invalidUTF8 && fault.place.byte == Self.dump([]).count - 8, "\(reading)")
        }
    }

    @Test("Invalid units of UTF-16 and UTF-32 are reported at their position")
    func illFormedUnicode() throws {
        let head = #"{"job_id":"a","results":[{"id":""#
        for encoding in [TestEncoding.utf16le, .utf16be, .utf32le, .utf32be] {
            let width = encoding.width
            let units: [UInt32] = width == 2 ? [0xD800, 0xDC00, 0xDBFF] : [0xD800, 0xDFFF, 0x110000, 0xFFFF_FFFF]
            for unit in units {
                let littleEndian = (0..<width).map { UInt8(truncatingIfNeeded: unit >> (8 * UInt32($0))) }
                let isBigEndian = encoding == .utf16be || encoding == .utf32be
                let bad = isBigEndian ? littleEndian.reversed() : littleEndian
                let bytes = encoding.bytes(head + "ü") + bad + encoding.bytes(#""}]}"#)
                let reading = try Decoded(bytes)
                let fault = try #require(reading.faults.first ?? nil, "\(encoding) \(unit)")
                #expect(fault.reason == .invalidUTF8)
                #expect(fault.place == encoding.place(bytes, of: (head.utf8.count + 1) * width))
            }
            // With one byte missing, the dump has no end.
            let cut = encoding.bytes(head + #""}]}"#).dropLast()
            let reading = try Decoded(Array(cut))
            #expect(reading.jobs == ["a 1"] && reading.faults.first != .some(nil), "\(encoding): \(reading)")
        }
    }

    @Test("Random bytes in any encoding are read to their end", .seeded)
    func noise() throws {
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        let names = ["windows-1252", "utf-16le", "utf-32be", "shift_jis", "gb18030", "iso-2022-jp", "utf-7", "cp037"]
        for name in names {
            let encoding = try #require(TextEncoding(name: name))
            for _ in 0..<20 {
                let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                let whole = try Decoded(bytes, encoding: encoding)
                for window in [5, 512] {
                    // Other formats are recognized by up to 512 bytes, which must be in the window.
                    if window < 512, whole.reasons.contains(where: { $0.hasPrefix("foreign") }) { continue }
                    let pieces = try Decoded(bytes, window: window, chunk: 1, encoding: encoding)
                    #expect(whole == pieces, "\(name), window \(window), seed \(seed)")
                }
            }
        }
    }
}
