import ImportAnalysis
import ImportDumps
import ImportFoundation
import Spreadsheets

/// The sheet with failed and unclassified rows: of one job, or of all jobs of an overview.
struct FailuresSheet {
    static let name = "Failures"

    private static let rowColumns: [Sheet.Column] = [
        .init("row", width: 12), .init("outcome", width: 13), .init("record_id", width: 38),
        .init("error_code", width: 28), .init("error_message", width: 80), .init("error_details", width: 60),
    ]

    private let sheet: Sheet
    private let codes: CodeBook?
    private let hasLines: Bool

    /// - Parameters:
    ///   - codes: what the user knows about codes, in columns at the end; nil for no such columns.
    ///   - hasLines: whether another column has the lines of the rows in the source.
    ///   - naming: whether each row names its job and the folder of its report.
    init(in workbook: Workbook, codes: CodeBook?, hasLines: Bool, naming: Bool = false) throws {
        self.codes = codes
        self.hasLines = hasLines
        let names: [Sheet.Column] = naming ? [.init("job_id", width: 38), .init("report", width: 46)] : []
        sheet = try workbook.addSheet(
            Self.name,
            columns: names + Self.rowColumns + (codes == nil ? [] : CodeStanding.knownColumns)
                + (hasLines ? [.init("source_line", width: 14)] : []))
    }

    /// Whether no row has been offered yet.
    var isEmpty: Bool { sheet.rowsOffered == 0 }

    /// Appends the rows of a run that failed or are unclassified.
    ///
    /// - Parameter places: finds the lines of the rows in the source.
    func append(_ run: RowRun, text: Span<UInt8>, _ places: (any RowPlaces)?) throws {
        let outcome = Outcome(run.facts)
        guard outcome == .failed || outcome == .unclassified else { return }
        func add(_ range: TextRange?) throws {
            guard let range else { return sheet.skip() }
            try sheet.add(text.extracting(range.offset..<range.offset + range.count))
        }
        let entry = outcome == .failed ? codes.flatMap { Self.entry(of: run.code, text, $0) } : nil
        for index in 0..<run.count {
            guard sheet.beginRow() else { continue }
            try sheet.add(run.firstRow + index)
            try sheet.add(outcome.rawValue)
            try add(run.id?.advanced(by: index * run.idStride))
            try add(run.code)
            try add(run.message)
            try add(run.details)
            if codes != nil {
                try sheet.add(entry?.owner)
                try sheet.add(entry?.action?.rawValue)
            }
            if hasLines { try sheet.add(places?.line(of: run.firstRow + index)) }
            sheet.endRow()
        }
    }

    private static func entry(of code: TextRange?, _ text: Span<UInt8>, _ codes: CodeBook) -> CodeBook.Entry? {
        let bytes = code.map { [UInt8](span: text.extracting($0.offset..<$0.offset + $0.count)) } ?? []
        // An empty code counts as no code.
        return codes.standing(of: bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)).entry
    }

    /// Appends a row of a job's own workbook.
    func append(_ row: SheetReader.Row, jobID: String?, report: String?) throws {
        try appendCopy(of: row) {
            try sheet.add(jobID)
            try sheet.add(report)
        }
    }

    /// Appends a row of an earlier workbook of the job.
    func append(_ row: SheetReader.Row) throws {
        try appendCopy(of: row) {}
    }

    private func appendCopy(of row: SheetReader.Row, names: () throws -> Void) throws {
        // The header and the note about rows that were left out have no row number.
        guard let number = row.number(0), sheet.beginRow() else { return }
        try names()
        try sheet.add(number)
        let texts = codes == nil ? 5 : 7
        for column in 1...texts { try row.withText(column) { try sheet.add(encoded: $0) } }
        if hasLines { try sheet.add(row.number(texts + 1)) }
        sheet.endRow()
    }

    /// Completes the sheet.
    ///
    /// - Parameter rows: the number of all rows, including those that an earlier workbook had left out.
    /// - Returns: the note about rows that were left out; nil if all rows are here.
    func finish(rows: Int, files: [ReportFile]) throws -> String? {
        let note: String? = .leftOut(of: sheet, rows: rows, "failed and unclassified rows", in: .failures, of: files)
        try sheet.finish(note: note)
        return note
    }
}
