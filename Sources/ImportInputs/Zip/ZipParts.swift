package import ImportFoundation

/// The parts of a zip container that someone else made, such as a workbook: found by name, each readable several
/// times, and all of them together within the limits of any input (``InputLimits``).
///
/// Names are compared as in Office documents, ignoring the case of ASCII letters.
package struct ZipParts: Sendable {
    /// More parts than any workbook has.
    private static let mostParts = 10_000

    private let region: InputFileRegion
    private let meter: ExpansionMeter
    /// As the zip has them, in the order of its bytes.
    package private(set) var names: [String] = []
    /// A password is needed.
    package private(set) var isEncrypted = false

    /// Lists the parts.
    ///
    /// - Parameter descriptor: of a regular file open for reading, from where it stands. It is not closed here, and
    ///   must stay open as long as parts are read.
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
                // If two parts had one name, programs would read different ones.
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

    /// Whether a zip is an Office workbook of another program: it has the parts of one, and nothing else.
    ///
    /// - Parameters:
    ///   - descriptor: of a regular file open for reading.
    ///   - beginning: its first bytes.
    static func isForeignWorkbook(_ descriptor: Int32, beginning: ArraySlice<UInt8>) -> Bool {
        // The name of the first entry follows a header of 30 bytes: other archives are not listed for this.
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

    /// Whether there is a part of this name.
    package func contains(_ name: String) -> Bool { names.contains { Self.key($0) == Self.key(name) } }

    /// The bytes of a part; nil if the zip has no such part. A part that is cut off or damaged fails at its end.
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
