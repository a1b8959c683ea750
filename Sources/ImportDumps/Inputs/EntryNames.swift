/// Makes the names under which the entries of one archive are shown: valid UTF-8, not too long, never two alike.
struct EntryNames {
    /// Hashes of the names so far, 8 bytes each: the names themselves would be many times as much.
    private var seen: Set<UInt64> = []
    /// Zips of older programs have names in the character set of a country.
    private let isZip: Bool

    init(_ format: ContainerFormat) {
        isZip = format == .zip
    }

    /// - Parameter position: the entry's place in the archive, from 1.
    mutating func name(for bytes: [UInt8], position: Int) -> String {
        var path = bytes[...]
        // `tar -C folder .` writes every name like that.
        while path.starts(with: "./".utf8) { path = path.dropFirst(2) }
        let text = isZip ? LegacyNames.text(of: path) : nil
        let name = path.isEmpty ? "(no name)" : text.map { Self.shown($0.utf8) } ?? Self.shown(path)
        guard isTaken(name) else { return name }
        var candidate = name + " (entry \(position))"
        while isTaken(candidate) { candidate += "′" }
        return candidate
    }

    /// Text of any bytes; more than ``InputLimits/nameBytes`` are cut.
    static func shown(_ bytes: some Collection<UInt8>) -> String {
        let name = String(decoding: bytes, as: UTF8.self)
        guard name.utf8.count > InputLimits.nameBytes else { return name }
        let end = name.utf8.index(name.startIndex, offsetBy: InputLimits.nameBytes - "…".utf8.count)
        // Between two characters: a byte that continues one may not come first.
        let cut = name.utf8[...end].lastIndex { $0 & 0xC0 != 0x80 } ?? name.startIndex
        return name[..<cut] + "…"
    }

    /// Notes the name; true if it was there before. (FNV-1a. Whoever makes names with the same hash gets marked ones.)
    private mutating func isTaken(_ name: String) -> Bool {
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return !seen.insert(hash).inserted
    }
}
