package import ImportFoundation

/// The parts of a zip that another program made, such as a workbook: found by name, each readable several times, and
/// all of them together within the limits of any input (``InputLimits``).
///
/// Names are compared as in Office documents, ignoring the case of ASCII letters.
package struct ZipParts: Sendable {
    /// More parts than any workbook has.
    private static let mostParts = 10_000

    private let region: InputFileRegion
    private let meter: ExpansionMeter
    /// The names as the zip has them, in its order.
    package private(set) var names: [String] = []
    /// Whether a password is needed.
    package private(set) var isEncrypted = false

    /// Lists the parts.
    ///
    /// - Parameter descriptor: a regular file open for reading, read from its current position. It is not closed here,
    ///   and must stay open as long as parts are read.
    package init(descriptor: Int32, limits: InputLimits = InputLimits()) throws(ReadFailure) {
        let region = InputFileRegion(descriptor: descriptor) { size in
            ExpansionBudget(limits: limits, progress: InputProgress(), size: size)
        }
        guard let region else { throw ReadFailure(.damaged(.zip, .structure)) }
        self.region = region
        meter = ExpansionMeter(budget: region.budget)
        let archive = try LibArchive(.zip, ArchiveInput(region, format: .zip))
        var known: Set<String> = []
        listing: while true {
            switch archive.next() {
            case .entry(let entry):
                if entry.isFolder { continue }
                let name = String(decoding: entry.name, as: UTF8.self)
                isEncrypted = isEncrypted || entry.isEncrypted
                // If two parts had the same name, different programs would read different ones.
                guard names.count < Self.mostParts, known.insert(Self.key(name)).inserted else {
                    throw ReadFailure(.damaged(.zip, .structure))
                }
                names.append(name)
            case .end: break listing
            case .encrypted:
                isEncrypted = true
                break listing
            case .damaged(let words): throw ReadFailure(.damaged(.zip, .other(words)))
            case .failed(let failure): throw failure
            }
        }
    }

    /// Returns whether a zip is an Office workbook of another program, with the parts of a workbook and nothing else.
    ///
    /// - Parameters:
    ///   - descriptor: a regular file open for reading.
    ///   - beginning: its first bytes.
    static func isForeignWorkbook(_ descriptor: Int32, beginning: ArraySlice<UInt8>) -> Bool {
        // The first entry's name, after a header of 30 bytes, rules out most other archives without listing them.
        let first = beginning.dropFirst(30)
        let folders = ["[content_types].xml", "_rels/", "docprops/", "xl/", "customxml/"]
        func isPart(_ name: some Sequence<UInt8>) -> Bool {
            let name = name.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
            return folders.contains { name.starts(with: $0.utf8) }
        }
        guard isPart(first.prefix(32)), let parts = try? ZipParts(descriptor: descriptor),
            parts.contains("[Content_Types].xml"), parts.contains("xl/workbook.xml"),
            parts.names.allSatisfy({ isPart($0.utf8) })
        else { return false }
        return OwnOutput(zip: descriptor) == nil
    }

    /// Returns whether there is a part with this name.
    package func contains(_ name: String) -> Bool { names.contains { Self.key($0) == Self.key(name) } }

    /// Returns the bytes of a part; nil if the zip has no such part. Reading a part that is cut off or damaged fails at
    /// its end.
    package func source(of name: String) throws(ReadFailure) -> (any ByteSource)? {
        let archive = try LibArchive(.zip, ArchiveInput(region, format: .zip))
        let session = ArchiveSession(archive: archive, meter: meter, isPrompt: true)
        while true {
            switch session.next() {
            case .entry(let entry):
                let found = String(decoding: entry.name, as: UTF8.self)
                if !entry.isFolder, Self.key(found) == Self.key(name) { return session.entry }
            case .end: return nil
            case .encrypted: throw ReadFailure(.damaged(.zip, .structure))
            case .damaged(let words): throw ReadFailure(.damaged(.zip, .other(words)))
            case .failed(let failure): throw failure
            }
        }
    }

    private static func key(_ name: String) -> String {
        String(decoding: name.utf8.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
