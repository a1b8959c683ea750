package import ImportDumps

/// Replaces the values of rows with pseudonyms: whole ids, and values in codes and messages.
package struct RowRedactor: Sendable {
    private var redactor: TextRedactor
    /// The rows since the last ``removeAll()``, in order, and the bytes of their texts.
    package private(set) var runs: [RowRun] = []
    package private(set) var text: [UInt8] = []

    package init(_ redactor: TextRedactor) {
        self.redactor = redactor
    }

    package mutating func removeAll() {
        runs.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
    }

    /// Adds a run of rows whose texts are in `source`.
    package mutating func append(_ run: RowRun, _ source: Span<UInt8>) {
        guard let id = run.id else { return appendTexts(of: run, source, id: nil) }
        if run.facts.contains(.idNotUUID) || id.count != 36 {
            for index in 0..<run.count { appendOther(run, index, id.advanced(by: index * run.idStride), source) }
            return
        }
        let start = text.count
        text.reserveCapacity(start + run.count * 36)
        for index in 0..<run.count {
            redactor.redactUUID(source, at: id.offset + index * run.idStride, to: &text)
        }
        // A value that the rules keep is a UUID itself, and so of the same length.
        appendTexts(of: run, source, id: TextRange(offset: start, count: 36), stride: run.count > 1 ? 36 : 0)
    }

    /// Adds one row of a run whose ids are not UUIDs.
    private mutating func appendOther(_ run: RowRun, _ index: Int, _ id: TextRange, _ source: Span<UInt8>) {
        let start = text.count
        redactor.redactValue(source.extracting(id.offset..<id.offset + id.count), to: &text)
        var row = run
        row.firstRow += index
        row.count = 1
        appendTexts(of: row, source, id: TextRange(offset: start, count: text.count - start))
    }

    private mutating func appendTexts(of run: RowRun, _ source: Span<UInt8>, id: TextRange?, stride: Int = 0) {
        var redacted = run
        redacted.id = id
        redacted.idStride = stride
        redacted.code = append(run.code, source, &redacted.facts)
        redacted.message = append(run.message, source, &redacted.facts)
        redacted.details = append(run.details, source, isJSON: true, &redacted.facts)
        runs.append(redacted)
    }

    private mutating func append(
        _ range: TextRange?, _ source: Span<UInt8>, isJSON: Bool = false, _ facts: inout RowFacts
    ) -> TextRange? {
        guard let range else { return nil }
        let start = text.count
        let own = source.extracting(range.offset..<range.offset + range.count)
        if isJSON ? redactor.redactJSON(own, to: &text) : redactor.redact(own, to: &text) { facts.insert(.textCut) }
        return TextRange(offset: start, count: text.count - start)
    }
}
