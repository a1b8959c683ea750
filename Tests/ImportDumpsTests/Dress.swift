import ImportDumps
import TestSupport
import Testing

/// The forms that dumps have on disk. Each turns a text into the contents of a file.
struct Dress: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var wrapping: Wrapping
    /// Applies the form to a text in which every line ends with a line feed.
    var dress: @Sendable (String, inout SplitMix64) -> String

    static let logs: [Dress] = [
        Dress(testDescription: "json-file", wrapping: .log(.dockerJSON), dress: docker),
        Dress(testDescription: "CRI", wrapping: .log(.cri), dress: cri),
        Dress(testDescription: "kubectl logs --timestamps", wrapping: .log(.timestamps)) { text, random in
            prefixed(text) { "\(time(&random)) " }
        },
        Dress(testDescription: "times in brackets", wrapping: .log(.timestamps)) { text, random in
            prefixed(text) { "[\(time(&random))] " }
        },
        Dress(testDescription: "docker compose logs", wrapping: .log(.containerNames)) { text, random in
            // Lines of another container may come anywhere in between.
            prefixed(text) {
                let others = Int.random(in: 0..<4, using: &random) > 0 ? 0 : Int.random(in: 1...2, using: &random)
                return String(repeating: "api-1       | GET /imports 200\n", count: others) + "importer-1  | "
            }
        },
        Dress(testDescription: "docker compose in colours", wrapping: .log(.containerNames)) { text, random in
            prefixed(text) { "\u{1B}[3\(Int.random(in: 1...6, using: &random))mapi-1  | \u{1B}[0m" }
        },
        Dress(testDescription: "kubectl logs --prefix", wrapping: .log(.containerNames)) { text, _ in
            prefixed(text) { "[pod/importer-7d9f-x2x/app] " }
        },
        Dress(testDescription: "the journal", wrapping: .log(.syslog)) { text, random in
            "-- Logs begin at Mon 2025-03-03 00:00:00 UTC. --\n"
                + prefixed(text) {
                    "Mar \(Int.random(in: 1...9, using: &random).padded) 10:06:00 web-1 importer[812]: "
                }
        },
        Dress(testDescription: "rsyslog", wrapping: .log(.syslog)) { text, random in
            prefixed(text) { "\(time(&random)) web-1 importer[812]: " }
        },
        Dress(testDescription: "RFC 5424", wrapping: .log(.syslog)) { text, random in
            prefixed(text) { #"<165>1 \#(time(&random)) web-1 importer 812 ID47 [x@1 a="b\]c"][y@1] "# }
        },
        Dress(testDescription: "an event stream", wrapping: .eventStream, dress: eventStream),
    ]

    private static func time(_ random: inout SplitMix64) -> String {
        let fraction = ["", ".1", ".25", ".123456789"].randomElement(using: &random) ?? ""
        let zone = ["Z", "+00:00", "-07:00"].randomElement(using: &random) ?? "Z"
        return "2025-03-04T10:06:0\(Int.random(in: 0...9, using: &random))\(fraction)\(zone)"
    }

    static func prefixed(_ text: String, _ prefix: () -> String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map { "\(prefix())\($0)\n" }.joined()
    }

    /// Returns the lines of a text in pieces. Between two pieces of a line, there may be lines of another stream.
    private static func pieces(
        _ text: String, _ random: inout SplitMix64
    ) -> [(text: String, isPartial: Bool, isError: Bool)] {
        var pieces: [(String, Bool, Bool)] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            var rest = Array(line.unicodeScalars)[...]
            while rest.count > 20, Int.random(in: 0..<3, using: &random) > 0 {
                let count = Int.random(in: 1..<min(rest.count, 200), using: &random)
                var piece = String.UnicodeScalarView()
                piece.append(contentsOf: rest.prefix(count))
                pieces.append((String(piece), true, false))
                rest = rest.dropFirst(count)
                for _ in 0..<Int.random(in: 0..<3, using: &random) {
                    pieces.append(("a warning", Bool.random(using: &random), true))
                    if pieces[pieces.count - 1].1 { pieces.append((" goes on", false, true)) }
                }
            }
            var piece = String.UnicodeScalarView()
            piece.append(contentsOf: rest)
            pieces.append((String(piece), false, false))
        }
        return pieces
    }

    private static func cri(_ text: String, _ random: inout SplitMix64) -> String {
        var log = ""
        for piece in pieces(text, &random) {
            let tag = piece.isPartial ? "P" : ["F", "F:x"].randomElement(using: &random) ?? "F"
            log += "\(time(&random)) \(piece.isError ? "stderr" : "stdout") \(tag) \(piece.text)\n"
        }
        return log
    }

    private static func docker(_ text: String, _ random: inout SplitMix64) -> String {
        let space = Bool.random(using: &random) ? " " : ""
        var log = ""
        for piece in pieces(text, &random) {
            let line = escaped(piece.text + (piece.isPartial ? "" : "\n"), &random)
            let stream = piece.isError ? "stderr" : "stdout"
            let labels = Bool.random(using: &random) ? #","attrs":{"tag":"a}\"","n":[1,{}]}"# : ""
            log +=
                "{\"log\":\(space)\(line),\(space)\"stream\":\(space)\"\(stream)\"\(labels),\(space)\"time\":\"x\"}\n"
        }
        return log
    }

    private static func eventStream(_ text: String, _ random: inout SplitMix64) -> String {
        let head = ": a comment\nretry: 100\n\n"
        let space = Bool.random(using: &random) ? " " : ""
        return head + "id: 7\nevent: import\n" + prefixed(text) { "data:\(space)" } + "\ndata: [DONE]\n\n"
    }

    /// Returns a JSON string, with its quotes, in one of the many ways to write it.
    static func escaped(_ text: String, _ random: inout SplitMix64) -> String {
        let writesASCII = Bool.random(using: &random)
        let excess = [0, 0, 40].randomElement(using: &random) ?? 0
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\"", "\\": result += "\\\(scalar)"
            default:
                let isForced = scalar.value < 0x20 || (writesASCII && scalar.value > 0x7E)
                guard isForced || Int.random(in: 0..<100, using: &random) < excess else {
                    result.unicodeScalars.append(scalar)
                    continue
                }
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16, uppercase: Bool.random(using: &random))
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return result + "\""
    }
}

