import ImportAnalysis
import ImportDumps
import ImportFoundation
import Synchronization
import Testing

/// Reads a dump and analyzes it as the command does.
func audit(_ json: String, source: String = "dump.json") throws -> JobSummary {
    var analyzer = JobAnalyzer()
    let reading = try DumpReader(windowBytes: 4096).read(from: ArraySource(Array(json.utf8)), into: &analyzer)
    guard case .job(let dump) = reading else { throw NoJob(text: json) }
    return analyzer.summary(of: dump, source: source)
}

struct NoJob: Error {
    var text: String
}

/// Returns a complete job with these rows, as JSON; its `total` is correct.
func job(rows: [String], more: String = "") -> String {
    #"{"job_id":"j","status":"complete","total":\#(rows.count)\#(more),"results":["#
        + rows.joined(separator: ",") + "]}"
}

let created = #"{"created":true}"#
let existing = #"{"existing":true}"#

func failed(_ code: String, _ message: String? = nil) -> String {
    #"{"error":{"code":"\#(code)""# + (message.map { #","message":"\#($0)""# } ?? "") + "}}"
}

extension JobSummary {
    /// Returns the finding with an ID, if there is one.
    func finding(_ id: FindingID) -> Finding? {
        findings.first { $0.id == id }
    }

    /// Codes with their rows, as "code rows"; "-" for no code. Escaped, so that comparisons are by character.
    var codeLines: [String] {
        failedByCode.map { "\($0.code.map(escaped) ?? "-") \($0.rows)\($0.isOther ? " other" : "")" }
    }

    /// Everything about the codes that can be compared.
    var codeDetails: [String] {
        failedByCode.map { code in
            let messages = code.messages.map { "\($0.pattern.map(escaped) ?? "-") \($0.rows) \($0.exampleRow)" }
            return
                "\(code.code.map(escaped) ?? "-") \(code.rows) \(code.share.decimal) \(code.firstRow) \(code.lastRow) "
                + "\(messages) \(code.messageCount ?? -1) \(code.isOther)"
        }
    }
}

/// Returns a text in ASCII: Swift's own comparison treats canonically equivalent texts as equal.
func escaped(_ text: String) -> String {
    text.unicodeScalars.map { $0.escaped(asASCII: true) }.joined()
}

/// A failed row that is fed directly to the analyzer, without JSON, for tests with many rows.
struct FailedRow {
    var code: String
    var message = ""

    func feed(to analyzer: inout JobAnalyzer, row: Int) {
        let text = Array(code.utf8) + Array(message.utf8)
        let codeCount = code.utf8.count
        let run = RowRun(
            firstRow: row, facts: [.error, .code], code: TextRange(offset: 0, count: codeCount),
            message: message.isEmpty ? nil : TextRange(offset: codeCount, count: text.count - codeCount))
        analyzer.consume(run, text: text.span)
    }

    /// Returns the summary of a job with these rows.
    ///
    /// - Parameter succeeded: the number of successful rows after them.
    static func summary(of rows: [FailedRow], succeeded: Int = 0) throws -> JobSummary {
        var ignored = JobAnalyzer()
        let json = #"{"job_id":"j","status":"complete","total":\#(rows.count),"results":[]}"#
        let reading = try DumpReader(windowBytes: 64).read(from: ArraySource(Array(json.utf8)), into: &ignored)
        guard case .job(let dump) = reading else { throw NoJob(text: json) }
        var analyzer = JobAnalyzer()
        for (index, row) in rows.enumerated() { row.feed(to: &analyzer, row: index + 1) }
        if succeeded > 0 {
            analyzer.consume(RowRun(firstRow: rows.count + 1, count: succeeded, facts: .created), text: [UInt8]().span)
        }
        return analyzer.summary(of: dump, source: "rows")
    }
}

/// Reads a dump and finds records that several of its rows name.
func identify(
    _ json: String, budget: IDBudget = .usual, hashing: IDHashing = IDHashing(1, 2), usesThread: Bool = false,
    spills: CountingSpills = CountingSpills()
) throws -> IdentitySummary {
    var audit = IdentityAudit(budget: budget, hashing: hashing, usesThread: usesThread) { spills.make() }
    _ = try DumpReader(windowBytes: 4096).read(from: ArraySource(Array(json.utf8)), into: &audit)
    return try audit.finish()
}

extension IDBudget {
    /// A budget that spills everything and cannot count any partition at once.
    static let tiny = IDBudget(blockIDs: 5, partitionBits: 1, chunkIDs: 3, tableIDs: 4, textBytes: 600)
}

/// Makes spills in memory and counts them. An audit makes them on two threads.
final class CountingSpills: Sendable {
    private struct Counts {
        var made = 0
        var living = 0
    }

    private let counts = Lock(Counts())
    /// The capacity in bytes.
    private let room: Int

    var made: Int { counts.withLock { $0.made } }
    var living: Int { counts.withLock { $0.living } }

    init(room: Int = .max) {
        self.room = room
    }

    func make() -> any IDSpill {
        counts.withLock {
            $0.made += 1
            $0.living += 1
        }
        return MemorySpill(spills: self, room: room)
    }

    fileprivate func remove() {
        counts.withLock { $0.living -= 1 }
    }
}

/// The error for a full spill.
struct NoRoom: Error {}

private final class MemorySpill: IDSpill {
    private let spills: CountingSpills
    private let room: Int
    private var bytes: [UInt8] = []

    init(spills: CountingSpills, room: Int) {
        self.spills = spills
        self.room = room
    }

    deinit {
        spills.remove()
    }

    func append(_ more: Span<UInt8>) throws -> Int {
        guard bytes.count + more.count <= room else { throw NoRoom() }
        defer { for index in more.indices { bytes.append(more[index]) } }
        return bytes.count
    }

    func read(into target: inout MutableSpan<UInt8>, at offset: Int) {
        for index in target.indices { target[index] = bytes[offset + index] }
    }
}

extension JobAnalyzer {
    /// Consumes one run.
    mutating func consume(_ run: RowRun, text: Span<UInt8>) {
        consume(InlineArray<1, RowRun>(repeating: run).span, text: text)
    }
}
