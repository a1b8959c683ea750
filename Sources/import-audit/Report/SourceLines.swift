import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportReports
import ImportSources

/// The lines of all failed rows in the source. They are found before a report is begun, in a separate pass over the
/// dumps and their sources, so that nothing is written if dumps and sources do not belong together.
///
///     dumps    →  rows in a temporary file   ┐
///                                            ├→ lines of failed rows in a temporary file, job by job
///     sources  →  records, one at a time     ┘
///
/// Memory grows with the number of jobs, not with their rows.
final class SourceLines: Sendable {
    /// A file that was sent.
    struct Source {
        let name: String
        /// Whether its places are rows of a sheet instead of lines of a file.
        let isSheet: Bool
    }

    /// The lines of a job.
    fileprivate struct Job {
        let source: Int
        let sha256: SHA256Digest?
        /// Ranges in the temporary file: each row and its line, as differences from the previous ones.
        var pieces: [Range<Int>]
        /// The range in the same file of the records of the rows that a page lists.
        var sent: Range<Int>?
    }

    let sources: [Source]
    /// The files that contain the sources, under the names that are shown.
    let files: [PackedFile]
    /// Whether the user vouches for the pairing.
    let trustsOrder: Bool
    /// A digest of everything that the lines depend on: the sources, how they are read, and which rows belong to which
    /// job.
    let fingerprint: String
    private let jobs: [DocumentOrder: Job]
    private let spool: RowSpool

    private init(
        _ sources: [Source], files: [PackedFile], trustsOrder: Bool, fingerprint: String, jobs: [DocumentOrder: Job],
        _ spool: RowSpool
    ) {
        self.sources = sources
        self.files = files
        self.trustsOrder = trustsOrder
        self.fingerprint = fingerprint
        self.jobs = jobs
        self.spool = spool
    }

    enum Result {
        /// The lines, and what this pass could not read.
        case found(SourceLines, ReadingProblems)
        /// Rows and records do not belong together. This has already been reported.
        case refused
        case interrupted
    }

    /// Reads the dumps and the sources.
    ///
    /// - Parameters:
    ///   - place: the output, which is not an input, wherever it is.
    ///   - reread: compares the inputs with those of other passes.
    static func find(
        _ pairing: PairingOptions, for options: RunOptions, _ settings: ReportSettings, leavingOut place: OutputPlace?,
        reread: RereadInputs
    ) throws -> Result {
        let folder = TemporaryFolder.parent
        let collector = Collector(folder: folder)
        // With pseudonyms, cells are not listed: it is not known which names and addresses in them should be replaced.
        let listsCells = settings.formats.listsRows && settings.redaction == nil
        let spool = try RowSpool(in: folder)
        var run = try InputRun(
            options: options, collector: collector, hashing: true, names: settings.names, output: place)
        run.reread = reread
        let (concurrency, isStrict) = (settings.concurrency, settings.isStrict)
        let makeHandler = { @Sendable in
            SpoolingHandler(
                SummaryHandler(
                    collector: collector, concurrency: concurrency, isStrict: isStrict, isVerbose: false,
                    listsRows: listsCells), spool, keepsAllIDs: false)
        }
        // Rows keep their values, by which they are found in the sources.
        let end =
            if let redaction = settings.redaction {
                try run.run { PlaceRedactingHandler(makeHandler(), redaction) }
            } else {
                try run.run(makeHandler)
            }
        guard case .done = end else { return .interrupted }
        let results = try collector.results()
        let lines = try RowSpool(in: folder)
        var taker = LineTaker(lines)
        var problems = try results.problems()
        if settings.redaction != nil { problems = problems.withoutTexts }
        // If there are no jobs, the report says so.
        guard results.jobCount > 0 else {
            return .found(
                SourceLines([], files: [], trustsOrder: false, fingerprint: "", jobs: [:], lines), problems)
        }
        var paired = try RowPairing(pairing, results: results, spool: spool, sourceCount: pairing.sources.count())
        try paired.checkTotals()
        let states = pairing.sources.paths.map { InputState(of: InputPath($0)) }
        guard try paired.pair(&taker) else { return .refused }
        let sources = zip(paired.sources, taker.areSheets).map { source, isSheet in
            Source(name: source.name, isSheet: isSheet)
        }
        let files = try zip(pairing.sources.paths, states).compactMap { path, state in
            let file = try InputFingerprint(of: InputPath(path), as: state, names: settings.names)
            if file == nil, state != nil, state != InputState(of: InputPath(path)) {
                throw CommandFailure(.inputNotReadWhole, of: settings.names.shown(path), InputState.complaint)
            }
            return file?.shown(under: settings.names)
        }
        return .found(
            SourceLines(
                sources, files: files.map { PackedFile(path: $0.path, bytes: $0.bytes, sha256: $0.sha256) },
                trustsOrder: pairing.trustsOrder, fingerprint: fingerprint(of: paired), jobs: taker.jobs, lines),
            problems)
    }

