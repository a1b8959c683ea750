/// A workbook with one sheet, made of cells copied from another: numbers digit by digit, with their formats.
///
/// Its parts are written here and not by libxlsxwriter, which keeps 16 digits of a number where 17 may matter, and has
/// no cells for errors. Rows are appended to ``bytes`` as they are added; the caller puts the parts into a zip.
package struct RowSheet {
    /// The type of a cell in the file format.
    package enum Kind: Sendable {
        case number, boolean, error, date
        /// A text that is already encoded, with `_x0007_` for a character that XML does not have.
        case encodedText
    }

    /// The limits of a sheet, and of a zip without Zip64.
    package static let mostRows = 1_048_576
    package static let mostColumns = 16_384
    package static let mostBytes = 4_000_000_000

    private let name: String
    private let countsFrom1904: Bool
    private let title: String
    /// The index of each format's style.
    private var styles: [Format: Int] = [.builtIn(0): 0]
    private var formats: [Format] = [.builtIn(0)]
    private var text = CellText()

    private enum Format: Hashable {
        case builtIn(Int)
        case custom(String)
    }

    /// The bytes of the sheet's part that were not taken yet.
    package var bytes: [UInt8] = []
    /// The number of rows begun.
    package private(set) var rows = 0

    /// - Parameters:
    ///   - name: the sheet's name; one that the format does not allow is replaced.
    ///   - countsFrom1904: whether dates are numbers that count from 1904 rather than 1900.
    ///   - title: the document's title.
    package init(name: String, countsFrom1904: Bool, title: String) {
        self.name = Self.isName(name) ? name : "Sheet1"
        self.countsFrom1904 = countsFrom1904
        self.title = title
        bytes.append(contentsOf: Self.declaration.utf8)
        bytes.append(contentsOf: "<worksheet xmlns=\"\(Self.main)\"><sheetData>".utf8)
    }

    // MARK: - Styles

    /// Returns the style of numbers with a format that programs know by its number.
    package mutating func style(builtIn number: Int) -> Int { style(.builtIn(number)) }

    /// Returns the style of numbers with a custom format code.
    package mutating func style(custom code: String) -> Int { style(.custom(code)) }

    private mutating func style(_ format: Format) -> Int {
        if let known = styles[format] { return known }
        styles[format] = formats.count
        formats.append(format)
        return formats.count - 1
    }

    // MARK: - Rows

    package mutating func beginRow() {
        rows += 1
        bytes.append(contentsOf: "<row r=\"".utf8)
        Self.append(rows, to: &bytes)
        bytes.append(contentsOf: "\">".utf8)
    }

    package mutating func endRow() {
        bytes.append(contentsOf: "</row>".utf8)
    }

    /// - Parameter column: from 0 on.
    package mutating func add(_ kind: Kind, _ value: Span<UInt8>, column: Int, style: Int = 0) {
        bytes.append(contentsOf: "<c r=\"".utf8)
        Self.append(column: column, to: &bytes)
        Self.append(rows, to: &bytes)
        if style > 0 {
            bytes.append(contentsOf: "\" s=\"".utf8)
            Self.append(style, to: &bytes)
        }
        switch kind {
        case .number: bytes.append(contentsOf: "\"><v>".utf8)
        case .boolean: bytes.append(contentsOf: "\" t=\"b\"><v>".utf8)
        case .error: bytes.append(contentsOf: "\" t=\"e\"><v>".utf8)
        case .date: bytes.append(contentsOf: "\" t=\"d\"><v>".utf8)
        case .encodedText:
            bytes.append(contentsOf: "\" t=\"inlineStr\"><is><t".utf8)
            // Otherwise, programs drop white space at the ends of a text.
            if !value.isEmpty, value[0] <= 0x20 || value[value.count - 1] <= 0x20 {
                bytes.append(contentsOf: " xml:space=\"preserve\"".utf8)
            }
            bytes.append(UInt8(ascii: ">"))
        }
        Self.append(escaping: value, to: &bytes)
        bytes.append(contentsOf: (kind == .encodedText ? "</t></is></c>" : "</v></c>").utf8)
    }

    /// Adds a text of any bytes, which is encoded, and cut if it is too long for a cell.
    package mutating func add(text value: Span<UInt8>, column: Int) {
        text.encode(value)
        // Without the zero at its end.
        let encoded = text.bytes
        add(.encodedText, encoded.span.extracting(0..<text.count), column: column)
    }

    package mutating func add(number: Int, column: Int) {
        let digits = Array(String(number).utf8)
        add(.number, digits.span, column: column)
    }

    /// Ends the sheet's part.
    package mutating func endRows() {
        bytes.append(contentsOf: "</sheetData></worksheet>".utf8)
    }

    // MARK: - Parts

    /// The name of the sheet's part.
    package static let sheetPart = "xl/worksheets/sheet1.xml"

    /// The parts before the sheet's.
    package var partsBefore: [(name: String, bytes: [UInt8])] {
        let documents = "http://schemas.openxmlformats.org/officeDocument/2006"
        let package = "http://schemas.openxmlformats.org/package/2006"
        let office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        let parts = [
            (
                "[Content_Types].xml",
                "<Types xmlns=\"\(package)/content-types\">"
                    + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                    + "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                    + "<Override PartName=\"/docProps/core.xml\" "
                    + "ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
                    + "<Override PartName=\"/xl/workbook.xml\" ContentType=\"\(office).sheet.main+xml\"/>"
                    + "<Override PartName=\"/xl/styles.xml\" ContentType=\"\(office).styles+xml\"/>"
                    + "<Override PartName=\"/\(Self.sheetPart)\" ContentType=\"\(office).worksheet+xml\"/></Types>"
            ),
            (
                "docProps/core.xml",
                "<cp:coreProperties xmlns:cp=\"\(package)/metadata/core-properties\" "
                    + "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" "
                    + "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>\(title)</dc:title>"
                    + "<dc:creator>import-audit</dc:creator>"
                    // The fixed date of the zip's entries, not the current time.
                    + "<dcterms:created xsi:type=\"dcterms:W3CDTF\">1980-01-01T00:00:00Z</dcterms:created>"
                    + "<dcterms:modified xsi:type=\"dcterms:W3CDTF\">1980-01-01T00:00:00Z</dcterms:modified>"
                    + "</cp:coreProperties>"
            ),
            (
                "_rels/.rels",
                "<Relationships xmlns=\"\(package)/relationships\">"
                    + "<Relationship Id=\"rId1\" Type=\"\(documents)/relationships/officeDocument\" "
                    + "Target=\"xl/workbook.xml\"/>"
                    + "<Relationship Id=\"rId2\" Type=\"\(package)/relationships/metadata/core-properties\" "
                    + "Target=\"docProps/core.xml\"/></Relationships>"
            ),
            (
                "xl/workbook.xml",
                "<workbook xmlns=\"\(Self.main)\" xmlns:r=\"\(documents)/relationships\">"
                    + "<workbookPr\(countsFrom1904 ? " date1904=\"1\"" : "")/>"
                    + "<sheets><sheet name=\"\(Self.escaped(name))\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
            (
                "xl/_rels/workbook.xml.rels",
                "<Relationships xmlns=\"\(package)/relationships\">"
                    + "<Relationship Id=\"rId1\" Type=\"\(documents)/relationships/worksheet\" "
                    + "Target=\"worksheets/sheet1.xml\"/>"
                    + "<Relationship Id=\"rId2\" Type=\"\(documents)/relationships/styles\" Target=\"styles.xml\"/>"
                    + "</Relationships>"
            ),
        ]
        return parts.map { ($0.0, Array((Self.declaration + $0.1).utf8)) }
    }

    /// The part after the sheet's, complete once all formats are known.
    package var stylesPart: (name: String, bytes: [UInt8]) {
        var numbers = ""
        var cells = ""
        // Smaller numbers are for formats that programs know.
        var next = 164
        for format in formats {
            switch format {
            case .builtIn(let number): cells += "<xf numFmtId=\"\(number)\" \(Self.plain) applyNumberFormat=\"1\"/>"
            case .custom(let code):
                numbers += "<numFmt numFmtId=\"\(next)\" formatCode=\"\(Self.escaped(code))\"/>"
                cells += "<xf numFmtId=\"\(next)\" \(Self.plain) applyNumberFormat=\"1\"/>"
                next += 1
            }
        }
        let text =
            Self.declaration + "<styleSheet xmlns=\"\(Self.main)\">"
            + (next > 164 ? "<numFmts count=\"\(next - 164)\">\(numbers)</numFmts>" : "")
            + "<fonts count=\"1\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
            + "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
            + "<fill><patternFill patternType=\"gray125\"/></fill></fills>"
            + "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
            + "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
            + "<cellXfs count=\"\(formats.count)\">\(cells)</cellXfs>"
            + "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>"
        return ("xl/styles.xml", Array(text.utf8))
    }

    private static let plain = "fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\""
    private static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    private static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

    // MARK: - Text

    /// Returns whether the format allows `name` as the name of a sheet.
    private static func isName(_ name: String) -> Bool {
        (1...31).contains(name.utf16.count) && name.utf8.allSatisfy { $0 >= 0x20 && !"[]:*?/\\".utf8.contains($0) }
            && name.utf8.first != UInt8(ascii: "'") && name.utf8.last != UInt8(ascii: "'")
    }

    private static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        let utf8 = Array(text.utf8)
        append(escaping: utf8.span, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Escapes bytes for text and for quoted values; line breaks and tabs survive in both.
    private static func append(escaping text: Span<UInt8>, to bytes: inout [UInt8]) {
        for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
            case 0x0D: bytes.append(contentsOf: "&#13;".utf8)
            case 0x09: bytes.append(contentsOf: "&#9;".utf8)
            case 0x0A: bytes.append(contentsOf: "&#10;".utf8)
            default: bytes.append(text[index])
            }
        }
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = number
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    /// Returns the letters of a column, counted from 0: `A`, `XFD`.
    package static func name(ofColumn column: Int) -> String {
        var letters: [UInt8] = []
        append(column: column, to: &letters)
        return String(decoding: letters, as: UTF8.self)
    }

    private static func append(column: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = column + 1
        while rest > 0 {
            bytes.append(UInt8(ascii: "A") + UInt8((rest - 1) % 26))
            rest = (rest - 1) / 26
        }
        bytes[start...].reverse()
    }
}
