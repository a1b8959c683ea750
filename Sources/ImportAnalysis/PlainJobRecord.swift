import ImportDumps
package import ImportFoundation

/// The record of a plain job, in bytes: nothing is stored that follows from the rest.
///
///     flags             1 byte
///     id                16 bytes of a UUID, or the length and the bytes of a text
///     times             those that the job has: the digits of each as one number
///     rows              created, existing, failed
///     size              of the dump
///     outcomes          their digest, 8 bytes
///     source            1 byte for its form, then the data of that form
///     SHA-256           of the dump, 32 bytes, if it was computed
///     outline           if rows failed: its length, then the codes as far as sums over jobs need them
///     failures          if rows failed: codes, positions, stretches, incidents
///
/// Numbers and lists are encoded as by ``JobSummary/appendRecord(to:)``, but the numbers up to the outline's length are
/// unsigned.
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
        /// The length and the text of the source.
        case whole
        /// The length and the text of the input's name, then the line.
        case line
        /// How many bytes before the record the input's name begins, the name's length, and the line.
        case lineOfNamed

        /// A flag in the form byte: ids of rows were compared, and none was repeated.
        static let identified: UInt8 = 0x80
        /// A flag in the form byte: the dump's SHA-256 follows.
        static let hashed: UInt8 = 0x40
    }

    /// The contents of a record. Its texts are ranges of the record's bytes, so that copies cost little.
    package struct Fields: Sendable {
        private let record: ArraySlice<UInt8>
        let flags: Flags
        /// A number that is equal for jobs that have the same members.
        package var shape: Int { Int(flags.rawValue) << 2 | (isIdentified ? 2 : 0) | (sha256 == nil ? 0 : 1) }
        /// One more than the largest ``shape``.
        package static let shapeCount = 1024
        package fileprivate(set) var uuid: (first: UInt64, second: UInt64)?
        /// The id if it is not a UUID: ASCII without quotes, backslashes and control characters except U+007F.
        package var jobID: ArraySlice<UInt8> { record[jobIDRange] }
        fileprivate var jobIDRange: Range<Int>
        /// Times as numbers such as 20250304100600.
        package fileprivate(set) var created: Int?
        package fileprivate(set) var updated: Int?
        package fileprivate(set) var expires: Int?
        package fileprivate(set) var rows = RowCounts()
        package fileprivate(set) var byteCount = 0
        package fileprivate(set) var outcomes: UInt64 = 0
        /// The source, or only the name of the input if there is a line.
        package var name: ArraySlice<UInt8> { earlierName ?? record[nameRange] }
        fileprivate var nameRange: Range<Int>
        /// The name if it is in an earlier record.
        fileprivate var earlierName: ArraySlice<UInt8>?
        package fileprivate(set) var line: Int?
        package fileprivate(set) var isIdentified = false
        /// The SHA-256 of the dump, if it was computed.
        package fileprivate(set) var sha256: SHA256Digest?
        /// The codes of failed rows: equal bytes for equal codes and counts.
        var outline: ArraySlice<UInt8> { record[outlineRange] }
        fileprivate var outlineRange: Range<Int>
        /// The data about failed rows: equal bytes for equal data.
        var failures: ArraySlice<UInt8> { record[failuresRange] }
        fileprivate var failuresRange: Range<Int>

        fileprivate init(_ record: ArraySlice<UInt8>, _ flags: Flags) {
            self.record = record
            self.flags = flags
            let none = record.startIndex..<record.startIndex
            (jobIDRange, nameRange, outlineRange, failuresRange) = (none, none, none, none)
        }

        package var jobIDText: String {
            uuid.map { PlainJobRecord.uuid($0, $1) } ?? String(decoding: jobID, as: UTF8.self)
        }

        /// The day of creation, as days since 1970-01-01; nil if the job does not state it.
        package var day: Int? { created.map { PlainJobTally.day($0 / 1_000_000) } }

        package var glance: Glance { Glance(second: created.map(PlainJobRecord.second), rows: rows) }
    }

    /// When the job was created, and its rows: all that is needed to compare jobs.
    package struct Glance: Sendable {
        /// The time of creation, as seconds since 1970-01-01 in UTC; nil if the job does not state it.
        package fileprivate(set) var second: Int?
        package fileprivate(set) var rows = RowCounts()
    }

    /// Converts a valid time such as 20250304100600 to seconds since 1970-01-01 in UTC.
    static func second(_ number: Int) -> Int {
        let time = number % 1_000_000
        return PlainJobTally.day(number / 1_000_000) * 86_400 + time / 10_000 * 3600 + time / 100 % 100 * 60 + time
            % 100
    }

    package static func glance(_ record: ArraySlice<UInt8>) -> Glance {
        var reader = RecordReader(record)
        let flags = Flags(rawValue: reader.byte())
        var glance = Glance()
        if flags.contains(.uuid) {
            _ = (reader.word(), reader.word())
        } else {
            _ = reader.range(reader.number())
        }
        if flags.contains(.created) {
            glance.second = second(reader.number())
        }
        if flags.contains(.updated) { _ = reader.number() }
        if flags.contains(.expires) { _ = reader.number() }
        glance.rows.created = reader.number()
        glance.rows.existing = reader.number()
        glance.rows.failed = reader.number()
        return glance
    }

    /// - Parameter name: reads the name of the input: `count` bytes that begin `distance` bytes before the record.
    package static func fields(
        _ record: ArraySlice<UInt8>, name: (_ distance: Int, _ count: Int) throws -> ArraySlice<UInt8>
    ) rethrows -> Fields {
        var reader = RecordReader(record)
        var fields = Fields(record, Flags(rawValue: reader.byte()))
        if fields.flags.contains(.uuid) {
            fields.uuid = (reader.word(), reader.word())
        } else {
            fields.jobIDRange = reader.range(reader.number())
        }
        if fields.flags.contains(.created) { fields.created = reader.number() }
        if fields.flags.contains(.updated) { fields.updated = reader.number() }
        if fields.flags.contains(.expires) { fields.expires = reader.number() }
        fields.rows.created = reader.number()
        fields.rows.existing = reader.number()
        fields.rows.failed = reader.number()
        fields.rows.missing = 0
        fields.byteCount = reader.number()
        fields.outcomes = reader.word()
        let form = reader.byte()
        fields.isIdentified = form & Source.identified != 0
        switch Source(rawValue: form & ~(Source.identified | Source.hashed)) {
        case .whole, nil: fields.nameRange = reader.range(reader.number())
        case .line:
            fields.nameRange = reader.range(reader.number())
            fields.line = reader.number()
        case .lineOfNamed:
            fields.earlierName = try name(reader.number(), reader.number())
            fields.line = reader.number()
        }
        if form & Source.hashed != 0 {
            var digest = InlineArray<32, UInt8>(repeating: 0)
            for index in digest.indices { digest[index] = reader.byte() }
            fields.sha256 = SHA256Digest(bytes: digest)
        }
        if fields.flags.contains(.failures) {
            fields.outlineRange = reader.range(reader.number())
            fields.failuresRange = reader.rest
        }
        return fields
    }

    /// Returns the summary of the job.
    package static func summary(_ fields: Fields) -> JobSummary {
        var failures = PlainFailures()
        if fields.flags.contains(.failures) {
            var reader = RecordReader(fields.failures)
            failures.code(with: &reader)
        }
        var summary = summary(fields, failedByCode: failures.byCode)
        summary.failurePositions = failures.positions
        summary.failureStretches = failures.stretches
        summary.failureIncidents = failures.incidents
        return summary
    }

    /// Returns what sums over jobs need of the summary: codes without messages, and nothing about where rows failed.
    static func outline(_ fields: Fields) -> JobSummary {
        var codes: [CodeSummary] = []
        var reader = RecordReader(fields.outline)
        reader.codeOutline(of: &codes)
        var job = DeclaredJob()
        // Every plain job has an id. Which one does not matter.
        job.jobID = ""
        return summary(of: job, fields, failedByCode: codes)
    }

    private static func summary(_ fields: Fields, failedByCode: [CodeSummary]) -> JobSummary {
        var job = DeclaredJob()
        identify(&job, fields)
        var summary = summary(of: job, fields, failedByCode: failedByCode)
        summary.source = source(fields)
        summary.bytes = fields.byteCount
        summary.sha256 = fields.sha256?.hexadecimal
        summary.outcomes = fields.outcomes
        return summary
    }

    /// Returns the summary of a job whose id and times are known, without its source, size and hashes.
    private static func summary(
        of job: DeclaredJob, _ fields: Fields, failedByCode: [CodeSummary]
    ) -> JobSummary {
        var job = job
        job.status = JobStatus.complete.rawValue
        let rows = fields.rows
        job.total = rows.seen
        if fields.flags.contains(.processed) { job.processed = rows.seen }
        if fields.flags.contains(.succeeded) { job.succeeded = rows.created + rows.existing }
        if fields.flags.contains(.failed) { job.failed = rows.failed }
        var summary = JobSummary(
            job: job, source: "", bytes: 0, sha256: nil, rows: rows, failedByCode: failedByCode, findings: [],
            results: .complete, salvage: nil)
        if fields.isIdentified { summary.identity = IdentitySummary() }
        return summary
    }

    /// Returns the summary of a job that is of the same kind as another one.
    static func summary(_ fields: Fields, like other: JobSummary) -> JobSummary {
        var summary = other
        identify(&summary.job, fields)
        summary.source = source(fields)
        summary.bytes = fields.byteCount
        summary.sha256 = fields.sha256?.hexadecimal
        summary.outcomes = fields.outcomes
        return summary
    }

    /// Sets the members that differ between jobs of one kind.
    private static func identify(_ job: inout DeclaredJob, _ fields: Fields) {
        job.jobID = fields.jobIDText
        job.createdAt = fields.created.map(time)
        job.updatedAt = fields.updated.map(time)
        job.expiresAt = fields.expires.map(time)
    }

    private static func source(_ fields: Fields) -> String {
        let name = String(decoding: fields.name, as: UTF8.self)
        return fields.line.map { "\(name):\($0)" } ?? name
    }

    package static func uuid(_ high: UInt64, _ low: UInt64) -> String {
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

    package static func time(_ number: Int) -> String {
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

extension RecordCoder {
    /// Reads or writes what sums over jobs need of codes.
    mutating func codeOutline(of codes: inout [CodeSummary]) {
        code(&codes, .empty) {
            var listsAllMessages = $0.listsAllMessages
            $1.code(&$0.code)
            $1.code(&$0.rows)
            $1.code(&$0.isOther)
            $1.code(&$0.isAtLeast)
            $1.code(&listsAllMessages)
            if $1.isReading { $0.messageCount = listsAllMessages ? 0 : nil }
        }
    }
}

extension PlainFailures {
    /// The record of the failed rows: the outline, preceded by its length, and the rest.
    var record: [UInt8] {
        var (whole, outline) = (self, RecordWriter(bytes: []))
        outline.codeOutline(of: &whole.byCode)
        var writer = RecordWriter(bytes: [])
        writer.append(UInt(outline.bytes.count))
        writer.bytes += outline.bytes
        whole.code(with: &writer)
        return writer.bytes
    }

    mutating func code(with coder: inout some RecordCoder) {
        coder.code(&byCode, .empty) { $0.code(with: &$1) }
        coder.code(&positions, or: .empty) { $0.code(with: &$1) }
        coder.code(&stretches, .empty) { $0.code(with: &$1) }
        coder.code(&incidents, .empty) { $0.code(with: &$1) }
    }
}