    private static func fingerprint(of paired: RowPairing) -> String {
        var digest = SHA256()
        func add(_ text: String) { digest.update(Array("\(text.utf8.count):\(text)".utf8).span) }
        for source in paired.sources {
            add(source.name)
            add(source.sha256 ?? "")
        }
        for job in paired.jobs {
            add("\(job.source) \(job.firstSourceRow ?? 0) \(job.rows)")
            add(job.jobID ?? job.dump)
        }
        let options = paired.options
        add("\(options.trustsOrder) \(options.form.hasHeader) \(options.form.delimiter ?? 0)")
        add(options.form.encoding?.name ?? "")
        return digest.finish()
    }

    /// Returns the source of a job's rows; nil for a dump that does not count.
    func source(of order: DocumentOrder) -> Source? { jobs[order].map { sources[$0.source] } }

    /// Fails if a dump has changed since its rows were paired.
    func check(_ order: DocumentOrder, sha256: String?, of name: String) throws(CommandFailure) {
        guard let known = jobs[order]?.sha256?.hexadecimal, let sha256, known != sha256 else { return }
        throw CommandFailure(
            .inputNotReadWhole, of: name,
            "it was changed while it was read: its rows were paired with other lines. Run the command again.")
    }

    /// Returns a cursor over the lines of a job's failed rows.
    func cursor(of order: DocumentOrder) -> LineCursor { LineCursor(self, pieces: jobs[order]?.pieces ?? []) }

    /// Returns the cells of the records whose rows the page of a job lists, by row.
    fileprivate func sentCells(of order: DocumentOrder) throws -> [Int: [SentCell]] {
        guard let range = jobs[order]?.sent else { return [:] }
        let bytes = try spool.read(range)
        var index = 0
        func text() -> String {
            let count = SpooledRows.number(bytes, &index)
            defer { index += count }
            return String(decoding: bytes[index..<index + count], as: UTF8.self)
        }
        var cells: [Int: [SentCell]] = [:]
        while index < bytes.count {
            let row = SpooledRows.number(bytes, &index)
            let count = SpooledRows.number(bytes, &index)
            cells[row] = (0..<count).map { _ in SentCell(name: text(), value: text()) }
        }
        return cells
    }

    /// Returns the lines of some rows of a job, as far as they are known.
    func lines(of rows: [Int], in order: DocumentOrder) throws -> [Int: Int] {
        let cursor = cursor(of: order)
        var lines: [Int: Int] = [:]
        for row in Set(rows).sorted() { lines[row] = try cursor.line(of: row) }
        return lines
    }

    fileprivate func read(_ range: Range<Int>) throws -> [UInt8] { try spool.read(range) }
}

/// A cursor over the lines of a job's failed rows.
final class LineCursor: RowPlaces {
    private let lines: SourceLines
    private let pieces: [Range<Int>]
    private var nextPiece = 0
    private var bytes: [UInt8] = []
    private var index = 0
    private var current = (row: 0, line: 0)

    fileprivate init(_ lines: SourceLines, pieces: [Range<Int>]) {
        self.lines = lines
        self.pieces = pieces
    }

