import ImportDumps

/// The texts of ids that are no UUIDs, so that those can be shown that come back.
///
/// They lie in chunks of one size: used bytes (4) · for each id its row (8), the text's length (2), the text.
struct IDTexts {
    /// Bytes of a text that are kept.
    static var textLimit: Int { AnalysisLimits.recordIDBytes }
    private static let chunkHeader = 4
    private static let textHeader = 10

    private let chunkBytes: Int
    private let makeSpill: @Sendable () throws -> any IDSpill
    private var spill: (any IDSpill)?
    private var chunk: [UInt8]
    private var chunkCount = 0

    init(chunkBytes: Int, makeSpill: @escaping @Sendable () throws -> any IDSpill) {
        self.chunkBytes = max(chunkBytes, Self.chunkHeader + Self.textHeader + Self.textLimit)
        self.makeSpill = makeSpill
        chunk = [UInt8](repeating: 0, count: Self.chunkHeader)
    }

    /// Keeps the front of an id's text.
    mutating func add(row: Int, _ text: Span<UInt8>) throws {
        let count = text.wholeCharacters(within: Self.textLimit)
        if chunk.count + Self.textHeader + count > chunkBytes { try writeOut() }
        append(UInt64(row), bytes: 8)
        append(UInt64(count), bytes: 2)
        for index in 0..<count { chunk.append(text[index]) }
    }

    /// The texts of some rows.
    func texts(of rows: Set<Int>) throws -> [Int: String] {
        var found: [Int: String] = [:]
        guard !rows.isEmpty else { return found }
        var read = [UInt8](repeating: 0, count: chunkBytes)
        for number in 0..<chunkCount {
            var target = read.mutableSpan
            try spill?.read(into: &target, at: number * chunkBytes)
            Self.find(rows, in: read, upTo: Int(Self.number(in: read, at: 0, bytes: 4)), &found)
        }
        Self.find(rows, in: chunk, upTo: chunk.count, &found)
        return found
    }

    private mutating func writeOut() throws {
        let spill = try spill ?? makeSpill()
        self.spill = spill
        let used = chunk.count
        for index in 0..<Self.chunkHeader { chunk[index] = UInt8(truncatingIfNeeded: used >> (8 * index)) }
        chunk.append(contentsOf: repeatElement(0, count: chunkBytes - used))
        _ = try spill.append(chunk.span)
        chunkCount += 1
        chunk.removeSubrange(Self.chunkHeader...)
    }

    private mutating func append(_ number: UInt64, bytes: Int) {
        for index in 0..<bytes { chunk.append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
    }

    private static func number(in bytes: [UInt8], at offset: Int, bytes count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * $1) }
    }

    private static func find(_ rows: Set<Int>, in bytes: [UInt8], upTo end: Int, _ found: inout [Int: String]) {
        var offset = chunkHeader
        while offset < end {
            let row = Int(number(in: bytes, at: offset, bytes: 8))
            let start = offset + textHeader
            offset = start + Int(number(in: bytes, at: offset + 8, bytes: 2))
            if rows.contains(row) { found[row] = String(decoding: bytes[start..<offset], as: UTF8.self) }
        }
    }
}
