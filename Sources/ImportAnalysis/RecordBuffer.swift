import ImportDumps

/// Records of plain jobs, one after another, in memory that is used again: some fifty bytes for each, from which
/// ``PlainJobRecord`` makes the summary.
///
/// One thread at a time uses it, as it does the batch that it is a part of: that is why it can be sent between them.
@safe
package final class RecordBuffer: @unchecked Sendable {
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity = 80 * 1024
    package private(set) var count = 0
    /// The input that was named last, and where its name lies.
    private var named: (source: String, offset: Int, count: Int)?

    package init() {
        unsafe memory = .allocate(capacity: capacity)
    }

    deinit {
        unsafe memory.deallocate()
    }

    package var bytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: memory, count: count) }

    package func removeAll() { (count, named) = (0, nil) }

    private func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(2 * capacity, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe larger.update(from: memory, count: count)
        unsafe memory.deallocate()
        unsafe memory = larger
    }

    /// Appends a plain job.
    func append(
        _ job: PlainJob, _ text: Span<UInt8>, _ source: String, _ position: DocumentPosition, _ outcomes: UInt64,
        _ failures: PlainFailures?, isIdentified: Bool
    ) {
        // A number takes ten bytes at most, and there are fewer than thirty; times have 20 bytes each.
        let start = count
        let suffix: String? =
            switch position {
            case .whole, .line: nil
            case .place, .element, .inside: position.suffix
            }
        reserve(400 + job.jobID.count + source.utf8.count + (suffix?.utf8.count ?? 0))
        var record = unsafe Writer(at: memory + start)
        var flags: PlainJobRecord.Flags = []
        if job.uuid != nil { flags.insert(.uuid) }
        if job.times.created != nil { flags.insert(.created) }
        if job.times.updated != nil { flags.insert(.updated) }
        if job.times.expires != nil { flags.insert(.expires) }
        if job.processed != nil { flags.insert(.processed) }
        if job.succeeded != nil { flags.insert(.succeeded) }
        if job.failed != nil { flags.insert(.failed) }
        if failures != nil { flags.insert(.failures) }
        unsafe record.append(byte: flags.rawValue)
        if let uuid = job.uuid {
            unsafe record.append(word: uuid.first)
            unsafe record.append(word: uuid.second)
        } else {
            unsafe record.append(UInt(job.jobID.count))
            unsafe text.withUnsafeBufferPointer { text in
                unsafe record.append(
                    UnsafeBufferPointer(
                        rebasing: text[job.jobID.offset..<job.jobID.offset + job.jobID.count]))
            }
        }
        for time in [job.times.created, job.times.updated, job.times.expires] {
            if let time { unsafe record.append(UInt(time)) }
        }
        unsafe record.append(UInt(job.createdRows))
        unsafe record.append(UInt(job.existingRows))
        unsafe record.append(UInt(job.failedRows))
        unsafe record.append(UInt(job.byteCount))
        unsafe record.append(word: outcomes)
        let mark = isIdentified ? PlainJobRecord.Source.identified : 0
        unsafe append(source, position, suffix, mark, to: &record, from: start)
        unsafe count = record.at - memory
        if let failures { append(failures) }
    }

    /// Appends where the job is. Of a log the name stands in the first record only.
    private func append(
        _ source: String, _ position: DocumentPosition, _ suffix: String?, _ mark: UInt8, to record: inout Writer,
        from start: Int
    ) {
        var source = source
        if case .line(let place) = position {
            if let named, named.source == source {
                unsafe record.append(byte: PlainJobRecord.Source.lineOfNamed.rawValue | mark)
                unsafe record.append(UInt(start - named.offset))
                unsafe record.append(UInt(named.count))
            } else {
                unsafe record.append(byte: PlainJobRecord.Source.line.rawValue | mark)
                unsafe record.append(UInt(source.utf8.count))
                unsafe named = (source, record.at - memory, source.utf8.count)
                source.withUTF8 { unsafe record.append($0) }
            }
            unsafe record.append(UInt(place.line))
        } else {
            var suffix = suffix ?? ""
            unsafe record.append(byte: PlainJobRecord.Source.whole.rawValue | mark)
            unsafe record.append(UInt(source.utf8.count + suffix.utf8.count))
            source.withUTF8 { unsafe record.append($0) }
            suffix.withUTF8 { unsafe record.append($0) }
        }
    }

    private func append(_ failures: PlainFailures) {
        var (failures, writer) = (failures, RecordWriter(bytes: []))
        failures.code(with: &writer)
        reserve(writer.bytes.count)
        unsafe writer.bytes.withUnsafeBufferPointer { bytes in
            var record = unsafe Writer(at: memory + count)
            unsafe record.append(bytes)
            unsafe count = record.at - memory
        }
    }

    /// Writes where there is room.
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
