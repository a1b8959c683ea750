import ImportAnalysis
import ImportDumps
import Spreadsheets

/// The sheet with failed rows by code: of one job, or of each job of an overview.
struct CodesSheet {
    private let sheet: Sheet
    private let codes: CodeBook?
    private let isNaming: Bool

    /// - Parameters:
    ///   - codes: what the user knows about codes, in a separate column.
    ///   - naming: whether each row names its job and the folder of its report.
    init(_ name: String = "Codes", in workbook: Workbook, codes: CodeBook?, naming: Bool = false) throws {
        self.codes = codes
        isNaming = naming
        let names: [Sheet.Column] = naming ? [.init("job_id", width: 38), .init("report", width: 46)] : []
        sheet = try workbook.addSheet(
            name,
            columns: names + [
                .init("error_code", width: 32), .init("rows", width: 12), .init("share_of_rows", width: 14),
                .init("first_row", width: 12), .init("last_row", width: 12), .init("message_patterns", width: 17),
                .init("top_message_pattern", width: 70), .init("rows_at_least", width: 14),
            ] + CodeStanding.columns(codes))
    }

    func append(_ job: JobSummary, report: String? = nil) throws {
        for code in job.failedByCode {
            guard sheet.beginRow() else { continue }
            if isNaming {
                try sheet.add(job.job.jobID)
                try sheet.add(report)
            }
            try sheet.add(code.code)
            try sheet.add(code.rows)
            try sheet.add(shareInMillionths: code.share.millionths)
            try sheet.add(code.firstRow)
            try sheet.add(code.lastRow)
            // Beyond a limit, patterns are not counted. The cell is then empty, because a number would be a guess.
            try sheet.add(code.messageCount)
            try sheet.add(code.messages.first?.pattern)
            try sheet.add(atLeast: code.isAtLeast)
            try sheet.add(codes?.standing(of: code.code, isOther: code.isOther))
            sheet.endRow()
        }
    }

    func finish(files: [ReportFile]) throws {
        try sheet.finish(note: .leftOut(of: sheet, "codes", in: .codes, of: files))
    }
}

/// The sheet with the messages of each code, grouped by pattern.
struct PatternsSheet {
    private let sheet: Sheet

    init(in workbook: Workbook) throws {
        sheet = try workbook.addSheet(
            "Patterns",
            columns: [
                .init("error_code", width: 32), .init("pattern", width: 70), .init("rows", width: 12),
                .init("share_of_code", width: 14), .init("first_row", width: 12), .init("last_row", width: 12),
                .init("example", width: 70), .init("example_row", width: 13), .init("rows_at_least", width: 14),
            ])
    }

    func append(_ job: JobSummary) throws {
        for code in job.failedByCode {
            for message in code.messages {
                guard sheet.beginRow() else { continue }
                try sheet.add(code.code)
                try sheet.add(message.pattern)
                try sheet.add(message.rows)
                try sheet.add(shareInMillionths: message.share.millionths)
                try sheet.add(message.firstRow)
                try sheet.add(message.lastRow)
                try sheet.add(message.example)
                try sheet.add(message.exampleRow)
                try sheet.add(atLeast: message.isAtLeast)
                sheet.endRow()
            }
            try appendOthers(of: code)
        }
    }

    /// Appends a row for the rows of a code that match none of the listed patterns.
    private func appendOthers(of code: CodeSummary) throws {
        let rows = code.rows - code.messages.reduce(0) { $0.clampedAdding($1.rows) }
        guard rows > 0, sheet.beginRow() else { return }
        try sheet.add(code.code)
        try sheet.add("(other patterns)", .strong)
        try sheet.add(rows)
        try sheet.add(shareInMillionths: Share(of: rows, in: code.rows).millionths)
        sheet.endRow()
    }

    func finish(files: [ReportFile]) throws {
        try sheet.finish(note: .leftOut(of: sheet, "patterns", in: .summary, of: files))
    }
}

/// The sheet with failed rows by code over all jobs.
struct CodeTotalsSheet {
    private let sheet: Sheet
    private let codes: CodeBook?

    init(in workbook: Workbook, codes: CodeBook?) throws {
        self.codes = codes
        sheet = try workbook.addSheet(
            "Codes",
            columns: [
                .init("error_code", width: 32), .init("rows", width: 12), .init("share_of_rows", width: 14),
                .init("jobs", width: 10), .init("rows_at_least", width: 14),
            ] + CodeStanding.columns(codes))
    }

    func finish(_ totals: Totals, files: [ReportFile]) throws {
        for code in totals.failedByCode where sheet.beginRow() {
            try sheet.add(code.code)
            try sheet.add(code.rows)
            try sheet.add(shareInMillionths: code.share.millionths)
            try sheet.add(code.jobs)
            try sheet.add(atLeast: code.isAtLeast)
            try sheet.add(codes?.standing(of: code.code, isOther: code.isOther))
            sheet.endRow()
        }
        try sheet.finish(note: .leftOut(of: sheet, "codes", in: .allSummaries, of: files))
    }
}

extension Sheet {
    /// Adds what the user knows about a code, in its columns; nothing without a codes file.
    fileprivate func add(_ standing: CodeStanding?) throws {
        guard let standing else { return }
        try add(standing.cell)
        try add(standing.entry?.owner)
        try add(standing.entry?.action?.rawValue)
    }

    /// Adds `true` if there may be more rows, as in CSV files; otherwise an empty cell.
    fileprivate func add(atLeast isAtLeast: Bool) throws { try add(isAtLeast ? "true" : String?.none) }
}

extension String? {
    /// Returns a note for the end of a sheet that had no room for all rows; nil if it had.
    ///
    /// - Parameters:
    ///   - rows: how many there are; nil if all were offered to the sheet.
    ///   - file: the file that has all of them, if it is among `files`.
    static func leftOut(
        of sheet: Sheet, rows: Int? = nil, _ things: String, in file: ReportFile, of files: [ReportFile]
    ) -> String? {
        let rows = rows ?? sheet.rowsOffered
        guard sheet.rowsWritten < rows else { return nil }
        return Wording.leftOut(
            shown: sheet.rowsWritten, of: rows, things, file: files.first { $0.name == file.name }?.name,
            format: file.name.hasSuffix(".json") ? "json" : "csv")
    }
}

extension CodeStanding {
    /// Returns the columns of the codes file, for the end of a sheet.
    fileprivate static func columns(_ codes: CodeBook?) -> [Sheet.Column] {
        codes == nil ? [] : [.init("known", width: 50)] + knownColumns
    }

    /// The columns for the owner and the action of a code, as in CSV files.
    static let knownColumns: [Sheet.Column] = [.init("owner", width: 24), .init("action", width: 18)]

    /// What the user knows about a code, in one cell.
    fileprivate var cell: String {
        let parts = [entry?.title, entry?.action?.rawValue, entry?.owner].compactMap { $0 }
        return parts.isEmpty ? label : "\(label): \(parts.joined(separator: "; "))"
    }
}