    func line(of row: Int) throws -> Int? {
        // The rows of a dump may start over.
        if row < current.row { (nextPiece, bytes, index, current) = (0, [], 0, (0, 0)) }
        while current.row < row {
            if index == bytes.count {
                guard nextPiece < pieces.count else { return nil }
                bytes = try lines.read(pieces[nextPiece])
                (index, nextPiece) = (0, nextPiece + 1)
            }
            current.row += SpooledRows.number(bytes, &index)
            current.line += SpooledRows.number(bytes, &index)
        }
        return current.row == row ? current.line : nil
    }
}

/// Records the lines on which failed rows begin.
private struct LineTaker: PairedRows {
    private static let flushBytes = 64 * 1024

    private let spool: RowSpool
    private(set) var jobs: [DocumentOrder: SourceLines.Job] = [:]
    /// Whether each source is a sheet.
    private(set) var areSheets: [Bool] = []
    private var order = DocumentOrder(input: 0)
    /// The number of the job's rows in the dump.
    private var seen = 0
    private var bytes: [UInt8] = []
    private var last = (row: 0, line: 0)
    /// The rows of the job that its page lists, and the cells that are kept for them.
    private var listed: Set<Int> = []
    private var sent: [UInt8] = []

    init(_ spool: RowSpool) {
        self.spool = spool
    }

    var takesSucceeded: Bool { false }

    mutating func begin(_ source: SourceReader, _ name: String) {
        if case .sheet = source.form { areSheets.append(true) } else { areSheets.append(false) }
    }

    mutating func end(_ source: SourceReader, _ name: String) {}

    mutating func begin(_ job: JobSummary, _ order: DocumentOrder, source index: Int) throws {
        try flush()
        self.order = order
        seen = job.rows.seen
        last = (0, 0)
        listed = Set(job.failedByCode.flatMap { $0.listedRows.map { $0.row } })
        jobs[order] = SourceLines.Job(
            source: index, sha256: job.sha256.flatMap { SHA256Digest(hexadecimal: $0) }, pieces: [])
    }

    mutating func reject(_ source: SourceReader, _ name: ArraySlice<UInt8>, _ row: RejectRow) throws {
        guard let number = row.row else { return }
        try note(number, source.line)
        guard listed.contains(number) else { return }
        let message = row.message.map { String(decoding: $0, as: UTF8.self) }
        let cells = SentCell.chosen(from: source.namedCells(limit: SentCell.columns), for: message)
        sent.append(number: number)
        sent.append(number: cells.count)
        for text in cells.flatMap({ [$0.name, $0.value] }) {
            sent.append(number: text.utf8.count)
            sent.append(contentsOf: text.utf8)
        }
    }

    /// Keeps the line of a row in a damaged stretch, because the report contains what could be read of that row.
    mutating func leave(_ source: SourceReader, _ name: ArraySlice<UInt8>, _ row: RejectRow) throws {
        guard let number = row.row, number <= seen else { return }
        try note(number, source.line)
    }

    mutating func succeed(_ source: SourceReader, _ row: RejectRow) {}

    mutating func finish(_ source: SourceReader) throws { try flush() }

    private mutating func note(_ row: Int, _ line: Int) throws {
        bytes.append(number: row - last.row)
        bytes.append(number: line - last.line)
        last = (row, line)
        if bytes.count >= Self.flushBytes { try flush() }
    }

    private mutating func flush() throws {
        if !sent.isEmpty {
            jobs[order]?.sent = try spool.append(sent)
            sent.removeAll(keepingCapacity: true)
        }
        guard !bytes.isEmpty else { return }
        jobs[order]?.pieces.append(try spool.append(bytes))
        bytes.removeAll(keepingCapacity: true)
    }
}

extension SourceLines {
    /// Returns what the pages of a job say about the lines of its failed rows; nil if no line is known.
    func places(of summary: JobSummary, _ order: DocumentOrder) throws -> ShownPlaces? {
        guard let source = source(of: order) else { return nil }
        let lines = try lines(of: ShownPlaces.rows(of: summary), in: order)
        if lines.isEmpty { return nil }
        return ShownPlaces(
            source: source.name, isSheet: source.isSheet, trustsOrder: trustsOrder, lines: lines,
            sent: try sentCells(of: order))
    }
}
