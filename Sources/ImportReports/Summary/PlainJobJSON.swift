import ImportAnalysis
import ImportDumps

/// Writes plain jobs as they stand in `summary.json`, by a template for each kind of them. A template is made by writing
/// such a job with marks in place of its values: so there is no second declaration of what is written.
struct PlainJobJSON: Sendable {
    private let codes: CodeBook?
    private var templates = PlainJobKinds<Known>()
    /// Those of jobs without failed rows, whose numbers of rows are values too, by ``PlainJobRecord/Fields/shape``.
    private var templatesWithoutFailures = [Template?](repeating: nil, count: 512)
    private var bytes: [UInt8] = []
    /// A name of an input, and how it stands in a text.
    private var name: (raw: ArraySlice<UInt8>, written: ArraySlice<UInt8>) = ([], [])

    /// A value that is not the same in all jobs of a template.
    private enum Value: CaseIterable {
        case jobID, source, byteCount, createdAt, updatedAt, expiresAt, seen, created, existing, outcomes
    }

    /// What stands between the values, and the value behind each.
    private struct Template {
        var pieces: [(text: ArraySlice<UInt8>, value: Value)]
        var end: ArraySlice<UInt8>
    }

    /// What is known of a kind of jobs with failed rows.
    private enum Known {
        /// There was one such job. Where no two jobs are alike, templates would cost more than they save.
        case once
        case template(Template)
        case unlike
    }

    init(codes: CodeBook?) {
        self.codes = codes
    }

    /// The job as ``SummaryJSON/renderJob(_:codes:)`` writes it; nil if there is no template for it. The bytes are valid
    /// until the next call.
    mutating func render(_ job: PlainJobRecord.Fields) -> [UInt8]? {
        guard let template = template(for: job) else { return nil }
        render(job, template)
        return bytes
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
            render(job, template)
            // Texts of the dump stand in it, and may look like a mark.
            let text = SummaryJSON.renderJob(PlainJobRecord.summary(job), codes: codes)
            let hasMark = Self.marks.contains { Self.isMark($0.text, in: text) }
            let isExact = bytes == text && !hasMark
            templates[kind] = isExact ? .template(template) : .unlike
            return isExact ? template : nil
        }
    }

    private mutating func render(_ job: PlainJobRecord.Fields, _ template: Template) {
        bytes.removeAll(keepingCapacity: true)
        for (text, value) in template.pieces {
            bytes += text
            append(value, of: job)
        }
        bytes += template.end
    }

    private mutating func append(_ value: Value, of job: PlainJobRecord.Fields) {
        switch value {
        case .jobID:
            if let uuid = job.uuid {
                append(hexadecimal: uuid.first, dashesBehind: 1 << 8 | 1 << 12 | 1 << 16)
                append(hexadecimal: uuid.second, dashesBehind: 1 << 4)
            } else {
                append(text: job.jobID)
            }
        case .source:
            guard let line = job.line else { return append(text: job.name) }
            if name.raw != job.name { name = (job.name, Self.written(job.name)) }
            bytes += name.written
            bytes.append(UInt8(ascii: ":"))
            append(number: line)
        case .byteCount: append(number: job.byteCount)
        case .createdAt: append(time: job.created)
        case .updatedAt: append(time: job.updated)
        case .expiresAt: append(time: job.expires)
        case .seen: append(number: job.rows.seen)
        case .created: append(number: job.rows.created)
        case .existing: append(number: job.rows.existing)
        case .outcomes: append(hexadecimal: job.outcomes, dashesBehind: 0)
        }
    }

    private mutating func append(text: ArraySlice<UInt8>) { bytes += Self.written(text) }

    /// A text without its quotes.
    private static func written(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var json = JSONWriter()
        json.value(String(decoding: text, as: UTF8.self))
        return json.bytes.dropFirst().dropLast()
    }

    private mutating func append(number: Int) {
        var digits: InlineArray<20, UInt8> = .init(repeating: 0)
        var (first, rest) = (20, UInt(bitPattern: number))
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        append(digits.span.extracting(first..<20))
    }

    private mutating func append(time: Int?) {
        guard let time else { return }
        var text: InlineArray<20, UInt8> = .init(repeating: UInt8(ascii: "0"))
        (text[4], text[7]) = (UInt8(ascii: "-"), UInt8(ascii: "-"))
        (text[13], text[16]) = (UInt8(ascii: ":"), UInt8(ascii: ":"))
        text[10] = UInt8(ascii: "T")
        text[19] = UInt8(ascii: "Z")
        var rest = UInt(bitPattern: time)
        for place in (0..<19).reversed() where text[place] == UInt8(ascii: "0") {
            text[place] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        append(text.span)
    }

    /// - Parameter dashes: a bit for each number of digits behind which a dash stands.
    private mutating func append(hexadecimal number: UInt64, dashesBehind dashes: UInt32) {
        var text: InlineArray<20, UInt8> = .init(repeating: UInt8(ascii: "-"))
        var place = 0
        for digit in 0..<16 {
            let value = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * digit)) & 15
            // From 10 on 39 more: from behind the digit 9 to the letter a.
            text[place] = UInt8(ascii: "0") + value + (value > 9 ? 39 : 0)
            place += 1 + Int(dashes >> UInt32(digit + 1) & 1)
        }
        append(text.span.extracting(0..<place))
    }

    private mutating func append(_ text: Span<UInt8>) {
        unsafe text.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    // MARK: - Templates

    /// What stands for the values: no mark is part of another, nor of anything else that is written.
    private static let marks: [(value: Value, text: String)] = [
        (.jobID, "<job>"), (.source, "<source>"), (.byteCount, "7600000000001"), (.createdAt, "<created>"),
        (.updatedAt, "<updated>"), (.expiresAt, "<expires>"), (.seen, "8234567890123"), (.created, "7000000000000"),
        (.existing, "1234567890123"), (.outcomes, "f1e2d3c4b5a69788"),
    ]

    private func makeTemplate(_ job: PlainJobRecord.Fields) -> Template {
        var sample = PlainJobRecord.summary(job)
        func number(_ value: Value) -> Int { Self.marks.first { $0.value == value }.flatMap { Int($0.text) } ?? 0 }
        sample.job.jobID = "<job>"
        sample.source = "<source>"
        sample.bytes = number(.byteCount)
        if sample.rows.failed == 0 {
            sample.rows.created = number(.created)
            sample.rows.existing = number(.existing)
            // Of a job without failed rows these are all the same.
            sample.job.total = number(.seen)
            if sample.job.processed != nil { sample.job.processed = number(.seen) }
            if sample.job.succeeded != nil { sample.job.succeeded = number(.seen) }
        }
        if sample.job.createdAt != nil { sample.job.createdAt = "<created>" }
        if sample.job.updatedAt != nil { sample.job.updatedAt = "<updated>" }
        if sample.job.expiresAt != nil { sample.job.expiresAt = "<expires>" }
        sample.outcomes = 0xF1E2_D3C4_B5A6_9788
        let text = SummaryJSON.renderJob(sample, codes: codes)[...]
        var template = Template(pieces: [], end: [])
        var (start, index) = (text.startIndex, text.startIndex)
        while index < text.endIndex {
            if let mark = Self.marks.first(where: { text[index...].starts(with: $0.text.utf8) }) {
                template.pieces.append((text[start..<index], mark.value))
                index += mark.text.utf8.count
                start = index
            } else {
                index += 1
            }
        }
        template.end = text[start...]
        return template
    }

    private static func isMark(_ mark: String, in text: [UInt8]) -> Bool {
        text.indices.contains { text[$0...].starts(with: mark.utf8) }
    }
}
