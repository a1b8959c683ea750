import ImportDumps
import ImportFoundation

/// What is kept of a plain job, as bytes: nothing that follows from the rest.
///
///     flags             1 byte
///     id                16 bytes of a UUID, or its length and its text
///     times             as far as there are any: their digits as one number
///     rows              created, existing, failed
///     size              of the dump
///     outcomes          their digest, 8 bytes
///     source            1 byte for its form; what belongs to that
///     failures          if rows failed: codes, positions, stretches
///
/// Numbers and lists are those of ``JobSummary/appendRecord(to:)``, but for numbers without a sign.
package enum PlainJobRecord {
    struct Flags: OptionSet {
        let rawValue: UInt8
        static let uuid = Flags(rawValue: 1)
        static let created = Flags(rawValue: 2)
        static let updated = Flags(rawValue: 4)
        static let expires = Flags(rawValue: 8)
        static let processed = Flags(rawValue: 16)
        static let succeeded = Flags(rawValue: 32)
        static let failed = Flags(rawValue: 64)
        static let failures = Flags(rawValue: 128)
    }

    enum Source: UInt8 {
        /// Its length and its text.
        case whole
        /// The name of the input, its length first, and the line.
        case line
        /// How far in front of the record the name lies, its length, and the line.
        case lineOfNamed
    }

    /// The summary of the job.
    ///
    /// - Parameter name: reads the name of the input, which lies so many bytes in front of the record.
    package static func summary(
        _ record: ArraySlice<UInt8>, name: (_ distance: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) rethrows -> JobSummary {
        var reader = RecordReader(record)
        let flags = Flags(rawValue: reader.byte())
        var job = DeclaredJob()
        job.status = JobStatus.complete.rawValue
        if flags.contains(.uuid) {
            let halves = (reader.word(), reader.word())
            job.jobID = uuid(halves.0, halves.1)
        } else {
            job.jobID = String(decoding: reader.bytes(reader.number()), as: UTF8.self)
        }
        if flags.contains(.created) { job.createdAt = time(reader.number()) }
        if flags.contains(.updated) { job.updatedAt = time(reader.number()) }
        if flags.contains(.expires) { job.expiresAt = time(reader.number()) }
        var rows = RowCounts()
        rows.created = reader.number()
        rows.existing = reader.number()
        rows.failed = reader.number()
        rows.missing = 0
        job.total = rows.seen
        if flags.contains(.processed) { job.processed = rows.seen }
        if flags.contains(.succeeded) { job.succeeded = rows.created + rows.existing }
        if flags.contains(.failed) { job.failed = rows.failed }
        let bytes = reader.number()
        let outcomes = reader.word()
        let source: String
        switch Source(rawValue: reader.byte()) {
        case .whole, nil: source = String(decoding: reader.bytes(reader.number()), as: UTF8.self)
        case .line:
            let name = reader.bytes(reader.number())
            source = String(decoding: name, as: UTF8.self) + ":\(reader.number())"
        case .lineOfNamed:
            let name = try name(reader.number(), reader.number())
            source = String(decoding: name, as: UTF8.self) + ":\(reader.number())"
        }
        var failures = PlainFailures()
        if flags.contains(.failures) { failures.code(with: &reader) }
        var summary = JobSummary(
            job: job, source: source, bytes: bytes, sha256: nil, rows: rows, failedByCode: failures.byCode,
            findings: [], results: .complete, salvage: nil)
        summary.outcomes = outcomes
        summary.failurePositions = failures.positions
        summary.failureStretches = failures.stretches
        return summary
    }

    private static func uuid(_ high: UInt64, _ low: UInt64) -> String {
        let digits: StaticString = "0123456789abcdef"
        return unsafe String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for index in 0..<32 {
                if [8, 12, 16, 20].contains(index) {
                    unsafe text[place] = UInt8(ascii: "-")
                    place += 1
                }
                let word = index < 16 ? high : low
                let digit = Int(truncatingIfNeeded: word >> UInt64(60 - 4 * (index & 15))) & 15
                unsafe text[place] = digits.utf8Start[digit]
                place += 1
            }
            return 36
        }
    }

    private static func time(_ number: Int) -> String {
        unsafe String(unsafeUninitializedCapacity: 20) { text in
            var rest = number
            for place in (0..<19).reversed() {
                switch place {
                case 4, 7: unsafe text[place] = UInt8(ascii: "-")
                case 10: unsafe text[place] = UInt8(ascii: "T")
                case 13, 16: unsafe text[place] = UInt8(ascii: ":")
                default:
                    unsafe text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
            }
            unsafe text[19] = UInt8(ascii: "Z")
            return 20
        }
    }
}

extension PlainFailures {
    mutating func code(with coder: inout some RecordCoder) {
        coder.code(&byCode, .empty) { $0.code(with: &$1) }
        coder.code(&positions, or: .empty) { $0.code(with: &$1) }
        coder.code(&stretches, .empty) { $0.code(with: &$1) }
    }
}
