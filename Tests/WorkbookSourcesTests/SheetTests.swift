import Foundation
import ImportFoundation
import ImportInputs
import ImportSources
import TestSupport
import Testing
import WorkbookSources

/// Sheets whose XML these tests write. `Tests/Oracle/sheets.py` compares the command with other readers.
struct SheetTests {
    private static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    private static let documents = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    private static let package = "http://schemas.openxmlformats.org/package/2006/relationships"

    /// Returns the parts of a workbook with one sheet of these rows.
    private static func parts(rows: String, texts: String = "") -> [(name: String, content: String)] {
        let relationships = [("1", "worksheet", "s.xml"), ("2", "sharedStrings", "t.xml")].map { id, type, target in
            #"<Relationship Id="r\#(id)" Type="\#(documents)/\#(type)" Target="\#(target)"/>"#
        }
        return [
            ("[Content_Types].xml", "<Types/>"),
            (
                "_rels/.rels",
                #"<Relationships xmlns="\#(package)"><Relationship Id="r" Type="\#(documents)/officeDocument" "#
                    + #"Target="xl/w.xml"/></Relationships>"#
            ),
            (
                "xl/w.xml",
                #"<workbook xmlns="\#(main)" xmlns:r="\#(documents)"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>"#
            ),
            ("xl/_rels/w.xml.rels", #"<Relationships xmlns="\#(package)">\#(relationships.joined())</Relationships>"#),
            ("xl/s.xml", #"<worksheet xmlns="\#(main)"><sheetData>\#(rows)</sheetData></worksheet>"#),
            ("xl/t.xml", #"<sst xmlns="\#(main)">\#(texts)</sst>"#),
        ]
    }

    /// Writes a workbook, opens it and passes its reader to a closure.
    private func reading(
        _ parts: [(name: String, content: String)], _ options: SourceOptions = SourceOptions(),
        _ body: (SourceReader) throws -> Void
    ) throws {
        let folder = try Workspace()
        let url = URL(filePath: folder["book.xlsx"])
        try Data().write(to: url)
        let file = try FileHandle(forWritingTo: url)
        let zip = try ZipWriter(allowsZip64: false) { bytes in
            try file.write(contentsOf: bytes.withUnsafeBufferPointer { Data($0) })
        }
        for part in parts {
            let bytes = Array(part.content.utf8)
            try zip.beginFile(part.name, byteCount: bytes.count % 2 == 0 ? bytes.count : nil)
            try zip.write(bytes.span)
        }
        try zip.finish()
        let book = try FileHandle(forReadingFrom: url)
        let beginning = try #require(try book.read(upToCount: 512))
        try book.seek(toOffset: 0)
        let workbook = try #require(
            try SourceWorkbook(descriptor: book.fileDescriptor, beginning: Array(beginning)[...]))
        let sheet = try workbook.open(sheet: nil)
        try body(try SourceReader(rows: sheet.rows, of: sheet.form, sheet.progress, options))
    }

    /// Returns the texts of all rows, each after its row number in the sheet.
    private func rows(_ source: SourceReader) throws -> [[String]] {
        var rows: [[String]] = []
        while try source.next() {
            rows.append(["\(source.line)"] + source.withWholeRecord { SheetRecord.texts(of: $0) })
        }
        return rows
    }

    @Test(
        "Rows are the same whatever the window, and whether a thread reads ahead", .seeded, arguments: Seeds.and(new: 3)
    )
    func windows(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let texts = ["\"", "a\nb", "\"\"x", "é", "", String(repeating: "long ", count: 300), "\t", "="]
        var wanted: [[String]] = []
        var xml = #"<row><c t="inlineStr"><is><t>head</t></is></c></row>"#
        var number = 1
        for _ in 0..<400 {
            number += Int.random(in: 1...2, using: &random)
            var cells = ["\(number)", "k"]
            xml += "<row r=\"\(number)\"><c t=\"str\"><v>k</v></c>"
            for column in 0..<Int.random(in: 0...5, using: &random) {
                let text = texts.randomElement(using: &random) ?? ""
                cells.append(text)
                let index = texts.firstIndex(of: text) ?? 0
                xml +=
                    column % 2 == 0
                    ? "<c t=\"s\"><v>\(index)</v></c>"
                    : "<c t=\"inlineStr\"><is><t>\(text.replacing("\"", with: "&quot;"))</t></is></c>"
            }
            xml += "</row>"
            wanted.append(cells)
        }
        let shared = texts.map { "<si><t>\($0)</t></si>" }.joined()
        for window in [1, 100, 4096, 256 * 1024] {
            for ahead in [false, true] {
                let options = SourceOptions(windowBytes: window, readsAhead: ahead)
                try reading(Self.parts(rows: xml, texts: shared), options) { source in
                    #expect(source.form.columnNames == ["head"])
                    let found = try rows(source)
                    #expect(found == wanted)
                    // The blank rows between the header and the last row.
                    #expect(source.blankLines == number - 1 - wanted.count)
                }
            }
        }
    }

