import ImportDumps
import ImportFoundation
import ImportSources
import TestSupport
import Testing

/// Records of sources, however the bytes arrive and however record ends are found.
@Suite struct SourceReaderTests {
    struct Read: Equatable {
        var records: [[UInt8]] = []
        var lines: [Int] = []
        var fault: SourceFault?
        var closing: [UInt8] = []
        var hash: String?
    }

    private func read(
        _ bytes: [UInt8], window: Int = 256 * 1024, chunk: Int = .max, usesVectors: Bool = true,
        encoding: TextEncoding? = nil
    ) -> Read {
        var read = Read()
        do throws(SourceFault) {
            let reader = try SourceReader(
                ArraySource(bytes, chunk: chunk),
                SourceOptions(encoding: encoding, usesVectors: usesVectors, windowBytes: window))
            while try reader.next() {
                read.records.append(reader.withWholeRecord { [UInt8](span: $0) })
                read.lines.append(reader.line)
            }
            read.closing = reader.closing
            read.hash = reader.finishHash()
        } catch {
            read.fault = error
        }
        return read
    }

    /// Pieces that CSV files consist of, valid and invalid.
    private static let pieces = [
        "a", "bc", ",", ",", ";", "\n", "\n", "\r\n", "\r", "\"", "\"\"", "\"x\"", "\"x,\ny\"", "é", "\u{0}", " ",
        String(repeating: "long ", count: 30),
    ]

    @Test("Windows, reads and vectors make no difference to CSV", .seeded)
    func csv() throws {
        for seed in Seeds.and(new: 1, 2) {
            var random = SplitMix64(seed: seed)
            for _ in 0..<400 {
                let count = Int.random(in: 1...120, using: &random)
                var text = Bool.random(using: &random) ? "h,i\n" : ""
                for _ in 0..<count { text += Self.pieces.randomElement(using: &random) ?? "" }
                let bytes = Array(text.utf8)
                let whole = read(bytes)
                #expect(read(bytes, usesVectors: false) == whole, "seed \(seed): \(text.debugDescription)")
                let window = Int.random(in: 64...200, using: &random)
                let chunk = Int.random(in: 1...70, using: &random)
                let pieces = read(bytes, window: window, chunk: chunk, usesVectors: .random(using: &random))
                if whole.fault == nil {
                    #expect(pieces == whole, "seed \(seed), window \(window): \(text.debugDescription)")
                } else {
                    // If there are two errors, the windows may decide which one is found first.
                    #expect(pieces.fault != nil, "seed \(seed), window \(window): \(text.debugDescription)")
                }
            }
        }
    }

