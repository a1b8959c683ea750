import ImportAnalysis
import ImportDumps

/// Writes plain jobs without failed rows as they stand in `summary.json`, by a template for each set of members that they
/// have. A template is made by writing such a job with marks in place of its values: so there is no second declaration of
/// what is written.
struct PlainJobJSON: Sendable {
    private let codes: CodeBook?
    private var templates: [Int: Template] = [:]
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

    init(codes: CodeBook?) {
        self.codes = codes
    }

    /// The job as ``SummaryJSON/renderJob(_:codes:)`` writes it. The bytes are valid until the next call.
    mutating func render(_ job: PlainJobRecord.Fields) -> [UInt8] {
        let template = templates[job.shape] ?? makeTemplate(job)
        bytes.removeAll(keepingCapacity: true)
        for (text, value) in template.pieces {
            bytes += text
            append(value, of: job)
        }
        bytes += template.end
        return bytes
    }

    private mutating func append(_ value: Value, of job: PlainJobRecord.Fields) {
        switch value {
        case .jobID:
            if let uuid = job.uuid {
                append(hexadecimal: uuid.first, dashesBehind: [8, 12, 16])
                append(hexadecimal: uuid.second, dashesBehind: [4])
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
        case .outcomes: append(hexadecimal: job.outcomes, dashesBehind: [])
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
        var (first, rest) = (20, number)
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        for index in first..<20 { bytes.append(digits[index]) }
    }

    private mutating func append(time: Int?) {
        guard let time else { return }
        bytes += PlainJobRecord.time(time).utf8
    }

    private mutating func append(hexadecimal number: UInt64, dashesBehind dashes: [Int]) {
        for digit in 0..<16 {
            let value = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * digit)) & 15
            bytes.append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
            if dashes.contains(digit + 1) { bytes.append(UInt8(ascii: "-")) }
        }
    }

    // MARK: - Templates

    /// What stands for the values: no mark is part of another, nor of anything else that is written.
    private static let marks: [(value: Value, text: String)] = [
        (.jobID, "<job>"), (.source, "<source>"), (.byteCount, "7600000000001"), (.createdAt, "<created>"),
        (.updatedAt, "<updated>"), (.expiresAt, "<expires>"), (.seen, "8234567890123"), (.created, "7000000000000"),
        (.existing, "1234567890123"), (.outcomes, "f1e2d3c4b5a69788"),
    ]

    private mutating func makeTemplate(_ job: PlainJobRecord.Fields) -> Template {
        var sample = PlainJobRecord.summary(job)
        func number(_ value: Value) -> Int { Self.marks.first { $0.value == value }.flatMap { Int($0.text) } ?? 0 }
        sample.job.jobID = "<job>"
        sample.source = "<source>"
        sample.bytes = number(.byteCount)
        sample.rows.created = number(.created)
        sample.rows.existing = number(.existing)
        sample.job.total = number(.seen)
        // Of a job without failed rows these are all the same.
        if sample.job.processed != nil { sample.job.processed = number(.seen) }
        if sample.job.succeeded != nil { sample.job.succeeded = number(.seen) }
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
        templates[job.shape] = template
        return template
    }
}
