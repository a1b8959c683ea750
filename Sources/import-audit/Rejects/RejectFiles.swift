import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportReports
import ImportSources

/// The result of a record of the source: the contents of the new columns before it.
///
/// Texts are slices of spooled bytes, so that a row needs no memory of its own.
struct RejectRow {
    var sourceRow: Int
    var jobID: ArraySlice<UInt8>?
    /// The number of the row in `results`; nil for a record that belongs to no job.
    var row: Int?
    var outcome: String
    var code: ArraySlice<UInt8>?
    var message: ArraySlice<UInt8>?
    var recordID: ArraySlice<UInt8>?
    var action: ArraySlice<UInt8>?
}

/// The common properties of the files of a `rejects` run.
struct RejectLayout {
    /// Whether the new columns are omitted.
    var isPlain: Bool
    /// Whether the column `import_action` is wanted.
    var hasActions: Bool
    /// Whether cells stay unchanged, including those that a spreadsheet would run as formulas.
    var isRaw: Bool
    /// The number of records in one file; nil for no limit.
    var batch: Int?

    static let columns = [
        "import_source_row", "import_job_id", "import_row", "import_outcome", "import_error_code",
        "import_error_message",
    ]
    static let actionColumn = "import_action"
    static let recordColumn = "import_record_id"

    /// Returns how many columns at the front of a source an earlier run added. The new ones replace them.
    static func ownColumns(of source: SourceForm) -> Int {
        guard source.columnNames.starts(with: columns) else { return 0 }
        let others = source.columnNames.dropFirst(columns.count).prefix { $0 == actionColumn || $0 == recordColumn }
        return columns.count + others.count
    }

    /// Returns what the first of these columns has for the current record; nil without such columns, or if the cell is
    /// not a number any more.
    static func ownRow(of source: SourceReader) -> Int? {
        guard ownColumns(of: source.form) > 0 else { return nil }
        return source.withWholeRecord { record in
            switch source.form {
            case .csv(let csv): leadingNumber(of: record, csv.delimiter)
            case .sheet: SheetRecord.texts(of: record).first.flatMap { Int($0) }
            case .jsonLines, .jsonArray, .requestBody: nil
            }
        }
    }

    /// The number in the first cell of a record of CSV.
    private static func leadingNumber(of record: Span<UInt8>, _ delimiter: UInt8) -> Int? {
        var index = !record.isEmpty && record[0] == UInt8(ascii: "\"") ? 1 : 0
        let first = index
        var number = 0
        while index < record.count, 0x30...0x39 ~= record[index], index - first < 18 {
            number = number * 10 + Int(record[index] & 0x0F)
            index += 1
        }
        guard index > first, index < record.count else { return nil }
        return record[index] == (first == 1 ? UInt8(ascii: "\"") : delimiter) ? number : nil
    }
}

/// Writes records of a source into files of the same form: one file, or several in sequence if their size is limited.
final class RejectWriter {
    private static let flushBytes = 256 * 1024

    private let stem: String
    private let layout: RejectLayout
    private let hasIDs: Bool
    private let begin: (String) throws -> PartialFile
    private var file: PartialFile?
    /// The workbook that is written to the file, if it is one.
    private var workbook: RejectWorkbook?
    /// The form of the source, which is also that of the files.
    private let form: SourceForm
    private let ownColumns: Int
    /// Separates records of JSON, and follows a record of CSV that lacks a line end.
    private var separator: [UInt8]
    /// The options for the new cells of CSV; nil for other forms.
    private let cells: CSVOptions?
    private let encoding: SourceEncoding
    private let opening: [UInt8]
    /// The bytes after the last object of a body; nil if one file takes all rows, because the source then shows them at
    /// its end.
    private let closing: [UInt8]?
    private var bytes: [UInt8] = []
    private var isFirst = true
    /// The id and the cell of the current job, kept because the rows of a job are consecutive.
    private var job: (id: ArraySlice<UInt8>?, cell: [UInt8]) = (nil, [])
    /// Whether the last record lacks a line end.
    private var lacksLineEnd = false
    /// The number of records in the current file.
    private(set) var position = 0
    private(set) var files: [RetryPlan.File] = []

    /// - Parameters:
    ///   - stem: the name of the file without its extension.
    ///   - closing: the bytes after the last object of a body, if they are known before the end of the source.
    ///   - hasIDs: whether the column `import_record_id` is wanted.
    init(
        _ stem: String, like source: SourceReader, closing: [UInt8]?, _ layout: RejectLayout, hasIDs: Bool = false,
        begin: @escaping (String) throws -> PartialFile
    ) {
        self.stem = stem
        self.layout = layout
        self.hasIDs = hasIDs
        self.begin = begin
        form = source.form
        ownColumns = RejectLayout.ownColumns(of: source.form)
        encoding = source.encoding
        opening = source.opening
        self.closing = closing
        switch form {
        case .csv(let csv):
            separator = if let end = csv.lineEnd { Self.encoded(end.rawValue, source.encoding) } else { [] }
            cells = CSVOptions(isRaw: layout.isRaw, delimiter: csv.delimiter)
        case .jsonLines: (separator, cells) = (Self.encoded("\n", encoding), nil)
        case .jsonArray, .requestBody, .sheet: (separator, cells) = (Self.encoded(",\n", encoding), nil)
        }
    }

