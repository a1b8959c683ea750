package import ImportAnalysis
package import ImportDumps
import ImportFoundation

/// Writes `explore.html` of a job: its failed and unclassified rows, while they are read, as many as fit.
package struct ExploreRows<Output: ReportOutput>: RowSink {
    private let page: ExplorePage
    private let codes: CodeBook?
    private let places: (any RowPlaces)?
    private var output: Output
    private var waiting: [UInt8]
    private var room = 0
    private var shown = 0
    /// Maps each code to the cells with its owner and action.
    private var known: [ExactText: [UInt8]] = [:]

    private static var knownLimit: Int { 4096 }
    private static var flushBytes: Int { 256 * 1024 }

    /// - Parameters:
    ///   - codes: what the user knows about codes, shown with each row.
    ///   - places: the lines of the rows in the source.
    package init(_ page: ExplorePage, codes: CodeBook?, places: (any RowPlaces)?, to output: Output) {
        self.page = page
        self.codes = codes
        self.places = places
        self.output = output
        waiting = page.start
        room = ExplorePage.sizeLimit - ExplorePage.margin - waiting.count
    }

    package mutating func beginRows(of job: DeclaredJob) throws {
        try output.restart()
        waiting = page.start
        room = ExplorePage.sizeLimit - ExplorePage.margin - waiting.count
        shown = 0
    }

    package mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        for index in runs.indices where room > 0 {
            let outcome = Outcome(runs[index].facts)
            guard outcome == .failed || outcome == .unclassified else { continue }
            try append(runs[index], outcome, text)
        }
    }

    /// Writes the remaining rows and the end of the page.
    package mutating func finish(_ summary: JobSummary) throws {
        waiting += ExplorePage.line(about: summary, report: nil)
        var all = ExploreTally()
        all.add(summary.rows)
        waiting += ExplorePage.ending(shown: shown, of: all)
        try flush()
    }

    private mutating func flush() throws {
        // Moved out while it is written, then put back with its capacity.
        var bytes = exchange(&waiting, with: [])
        try output.write(bytes.span)
        bytes.removeAll(keepingCapacity: true)
        waiting = bytes
    }

    private mutating func append(_ run: RowRun, _ outcome: Outcome, _ text: Span<UInt8>) throws {
        let codeCells = codes == nil ? [] : codeCells(of: outcome, run.code, text)
        for index in 0..<run.count {
            let start = waiting.count
            waiting.append(UInt8(ascii: "["))
            waiting.appendDigits(run.firstRow + index)
            waiting.append(contentsOf: outcome == .failed ? ",0".utf8 : ",1".utf8)
            appendCell(run.id?.advanced(by: index * run.idStride), text)
            appendCell(run.code, text)
            appendCell(run.message, text)
            appendCell(run.details, text)
            waiting.append(contentsOf: codeCells)
            if let places {
                waiting.append(UInt8(ascii: ","))
                waiting.appendDigits(try places.line(of: run.firstRow + index) ?? 0)
            }
            waiting.append(contentsOf: "]\n".utf8)
            let count = waiting.count - start
            guard count <= room else {
                // No later row is added either, so that the omitted rows are the last ones.
                waiting.removeLast(count)
                room = 0
                return
            }
            room -= count
            shown += 1
            if waiting.count >= Self.flushBytes { try flush() }
        }
    }

    private mutating func appendCell(_ range: TextRange?, _ text: Span<UInt8>) {
        waiting.append(UInt8(ascii: ","))
        guard let range else { return waiting.append(contentsOf: "\"\"".utf8) }
        waiting.appendJSON(text.extracting(range.offset..<range.offset + range.count))
    }

    private mutating func codeCells(of outcome: Outcome, _ code: TextRange?, _ text: Span<UInt8>) -> [UInt8] {
        guard let codes, outcome == .failed else { return Array(#","","""#.utf8) }
        let bytes = code.map { [UInt8](span: text.extracting($0.offset..<$0.offset + $0.count)) }
        let key = ExactText(bytes: bytes ?? [])
        if let cells = known[key] { return cells }
        let name = bytes.map { String(decoding: $0, as: UTF8.self) }
        let entry = codes.standing(of: name?.isEmpty == true ? nil : name, isOther: false).entry
        var cells = [UInt8(ascii: ",")]
        cells.appendJSON(Array((entry?.owner ?? "").utf8).span)
        cells.append(UInt8(ascii: ","))
        cells.appendJSON(Array((entry?.action?.rawValue ?? "").utf8).span)
        if known.count < Self.knownLimit { known[key] = cells }
        return cells
    }
}

/// Combines the pages of the jobs of an overview into one page with the rows of all of them.
package struct ExploreOverview {
    private var room: Int
    private var shown = 0
    private var all = ExploreTally()

    package init(_ page: ExplorePage) {
        room = ExplorePage.sizeLimit - ExplorePage.margin - page.start.count
    }

    /// Adds a job.
    ///
    /// - Parameters:
    ///   - forEachPiece: passes on the job's own page, piece by piece.
    ///   - output: the page of the overview.
    package mutating func append(
        _ job: JobSummary, report: ReportPlace?, _ forEachPiece: ((Span<UInt8>) throws -> Void) throws -> Void,
        to output: inout some ReportOutput
    ) throws {
        let count = job.rows.notSucceeded
        all.add(job.rows)
        guard room > 0, count > 0 else { return }
        let end = ExplorePage.line(about: job, report: report)
        var room = room - end.count
        var (taken, isFull) = (0, false)
        var pieces = RowLinePieces()
        try forEachPiece { piece in
            try pieces.read(piece) { line in
                guard !isFull, line.count <= room else {
                    isFull = true
                    return
                }
                room -= line.count
                taken += 1
                try output.write(line)
            }
        }
        if taken > 0 { try output.write(end.span) }
        shown += taken
        // Omitted rows are the last ones: no rows of later jobs are shown.
        self.room = taken == count ? room : 0
    }

    /// The end of the page.
    package var ending: [UInt8] { ExplorePage.ending(shown: shown, of: all) }
}

/// Finds the lines of rows in a page that streams by.
private struct RowLinePieces {
    private enum Place { case before, rows, behind }

    private var place = Place.before
    private var line: [UInt8] = []
    private static let start = Array(ExplorePage.dataStart.utf8)

    /// Calls `body` with the line of each row, including its line feed.
    mutating func read(_ bytes: Span<UInt8>, _ body: (Span<UInt8>) throws -> Void) throws {
        for index in bytes.indices {
            if place == .behind { return }
            line.append(bytes[index])
            guard bytes[index] == UInt8(ascii: "\n") else { continue }
            switch place {
            case .before: if line == Self.start { place = .rows }
            case .rows:
                if line.first == UInt8(ascii: "[") { try body(line.span) } else { place = .behind }
            case .behind: break
            }
            line.removeAll(keepingCapacity: true)
        }
    }
}
