import ImportDumps
import ImportFoundation

/// Records of plain jobs, back to back in memory that is reused. Each takes about 50 bytes, from which
/// ``PlainJobRecord`` makes the summary.
///
/// It is `@unchecked Sendable` because only one thread at a time uses it and the batch that it is part of.
@safe
package final class RecordBuffer: @unchecked Sendable {
    // Accesses never overlap: nothing else is called during one. Checking each costs as much as writing a record.
    @exclusivity(unchecked) private var memory: UnsafeMutablePointer<UInt8>
    @exclusivity(unchecked) private var capacity: Int
    @exclusivity(unchecked) private var used = 0
    package var count: Int { unsafe used }
    /// The input that was named last, and where its name is in the buffer.
    private var named: String?
    private var nameOffset = 0
    private var nameCount = 0

    package init(capacity: Int = 80 * 1024) {
        unsafe self.capacity = capacity
        unsafe memory = .allocate(capacity: capacity)
    }

    deinit {
        unsafe memory.deallocate()
    }

    package var bytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: memory, count: used) }

    package func removeAll() { unsafe (used, named) = (0, nil) }

    private func reserve(_ more: Int) {
        guard unsafe used + more > capacity else { return }
        unsafe capacity = max(2 * capacity, used + more)
        let larger = unsafe UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe larger.update(from: memory, count: used)
        unsafe memory.deallocate()
        unsafe memory = larger
    }

    /// The source of a job.
    struct Source {
        fileprivate let name: String
        /// The line on which the job begins, if its position is given by line.
        fileprivate var line: Int?
        fileprivate let suffix: String
        /// Whether the name is already in the buffer, as the latest one there.
        fileprivate var isNamed = false

        init(_ name: String, _ position: DocumentPosition, in buffer: RecordBuffer) {
            self.name = name
            isNamed = buffer.named == name
            if case .line(let place) = position { line = place.line }
            suffix = line == nil ? position.suffix : ""
        }

        /// Advances to the next line.
        @inline(__always)
        mutating func passLine() {
            if let line { self.line = line + 1 }
        }
    }

    /// Appends a plain job. If it has failures, their record must be appended next.
    @inline(__always)
    func append(
        _ job: borrowing PlainJob, _ text: Span<UInt8>, at source: inout Source, _ outcomes: UInt64,
        hasFailures: Bool, isIdentified: Bool, sha256: SHA256Digest?
    ) {
        // A number takes at most ten bytes, and there are fewer than thirty.
        let start = unsafe used
        reserve(400 + job.jobID.count + source.name.utf8.count + source.suffix.utf8.count)
        var record = unsafe Writer(at: memory + start)
        var flags: PlainJobRecord.Flags = []
        if job.uuid != nil { flags.insert(.uuid) }
        if job.times.created != nil { flags.insert(.created) }
        if job.times.updated != nil { flags.insert(.updated) }
        if job.times.expires != nil { flags.insert(.expires) }
        if job.processed != nil { flags.insert(.processed) }
        if job.succeeded != nil { flags.insert(.succeeded) }
        if job.failed != nil { flags.insert(.failed) }
        if hasFailures { flags.insert(.failures) }
        unsafe record.append(byte: flags.rawValue)
        if let uuid = job.uuid {
            unsafe record.append(word: uuid.first)
            unsafe record.append(word: uuid.second)
        } else {
            let range = job.jobID.offset..<job.jobID.offset + job.jobID.count
            unsafe record.append(UInt(range.count))
            unsafe text.withUnsafeBufferPointer { text in
                unsafe record.append(UnsafeBufferPointer(rebasing: text[range]))
            }
        }
        if let time = job.times.created { unsafe record.append(UInt(time)) }
        if let time = job.times.updated { unsafe record.append(UInt(time)) }
        if let time = job.times.expires { unsafe record.append(UInt(time)) }
        unsafe record.append(UInt(job.createdRows))
        unsafe record.append(UInt(job.existingRows))
        unsafe record.append(UInt(job.failedRows))
        unsafe record.append(UInt(job.dump.count))
        unsafe record.append(word: outcomes)
        let mark =
            (isIdentified ? PlainJobRecord.Source.identified : 0)
            | (sha256 == nil ? 0 : PlainJobRecord.Source.hashed)
        if let line = source.line, source.isNamed {
            unsafe record.append(byte: PlainJobRecord.Source.lineOfNamed.rawValue | mark)
            unsafe record.append(UInt(start - nameOffset))
            unsafe record.append(UInt(nameCount))
            unsafe record.append(UInt(line))
        } else {
            unsafe append(&source, mark, to: &record)
        }
        if let sha256 {
            for index in sha256.bytes.indices { unsafe record.append(byte: sha256.bytes[index]) }
        }
        unsafe used = record.at - memory
    }

    /// Appends the source of the job. For a log, only the first record contains the name.
    private func append(_ source: inout Source, _ mark: UInt8, to record: inout Writer) {
        var (name, suffix) = (source.name, source.suffix)
        if let line = source.line {
            unsafe record.append(byte: PlainJobRecord.Source.line.rawValue | mark)
            unsafe record.append(UInt(name.utf8.count))
            unsafe (named, nameOffset, nameCount) = (name, record.at - memory, name.utf8.count)
            name.withUTF8 { unsafe record.append($0) }
            unsafe record.append(UInt(line))
            source.isNamed = true
        } else {
            unsafe record.append(byte: PlainJobRecord.Source.whole.rawValue | mark)
            unsafe record.append(UInt(name.utf8.count + suffix.utf8.count))
            name.withUTF8 { unsafe record.append($0) }
            suffix.withUTF8 { unsafe record.append($0) }
        }
    }

    func append(_ bytes: [UInt8]) {
        reserve(bytes.count)
        unsafe bytes.withUnsafeBufferPointer { bytes in
            var record = unsafe Writer(at: memory + used)
            unsafe record.append(bytes)
            unsafe used = record.at - memory
        }
    }

    /// Writes to memory that has been reserved.
    @unsafe
    private struct Writer {
        var at: UnsafeMutablePointer<UInt8>

        @inline(__always)
        mutating func append(byte: UInt8) {
            unsafe at.pointee = byte
            unsafe at += 1
        }

        @inline(__always)
        mutating func append(_ number: UInt) {
            var rest = number
            while rest >= 0x80 {
                unsafe append(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            unsafe append(byte: UInt8(truncatingIfNeeded: rest))
        }

        @inline(__always)
        mutating func append(word: UInt64) {
            unsafe UnsafeMutableRawPointer(at).storeBytes(of: word.littleEndian, as: UInt64.self)
            unsafe at += 8
        }

        @inline(__always)
        mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
            guard let start = bytes.baseAddress else { return }
            unsafe at.update(from: start, count: bytes.count)
            unsafe at += bytes.count
        }
    }
}