    /// The name of the file that the last record went into.
    private(set) var currentName: ArraySlice<UInt8> = []

    private func name(number: Int) -> String {
        let ending =
            switch form {
            case .csv: ".csv"
            case .sheet: ".xlsx"
            case .jsonLines, .jsonArray, .requestBody: ".json"
            }
        return layout.batch == nil ? stem + ending : "\(stem)-\(number.digits(4))\(ending)"
    }

    /// Appends the current record of the source.
    func append(_ row: RejectRow, _ source: SourceReader) throws {
        if file == nil || position == layout.batch { try beginFile(source) }
        try source.withWholeRecord { whole in
            if let workbook, case .sheet(let sheet) = source.form {
                return try workbook.append(layout.isPlain ? [] : newCells(of: row), whole, sheet)
            }
            let record = whole.extracting(start(of: whole)...)
            if let cells {
                if lacksLineEnd { appendLineEnd(source) }
                if !layout.isPlain { appendCells(of: row, cells) }
                let last = record.isEmpty ? 0 : record[record.count - 1]
                lacksLineEnd = last != UInt8(ascii: "\n") && last != UInt8(ascii: "\r")
            } else {
                if !isFirst { bytes.append(contentsOf: separator) }
            }
            encoding.encoded(record, into: &bytes)
        }
        isFirst = false
        position += 1
        if bytes.count >= Self.flushBytes { try flush() }
    }

    /// Ends the line before a record that another source may have. If the first source has no line end, the first one
    /// that has gives it.
    private func appendLineEnd(_ source: SourceReader) {
        if separator.isEmpty, case .csv(let csv) = source.form {
            separator = Self.encoded((csv.lineEnd ?? .feed).rawValue, encoding)
        }
        bytes.append(contentsOf: separator)
    }

    /// Completes the files. Without batches, a file is written even if it has no records.
    ///
    /// - Parameter source: at its end.
    func finish(_ source: SourceReader) throws {
        if file == nil, layout.batch == nil { try beginFile(source) }
        try endFile(closing ?? source.closing)
    }

    private func beginFile(_ source: SourceReader) throws {
        try endFile(closing ?? [])
        let name = name(number: files.count + 1)
        currentName = Array(name.utf8)[...]
        file = try begin(name)
        files.append(RetryPlan.File(name: name, rows: 0))
        (position, isFirst, lacksLineEnd) = (0, true, false)
        switch form {
        case .csv(let csv):
            if csv.hasByteOrderMark {
                bytes.append(contentsOf: encoding == .utf8 ? [0xEF, 0xBB, 0xBF] : Self.encoded("\u{FEFF}", encoding))
            }
            guard let header = csv.header else { return }
            if !layout.isPlain {
                var names: [UInt8] = []
                for column in columns {
                    names += Self.cell(Array(column.utf8)[...], CSVOptions(delimiter: csv.delimiter))
                    names.append(csv.delimiter)
                }
                bytes.append(contentsOf: Self.encoded(names, encoding))
            }
            encoding.encoded(header.span.extracting(start(of: header.span)...), into: &bytes)
            let last = header.last ?? 0
            lacksLineEnd = last != UInt8(ascii: "\n") && last != UInt8(ascii: "\r")
        case .sheet(let sheet):
            workbook = try file.map {
                try RejectWorkbook($0, like: sheet, columns: layout.isPlain ? [] : columns, replacing: ownColumns)
            }
        case .jsonLines, .jsonArray, .requestBody:
            // Without its mark, UTF-16 would not be recognized. In UTF-8, JSON needs none (RFC 8259).
            if case .utf16 = encoding { bytes.append(contentsOf: Self.encoded("\u{FEFF}", encoding)) }
            bytes.append(contentsOf: Self.encoded(opening, encoding))
        }
    }

    /// The names of the new columns.
    private var columns: [String] {
        RejectLayout.columns + (layout.hasActions ? [RejectLayout.actionColumn] : [])
            + (hasIDs ? [RejectLayout.recordColumn] : [])
    }

    /// Returns the index at which a record begins, after the cells that an earlier run added.
    private func start(of record: Span<UInt8>) -> Int {
        guard ownColumns > 0, case .csv(let csv) = form else { return 0 }
        var (left, isInside) = (ownColumns, false)
        for index in record.indices {
            if record[index] == UInt8(ascii: "\"") { isInside.toggle() }
            guard record[index] == csv.delimiter, !isInside else { continue }
            left -= 1
            if left == 0 { return index + 1 }
        }
        return 0
    }

