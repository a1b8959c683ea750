import ImportAnalysis
import ImportDumps
import ImportReports

/// The results of a run for each document, as records: in memory at first, then in a temporary file.
final class ResultStore {
    /// A job and the location of its record, in 24 bytes because there may be millions of jobs.
    struct Entry: BitwiseCopyable {
        /// What is known about a job without its record.
        enum Kind: Int {
            case job
            /// A plain job, whose record is a ``PlainJobRecord``.
            case plain
            /// A plain job without failed rows that was tallied with others of its day (``JobLedger``).
            case tallied
        }

        private let input: UInt32
        private let entry: UInt32
        private let document: UInt32
        private let count: UInt32
        private let place: Int

        init(_ order: DocumentOrder, _ stretch: Spool.Stretch, kind: Kind) {
            // Documents beyond four billion keep the order in which they were read.
            (input, entry) = (UInt32(clamping: order.input), UInt32(clamping: order.entry))
            (document, count) = (UInt32(clamping: order.document), UInt32(clamping: stretch.count))
            place = stretch.offset << 2 | kind.rawValue
        }

        var order: DocumentOrder { DocumentOrder(input: Int(input), entry: Int(entry), document: Int(document)) }
        var stretch: Spool.Stretch { Spool.Stretch(offset: place >> 2, count: Int(count)) }
        var kind: Kind { Kind(rawValue: place & 3) ?? .job }

        /// Whether this entry precedes another in the order of documents.
        func precedes(_ other: Entry) -> Bool {
            (input, entry, document) < (other.input, other.entry, other.document)
        }
    }

    /// A document that is not a job, and the location of its name and the reason.
    struct Refusal {
        var order: DocumentOrder
        fileprivate var stretch: Spool.Stretch
        /// Its effect on the exit status.
        var status: ExitStatus
    }

    /// Beyond this many jobs, their entries go into a temporary file.
    private static let memoryEntries = 256 * 1024

    private let jobs: SpilledList<Entry>
    private(set) var unreadable: [Refusal] = []
    private let spool: Spool
    private var recorded: RecordedJobs

    /// - Parameter folder: a folder with space for a temporary file.
    convenience init(_ spool: Spool, folder: String) {
        self.init(spool, SpilledList(in: folder, memoryElements: Self.memoryEntries))
    }

    private init(_ spool: Spool, _ jobs: SpilledList<Entry>) {
        self.spool = spool
        self.jobs = jobs
        recorded = RecordedJobs(spool)
    }

    /// A store with the same results, which another thread may read at the same time. Nothing may be added to either.
    func reader() throws(CommandFailure) -> ResultStore {
        let reader = ResultStore(try spool.reader(), try jobs.reader())
        reader.unreadable = unreadable
        return reader
    }

    /// Adds the record of a job, and returns its number.
    func append(job record: [UInt8], _ order: DocumentOrder) throws -> Int {
        try jobs.append(Entry(order, try spool.append(record), kind: .job))
        return jobs.count - 1
    }

    /// Adds plain jobs. The first one gets the number that ``jobCount`` was before.
    func append(_ batch: PlainJobBatch.Contents) throws {
        try jobs.append(contentsOf: batch.entries(in: spool))
    }

    func append(_ input: UnreadableInput, _ order: DocumentOrder, _ status: ExitStatus) throws {
        let stretch = try spool.append(Self.record(of: input))
        unreadable.append(Refusal(order: order, stretch: stretch, status: status))
    }

    /// The numbers of all jobs in the order of their inputs.
    func inOrder() throws -> [Int] {
        var isInOrder = true
        var last: Entry?
        for number in 0..<jobs.count where isInOrder {
            let entry = try jobs.element(number)
            if let last, entry.precedes(last) { isInOrder = false }
            last = entry
        }
        if isInOrder { return Array(0..<jobs.count) }
        // Sorts copies instead of numbers, because each comparison of numbers might read from the file.
        var entries: [(entry: Entry, number: Int)] = []
        entries.reserveCapacity(jobs.count)
        for number in 0..<jobs.count { entries.append((try jobs.element(number), number)) }
        entries.sort { $0.entry.precedes($1.entry) }
        return entries.map { $0.number }
    }

    var jobCount: Int { jobs.count }

    /// The position of a job among all documents.
    func order(_ number: Int) throws -> DocumentOrder { try jobs.element(number).order }

    func job(_ number: Int) throws -> JobSummary { try recorded.job(jobs.element(number)) }

    /// The record of a plain job; nil for any other.
    func plain(_ number: Int) throws -> PlainJobRecord.Fields? { try recorded.plain(jobs.element(number)) }

    /// The creation time and the rows of a plain job; nil for any other.
    func glance(_ number: Int) throws -> PlainJobRecord.Glance? { try recorded.glance(jobs.element(number)) }

