import Glibc
import ImportDumps
import ImportFoundation

/// The complete result of reading an input, for comparing two ways of reading it.
struct Reading: Equatable {
    var rows: [String]
    var beginnings: Int
    var dump: Dump?
    var notAJob: NotAJob?

    init(
        of source: some ByteSource, window: Int = 4096, hashing: Bool = false, matching: DumpReader.Matching = .best
    ) throws {
        var sink = RecordingSink()
        let reader = DumpReader(windowBytes: window, hashing: hashing, matching: matching)
        let result = try reader.read(from: source, into: &sink)
        self.init(sink, result)
    }

    init(_ sink: RecordingSink, _ result: DumpReading) {
        rows = sink.rows
        beginnings = sink.beginnings
        switch result {
        case .job(let dump): self.dump = dump
        case .notAJob(let notAJob): self.notAJob = notAJob
        }
    }

    init(
        of bytes: [UInt8], window: Int = 4096, chunk: Int = .max, hashing: Bool = false,
        matching: DumpReader.Matching = .best
    ) throws {
        try self.init(
            of: ArraySource(bytes, chunk: chunk), window: window, hashing: hashing, matching: matching)
    }

    init(of text: String, window: Int = 4096) throws {
        try self.init(of: Array(text.utf8), window: window)
    }

    /// The fault of a dump, or of an input that is not one.
    var fault: DumpFault? {
        if case .unreadable(let fault) = notAJob?.reason { return fault }
        return dump?.fault
    }

    /// Wrong types as "path found count".
    var wrongTypes: [String] {
        dump?.notes.wrongTypes.map { "\($0.field.path) \($0.found) \($0.count)" } ?? []
    }

    /// Repeated fields as "path count".
    var duplicates: [String] {
        dump?.notes.duplicates.map { "\($0.field.path) \($0.count)" } ?? []
    }

    /// Unknown fields as "path count".
    var unknown: [String] {
        dump?.notes.unknown.map { "\($0.path) \($0.count)" } ?? []
    }

    static func == (left: Reading, right: Reading) -> Bool {
        left.rows == right.rows && left.beginnings == right.beginnings && left.dump?.job == right.dump?.job
            && left.dump?.results == right.dump?.results && left.dump?.rowCount == right.dump?.rowCount
            && left.dump?.fault == right.dump?.fault && left.dump?.notes == right.dump?.notes
            && left.dump?.damage == right.dump?.damage && left.dump?.skipped == right.dump?.skipped
            && left.dump?.byteCount == right.dump?.byteCount && left.dump?.sha256 == right.dump?.sha256
            && left.notAJob?.reason == right.notAJob?.reason && left.notAJob?.byteCount == right.notAJob?.byteCount
    }
}

/// A record's id in the form that the API uses.
let uuid = "00000000-0000-4000-8000-00000000abCD"

/// Returns a dump of one job with these rows, as JSON.
func dumpText(rows: String) -> String {
    #"{"job_id":null,"status":"complete","results":["# + rows + "]}"
}

/// Delivers bytes like a failing disk: after the last byte, the read fails.
struct FailingSource: ByteSource {
    static let failure = ReadFailure(errorNumber: 5)
    private var bytes: ArraySource

    init(after bytes: [UInt8], chunk: Int = .max) {
        self.bytes = ArraySource(bytes, chunk: chunk)
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let count = try bytes.read(into: buffer)
        guard count > 0 else { throw Self.failure }
        return count
    }
}

/// Delivers each piece in a read of its own, as a program does that writes a log line by line.
struct PiecedSource: ByteSource {
    private var pieces: ArraySlice<[UInt8]>

    init(_ pieces: [[UInt8]]) {
        self.pieces = pieces[...]
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        guard let piece = pieces.first else { return 0 }
        let count = min(piece.count, buffer.count)
        buffer.copyBytes(from: piece.prefix(count))
        if count == piece.count { pieces.removeFirst() } else { pieces[pieces.startIndex].removeFirst(count) }
        return count
    }
}

