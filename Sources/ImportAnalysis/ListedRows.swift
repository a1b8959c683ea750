import ImportDumps
import ImportFoundation

/// A failed row as a page lists it under its code.
package struct ListedRow: Sendable, Equatable {
    /// Its 1-based position in the job.
    package var row: Int
    /// The id of its record, if it has one, and its message, each cut after ``AnalysisLimits/listedTextBytes``.
    package var id: String?
    package var message: String?

    package init(row: Int, id: String?, message: String?) {
        self.row = row
        self.id = id
        self.message = message
    }
}

/// The first failed rows of each code, for pages.
///
/// Memory is bounded: when there are more than ``AnalysisLimits/rowsGathered``, the number of rows kept for each code
/// is halved, repeatedly if necessary. Which rows are kept depends only on the rows of the job.
struct ListedRows: Sendable {
    private var rows: [CodeTable.CodeID: [ListedRow]] = [:]
    private var count = 0
    /// The number of rows kept for each code.
    private var most = AnalysisLimits.rowsListedOfJob
    /// The code of the latest row that there was no room for: most of the rows that follow have the same code.
    private var full: CodeTable.CodeID?

    /// Keeps a row if there is room for it. Its code has already been counted, and its texts are in `text`.
    mutating func note(
        row: Int, code: CodeTable.CodeID, id: TextRange?, message: TextRange?, text: Span<UInt8>, codes: CodeTable
    ) {
        guard code != full, code != .other else { return }
        guard rows[code]?.count ?? 0 < most else {
            full = code
            return
        }
        rows[code, default: []].append(
            ListedRow(row: row, id: Self.text(id, in: text), message: Self.text(message, in: text)))
        count += 1
        if count > AnalysisLimits.rowsGathered { thin(codes) }
    }

    private static func text(_ range: TextRange?, in text: Span<UInt8>) -> String? {
        guard let range else { return nil }
        let whole = text.extracting(range.offset..<range.offset + range.count)
        let kept = whole.extracting(0..<whole.wholeCharacters(within: AnalysisLimits.listedTextBytes))
        let bytes = kept.indices.map { kept[$0] }
        return String(decoding: bytes, as: UTF8.self) + (kept.count < whole.count ? "…" : "")
    }

    private mutating func thin(_ codes: CodeTable) {
        // Evicted codes are not listed.
        if let kept = codes.keptIDs { rows = rows.filter { kept.contains($0.key) } }
        count = rows.values.reduce(0) { $0 + $1.count }
        while count > AnalysisLimits.rowsGathered / 2, most > 1 {
            most /= 2
            rows = rows.mapValues { Array($0.prefix(most)) }
            count = rows.values.reduce(0) { $0 + $1.count }
        }
        full = nil
    }

    /// Adds the rows to the first ``AnalysisLimits/codesWithRows`` codes. These share
    /// ``AnalysisLimits/rowsListedOfJob`` evenly, and what codes with few rows leave unused goes to the others.
    func add(to summaries: inout [CodeSummary], codes: CodeTable) {
        guard !rows.isEmpty else { return }
        var byCode: [ExactKey: [ListedRow]] = [:]
        for (id, rows) in rows {
            let (code, isOther) = codes.name(of: id)
            if !isOther { byCode[ExactKey(code)] = rows }
        }
        let listed = summaries.indices.filter { !summaries[$0].isOther }.prefix(AnalysisLimits.codesWithRows)
        var room = AnalysisLimits.rowsListedOfJob
        var waiting = listed.sorted {
            (byCode[ExactKey(summaries[$0].code)]?.count ?? 0, $0) < (
                byCode[ExactKey(summaries[$1].code)]?.count ?? 0, $1
            )
        }[...]
        while let index = waiting.popFirst() {
            let rows = byCode[ExactKey(summaries[index].code)] ?? []
            let share = room / (waiting.count + 1)
            summaries[index].listedRows = Array(rows.prefix(share))
            room -= min(share, rows.count)
        }
    }

    /// A code that is compared by its bytes: Swift treats canonically equivalent strings as equal.
    private struct ExactKey: Hashable {
        let bytes: [UInt8]?

        init(_ text: String?) { bytes = text.map { Array($0.utf8) } }
    }
}