    @Test("Runs are joined, and phonetic guides are left out")
    func runs() throws {
        let texts =
            "<si><r><rPr><b/></rPr><t>te</t></r><r><t>xt</t></r><rPh sb=\"0\" eb=\"1\"><t>no</t></rPh><phoneticPr/></si>"
        let rows =
            "<row><c t=\"s\"><v>0</v></c><c t=\"inlineStr\"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>no</t></rPh>"
            + "</is></c></row>"
        try reading(Self.parts(rows: rows, texts: texts), SourceOptions(hasHeader: false)) { source in
            let found = try self.rows(source)
            #expect(found == [["1", "text", "ab"]])
        }
    }

    @Test("An error after rows that were read is reported at the end, with its cell")
    func faultAtTheEnd() throws {
        let good = (1...5000).map { "<row r=\"\($0)\"><c><v>\($0)</v></c></row>" }.joined()
        let rows = good + "<row r=\"6000\"><c r=\"C6000\" t=\"s\"><v>7</v></c></row>"
        try reading(Self.parts(rows: rows), SourceOptions(windowBytes: 4096)) { source in
            let wanted = WorkbookFault(
                .structure("it refers to a text that does not exist"), sheet: "S", cell: "C6000")
            #expect(throws: SourceFault(.workbook(wanted))) { try source.skip(.max) }
        }
    }

    @Test("The unpacked size of all parts of a workbook together is bounded")
    func expansion() throws {
        let folder = try Workspace()
        let url = URL(filePath: folder["book.zip"])
        try Data().write(to: url)
        let file = try FileHandle(forWritingTo: url)
        let zip = try ZipWriter { bytes in try file.write(contentsOf: bytes.withUnsafeBufferPointer { Data($0) }) }
        for name in ["a", "b"] {
            let bytes = [UInt8](repeating: 0x20, count: 60_000)
            try zip.beginFile(name, byteCount: bytes.count)
            try zip.write(bytes.span)
        }
        try zip.finish()
        let limits = InputLimits(expandedBytes: 100_000, expansionRatio: 1)
        let packed = try FileHandle(forReadingFrom: url)
        let parts = try ZipParts(descriptor: packed.fileDescriptor, limits: limits)
        #expect(parts.names == ["a", "b"])
        #expect(try Self.size(of: "A", in: parts) == 60_000)
        #expect(throws: ReadFailure(.expandsTooFar(limit: 100_000))) { try Self.size(of: "b", in: parts) }
        try packed.close()
    }

    @Test("Cells that repeat a long text end with a fault, before they fill memory or take minutes")
    func repeatedTexts() throws {
        let texts = "<si><t>\(String(repeating: "a", count: 200_000))</t></si>"
        let row = "<row>" + String(repeating: "<c t=\"s\"><v>0</v></c>", count: 50) + "</row>"
        func rows(_ count: Int) -> [(name: String, content: String)] {
            Self.parts(rows: String(repeating: row, count: count), texts: texts)
        }
        try reading(rows(2)) { source in
            let count = try source.skip(.max)
            #expect(count == 1)
        }
        try reading(rows(10)) { source in
            let fault = #expect(throws: SourceFault.self) { try source.skip(.max) }
            #expect("\(String(describing: fault))".contains("textsRepeated"), "\(String(describing: fault))")
        }
    }

    private static func size(of part: String, in parts: ZipParts) throws -> Int {
        var source = try #require(try parts.source(of: part))
        var chunk = [UInt8](repeating: 0, count: 10_000)
        var size = 0
        while true {
            let read = chunk.withUnsafeMutableBytes { buffer in
                Result { () throws(ReadFailure) in try source.read(into: buffer) }
            }
            let count = try read.get()
            if count == 0 { return size }
            size += count
        }
    }
}
