import ImportAnalysis
import ImportDumps
import ImportReports

/// What a run found out about each document, as records: in memory as long as that is little, then in a temporary file.
final class ResultStore {
    /// A job, and where its record is: in 24 bytes, for there may be millions.
    struct Entry {
        private let input: UInt32
        private let entry: UInt32
        private let document: UInt32
        private let count: UInt32
        private let place: Int

        fileprivate init(_ order: DocumentOrder, _ stretch: Spool.Stretch, isPlain: Bool) {
            // What follows beyond four billions keeps the order in which it was read.
            (input, entry) = (UInt32(clamping: order.input), UInt32(clamping: order.entry))
            (document, count) = (UInt32(clamping: order.document), UInt32(clamping: stretch.count))
            place = stretch.offset << 1 | (isPlain ? 1 : 0)
        }

        var order: DocumentOrder { DocumentOrder(input: Int(input), entry: Int(entry), document: Int(document)) }
        fileprivate var stretch: Spool.Stretch { Spool.Stretch(offset: place >> 1, count: Int(count)) }
        /// It was taken in as a plain one.
        fileprivate var isPlain: Bool { place & 1 == 1 }
    }

    /// What is no job, and where its name and the reason are.
    struct Refusal {
        var order: DocumentOrder
        fileprivate var stretch: Spool.Stretch
        /// What it means for the exit status.
        var status: ExitStatus
    }

    private(set) var jobs: [Entry] = []
    private(set) var unreadable: [Refusal] = []
    private let spool: Spool

    /// - Parameters:
    ///   - folder: where a temporary file may be made.
    ///   - memoryBytes: beyond so many, results go into the file.
    init(folder: String, memoryBytes: Int) {
        spool = Spool(in: folder, memoryBytes: memoryBytes)
    }

    /// Takes the record of a job in; returns its number.
    func append(job record: [UInt8], _ order: DocumentOrder) throws -> Int {
        jobs.append(Entry(order, try spool.append(record), isPlain: false))
        return jobs.count - 1
    }

    /// Takes the records of several jobs in; returns the number of the first one.
    func append(jobs records: [UInt8], _ places: [(order: DocumentOrder, range: Range<Int>)]) throws -> Int {
        let first = jobs.count
        let stretch = try spool.append(records)
        for (order, range) in places {
            jobs.append(
                Entry(
                    order, Spool.Stretch(offset: stretch.offset + range.lowerBound, count: range.count),
                    isPlain: true))
        }
        return first
    }

    func append(_ input: UnreadableInput, _ order: DocumentOrder, _ status: ExitStatus) throws {
        // A name has no U+0000.
        let stretch = try spool.append(Array("\(input.source)\0\(input.reason)".utf8))
        unreadable.append(Refusal(order: order, stretch: stretch, status: status))
    }

    /// The numbers of all jobs in the order of their inputs.
    var inOrder: [Int] {
        let isInOrder = jobs.indices.dropFirst().allSatisfy { !(jobs[$0].order < jobs[$0 - 1].order) }
        return isInOrder ? Array(jobs.indices) : jobs.indices.sorted { jobs[$0].order < jobs[$1].order }
    }

    /// What an overview needs of a plain job without failed rows; nil of any other.
    func plainJob(_ number: Int) throws -> PlainJobRecord? {
        let entry = jobs[number]
        return entry.isPlain ? PlainJobRecord(try spool.read(entry.stretch)) : nil
    }

    func job(_ number: Int) throws -> JobSummary { JobSummary(record: try spool.read(jobs[number].stretch)) }

    func unreadable(_ number: Int) throws -> UnreadableInput {
        let parts = try spool.read(unreadable[number].stretch).split(separator: 0, maxSplits: 1)
        return UnreadableInput(
            source: String(decoding: parts.first ?? [], as: UTF8.self),
            reason: String(decoding: parts.last ?? [], as: UTF8.self))
    }
}

/// What a run found out: in memory as long as that is little, then in a temporary file.
final class Spool {
    /// What is read at once: records are read in about the order in which they were written.
    private static let blockBytes = 256 * 1024

    private let folder: String
    private let memoryBytes: Int
    /// The first ones.
    private var memory: [UInt8] = []
    /// Those behind them; nil as long as all are in memory.
    private var file: TemporaryFile?
    /// Bytes of the file that were read last, and where they begin in it.
    private var block: (bytes: [UInt8], offset: Int) = ([], 0)

    /// A stretch of it.
    struct Stretch {
        var offset: Int
        var count: Int
    }

    /// - Parameters:
    ///   - folder: where there is room for a temporary file.
    ///   - memoryBytes: beyond so many, they go into the file.
    init(in folder: String, memoryBytes: Int = 0) {
        self.folder = folder
        self.memoryBytes = memoryBytes
    }

    func append(_ bytes: [UInt8]) throws -> Stretch {
        if file == nil, memory.count + bytes.count <= memoryBytes {
            memory += bytes
            return Stretch(offset: memory.count - bytes.count, count: bytes.count)
        }
        return Stretch(offset: memory.count + (try openedFile().append(bytes.span)), count: bytes.count)
    }

    func read(_ stretch: Stretch) throws -> ArraySlice<UInt8> {
        if stretch.offset < memory.count { return memory[stretch.offset..<stretch.offset + stretch.count] }
        let offset = stretch.offset - memory.count
        if offset < block.offset || offset + stretch.count > block.offset + block.bytes.count {
            let file = try openedFile()
            let count = max(stretch.count, min(Self.blockBytes, file.size - offset))
            var bytes = [UInt8](repeating: 0, count: count)
            var target = bytes.mutableSpan
            try file.read(into: &target, at: offset)
            block = (bytes, offset)
        }
        let start = offset - block.offset
        return block.bytes[start..<start + stretch.count]
    }

    private func openedFile() throws(CommandFailure) -> TemporaryFile {
        if let file { return file }
        let opened = try TemporaryFile(in: folder)
        file = opened
        return opened
    }
}