/// Delivers a long text that is never completely in memory: a head, one byte repeated many times, and a tail.
struct RepeatingSource: ByteSource {
    private var head: ArraySlice<UInt8>
    private let byte: UInt8
    private var remaining: Int
    private var tail: ArraySlice<UInt8>

    init(head: String, repeating byte: UInt8, count: Int, tail: String) {
        self.head = Array(head.utf8)[...]
        self.byte = byte
        remaining = count
        self.tail = Array(tail.utf8)[...]
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        if !head.isEmpty { return Self.take(from: &head, into: buffer) }
        guard remaining > 0 else { return Self.take(from: &tail, into: buffer) }
        let count = min(remaining, buffer.count)
        _ = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]).initializeMemory(as: UInt8.self, repeating: byte)
        remaining -= count
        return count
    }

    private static func take(from bytes: inout ArraySlice<UInt8>, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(bytes.count, buffer.count)
        buffer.copyBytes(from: bytes.prefix(count))
        bytes = bytes.dropFirst(count)
        return count
    }
}

/// Records each row as text: position, facts, id, code, message and details.
///
/// Texts are escaped to ASCII so that rows compare character by character: Swift's own string comparison treats
/// canonically equivalent texts as equal.
struct RecordingSink: RowSink {
    private(set) var rows: [String] = []
    /// The number of times that `results` began.
    private(set) var beginnings = 0

    mutating func beginRows(of job: DeclaredJob) {
        rows = []
        beginnings += 1
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {
        for index in runs.indices { consume(runs[index], text: text) }
    }

    mutating func consume(_ run: RowRun, text: Span<UInt8>) {
        for index in 0..<run.count {
            let id = run.id?.advanced(by: index * run.idStride)
            rows.append(
                Self.line(
                    row: run.firstRow + index, facts: run.facts, id: Self.string(id, in: text),
                    code: Self.string(run.code, in: text), message: Self.string(run.message, in: text),
                    details: Self.string(run.details, in: text)))
        }
    }

    /// Returns the recorded text of a row, with a dash for an absent text. Details are appended only if there are any.
    static func line(
        row: Int, facts: RowFacts, id: String?, code: String?, message: String?, details: String? = nil
    ) -> String {
        "\(row) \(names(of: facts)) \(shown(id)) \(shown(code)) \(shown(message))"
            + (details == nil ? "" : " " + shown(details))
    }

    private static func string(_ range: TextRange?, in text: Span<UInt8>) -> String? {
        guard let range else { return nil }
        var bytes: [UInt8] = []
        for index in range.offset..<range.offset + range.count { bytes.append(text[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func shown(_ text: String?) -> String {
        guard let text else { return "-" }
        return "\"" + text.unicodeScalars.map { $0.escaped(asASCII: true) }.joined() + "\""
    }

    private static func names(of facts: RowFacts) -> String {
        let named: [(RowFacts, String)] = [
            (.created, "created"), (.existing, "existing"), (.error, "error"), (.code, "code"),
            (.idNotUUID, "idNotUUID"), (.wrongType, "wrongType"), (.unknownField, "unknownField"),
            (.duplicateKey, "duplicateKey"), (.textCut, "textCut"),
        ]
        let present = named.filter { facts.contains($0.0) }.map { $0.1 }
        return present.isEmpty ? "nothing" : present.joined(separator: "+")
    }
}

/// Limits the process's memory for data to its current amount plus `bytes`. Returns false if that is impossible.
func limitMemoryGrowth(to bytes: Int) -> Bool {
    guard let now = dataBytes() else { return false }
    var limits = rlimit()
    limits.rlim_cur = rlim_t(now + bytes)
    limits.rlim_max = limits.rlim_cur
    return setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limits) == 0
}

/// Returns the bytes of data that Linux counts for the limit: the sixth number of /proc/self/statm, in pages.
private func dataBytes() -> Int? {
    let file = open("/proc/self/statm", O_RDONLY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = read(file, &buffer, buffer.count)
    let numbers = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    guard numbers.count > 5, let pages = Int(numbers[5]) else { return nil }
    return pages * Int(getpagesize())
}
