private import CXLSXWriter
private import Glibc

/// A workbook that libxlsxwriter writes. No other file uses libxlsxwriter.
///
/// Rows are written to an unnamed temporary file immediately, so memory does not grow with them. Only one thread at a
/// time may use it.
@safe
final class LibXLSXWriter {
    /// How a cell and its number look.
    enum Style: Int, CaseIterable {
        case plain, header, strong, wrapped, percent, time
    }

    /// Loaded on first use; nil if the library is not installed.
    private static let loaded: cxlsxwriter? = {
        var functions = cxlsxwriter()
        return unsafe cxlsxwriter_load(&functions) ? functions : nil
    }()

    /// Whether workbooks can be made on this machine.
    static var isAvailable: Bool { loaded != nil }

    /// The fixed date of every workbook, the same as in the entries of its zip, in seconds since 1970.
    private static let date = 315_532_800

    private var functions: cxlsxwriter
    /// Nil once it is closed.
    private var workbook: UnsafeMutablePointer<lxw_workbook>?
    private var sheets: [UnsafeMutablePointer<lxw_worksheet>] = unsafe []
    private var formats: [UnsafeMutablePointer<lxw_format>?] = unsafe []

    init(path: String, temporaryFolder: String, title: String) throws(SpreadsheetFailure) {
        guard let functions = Self.loaded else { throw SpreadsheetFailure(.libraryAbsent) }
        self.functions = functions
        // The library copies both texts.
        unsafe workbook = temporaryFolder.withCString { folder in
            var options = unsafe lxw_workbook_options()
            unsafe options.constant_memory = 1
            unsafe options.tmpdir = UnsafeMutablePointer(mutating: folder)
            return unsafe functions.workbook_new_opt(path, &options)
        }
        guard let workbook = unsafe workbook else { throw SpreadsheetFailure(.system(errorNumber: ENOMEM)) }
        for style in Style.allCases { unsafe formats.append(try makeFormat(style, in: workbook)) }
        try unsafe title.withMutableCString { (title) throws(SpreadsheetFailure) in
            var properties = unsafe lxw_doc_properties()
            unsafe properties.title = title
            unsafe properties.created = time_t(Self.date)
            try unsafe check(functions.workbook_set_properties(workbook, &properties))
        }
    }

    deinit {
        if let workbook = unsafe workbook { unsafe cxlsxwriter_discard(&functions, workbook) }
    }

    /// Adds a sheet and returns its number, from 0 on.
    func addSheet(_ name: String) throws(SpreadsheetFailure) -> Int {
        errno = 0
        guard let sheet = unsafe functions.workbook_add_worksheet(workbook, name) else {
            throw SpreadsheetFailure(.system(errorNumber: errno == 0 ? ENOMEM : errno))
        }
        unsafe sheets.append(sheet)
        return unsafe sheets.count - 1
    }

    /// Keeps the first row visible, and gives each column its width in characters. In print, all columns share a page.
    func layOut(_ sheet: Int, widths: [Double]) throws(SpreadsheetFailure) {
        let sheet = unsafe sheets[sheet]
        unsafe functions.worksheet_freeze_panes(sheet, 1, 0)
        unsafe functions.worksheet_set_landscape(sheet)
        unsafe functions.worksheet_fit_to_pages(sheet, 1, 0)
        for (column, width) in widths.enumerated() {
            let column = UInt16(column)
            try unsafe check(functions.worksheet_set_column(sheet, column, column, width, nil))
        }
    }

    /// Adds filters for the columns of the rows up to `lastRow`; the first row has the names of the columns.
    func filter(_ sheet: Int, lastRow: Int, columns: Int) throws(SpreadsheetFailure) {
        try unsafe check(
            functions.worksheet_autofilter(sheets[sheet], 0, 0, UInt32(lastRow), UInt16(max(1, columns) - 1)))
    }

    /// Writes a string cell, which is never evaluated, whatever the text looks like.
    ///
    /// - Parameter text: encoded (``CellText``), with a zero at its end.
    func write(
        _ text: Span<UInt8>, to sheet: Int, row: Int, column: Int, _ style: Style
    ) throws(SpreadsheetFailure) {
        precondition(text.count > 0 && text[text.count - 1] == 0)
        let status = unsafe text.withUnsafeBytes { bytes in
            unsafe functions.worksheet_write_string(
                sheets[sheet], UInt32(row), UInt16(column), bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                formats[style.rawValue])
        }
        try check(status)
    }

    func write(
        _ number: Double, to sheet: Int, row: Int, column: Int, _ style: Style
    ) throws(SpreadsheetFailure) {
        try unsafe check(
            functions.worksheet_write_number(
                sheets[sheet], UInt32(row), UInt16(column), number, formats[style.rawValue]))
    }

    /// Writes the file. Success does not mean that it is complete: the library does not notice when its temporary files
    /// run out of space.
    func close() throws(SpreadsheetFailure) {
        guard let workbook = unsafe workbook else { return }
        // This frees the workbook even if it fails.
        unsafe self.workbook = nil
        errno = 0
        let status = unsafe functions.workbook_close(workbook)
        let isFull = errno == ENOSPC || errno == EDQUOT || errno == EFBIG
        guard status != LXW_NO_ERROR || isFull else { return }
        if isFull { throw SpreadsheetFailure(.system(errorNumber: errno)) }
        try check(status)
    }

    private func makeFormat(
        _ style: Style, in workbook: UnsafeMutablePointer<lxw_workbook>
    ) throws(SpreadsheetFailure) -> UnsafeMutablePointer<lxw_format>? {
        guard style != .plain else { return nil }
        guard let format = unsafe functions.workbook_add_format(workbook) else {
            throw SpreadsheetFailure(.system(errorNumber: ENOMEM))
        }
        switch style {
        case .plain: break
        case .header:
            unsafe functions.format_set_bold(format)
            unsafe functions.format_set_bg_color(format, 0xE7E6E6)
        case .strong: unsafe functions.format_set_bold(format)
        case .wrapped:
            unsafe functions.format_set_text_wrap(format)
            unsafe functions.format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
        case .percent: unsafe functions.format_set_num_format(format, "0.0000%")
        case .time: unsafe functions.format_set_num_format(format, "yyyy-mm-dd hh:mm:ss")
        }
        return unsafe format
    }

    private func check(_ status: lxw_error) throws(SpreadsheetFailure) {
        guard status != LXW_NO_ERROR else { return }
        let words = unsafe functions.lxw_strerror(status).map { unsafe String(cString: $0) }
        throw SpreadsheetFailure(.library(words ?? "error \(status.rawValue)"))
    }
}

extension String {
    /// Calls `body` with the text as a C string, for a function that asks for a mutable one but does not write to it.
    fileprivate func withMutableCString<Failure: Error>(
        _ body: (UnsafeMutablePointer<CChar>) throws(Failure) -> Void
    ) throws(Failure) {
        var copy = Array(utf8CString)
        try unsafe copy.withUnsafeMutableBufferPointer { (copy) throws(Failure) in
            if let start = copy.baseAddress { try unsafe body(start) }
        }
    }
}
