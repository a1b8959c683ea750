import Foundation
import Spreadsheets
import TestSupport
import Testing

/// Sheets at their limits, written and read back.
struct SheetTests {
    private func write(
        limits: SheetLimits = SheetLimits(), _ body: (Sheet) throws -> Void
    ) throws -> (reader: SheetReader, rows: [[String]]) {
        let space = try Workspace()
        let folder = space.path
        let path = "\(folder)/a.xlsx"
        let workbook = try Workbook(path: path, temporaryFolder: folder, title: "t", limits: limits)
        let sheet = try workbook.addSheet("S", columns: [.init("a", width: 10), .init("b", width: 10)])
        try body(sheet)
        let expected = try workbook.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.xlsx"])

        let unzip = Process()
        unzip.executableURL = URL(filePath: "/usr/bin/unzip")
        unzip.arguments = ["-p", path, "xl/worksheets/sheet1.xml"]
        let pipe = Pipe()
        unzip.standardOutput = pipe
        try unzip.run()
        let bytes = Array(try pipe.fileHandleForReading.readToEnd() ?? Data())
        unzip.waitUntilExit()
        var whole: [[String]] = []
        for chunk in [1, 7, bytes.count] {
            var reader = SheetReader()
            var rows: [[String]] = []
            var index = 0
            while index < bytes.count {
                let end = min(bytes.count, index + chunk)
                reader.read(bytes.span.extracting(index..<end)) { row in
                    rows.append(
                        (0..<2).map { column in
                            var text = ""
                            row.withText(column) { span in
                                text = String(decoding: (0..<span.count).map { span[$0] }, as: UTF8.self)
                            }
                            return row.number(column).map { String($0) } ?? text
                        })
                }
                index = end
            }
            #expect([reader.tally] == expected)
            #expect(whole.isEmpty || rows == whole)
            whole = rows
            if chunk == bytes.count { return (reader, rows) }
        }
        return (SheetReader(), whole)
    }

    @Test("Rows beyond the limit are left out and counted, and the last row says so")
    func rowLimit() throws {
        let (_, rows) = try write(limits: SheetLimits(rows: 3)) { sheet in
            for number in 1...5 where sheet.beginRow() {
                try sheet.add(number)
                try sheet.add("x")
                sheet.endRow()
            }
            #expect(sheet.rowsOffered == 5 && sheet.rowsWritten == 3)
            try sheet.finish(note: "3 of 5 rows")
        }
        #expect(rows == [["a", "b"], ["1", "x"], ["2", "x"], ["3", "x"], ["3 of 5 rows", ""]])
    }

    @Test("So are rows beyond the size that a container may have")
    func byteLimit() throws {
        let (_, rows) = try write(limits: SheetLimits(bytes: 10_000)) { sheet in
            for _ in 1...100 where sheet.beginRow() {
                try sheet.add(String(repeating: "&", count: 500))
                sheet.endRow()
            }
            try sheet.finish(note: nil)
        }
        #expect(rows.count == 1 + 4)
    }

    @Test("Numbers of more digits than a spreadsheet keeps are texts")
    func largeNumbers() throws {
        let numbers = [0, -1, 999_999_999_999_999, 1_000_000_000_000_000, -1_000_000_000_000_000, .max, .min]
        let (_, rows) = try write { sheet in
            for number in numbers where sheet.beginRow() {
                try sheet.add(number)
                sheet.endRow()
            }
            try sheet.finish(note: nil)
        }
        #expect(rows.dropFirst().map { $0[0] } == numbers.map { String($0) })
    }

    @Test("Times that spreadsheets have no number for are refused")
    func times() throws {
        _ = try write { sheet in
            #expect(sheet.beginRow())
            for (seconds, isTime) in [
                (-2_203_891_201, false), (-2_203_891_200, true), (0, true), (253_402_300_799, true),
                (253_402_300_800, false),
            ] {
                #expect(try sheet.add(secondsSince1970: seconds) == isTime)
            }
            sheet.endRow()
            try sheet.finish(note: nil)
        }
    }

    @Test("A text that is copied from another sheet is the same there")
    func copies() throws {
        let texts = ["_x0041_ & <\u{1}>", "\"é\"\r\n\t", "&amp;&lt;", "😀 \u{FFFF}"]
        let (_, first) = try write { sheet in
            for text in texts where sheet.beginRow() {
                try sheet.add(text)
                sheet.endRow()
            }
            try sheet.finish(note: nil)
        }
        let (_, second) = try write { sheet in
            for row in first.dropFirst() where sheet.beginRow() {
                let bytes = Array(row[0].utf8)
                try sheet.add(encoded: bytes.span)
                sheet.endRow()
            }
            try sheet.finish(note: nil)
        }
        #expect(first == second)
        #expect(first[1][0] == "_x005F_x0041_ & <_x0001_>")
    }

    @Test("Anything that cannot be written is an error")
    func failures() throws {
        let folder = FileManager.default.temporaryDirectory.path
        let workbook = try Workbook(path: "/nonexistent/a.xlsx", temporaryFolder: folder, title: "t")
        _ = try workbook.addSheet("S", columns: [.init("a", width: 10)])
        #expect(throws: SpreadsheetFailure.self) { try workbook.close() }
    }
}
