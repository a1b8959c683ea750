import ImportDumps
import ImportFoundation
import TestSupport
import Testing

/// Where a long text is cut depends only on the text, not on the window or on how rows are matched.
@Suite struct RandomLimitTests {
    private static let limit = 1024 * 1024

    /// Describes each row briefly: its facts, and the length and the hash of each text.
    private struct DigestSink: RowSink {
        var rows: [String] = []

        mutating func beginRows(of job: DeclaredJob) {}

        mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {
            for index in runs.indices { consume(runs[index], text: text) }
        }

        mutating func consume(_ run: RowRun, text: Span<UInt8>) {
            for row in 0..<run.count {
                let id = run.id?.advanced(by: row * run.idStride)
                let texts = [id, run.code, run.message].map { range in
                    guard let range else { return "-" }
                    var hash = SHA256()
                    hash.update(text.extracting(range.offset..<range.offset + range.count))
                    return "\(range.count) \(hash.finish().prefix(8))"
                }
                rows.append("\(run.firstRow + row) \(run.facts.rawValue) \(texts.joined(separator: ", "))")
            }
        }
    }

    private static func read(_ bytes: [UInt8], window: Int, _ matching: DumpReader.Matching) throws -> [String] {
        var sink = DigestSink()
        let reader = DumpReader(windowBytes: window, matching: matching)
        guard case .job(let dump) = try reader.read(from: ArraySource(bytes), into: &sink) else { return ["no job"] }
        return sink.rows + ["\(dump.rowCount) rows, \(dump.notes.textsCut) cut, \(String(describing: dump.fault))"]
    }

    @Test("Windows and kernels change nothing", .seeded)
    func windowsAndKernels() throws {
        for seed in Seeds.and(new: 1) {
            var random = SplitMix64(seed: seed)
            for round in 0..<4 {
                let bytes = Array(Self.dump(&random).utf8)
                let expected = try Self.read(bytes, window: 8 << 20, .none)
                #expect(expected.last?.hasPrefix("5 rows") == true)
                // A window of one byte is slow, so it is tried only once.
                let small = round == 0 ? [1] : [Int.random(in: 64...1000, using: &random)]
                let windows = small + [1 << Int.random(in: 12...20, using: &random), 3 << 19, 2 << 20, 8 << 20]
                for window in windows {
                    let matchings: [DumpReader.Matching] =
                        window < 4096
                        ? [.best] : [.none] + RowKernel.available.map { DumpReader.Matching.kernel($0) }
                    for matching in matchings {
                        let reading = try Self.read(bytes, window: window, matching)
                        #expect(reading == expected, "seed \(seed), round \(round), window \(window), \(matching)")
                    }
                }
            }
        }
    }

    @Test("A window beyond the bounds is the nearest one within", arguments: [Int.min, -1, 0, .max])
    func windowsBeyondTheBounds(window: Int) throws {
        let bytes = Array(dumpText(rows: Self.failed("c", "m")).utf8)
        #expect(try Self.read(bytes, window: window, .best) == Self.read(bytes, window: 4096, .best))
    }

    /// Returns failed rows of one shape, for kernels to match. One row has a text about as long as the limit.
    private static func dump(_ random: inout SplitMix64) -> String {
        let long = Int.random(in: 2...4, using: &random)
        let rows = (1...5).map { row in
            guard row == long else { return failed("c", "m\(row)") }
            let text = text(&random)
            return switch Int.random(in: 0...2, using: &random) {
            case 0: failed(text, "m")
            default: failed("c", text)
            }
        }
        return dumpText(rows: rows.joined(separator: ","))
    }

    private static func failed(_ code: String, _ message: String) -> String {
        #"{"id":null,"error":{"code":"\#(code)","message":"\#(message)"}}"#
    }

    private static func text(_ random: inout SplitMix64) -> String {
        let ends = ["", "", "", "é", "😀", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\ud83d"]
        let end = (ends.randomElement(using: &random) ?? "") + (Bool.random(using: &random) ? "z" : "")
        return String(repeating: "x", count: limit + Int.random(in: -6...6, using: &random)) + end
    }
}
