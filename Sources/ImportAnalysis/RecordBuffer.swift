import ImportDumps

/// Records of plain jobs, one after another, in memory that is used again.
///
/// They are the same bytes as those of `JobSummary.appendRecord(to:)` for the summary that such a job has, without the
/// summary being made: see there for their form.
///
/// One thread at a time uses it, as it does the batch that it is a part of: that is why it can be sent between them.
@safe
package final class RecordBuffer: @unchecked Sendable {
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity = 80 * 1024
    package private(set) var count = 0

    package init() {
        unsafe memory = .allocate(capacity: capacity)
    }

    deinit {
        unsafe memory.deallocate()
    }

    package var bytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: memory, count: count) }

    package func removeAll() { count = 0 }

    private func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        capacity = max(2 * capacity, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe larger.update(from: memory, count: count)
        unsafe memory.deallocate()
        unsafe memory = larger
    }

    /// The members of a job up to the digest of its outcomes.
    func append(
        _ job: PlainJob, _ text: Span<UInt8>, _ source: String, _ position: DocumentPosition, _ outcomes: UInt64
    ) {
        var source = source
        var suffix: String?
        switch position {
        case .whole, .line: break
        case .place, .element, .inside: suffix = position.suffix
        }
        // A number takes ten bytes at most, and there are fewer than thirty.
        reserve(
            300 + job.jobID.count + job.status.count + (job.createdAt?.count ?? 0) + (job.updatedAt?.count ?? 0)
                + (job.expiresAt?.count ?? 0) + source.utf8.count + (suffix?.utf8.count ?? 0))
        var record = unsafe Writer(at: memory + count)
        unsafe text.withUnsafeBufferPointer { text in
            guard let text = text.baseAddress else { return }
            // The kind: an import.
            unsafe record.append(0)
            unsafe record.append(text, job.jobID)
            unsafe record.append(text, job.status)
            unsafe record.append(optional: job.total)
            unsafe record.append(optional: job.processed)
            unsafe record.append(optional: job.succeeded)
            unsafe record.append(optional: job.failed)
            unsafe record.append(text, job.createdAt)
            unsafe record.append(text, job.updatedAt)
            unsafe record.append(text, job.expiresAt)
        }
        // No error of the job.
        unsafe record.append(0)
        source.withUTF8 { source in
            switch position {
            case .line(let place):
                var digits: InlineArray<20, UInt8> = .init(repeating: 0)
                var (first, rest) = (20, place.line)
                repeat {
                    first -= 1
                    digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                } while rest > 0
                unsafe record.append(UInt(source.count + 1 + 20 - first) + 1)
                unsafe record.append(source)
                unsafe record.append(byte: UInt8(ascii: ":"))
                for index in first..<20 { unsafe record.append(byte: digits[index]) }
            default:
                unsafe record.append(UInt(source.count + (suffix?.utf8.count ?? 0)) + 1)
                unsafe record.append(source)
                suffix?.withUTF8 { unsafe record.append($0) }
            }
        }
        unsafe record.append(number: job.byteCount)
        // No hash.
        unsafe record.append(0)
        unsafe record.append(number: job.createdRows)
        unsafe record.append(number: job.existingRows)
        unsafe record.append(number: job.failedRows)
        // None unclassified, none applied, none missing.
        unsafe record.append(0)
        unsafe record.append(0)
        unsafe record.append(optional: 0)
        unsafe record.append(optional: Int(bitPattern: UInt(outcomes)))
        unsafe count = record.at - memory
    }

    /// The members behind that of a job without failed rows.
    func appendNothing(behindOutcomesOf job: PlainJob) {
        // There is room.
        var record = unsafe Writer(at: memory + count)
        // No codes, no positions, no stretches, no findings.
        for _ in 0..<4 { unsafe record.append(0) }
        unsafe record.append(number: [ResultsState].indexOfComplete)
        // Not salvaged; no other dumps, none that are not kept, and not more; no identity.
        for _ in 0..<5 { unsafe record.append(0) }
        unsafe count = record.at - memory
    }

    /// The same of a job with failed rows.
    func append(_ failures: PlainFailures) {
        var (failures, writer) = (failures, RecordWriter(bytes: []))
        writer.code(&failures.byCode, .empty) { $0.code(with: &$1) }
        writer.code(&failures.positions, or: .empty) { $0.code(with: &$1) }
        writer.code(&failures.stretches, .empty) { $0.code(with: &$1) }
        var findings = 0
        writer.code(&findings)
        var results = ResultsState.complete
        writer.code(&results, of: .all)
        for _ in 0..<5 { writer.append(0) }
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
        mutating func append(number: Int) {
            unsafe append(UInt(bitPattern: number << 1 ^ number >> (Int.bitWidth - 1)))
        }

        @inline(__always)
        mutating func append(optional number: Int?) {
            guard let number else { return unsafe append(0) }
            unsafe append(number: 1)
            unsafe append(number: number)
        }

        @inline(__always)
        mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
            guard let start = bytes.baseAddress else { return }
            unsafe at.update(from: start, count: bytes.count)
            unsafe at += bytes.count
        }

        @inline(__always)
        mutating func append(_ text: UnsafePointer<UInt8>, _ range: TextRange?) {
            guard let range else { return unsafe append(0) }
            unsafe append(UInt(range.count) + 1)
            unsafe at.update(from: text + range.offset, count: range.count)
            unsafe at += range.count
        }
    }
}

extension [ResultsState] {
    fileprivate static let indexOfComplete = all.firstIndex(of: .complete) ?? 0
}
