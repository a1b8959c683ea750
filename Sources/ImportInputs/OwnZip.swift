package import ImportFoundation

extension OwnOutput {
    /// Recognizes a zip that this program wrote, a pack or a workbook, by its list of entries.
    ///
    /// - Parameter descriptor: a regular file open for reading. It is not closed here.
    package init?(zip descriptor: Int32) {
        do throws(ReadFailure) {
            let file = try ZipFile(descriptor: descriptor)
            guard let first = try file.next() else { return nil }
            if Self.isPackManifest(first) {
                guard Self(firstBytes: try file.beginning()) == .packManifest else { return nil }
                self = .pack
                return
            }
            guard first == "[Content_Types].xml" else { return nil }
            for _ in 0..<Self.workbookParts {
                guard let name = try file.next() else { return nil }
                guard name == "docProps/core.xml" else { continue }
                guard let workbook = Self(workbookCore: try file.beginning()) else { return nil }
                self = workbook
                return
            }
        } catch {}
        return nil
    }
}

/// Recognizes a zip of this program while its entries are read.
struct OwnZip {
    enum Finding {
        case isOwn(OwnOutput)
        /// It is a part of a possible workbook, whose title comes later.
        case mayBe
        /// The bytes that were examined, followed by the rest.
        case isNot(any ByteSource)
    }

    /// Parts of a possible workbook: their names, and their first bytes, which show that they are XML.
    private var held: [(source: String, beginning: ArraySlice<UInt8>)] = []
    private var mayBeWorkbook = false

    mutating func look(at entry: ArchiveEntry, _ bytes: any ByteSource, named source: String, isFirst: Bool) -> Finding
    {
        let name = EntryNames.shown(entry.name)
        if isFirst { mayBeWorkbook = name == "[Content_Types].xml" }
        guard mayBeWorkbook || isFirst && OwnOutput.isPackManifest(name) else { return .isNot(bytes) }
        let content = BeginningSource(bytes, count: 1024)
        if !mayBeWorkbook {
            return OwnOutput(firstBytes: content.beginning) == .packManifest ? .isOwn(.pack) : .isNot(content)
        }
        if name == "docProps/core.xml" {
            mayBeWorkbook = false
            return OwnOutput(workbookCore: content.beginning).map { .isOwn($0) } ?? .isNot(content)
        }
        // Anything that is not XML could be a dump.
        mayBeWorkbook = content.beginning.first == UInt8(ascii: "<") && held.count < OwnOutput.workbookParts
        guard mayBeWorkbook else { return .isNot(content) }
        held.append((source, content.beginning))
        return .mayBe
    }

    /// Returns the parts that were held back, once it is clear that this program did not write the workbook.
    mutating func takeHeld() -> [(source: String, beginning: ArraySlice<UInt8>)] {
        defer { held = [] }
        return held
    }
}
