package import ImportAnalysis
import ImportDumps
import ImportFoundation

/// Writes plain jobs as they are in a file, with a template for each kind of job. A template is made by writing such a
/// job with marks instead of its values, so the format is not declared twice.
package struct PlainJobTemplates: Sendable {
    /// Writes a job value by value.
    private let write: @Sendable (JobSummary) -> [UInt8]
    /// Writes a text as a value, or as the beginning of one; nil if what follows it in the value could change that.
    private let escape: @Sendable (ArraySlice<UInt8>) -> [UInt8]?
    private var templates = PlainJobKinds<Known>()
    /// The templates of jobs without failed rows, in which numbers of rows are values too, by
    /// ``PlainJobRecord/Fields/shape``.
    private var templatesWithoutFailures = [Template?](
        repeating: nil, count: PlainJobRecord.Fields.shapeCount)
    /// A buffer for a job, and the number of its bytes in use.
    private var bytes: [UInt8] = []
    private var count = 0
    /// The name of the latest input, and its escaped form.
    private var name: (raw: ArraySlice<UInt8>, written: [UInt8]?) = ([], [])

    /// A value that differs among the jobs of a template.
    private enum Value: CaseIterable {
        case jobID, source, byteCount, sha256, createdAt, updatedAt, expiresAt, seen, created, existing, outcomes
    }

    /// The text without the values, and the values with their offsets in the text.
    private struct Template {
        var text: [UInt8] = []
        var values: [(value: Value, offset: Int)] = []
    }

    /// The template of a kind of jobs with failed rows.
    private enum Known {
        /// There was one such job. If all jobs differ, templates cost more than they save.
        case once
        case template(Template)
        case unlike
    }

    private init(
        _ write: @escaping @Sendable (JobSummary) -> [UInt8],
        escape: @escaping @Sendable (ArraySlice<UInt8>) -> [UInt8]?
    ) {
        (self.write, self.escape) = (write, escape)
    }

    /// Writes jobs as JSON.
    ///
    /// - Parameter write: ``SummaryJSON/renderJob(_:codes:)`` or ``SummaryJSON/renderLine(_:)``.
    static func json(_ write: @escaping @Sendable (JobSummary) -> [UInt8]) -> PlainJobTemplates {
        PlainJobTemplates(write) { text in
            var json = JSONWriter()
            json.value(String(decoding: text, as: UTF8.self))
            return Array(json.bytes.dropFirst().dropLast())
        }
    }

    /// Writes each job as JSON on its own line, like ``SummaryJSON/renderLine(_:)``.
    package static var lines: PlainJobTemplates { json { SummaryJSON.renderLine($0) } }

    /// Writes each job as a line of `jobs.csv`, without a report (``JobsCSV/line(_:report:options:)``).
    package static func csv(_ options: CSVOptions) -> PlainJobTemplates {
        PlainJobTemplates(
            { JobsCSV.line($0, report: nil, options: options) },
            escape: { text in
                var cell: [UInt8] = []
                cell.appendCell(String(decoding: text, as: UTF8.self), options)
                // A cell in quotes cannot be continued, and is rare.
                return cell.first == UInt8(ascii: "\"") ? nil : cell
            })
    }

    /// Returns a job as it is written; nil if there is no template for it. The bytes are valid until the next call.
    package mutating func render(_ job: PlainJobRecord.Fields) -> ArraySlice<UInt8>? {
        guard let template = template(for: job), render(job, template) else { return nil }
        return bytes[..<count]
    }

    private mutating func template(for job: PlainJobRecord.Fields) -> Template? {
        guard job.rows.failed > 0 else {
            if let known = templatesWithoutFailures[job.shape] { return known }
            let template = makeTemplate(job)
            templatesWithoutFailures[job.shape] = template
            return template
        }
        let kind = PlainJobKind(job)
        switch templates[kind] {
        case nil:
            templates[kind] = .once
            return nil
        case .unlike: return nil
        case .template(let template): return template
        case .once:
            let template = makeTemplate(job)
            guard render(job, template) else { return nil }
            // It contains texts of the dump, which may look like a mark.
            let text = write(PlainJobRecord.summary(job))
            let hasMark = text.indices.contains { Self.mark(at: $0, of: text) != nil }
            let isExact = bytes[..<count] == text[...] && !hasMark
            templates[kind] = isExact ? .template(template) : .unlike
            return isExact ? template : nil
        }
    }

    /// Writes a job to ``bytes``. Returns false if one of its texts cannot be written as a part of a value.
    private mutating func render(_ job: PlainJobRecord.Fields, _ template: Template) -> Bool {
        if name.raw != job.name { name = (job.name, escape(job.name)) }
        guard let source = name.written, let jobID = job.uuid == nil ? escape(job.jobID) : [] else { return false }
        // A value takes at most 64 bytes, except for the source and the job id.
        let size = template.text.count + template.values.count * (64 + source.count + jobID.count)
        if bytes.count < size { bytes = [UInt8](repeating: 0, count: 2 * size) }
        count = unsafe bytes.withUnsafeMutableBufferPointer { room in
            guard let start = room.baseAddress else { return 0 }
            var writer = unsafe Writer(at: start)
            var offset = 0
            for (value, end) in template.values {
                unsafe writer.append(template.text.span.extracting(offset..<end))
                offset = end
                switch value {
                case .jobID:
                    if let uuid = job.uuid {
                        unsafe writer.append(hexadecimal: uuid.first, dashesBehind: 1 << 8 | 1 << 12 | 1 << 16)
                        unsafe writer.append(hexadecimal: uuid.second, dashesBehind: 1 << 4)
                    } else {
                        unsafe writer.append(jobID.span)
                    }
                case .source:
                    unsafe writer.append(source.span)
                    guard let line = job.line else { break }
                    unsafe writer.append(byte: UInt8(ascii: ":"))
                    unsafe writer.append(number: line)
                case .byteCount: unsafe writer.append(number: job.byteCount)
                case .sha256:
                    guard let digest = job.sha256?.bytes else { break }
                    for index in digest.indices { unsafe writer.append(hexadecimal: digest[index]) }
                case .createdAt: unsafe writer.append(time: job.created)
                case .updatedAt: unsafe writer.append(time: job.updated)
                case .expiresAt: unsafe writer.append(time: job.expires)
                case .seen: unsafe writer.append(number: job.rows.seen)
                case .created: unsafe writer.append(number: job.rows.created)
                case .existing: unsafe writer.append(number: job.rows.existing)
                case .outcomes: unsafe writer.append(hexadecimal: job.outcomes, dashesBehind: 0)
                }
            }
            unsafe writer.append(template.text.span.extracting(offset..<template.text.count))
            return unsafe writer.at - start
        }
        return true
    }

    /// Writes to memory without checking that there is room.
    @unsafe
    private struct Writer {
        var at: UnsafeMutablePointer<UInt8>

        @inline(__always)
        mutating func append(byte: UInt8) {
            unsafe at.pointee = byte
            unsafe at += 1
        }

        @inline(__always)
        mutating func append(_ text: Span<UInt8>) {
            unsafe text.withUnsafeBufferPointer { text in
                guard let start = text.baseAddress else { return }
                unsafe at.update(from: start, count: text.count)
            }
            unsafe at += text.count
        }

        @inline(__always)
        mutating func append(number: Int) {
            var rest = UInt(bitPattern: number)
            var count = 1
            while rest >= 10 {
                count += 1
                rest /= 10
            }
            unsafe append(digits: count, of: UInt(bitPattern: number))
        }

        /// Appends the last digits of a number.
        @inline(__always)
        private mutating func append(digits count: Int, of number: UInt) {
            var rest = number
            for place in (0..<count).reversed() {
                unsafe at[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            unsafe at += count
        }

        @inline(__always)
        mutating func append(time: Int?) {
            guard let time else { return }
            let (days, clock) = UInt(bitPattern: time).quotientAndRemainder(dividingBy: 1_000_000)
            unsafe append(digits: 4, of: days / 10_000)
            unsafe append(byte: UInt8(ascii: "-"))
            unsafe append(digits: 2, of: days / 100)
            unsafe append(byte: UInt8(ascii: "-"))
            unsafe append(digits: 2, of: days)
            unsafe append(byte: UInt8(ascii: "T"))
            unsafe append(digits: 2, of: clock / 10_000)
            unsafe append(byte: UInt8(ascii: ":"))
            unsafe append(digits: 2, of: clock / 100)
            unsafe append(byte: UInt8(ascii: ":"))
            unsafe append(digits: 2, of: clock)
            unsafe append(byte: UInt8(ascii: "Z"))
        }

        /// Appends two digits.
        @inline(__always)
        mutating func append(hexadecimal byte: UInt8) {
            unsafe append(digit: byte >> 4)
            unsafe append(digit: byte & 15)
        }

        @inline(__always)
        private mutating func append(digit value: UInt8) {
            // After 9, 39 more: the distance from the character after the digit 9 to the letter a.
            unsafe append(byte: UInt8(ascii: "0") + value + (value > 9 ? 39 : 0))
        }

        /// - Parameter dashes: a bit mask in which bit n means a dash after n digits.
        @inline(__always)
        mutating func append(hexadecimal number: UInt64, dashesBehind dashes: UInt32) {
            for digit in 0..<16 {
                unsafe append(digit: UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * digit)) & 15)
                if dashes >> UInt32(digit + 1) & 1 == 1 { unsafe append(byte: UInt8(ascii: "-")) }
            }
        }
    }

    // MARK: - Templates

    /// The marks for values. No mark is part of another one, or of anything else that is written.
    private static let marks: [(value: Value, text: String)] = [
        (.jobID, "<job>"), (.source, "<source>"), (.byteCount, "7600000000001"), (.sha256, "<sha256>"),
        (.createdAt, "<created>"),
        (.updatedAt, "<updated>"), (.expiresAt, "<expires>"), (.seen, "8234567890123"), (.created, "7000000000000"),
        (.existing, "1234567890123"), (.outcomes, "f1e2d3c4b5a69788"),
    ]

    private func makeTemplate(_ job: PlainJobRecord.Fields) -> Template {
        var sample = PlainJobRecord.summary(job)
        func number(_ value: Value) -> Int { Self.marks.first { $0.value == value }.flatMap { Int($0.text) } ?? 0 }
        sample.job.jobID = "<job>"
        sample.source = "<source>"
        sample.bytes = number(.byteCount)
        if sample.sha256 != nil { sample.sha256 = "<sha256>" }
        if sample.rows.failed == 0 {
            sample.rows.created = number(.created)
            sample.rows.existing = number(.existing)
            // In a job without failed rows, these numbers are all the same.
            sample.job.total = number(.seen)
            if sample.job.processed != nil { sample.job.processed = number(.seen) }
            if sample.job.succeeded != nil { sample.job.succeeded = number(.seen) }
        }
        if sample.job.createdAt != nil { sample.job.createdAt = "<created>" }
        if sample.job.updatedAt != nil { sample.job.updatedAt = "<updated>" }
        if sample.job.expiresAt != nil { sample.job.expiresAt = "<expires>" }
        sample.outcomes = 0xF1E2_D3C4_B5A6_9788
        let text = write(sample)
        var template = Template()
        var index = text.startIndex
        while index < text.endIndex {
            if let mark = Self.mark(at: index, of: text) {
                template.values.append((mark.value, template.text.count))
                index += mark.text.utf8.count
            } else {
                template.text.append(text[index])
                index += 1
            }
        }
        return template
    }

    private static func mark(at index: Int, of text: [UInt8]) -> (value: Value, text: String)? {
        // Nearly all bytes fail this test, which is cheaper than the next one.
        guard "<178f".utf8.contains(text[index]) else { return nil }
        return marks.first { text[index...].starts(with: $0.text.utf8) }
    }
}
