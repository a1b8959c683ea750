package import ImportFoundation
import ImportInputs
package import ImportSources
import XHTMLValidation

/// A workbook in the format of Excel (Office Open XML, `.xlsx` and `.xlsm`) that was sent to the import API.
///
///     zip of parts  →  workbook, styles, shared texts   read whole, within bounds
///                   →  the sheet                        streams by, row after row (``SheetFeed``)
///
/// It is recognized by its parts, whatever its name.
package struct SourceWorkbook: Sendable {
    /// A sheet, as the workbook lists it.
    struct Listed: Sendable {
        var name: String
        var isHidden: Bool
        var relationship: String
    }

    private let parts: WorkbookParts
    private let workbookPart: String
    private let sheets: [Listed]
    private let countsFrom1904: Bool
    /// Whether it has macros, which are not copied.
    package let hasMacros: Bool

    /// Recognizes a workbook; nil for anything that may be a source of another kind.
    ///
    /// - Parameters:
    ///   - descriptor: a file open for reading, which must stay open as long as its rows are read.
    ///   - beginning: its first ``ContainerFormat/signatureBytes`` bytes.
    package init?(descriptor: Int32, beginning: ArraySlice<UInt8>) throws(WorkbookFault) {
        if beginning.starts(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
            throw WorkbookFault(OldDocument.reason(descriptor: descriptor, header: beginning))
        }
        guard ContainerFormat(firstBytes: beginning) == .zip else { return nil }
        let zip: ZipParts
        do throws(ReadFailure) {
            zip = try ZipParts(descriptor: descriptor)
        } catch {
            guard Self.looksLikeOffice(beginning) else { return nil }
            throw WorkbookFault(.readFailed(error))
        }
        guard zip.contains("[Content_Types].xml") else {
            if zip.names.first == "mimetype", zip.contains("META-INF/manifest.xml") {
                throw WorkbookFault(.isNoWorkbook("an OpenDocument file"))
            }
            if Self.looksLikeOffice(beginning) {
                throw WorkbookFault(.readFailed(ReadFailure(.damaged(.zip, .structure))))
            }
            return nil
        }
        if zip.isEncrypted { throw WorkbookFault(.encrypted) }
        if OwnOutput(zip: descriptor) == .workbook { throw WorkbookFault(.isOwnReport) }
        parts = WorkbookParts(zip)
        workbookPart = try parts.mainPart()
        hasMacros = zip.names.contains { $0.hasSuffix("vbaProject.bin") }

        var listed: [Listed] = []
        var countsFrom1904 = false
        try parts.forEachElement(of: workbookPart) { element, path in
            switch path.count {
            case 1: try WorkbookParts.checkRoot(element)
            case 2 where element.isNamed("workbookPr"):
                countsFrom1904 = ["1", "true"].contains(element.value(of: "date1904"))
            case 3 where path[1] == "sheets" && element.isNamed("sheet"):
                guard listed.count < 10_000 else { throw WorkbookFault(.structure("it has more than 10,000 sheets")) }
                listed.append(
                    Listed(
                        name: element.value(of: "name") ?? "",
                        isHidden: ["hidden", "veryHidden"].contains(element.value(of: "state")),
                        relationship: element.value(of: "id", isQualified: true) ?? ""))
            default: break
            }
        }
        guard !listed.isEmpty else { throw WorkbookFault(.noSheets) }
        sheets = listed
        self.countsFrom1904 = countsFrom1904
    }

    /// The number of sheets.
    package var sheetCount: Int { sheets.count }

    /// Opens the sheet with this name, or the first sheet for nil.
    package func open(sheet name: String?) throws(WorkbookFault) -> OpenSheet {
        let names = sheets.map { $0.name }
        let sheet: Listed
        if let name {
            guard let named = sheets.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                throw WorkbookFault(.noSuchSheet(names), sheet: name)
            }
            sheet = named
        } else {
            sheet = sheets[0]
            if sheet.isHidden, sheets.count > 1 { throw WorkbookFault(.firstIsHidden(names), sheet: sheet.name) }
        }
        let relationships = try parts.relationships(of: workbookPart)
        guard let found = relationships.first(where: { $0.id == sheet.relationship }) else {
            throw WorkbookFault(.structure("nothing says which part it is"), sheet: sheet.name)
        }
        guard found.isOf("worksheet") else { throw WorkbookFault(.isNoTable, sheet: sheet.name) }
        let formats = try Styles.formats(in: parts, relationships.first { $0.isOf("styles") }?.target)
        var texts = SharedTexts()
        if let part = relationships.first(where: { $0.isOf("sharedStrings") })?.target {
            texts = try SharedTexts.read(part, in: parts)
        }
        guard let bytes = try parts.source(of: found.target) else {
            throw WorkbookFault(.missingPart(found.target), sheet: sheet.name)
        }
        let progress = SheetProgress()
        let form = SheetForm(sheetName: sheet.name, countsFrom1904: countsFrom1904, formats: formats)
        let parser = SheetParser(sheet: sheet.name, styles: formats.count, texts: texts)
        let feed: SheetFeed
        do throws(WorkbookFault) {
            feed = try SheetFeed(bytes, part: found.target, parser, progress)
        } catch {
            throw error.naming(sheet: sheet.name)
        }
        return OpenSheet(form: form, rows: SheetSource(feed: feed), progress: progress)
    }

    /// Returns whether a zip that cannot be listed begins as Office documents do.
    private static func looksLikeOffice(_ beginning: ArraySlice<UInt8>) -> Bool {
        // The first file's name follows a header of 30 bytes.
        let name = beginning.dropFirst(30)
        return ["[Content_Types].xml", "_rels/", "docProps/", "xl/"].contains { name.starts(with: $0.utf8) }
    }
}

/// A sheet whose rows are about to be read.
package struct OpenSheet: Sendable {
    package let form: SheetForm
    /// The rows, each as a `SheetRecord`.
    package let rows: any ByteSource
    package let progress: SheetProgress
}

/// A file of Office before 2007, or the wrapper of an encrypted newer one: a compound file with a directory of streams.
private enum OldDocument {
    static func reason(descriptor: Int32, header: ArraySlice<UInt8>) -> WorkbookFault.Reason {
        // The exponent of the sector size, and the first sector of the directory; sector 0 follows the header.
        let bytes = Array(header)
        guard bytes.count >= 512, (9...12).contains(bytes[30]) else { return .oldDocument }
        let sector = (0..<4).reduce(0) { $0 | Int(bytes[48 + $1]) << (8 * $1) }
        let size = 1 << Int(bytes[30])
        let folder = PositionedBytes.read(descriptor, at: (sector + 1) * size, count: size)
        func holds(_ name: String) -> Bool {
            let units = name.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            return folder.indices.contains { folder[$0...].starts(with: units) }
        }
        if holds("EncryptedPackage") || holds("EncryptionInfo") { return .encrypted }
        return holds("Workbook") || holds("Book") ? .oldWorkbook : .oldDocument
    }
}
