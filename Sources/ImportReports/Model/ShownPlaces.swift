import Glibc
package import ImportAnalysis

/// The places in the source of the failed rows that a page names.
package struct ShownPlaces: Sendable {
    let source: String
    let isSheet: Bool
    let trustsOrder: Bool
    private let lines: [Int: Int]
    private let sent: [Int: [SentCell]]

    /// - Parameters:
    ///   - source: the name of the file that was sent.
    ///   - isSheet: whether the lines are rows of a sheet.
    ///   - trustsOrder: whether the user vouches that the rows belong to these lines.
    ///   - lines: the lines of ``rows(of:)`` that are known, by row.
    ///   - sent: cells of the rows that a page lists one by one, by row.
    package init(
        source: String, isSheet: Bool, trustsOrder: Bool, lines: [Int: Int], sent: [Int: [SentCell]] = [:]
    ) {
        self.sent = sent
        self.source = source
        self.isSheet = isSheet
        self.trustsOrder = trustsOrder
        self.lines = lines
    }

    /// Returns the failed rows that the pages of a job name, whatever their templates.
    package static func rows(of job: JobSummary) -> [Int] {
        let limits = ModelLimits.page
        var rows: [Int] = []
        for code in job.failedByCode.prefix(limits.codes) {
            rows += [code.firstRow, code.lastRow] + code.messages.prefix(limits.messages).map { $0.exampleRow }
            if let details = code.exampleDetails { rows.append(details.row) }
            rows += code.listedRows.map { $0.row }
        }
        if let first = job.failedByCode.map({ $0.firstRow }).min() { rows.append(first) }
        if let last = job.failedByCode.map({ $0.lastRow }).max() { rows.append(last) }
        for incident in job.failureIncidents { rows += [incident.firstRow, incident.lastRow] }
        return rows + job.findings.flatMap { $0.rows }
    }

    /// Returns a row with its line, as "8 (line 9)" or "8 (sheet row 9)"; nil if the line is not known.
    func named(_ row: Int) -> String? {
        lines[row].map { "\(Wording.grouped(row)) (\(isSheet ? "sheet row" : "line") \(Wording.grouped($0)))" }
    }

    var hasCells: Bool { !sent.isEmpty }

    /// Returns the cells of a row that the page lists.
    func cells(of row: Int) -> [SentCell] { sent[row] ?? [] }

    static let table = ModelTable<(places: ShownPlaces, limits: ModelLimits)>([
        .text("what", "`Lines`, or `Sheet rows` of a workbook") { $0.places.isSheet ? "Sheet rows" : "Lines" },
        .quote("source", "the name of the file that was sent") { $0.limits.source($0.places.source) },
        .flag("trusted", "true with `--trust-order`: the user says that the rows belong to these lines") {
            $0.places.trustsOrder
        },
    ])
}

extension ModelContext {
    /// Returns a failed row as a page names it, with its line if that is known.
    func row(_ row: Int) -> String { places?.named(row) ?? Wording.grouped(row) }

    /// "rows 8 to 20"; "row 8" if there is only one.
    func rows(_ first: Int, _ last: Int) -> String {
        first == last ? "row \(row(first))" : "rows \(row(first)) to \(row(last))"
    }
}

/// A cell of a record, as a page shows it beside the row.
package struct SentCell: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// The number of columns of a source that cells are chosen from.
    package static let columns = 200

    /// The most cells of a row on a page, and the most Unicode scalars of a name, of a value and of all cells together:
    /// a page has up to 500 rows.
    private static let cells = 5
    private static let nameLength = 24
    private static let valueLength = 40
    private static let length = 110
    /// Names and values with fewer bytes occur in messages by accident.
    private static let tellingBytes = 3
    /// The number of bytes of a text that are examined.
    private static let searchedBytes = 4096

    /// Returns the most informative cells of a record: those that the message names or quotes, then the first ones.
    /// They stay in the order of the columns.
    package static func chosen(from cells: [(name: String, value: String)], for message: String?) -> [SentCell] {
        let message = Self.terminated(message ?? "")
        func isNamed(_ cell: (name: String, value: String)) -> Bool {
            [cell.name, cell.value].contains { $0.utf8.count >= tellingBytes && holds(message, terminated($0)) }
        }
        let named = cells.indices.filter { isNamed(cells[$0]) }
        let others = cells.indices.lazy.filter { !named.contains($0) }
        var room = length
        var chosen: [(index: Int, cell: SentCell)] = []
        for index in Array(named) + others {
            if chosen.count == Self.cells { break }
            let cell = SentCell(
                name: cut(cells[index].name, to: nameLength), value: cut(cells[index].value, to: valueLength))
            let count = cell.name.unicodeScalars.count + cell.value.unicodeScalars.count
            if count > room { continue }
            room -= count
            chosen.append((index, cell))
        }
        return chosen.sorted { $0.index < $1.index }.map { $0.cell }
    }

    /// Returns whether a text contains a part, both terminated by a zero. The C library searches in linear time,
    /// whatever the texts.
    private static func holds(_ text: [CChar], _ part: [CChar]) -> Bool {
        unsafe text.withUnsafeBufferPointer { text in
            unsafe part.withUnsafeBufferPointer { part in
                guard let text = text.baseAddress, let part = part.baseAddress else { return false }
                return unsafe strstr(text, part) != nil
            }
        }
    }

    private static func terminated(_ text: String) -> [CChar] {
        text.utf8.prefix(searchedBytes).map { CChar(bitPattern: $0) } + [0]
    }

    private static func cut(_ text: String, to limit: Int) -> String {
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return text }
        return String(scalars[..<end]) + "…"
    }
}