    private func endFile(_ closing: [UInt8]) throws {
        guard let file else { return }
        files[files.count - 1].rows = position
        switch form {
        case .jsonLines where position > 0: bytes.append(contentsOf: Self.encoded("\n", encoding))
        case .jsonArray, .requestBody: bytes.append(contentsOf: Self.encoded(closing, encoding))
        case .sheet: try workbook?.finish()
        case .csv, .jsonLines: break
        }
        workbook = nil
        try flush()
        // Closed at once, because there may be many files.
        try file.closeWritten()
        self.file = nil
    }

    private func flush() throws {
        if let file { try file.write(gathered: &bytes) }
    }

    private static func encoded(_ text: String, _ encoding: SourceEncoding) -> [UInt8] {
        encoded(Array(encoding.bytes(of: Array(text.utf8)[...])), encoding)
    }

    /// - Parameter bytes: as the source shows them.
    private static func encoded(_ bytes: [UInt8], _ encoding: SourceEncoding) -> [UInt8] {
        var result: [UInt8] = []
        encoding.encoded(bytes.span, into: &result)
        return result
    }

    /// Appends the new columns of a row, each with its delimiter.
    private func appendCells(of row: RejectRow, _ options: CSVOptions) {
        guard case .utf16 = encoding else { return append(cellsOf: row, options, to: &bytes) }
        var cells: [UInt8] = []
        append(cellsOf: row, options, to: &cells)
        encoding.encoded(cells.span, into: &bytes)
    }

    private static func cell(_ text: ArraySlice<UInt8>?, _ options: CSVOptions) -> [UInt8] {
        var cell: [UInt8] = []
        cell.appendCell(text, options)
        return cell
    }

    /// Appends the cells in UTF-8, or in the single bytes of the source's encoding.
    private func append(cellsOf row: RejectRow, _ options: CSVOptions, to cells: inout [UInt8]) {
        func append(_ text: ArraySlice<UInt8>?, _ cells: inout [UInt8]) {
            if let text { cells.appendCell(encoding.bytes(of: text), options) }
            cells.append(options.delimiter)
        }
        cells.appendDigits(row.sourceRow)
        cells.append(options.delimiter)
        if row.jobID != job.id { job = (row.jobID, Self.cell(row.jobID.map { encoding.bytes(of: $0) }, options)) }
        cells.append(contentsOf: job.cell)
        cells.append(options.delimiter)
        if let number = row.row { cells.appendDigits(number) }
        cells.append(options.delimiter)
        if row.outcome.utf8.contains(options.delimiter) {
            cells.appendCell(Array(row.outcome.utf8)[...], options)
        } else {
            cells.append(contentsOf: row.outcome.utf8)
        }
        cells.append(options.delimiter)
        append(row.code, &cells)
        append(row.message, &cells)
        if layout.hasActions { append(row.action, &cells) }
        if hasIDs { append(row.recordID, &cells) }
    }

    /// The new cells of a row in a sheet.
    private func newCells(of row: RejectRow) -> [RejectWorkbook.NewCell] {
        [
            .number(row.sourceRow), .init(row.jobID), .init(row.row), .text(Array(row.outcome.utf8)[...]),
            .init(row.code), .init(row.message),
        ] + (layout.hasActions ? [.init(row.action)] : [])
            + (hasIDs ? [.init(row.recordID)] : [])
    }
}

/// Writes `reasons.csv`: a line for each record that was not imported, as far as the dump says.
final class ReasonsWriter {
    static let name = "reasons.csv"
    static let header = OwnOutput.headers[3] + "\r\n"

    private let file: PartialFile
    private let options: CSVOptions
    private var bytes: [UInt8]

    init(_ file: PartialFile, isRaw: Bool) {
        self.file = file
        options = CSVOptions(isRaw: isRaw)
        bytes = Array(Self.header.utf8)
    }

    /// - Parameters:
    ///   - name: the name of the file that holds the record at `position`, counted from 1.
    ///   - source: the file that was sent.
    func append(
        _ row: RejectRow, in name: ArraySlice<UInt8>, at position: Int, source: ArraySlice<UInt8>
    ) throws {
        func text(_ text: ArraySlice<UInt8>?) {
            bytes.appendCell(text, options)
            bytes.append(UInt8(ascii: ","))
        }
        func number(_ number: Int?) {
            if let number { bytes.appendDigits(number) }
            bytes.append(UInt8(ascii: ","))
        }
        text(name)
        number(position)
        text(source)
        number(row.sourceRow)
        text(row.jobID)
        number(row.row)
        bytes.append(contentsOf: row.outcome.utf8)
        bytes.append(UInt8(ascii: ","))
        text(row.recordID)
        text(row.code)
        text(row.message)
        if let action = row.action { bytes.append(contentsOf: action) }
        bytes.append(contentsOf: "\r\n".utf8)
        if bytes.count >= 256 * 1024 { try flush() }
    }

    func finish() throws { try flush() }

    private func flush() throws { try file.write(gathered: &bytes) }
}

extension PartialFile {
    /// Writes the collected bytes and empties their buffer, whose memory is kept.
    fileprivate func write(gathered bytes: inout [UInt8]) throws {
        try write(bytes.span)
        bytes.removeAll(keepingCapacity: true)
    }
}
