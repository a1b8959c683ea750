import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportHistory
import ImportReports
import import_audit

/// Files that this program wrote and reads again, after somebody may have changed them.
enum AuditTargets {
    /// `summary.json`: a summary that was read is written and read again without a change.
    static func summary(_ bytes: [UInt8]) throws {
        let (window, _) = DumpTargets.sizes(for: bytes)
        let whole = read(bytes, window: 4096)
        let parts = read(bytes, window: window)
        try require((parts == nil) == (whole == nil), "read through one window only, \(window) or 4096")
        guard let whole, let parts else { return }
        let written = SummaryJSON.render(whole)
        try require(SummaryJSON.render(parts) == written, "another result through a window of \(window)")
        guard let again = read(written, window: 4096) else {
            throw Violation(description: "refused what was written: \(String(decoding: written, as: UTF8.self))")
        }
        try require(SummaryJSON.render(again) == written, "written differently the second time")
        for job in whole.jobs {
            let line = SummaryJSON.renderLine(job)
            let job = try SummaryReader.job(from: line)
            try require(SummaryJSON.renderLine(job) == line, "a job is written differently the second time")
        }
    }

    private static func read(_ bytes: [UInt8], window: Int) -> Summary? {
        var reader = SummaryReader(ArraySource(bytes), windowBytes: window)
        var summary = Summary()
        do throws(SummaryFault) {
            while let item = try reader.next() {
                switch item {
                case .job(let job): summary.append(job)
                case .unreadable(let input): summary.append(input)
                }
            }
        } catch {
            return nil
        }
        summary.redaction = reader.redaction
        return summary
    }

    /// `manifest.jsonl` in a folder with nothing else in it.
    static func manifest(_ bytes: [UInt8]) throws {
        _ = try ScratchFolder.write(bytes, as: "manifest.jsonl")
        guard let folder = try? AuditFolder(ScratchFolder.path) else { return }
        let verification = try folder.verify { _ in }
        // A manifest cannot contain its own hash.
        try require(verification.files.matching == 0, "a file matches that is not there")
        try require(
            verification.isVerified == (verification.problems.isEmpty && verification.files.listed == 0),
            "verified: \(verification)")
        _ = (verification.json, verification.text(usesColor: true))
    }

    /// The zip of an audit: a zip, or the files in one.
    static func pack(_ bytes: [UInt8]) throws {
        try ScratchFolder.withFile(Parts.zip(of: bytes)) { descriptor in
            do {
                var verifier = try PackVerifier(name: "audit.zip", descriptor: descriptor)
                var listed = 0
                let verification = try verifier.verify { _ in listed += 1 }
                _ = (verification.json, verification.text(usesColor: true))
                guard verification.toolVersion != nil else { return }
                var again = 0
                try PackVerifier.forEachListed(descriptor: descriptor) { _ in again += 1 }
                try require(again == listed, "\(again) inputs listed, then \(listed)")
            } catch let violation as Violation {
                throw violation
            } catch {
                // The error is shown to the user.
                try require(!"\(error)".isEmpty, "a fault without words")
            }
        }
    }

    /// A history: the file itself, or lines with a table's name and cells, separated by tabs, that are inserted into a
    /// new one.
    static func history(_ bytes: [UInt8]) throws {
        let path: String
        if bytes.starts(with: "SQLite format 3".utf8) {
            path = try ScratchFolder.write(bytes, as: "history.sqlite")
        } else {
            path = "\(ScratchFolder.path)/history.sqlite"
            unlink(path)
            let rows = HistoryRows(bytes).statements
            guard
                (try? HistoryFile(
                    path, for: .adding, waitSeconds: 0, steps: [HistorySchema.steps.joined() + rows])) != nil
            else { return }
        }
        defer { for ending in ["", "-journal", "-wal", "-shm"] { unlink(path + ending) } }
        let codes: [HistoryCode?] = [nil, HistoryCode(kind: .code, text: "c"), HistoryCode(kind: .other, text: "")]
        // One of them for each input, and always the same one for the same input.
        let choice = Int(bytes.reduce(0, ^))
        for code in [codes[choice % codes.count]] {
            do {
                let history = try HistoryFile(path, for: .reading, waitSeconds: 0)
                let selection = HistorySelection(code: code)
                let trends = try history.read { reader in
                    _ = try (reader.jobCount(), reader.pseudonymsKey())
                    for moment in [nil, 1_700_000_000] { _ = try reader.earlierRuns(than: moment, without: "j") }
                    return try reader.trends(selection)
                }
                let periods = [nil] + TrendsReport.Period.allCases
                for period in [periods[choice / 8 % periods.count]] {
                    let report = TrendsReport(trends, by: period)
                    _ = (report.text, report.json, report.markdown, report.csv(CSVOptions()))
                }
                _ = TrendsPage.render(TrendsReport(trends, by: nil), files: [])
            } catch let fault as HistoryFault {
                try require(!fault.explanation.isEmpty, "a fault without words")
            }
        }
        guard let job else { throw Violation(description: "there is no job") }
        do {
            try HistoryFile(path, for: .adding, waitSeconds: 0).add { writer in
                try writer.begin(pseudonymsOf: nil)
                _ = try writer.add(job)
            }
        } catch {
            try require(!"\(error)".isEmpty, "a fault without words")
        }
    }

    /// A job that the seeds of histories have, too, in an earlier state.
    private static let job: JobSummary? = {
        let dump =
            #"{"job_id":"j","status":"complete","total":2,"created_at":"2026-03-04T09:00:00Z","updated_at":"2026-03-05T09:00:00Z","results":[{"id":"1","created":true},{"error":{"code":"c","message":"m 5"}}]}"#
        var analyzer = JobAnalyzer(listsRows: true)
        guard case .job(let read)? = try? DumpReader().read(from: ArraySource(Array(dump.utf8)), into: &analyzer) else {
            return nil
        }
        return analyzer.summary(of: read, source: "b.json")
    }()
}

/// Rows of a history as text.
private struct HistoryRows {
    /// SQL that inserts them into their tables.
    private(set) var statements = ""
    private static let tables = [
        "days", "code_days", "jobs", "job_codes", "job_patterns", "job_findings", "snapshots", "about",
    ]

    init(_ bytes: [UInt8]) {
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").prefix(200) {
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard let table = cells.first, Self.tables.contains(String(table)) else { continue }
            let values = cells.dropFirst().map { Self.literal($0) }.joined(separator: ", ")
            statements += "INSERT OR REPLACE INTO \(table) VALUES (\(values));"
        }
    }

    private static func literal(_ cell: Substring) -> String {
        if cell == "NULL" || Int(cell) != nil { return String(cell) }
        return "'\(cell.filter { $0 != "\0" }.replacing("'", with: "''"))'"
    }
}
