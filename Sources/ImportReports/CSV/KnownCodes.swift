import ImportAnalysis
import ImportDumps
import ImportFoundation

/// What a codes file says about the codes of failed rows, as the last cells of a line: the owner and the action.
struct KnownCodes {
    /// The number of codes whose cells are cached: most rows have one of a few codes.
    private static let kept = 4096

    private let codes: CodeBook
    private let options: CSVOptions
    private var cells: [ExactText: [UInt8]] = [:]

    init(_ codes: CodeBook, _ options: CSVOptions) {
        self.codes = codes
        self.options = options
    }

    /// Returns a header with these columns at its end.
    static func extended(_ header: String) -> String { String(header.dropLast()) + ",owner,action\r\n" }

    /// Returns the cells of a row, each preceded by a comma.
    mutating func cells(of outcome: Outcome, _ code: TextRange?, _ text: Span<UInt8>) -> [UInt8] {
        guard outcome == .failed else { return Array(",,".utf8) }
        let bytes = code.map { [UInt8](span: text.extracting($0.offset..<$0.offset + $0.count)) }
        // An empty code counts as none, so the empty key stands for rows without a code.
        let key = ExactText(bytes: bytes ?? [])
        if let known = cells[key] { return known }
        let made = cells(of: bytes.map { String(decoding: $0, as: UTF8.self) })
        if cells.count < Self.kept { cells[key] = made }
        return made
    }

    /// - Parameters:
    ///   - code: nil for rows without one.
    ///   - isOther: whether the cells are for the rows of all codes that are not told apart.
    func cells(of code: String?, isOther: Bool = false) -> [UInt8] {
        let entry = codes.standing(of: code?.isEmpty == true ? nil : code, isOther: isOther).entry
        var cells: [UInt8] = []
        cells.appendComma()
        cells.appendCell(entry?.owner, options)
        cells.appendComma()
        cells.append(contentsOf: (entry?.action?.rawValue ?? "").utf8)
        return cells
    }
}