    /// The plain job of a record that has been read.
    func job(_ plain: PlainJobRecord.Fields) -> JobSummary { recorded.job(plain) }

    func unreadable(_ number: Int) throws -> UnreadableInput {
        Self.unreadable(record: try spool.read(unreadable[number].stretch))
    }

    static func record(of input: UnreadableInput) -> [UInt8] {
        // Both can be any text, because they may come from a summary that was read.
        Array("\(input.source.utf8.count):\(input.source)\(input.reason)".utf8)
    }

    static func unreadable(record: ArraySlice<UInt8>) -> UnreadableInput {
        let length = record.prefix { $0 != UInt8(ascii: ":") }
        let texts = record.dropFirst(length.count + 1)
        let count = WholeNumber.of(length) ?? 0
        return UnreadableInput(
            source: String(decoding: texts.prefix(count), as: UTF8.self),
            reason: String(decoding: texts.dropFirst(count), as: UTF8.self))
    }
}

/// A sequence of bytes that is in memory at first, and spills to a temporary file.
final class Spool {
    /// The blocks of the file that were read last, for reads roughly in the order in which the bytes were written.
    private struct Blocks {
        /// The size of a read.
        let bytes: Int
        /// Each block is in the slot given by its number modulo their count.
        private static let count = 16
        private var kept: [(number: Int, bytes: [UInt8])] = []

        init(bytes: Int) {
            self.bytes = bytes
        }

        /// - Parameter read: reads a range of the file.
        mutating func bytes(
            _ offset: Int, _ count: Int, of file: TemporaryFile,
            _ read: (_ offset: Int, _ count: Int) throws -> [UInt8]
        ) throws -> ArraySlice<UInt8> {
            let (number, start) = offset.quotientAndRemainder(dividingBy: bytes)
            guard start + count <= bytes else { return try read(offset, count)[...] }
            if kept.isEmpty { kept = Array(repeating: (-1, []), count: Self.count) }
            let place = number % Self.count
            if kept[place].number != number || kept[place].bytes.count < start + count {
                kept[place] = (number, try read(number * bytes, min(bytes, file.size - number * bytes)))
            }
            return kept[place].bytes[start..<start + count]
        }
    }

    private let folder: String
    private let memoryBytes: Int
    /// The first bytes.
    private var memory: [UInt8] = []
    /// The bytes after them; nil while all are in memory.
    private var file: TemporaryFile?
    private var blocks = Blocks(bytes: 64 * 1024)
    /// The same for a few bytes here and there.
    private var smallBlocks = Blocks(bytes: 8192)

    /// A range of bytes.
    struct Stretch {
        var offset: Int
        var count: Int
    }

    /// - Parameters:
    ///   - folder: a folder with space for a temporary file.
    ///   - memoryBytes: beyond this size, bytes go into the file.
    init(in folder: String, memoryBytes: Int = 0) {
        self.folder = folder
        self.memoryBytes = memoryBytes
    }

    /// A spool of the same bytes, which another thread may read at the same time. Nothing may be appended to either.
    func reader() throws(CommandFailure) -> Spool {
        try file?.flush()
        let reader = Spool(in: folder, memoryBytes: memoryBytes)
        (reader.memory, reader.file) = (memory, file)
        return reader
    }

    func append(_ bytes: [UInt8]) throws -> Stretch { try append(bytes.span) }

    func append(_ bytes: Span<UInt8>) throws -> Stretch {
        if file == nil, memory.count + bytes.count <= memoryBytes {
            unsafe bytes.withUnsafeBufferPointer { unsafe memory.append(contentsOf: $0) }
            return Stretch(offset: memory.count - bytes.count, count: bytes.count)
        }
        return Stretch(offset: memory.count + (try openedFile().append(bytes)), count: bytes.count)
    }

    /// - Parameter isSparse: whether most of the bytes around it will not be read.
    func read(_ stretch: Stretch, isSparse: Bool = false) throws -> ArraySlice<UInt8> {
        if stretch.offset < memory.count { return memory[stretch.offset..<stretch.offset + stretch.count] }
        let (file, offset) = (try openedFile(), stretch.offset - memory.count)
        return isSparse
            ? try smallBlocks.bytes(offset, stretch.count, of: file, read)
            : try blocks.bytes(offset, stretch.count, of: file, read)
    }

    /// Reads a single stretch, without the bytes around it.
    func readAlone(_ stretch: Stretch) throws -> ArraySlice<UInt8> {
        stretch.offset < memory.count ? try read(stretch) : try read(stretch.offset - memory.count, stretch.count)[...]
    }

    private func read(_ offset: Int, _ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var target = bytes.mutableSpan
        try openedFile().read(into: &target, at: offset)
        return bytes
    }

    private func openedFile() throws(CommandFailure) -> TemporaryFile {
        if let file { return file }
        let opened = try TemporaryFile(in: folder)
        file = opened
        return opened
    }
}