    @Test("Windows and reads make no difference to JSON", .seeded)
    func json() throws {
        for seed in Seeds.and(new: 1, 2) {
            var random = SplitMix64(seed: seed)
            for _ in 0..<150 {
                let objects = (0..<Int.random(in: 0...40, using: &random)).map { index in
                    #"{"n":\#(index),"t":"\#(String(repeating: "}]\\\"é", count: Int.random(in: 0...20, using: &random)))"}"#
                }
                let text =
                    switch Int.random(in: 0...2, using: &random) {
                    case 0: "[" + objects.joined(separator: ", \n") + "]\n"
                    case 1: #"{"objects":["# + objects.joined(separator: ",") + #"],"options":{"a":[1]}}"#
                    default: objects.joined(separator: "\n")
                    }
                let bytes = Array(text.utf8)
                let whole = read(bytes)
                if !objects.isEmpty {
                    #expect(whole.records == objects.map { Array($0.utf8) }, "seed \(seed): \(text)")
                }
                let window = Int.random(in: 64...300, using: &random)
                let pieces = read(bytes, window: window, chunk: Int.random(in: 1...50, using: &random))
                #expect(pieces.records == whole.records, "seed \(seed), window \(window): \(text)")
                #expect(pieces.lines == whole.lines, "seed \(seed), window \(window): \(text)")
                #expect(
                    (pieces.fault, pieces.closing, pieces.hash) == (whole.fault, whole.closing, whole.hash),
                    "seed \(seed), window \(window): \(text)")
            }
        }
    }

    @Test("A byte that is not UTF-8 is refused in whatever window it is", arguments: 64...140)
    func notUTF8(window: Int) {
        // The rest of the record, in the next window, may be ASCII.
        let record = Array("\"".utf8) + [0xEE] + Array(repeating: UInt8(ascii: "a"), count: 100) + Array("\"\n".utf8)
        let bytes = Array("h\n1\n".utf8) + record + Array("2\n".utf8) + record
        #expect(read(bytes, window: window).fault?.reason == .notUTF8(0xEE))
    }

    @Test("A byte that a single-byte encoding does not have is refused in whatever window it is", arguments: 64...140)
    func notInEncoding(window: Int) throws {
        let encoding = try #require(TextEncoding(name: "windows-1252"))
        let wide = Array(repeating: UInt8(0xE4), count: 100)
        for (byte, isAssigned) in [(0x81 as UInt8, false), (0x80, true)] {
            let csv = Array("h\n1\n".utf8) + wide + [byte] + Array("\n2\n".utf8)
            let json = Array(#"{"a":1}"#.utf8) + Array("\n{\"a\":\"".utf8) + wide + [byte] + Array("\"}\n".utf8)
            for bytes in [csv, json] {
                let reason = read(bytes, window: window, encoding: encoding).fault?.reason
                #expect(reason == (isAssigned ? nil : .notInEncoding(byte, encoding.name)))
            }
        }
    }

    @Test("A header alone is called that in whatever window it ends", arguments: 64...140)
    func onlyHeader(window: Int) {
        let header = String(repeating: "a", count: 98) + ",b\n"
        for blank in ["", "\n", String(repeating: "\n", count: 200)] {
            #expect(read(Array((header + blank).utf8), window: window).fault?.reason == .onlyHeader)
            let one = read(Array((header + blank + "1,2\n").utf8), window: window)
            #expect(one.records == [Array("1,2\n".utf8)] && one.lines == [2 + blank.utf8.count])
        }
    }

    @Test("Lines are counted through quoted line breaks and blank lines")
    func lines() {
        #expect(read(Array("h\n\"a\nb\"\n\nc\n\"d\n\ne\"\nf".utf8)).lines == [2, 5, 6, 9])
        #expect(read(Array("\n\nh\r\na\r\n".utf8)).lines == [4])
    }

    @Test("UTF-16 is seen as UTF-8, hashed as it is, and refused if it is broken")
    func utf16() throws {
        let text = "\u{FEFF}Näme,x\r\n🙂,\"a\r\nb\"\r\n"
        let bytes = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let whole = read(bytes)
        #expect(whole.records == [Array("🙂,\"a\r\nb\"\r\n".utf8)])
        var hash = SHA256()
        hash.update(bytes.span)
        #expect(whole.hash == hash.finish())
        #expect(read(bytes, window: 64, chunk: 3) == whole)
        // A window may be full in the middle of a character.
        let wide = ("\u{FEFF}漢,字\n" + String(repeating: "漢🙂字,é\n", count: 50)).utf16.flatMap {
            [UInt8($0 & 0xFF), UInt8($0 >> 8)]
        }
        for window in 64...80 { #expect(read(wide, window: window) == read(wide)) }
        for broken in [bytes.dropLast(), bytes + [0x00, 0xD8], bytes + [0x00, 0xDC, 0x61, 0x00]] {
            #expect(read(Array(broken)).fault?.reason == .notUTF16)
        }
    }

    @Test("The place of an error in JSON is its line and column, in whatever window it is", .seeded)
    func places() throws {
        let faults: [(record: String, at: Int)] = [
            (#"{"a":x}"#, 5), (#"{"a":tru}"#, 8), ("{\"a\":\"k\u{0}\"}", 7), (#"{"a":1}}"#, 7), ("{\"a\":\"k#\"}", 7),
        ]
        for seed in Seeds.and(new: 1, 2) {
            var random = SplitMix64(seed: seed)
            for _ in 0..<200 {
                let isArray = Bool.random(using: &random)
                let gap = isArray ? [",", ",\n", "\n,"].randomElement(using: &random) ?? "" : "\n"
                var records = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                    let text = String(repeating: "é", count: .random(in: 0...20, using: &random))
                    let lineEnd = isArray && Bool.random(using: &random) ? "\n" : ""
                    return "{\"a\":\"\(text)\",\(lineEnd)\"b\":[1,{\"c\":null}]}"
                }
                let index = Int.random(in: 0..<records.count, using: &random)
                guard let (record, at) = faults.randomElement(using: &random) else { continue }
                records[index] = record
                let opening = isArray ? ["[", "[\n", "\n["].randomElement(using: &random) ?? "" : ""
                let before = opening + records[..<index].map { $0 + gap }.joined() + String(record.prefix(at))
                let bytes = Array((opening + records.joined(separator: gap) + (isArray ? "]" : "\n")).utf8)
                    // This is not UTF-8.
                    .map { $0 == UInt8(ascii: "#") ? 0xE4 : $0 }
                let line = before.utf8.count { $0 == UInt8(ascii: "\n") }
                let column = before.utf8.reversed().prefix { $0 != UInt8(ascii: "\n") }.count
                let window = Int.random(in: 64...300, using: &random)
                for window in [window, 256 * 1024] {
                    let place = read(bytes, window: window, chunk: .random(in: 1...50, using: &random)).fault?.place
                    #expect(
                        (place?.line, place?.column) == (line + 1, column + 1),
                        "seed \(seed), window \(window): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
                }
            }
        }
    }

    @Test("Empty lines are counted in all forms that have lines", arguments: [64, 256 * 1024])
    func emptyLines(window: Int) throws {
        for (text, count) in [
            ("{\"a\":1}\n{\"a\":2}\n", 0), ("\n\n{\"a\":1}\r\n\r\n \n{\"a\":2}\n\n", 5), ("{\"a\":1}\n\n{\"a\":2}", 1),
            ("{\"a\":1}" + String(repeating: "\n", count: 201), 200), ("a\n\n1\n\n", 2),
        ] {
            let reader = try SourceReader(ArraySource(Array(text.utf8)), SourceOptions(windowBytes: window))
            while try reader.next() {}
            #expect(reader.blankLines == count, "\(text.debugDescription)")
        }
    }

    @Test("Two values on a line are refused, wherever a window ends", arguments: 50...80)
    func valuesOnOneLine(length: Int) throws {
        for (separator, isRefused) in [("", true), (" ", true), ("\n", false), ("\r\n", false), (" \n", false)] {
            let text = "{\"a\":\"\(String(repeating: "x", count: length))\"}\(separator){\"a\":\"2\"}\n"
            do throws(SourceFault) {
                let reader = try SourceReader(ArraySource(Array(text.utf8)), SourceOptions(windowBytes: 64))
                while try reader.next() {}
                #expect(!isRefused, "\(length) \(separator.debugDescription)")
            } catch {
                #expect(isRefused, "\(length) \(separator.debugDescription): \(error)")
            }
        }
    }

    static let signs: [(text: String, form: SourceForm?, reason: SourceFault.Reason?)] = [
        (#"{"order":1,"status":"paid","total":12.5,"processed":true}"#, .jsonLines, nil),
        ("{\"status\":\"paid\",\"total\":12,\"processed\":1}\n{\"status\":\"open\"}", .jsonLines, nil),
        (#"{"job_id":"a","status":"processing","total":12}"#, nil, .isDump),
        (#"{"status":"failed","total":2,"processed":0,"succeeded":0}"#, nil, .isDump),
        (#"{"job_id":null,"status":"complete","results":[{"created":true}]}"#, nil, .isDump),
        ("{\"name\":\"x\",\"objects\":[1]}\n{\"name\":\"y\",\"objects\":[2]}\n", .jsonLines, nil),
        (#"{"name":"x","objects":[{"a":1},{"a":2}]}"#, .requestBody, nil),
        ("{\"objects\":[{\"a\":1}],\n\"options\":{}}\n\n", .requestBody, nil),
        (#"["a","b"]"#, .jsonArray, nil), ("[1,-2]", .jsonArray, nil), ("[[1],[2]]", .jsonArray, nil),
        ("[\"a\",\"b\"]\n[\"c\",\"d\"]\n", nil, .severalArrays), ("[1,2]\n[3,4]\n", nil, .severalArrays),
        ("[{\"a\":1}]\n[{\"a\":2}]\n", nil, .severalArrays),
        ("a,b\r\r\n1,2\r\r\n", nil, .doubledReturn), ("a,b\n1,2\r\r\n", nil, .doubledReturn),
        ("a,b\r\n1,2\r\r\n", nil, .doubledReturn), ("a,\u{0}b\n1,2\n", nil, .isWide(nil)),
    ]

    @Test("The form is recognized in whatever window its signs are", arguments: signs)
    func forms(text: String, form: SourceForm?, reason: SourceFault.Reason?) {
        for window in [64, 65, 256 * 1024] {
            let fault: SourceFault?
            do throws(SourceFault) {
                let reader = try SourceReader(
                    ArraySource(Array(text.utf8), chunk: 3), SourceOptions(windowBytes: window))
                #expect(form == nil || reader.form == form, "\(reader.form)")
                while try reader.next() {}
                fault = nil
            } catch {
                fault = error
            }
            #expect(fault?.reason == reason, "\(text.debugDescription)")
        }
    }
}
