import ImportDumps
import ImportFoundation
import TestSupport
import Testing

/// The byte, the line and the column of a place match, whatever was read before and after it. The tests count the lines
/// in the file themselves.
@Suite struct PlaceTests {
    @Test(.seeded) func everyPlaceIsWhereTheFileSaysThatItIs() throws {
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        var checked = 0
        for round in 0..<400 {
            let bytes = DamagedText.make(&random)
            for window in [1, 7, 64, 1 << 16] {
                let found = try Places(bytes, window: window)
                checked += found.places.count
                for place in found.places {
                    let counted = TestEncoding.utf8.place(bytes, of: place.byte)
                    #expect(
                        place == counted,
                        "seed \(seed), round \(round), window of \(window): \(String(decoding: bytes, as: UTF8.self))")
                    if place != counted { return }
                }
            }
        }
        #expect(checked > 400)
    }

    @Test(.seeded) func strictReadingCountsTheSameLines() throws {
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        for round in 0..<200 {
            let bytes = DamagedText.make(&random)
            for window in [1, 7, 64, 1 << 16] {
                guard let place = try Reading(of: bytes, window: window).fault?.place else { continue }
                #expect(
                    place == TestEncoding.utf8.place(bytes, of: place.byte),
                    "seed \(seed), round \(round), window of \(window)")
            }
        }
    }

    /// An error in a nested object is reported only after everything that follows has been read.
    @Test(arguments: [1, 16, 4096])
    func aFaultInAnObjectIsOnItsOwnLine(window: Int) throws {
        let text =
            "{\"data\":\n {\"a\":1,\n  \"b\": x}\n" + String(repeating: " \n", count: 60) + " \n   more text here"
        let places = try Places(Array(text.utf8), window: window).places
        #expect(!places.isEmpty)
        for place in places { #expect(place == TestEncoding.utf8.place(Array(text.utf8), of: place.byte)) }
    }

    @Test(arguments: [1, 16, 4096])
    func aTextAloneBehindBlankLinesIsOnItsOwnLine(window: Int) throws {
        let bytes = Array("\n\r\n  \"a text\"\n".utf8)
        for place in try Places(bytes, window: window).places {
            #expect(place == TestEncoding.utf8.place(bytes, of: place.byte))
        }
    }
}

/// All places that are reported for the dumps of an input.
private struct Places: DumpSink {
    private(set) var places: [Place] = []

    init(_ bytes: [UInt8], window: Int) throws {
        var session = DumpSession(DumpReader(windowBytes: window))
        var sink = self
        try session.read(from: ArraySource(bytes), into: &sink)
        self = sink
    }

    private init() {}

    mutating func beginRows(of job: DeclaredJob) {}

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {}

    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) {
        add(position)
        switch reading {
        case .job(let dump):
            if let fault = dump.fault { places.append(fault.place) }
            for spots in [dump.damage.repairs, dump.damage.rows, dump.damage.slips] {
                places += spots.first.map(\.place)
            }
            if let first = dump.skipped.first { places.append(first) }
        case .notAJob(let other):
            if case .unreadable(let fault) = other.reason { places.append(fault.place) }
        }
    }

    private mutating func add(_ position: DocumentPosition) {
        switch position {
        case .line(let place), .place(let place): places.append(place)
        case .inside(let outer, _): add(outer)
        case .whole, .element: break
        }
    }
}

/// Damaged dumps, on one line or on many, between lines of logs and inside other documents.
private enum DamagedText {
    static func make(_ random: inout SplitMix64) -> [UInt8] {
        let feed = ["\n", "\r\n"].randomElement(using: &random) ?? "\n"
        var text = ""
        for number in 0..<Int.random(in: 1...4, using: &random) {
            var dump = dump(number, feed: feed, &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: dump = "{\"data\":\(feed) \(dump)}"
            case 1: dump = "{\"meta\":{\"a\":\(feed) [1,\(feed) 2]},\"data\":{\"inner\":\(dump)}}"
            case 2: dump = "[\(dump),\(feed)\(dump)]"
            case 3: dump = "2026-11-27T10:00:00Z " + dump
            case 4 where Bool.random(using: &random): dump = Dress.escaped(dump, &random)
            default: break
            }
            if Int.random(in: 0..<3, using: &random) == 0 { text += "some text of a log\(feed)" }
            text += dump
            text += [feed, feed + feed, "", " "].randomElement(using: &random) ?? feed
        }
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty { damage(&bytes, feed, &random) }
        return bytes
    }

    private static func dump(_ number: Int, feed: String, _ random: inout SplitMix64) -> String {
        let space = Bool.random(using: &random) ? feed + "  " : ""
        let rows = (0..<Int.random(in: 0...5, using: &random)).map { row in
            let message = String(repeating: "é word ", count: Int.random(in: 0...12, using: &random))
            return Bool.random(using: &random)
                ? "{\"id\":\"\(uuid)\",\(space)\"created\":true}"
                : "{\"error\":{\"code\":\"c\(row)\",\(space)\"message\":\"\(message)\"}}"
        }
        let list = rows.joined(separator: ",\(space)")
        return "{\"job_id\":\"j\(number)\",\(space)\"status\":\"complete\",\"total\":\(rows.count),\(space)"
            + "\"results\":[\(list)\(space)]}"
    }

    /// Damages files as it happens in practice: lost bytes, split lines, and text that is not JSON.
    private static func damage(_ bytes: inout [UInt8], _ feed: String, _ random: inout SplitMix64) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...40, using: &random)))
        case 1: bytes.insert(contentsOf: Array(feed.utf8), at: at)
        case 2: bytes.insert(contentsOf: [0xFF, 0x0A], at: at)
        case 3: bytes.insert(contentsOf: Array("\"\(feed){\(feed)".utf8), at: at)
        case 4: bytes.removeSubrange(at...)
        default: bytes[at] = [0x22, 0x7B, 0x5D, 0x5C, 0x0A, 0x78].randomElement(using: &random) ?? 0x22
        }
    }
}