extension Int {
    fileprivate var padded: String { self < 10 ? " \(self)" : "\(self)" }
}

/// Encodings that a text may have on disk.
enum TestEncoding: String, CaseIterable, Sendable {
    case utf8, utf8Marked, utf16le, utf16be, utf16leMarked, utf16beMarked, utf32le, utf32be, utf32leMarked,
        utf32beMarked

    var wrapping: Wrapping? {
        switch self {
        case .utf8, .utf8Marked: nil
        case .utf16le, .utf16leMarked: .encoding("UTF-16LE")
        case .utf16be, .utf16beMarked: .encoding("UTF-16BE")
        case .utf32le, .utf32leMarked: .encoding("UTF-32LE")
        case .utf32be, .utf32beMarked: .encoding("UTF-32BE")
        }
    }

    /// The number of bytes in a code unit.
    var width: Int { rawValue.hasPrefix("utf8") ? 1 : rawValue.hasPrefix("utf16") ? 2 : 4 }
    private var isBigEndian: Bool { rawValue.contains("be") }

    func bytes(_ text: String) -> [UInt8] {
        let marked = rawValue.hasSuffix("Marked") ? "\u{FEFF}" + text : text
        func ordered(_ value: some FixedWidthInteger) -> [UInt8] {
            var value = isBigEndian ? value.bigEndian : value.littleEndian
            return withUnsafeBytes(of: &value) { Array($0) }
        }
        switch width {
        case 1: return Array(marked.utf8)
        case 2: return marked.utf16.flatMap { ordered($0) }
        default: return marked.unicodeScalars.flatMap { ordered($0.value) }
        }
    }

    /// Returns the text from a byte on, for inspection.
    func text(_ bytes: [UInt8], from start: Int, count: Int) -> String {
        var scalars = String.UnicodeScalarView()
        for unit in stride(from: start, to: min(bytes.count, start + count * width), by: width) {
            var value: UInt32 = 0
            for index in 0..<width {
                let place = isBigEndian ? unit + index : unit + width - 1 - index
                value = value << 8 | UInt32(place < bytes.count ? bytes[place] : 0)
            }
            scalars.append(Unicode.Scalar(value) ?? "?")
        }
        return String(scalars)
    }

    /// Returns the position of a byte, counted in the file itself.
    func place(_ bytes: [UInt8], of byte: Int) -> Place {
        var (line, lineStart) = (1, 0)
        let feed = (0..<width).map { UInt8($0 == (isBigEndian ? width - 1 : 0) ? 0x0A : 0) }
        for unit in stride(from: 0, to: byte, by: width) where bytes[unit..<unit + width].elementsEqual(feed) {
            line += 1
            lineStart = unit + width
        }
        return Place(byte: byte, line: line, column: byte - lineStart + 1)
    }
}
