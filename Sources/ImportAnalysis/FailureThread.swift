import ImportDumps
import ImportFoundation

/// Audits failed rows on a separate thread while further rows are read.
///
/// Rows are copied into blocks back to back, with only as much of their texts as the audit examines:
///
///     row (8 bytes) · lengths of the code, message and details (4 bytes each; -1 for none) · code · message · details
@safe
final class FailureThread {
    private static let header = 20
    private static let blockBytes = 512 * 1024
    /// One more byte than is used, which shows that a text is longer.
    private static let textBytes = AnalysisLimits.groupingBytes + 1

    private let pipe: BlockPipe<Never, Never>
    private let work: Work
    private var used = 0

    /// The thread's state. It is `@unchecked Sendable` because only the thread accesses the audit until the pipe is
    /// finished.
    private final class Work: @unchecked Sendable {
        var audit: FailureAudit

        init(_ audit: FailureAudit) {
            self.audit = audit
        }
    }

    /// - Parameter audit: the results for earlier rows.
    init(goingOnWith audit: consuming FailureAudit) {
        let work = Work(audit)
        self.work = work
        pipe = BlockPipe(slots: 3, slotBytes: Self.blockBytes) { block in
            Self.auditRows(of: block, &work.audit)
        }
    }

    /// Queues the next failed row.
    func count(row: Int, code: TextRange?, message: TextRange?, details: TextRange? = nil, text: Span<UInt8>) {
        let codeBytes = code.map { min($0.count, Self.textBytes) }
        let messageBytes = message.map { min($0.count, Self.textBytes) }
        let detailBytes = details.map { min($0.count, Self.textBytes) }
        let textBytes = (codeBytes ?? 0) + (messageBytes ?? 0) + (detailBytes ?? 0)
        if used + Self.header + textBytes > Self.blockBytes { handOn() }
        unsafe text.withUnsafeBufferPointer { text in
            let target = unsafe UnsafeMutableRawPointer(pipe.room) + used
            unsafe target.storeBytes(of: row, as: Int.self)
            unsafe target.storeBytes(of: Int32(codeBytes ?? -1), toByteOffset: 8, as: Int32.self)
            unsafe target.storeBytes(of: Int32(messageBytes ?? -1), toByteOffset: 12, as: Int32.self)
            unsafe target.storeBytes(of: Int32(detailBytes ?? -1), toByteOffset: 16, as: Int32.self)
            used += Self.header
            unsafe append(code, codeBytes, of: text)
            unsafe append(message, messageBytes, of: text)
            unsafe append(details, detailBytes, of: text)
        }
    }

    private func append(_ range: TextRange?, _ count: Int?, of text: UnsafeBufferPointer<UInt8>) {
        guard let range, let count, count > 0, let start = text.baseAddress else { return }
        unsafe (pipe.room + used).update(from: start + range.offset, count: count)
        used += count
    }

    /// Waits until all rows are processed.
    ///
    /// - Returns: the results for them and for earlier rows.
    func finish() -> FailureAudit {
        handOn()
        pipe.finish()
        return work.audit
    }

    private func handOn() {
        pipe.handOn(used)
        used = 0
    }

    private static func auditRows(of text: Span<UInt8>, _ audit: inout FailureAudit) {
        let bytes = unsafe text.bytes
        var offset = 0
        while offset < text.count {
            let row = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Int.self)
            let codeBytes = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset + 8, as: Int32.self)
            let messageBytes = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset + 12, as: Int32.self)
            let detailBytes = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset + 16, as: Int32.self)
            offset += header
            let code = codeBytes < 0 ? nil : TextRange(offset: offset, count: Int(codeBytes))
            offset += max(0, Int(codeBytes))
            let message = messageBytes < 0 ? nil : TextRange(offset: offset, count: Int(messageBytes))
            offset += max(0, Int(messageBytes))
            let details = detailBytes < 0 ? nil : TextRange(offset: offset, count: Int(detailBytes))
            offset += max(0, Int(detailBytes))
            audit.count(row: row, code: code, message: message, details: details, text: text)
        }
    }
}

/// Why and where rows failed.
struct FailureAudit: Sendable {
    private(set) var codes = CodeTable()
    private var stretches = StretchFinder()
    private var details = DetailExamples()
    private var listed: ListedRows?

    /// - Parameter listsRows: whether the first rows of each code are kept for pages.
    init(listsRows: Bool = false) {
        if listsRows { listed = ListedRows() }
    }

    /// Counts the next failed row, whose code, message and details are in `text`.
    @inline(__always)
    mutating func count(
        row: Int, code: TextRange?, message: TextRange?, details: TextRange? = nil, id: TextRange? = nil,
        text: Span<UInt8>
    ) {
        let code = codes.count(row: row, code: code, message: message, text: text)
        if let details { self.details.note(row: row, code: code, details: details, text: text, codes: codes) }
        listed?.note(row: row, code: code, id: id, message: message, text: text, codes: codes)
        stretches.count(row: row, code: code, codes: codes)
    }

    /// Ends the audit, after the last row.
    mutating func finish() {
        codes.settle()
        stretches.finish(codes: codes)
    }

    /// Returns the failed rows by code, with examples of the other members of their errors.
    func summaries(rowsSeen: Int) -> [CodeSummary] {
        var summaries = codes.summaries(rowsSeen: rowsSeen)
        details.add(to: &summaries, codes: codes)
        listed?.add(to: &summaries, codes: codes)
        return summaries
    }

    var longestStretches: [FailureStretch] { stretches.longest }
}

/// The members of an error other than its code and message, from one example row.
package struct ErrorDetails: Sendable, Equatable {
    /// The text of a JSON object; if it is longer, its first ``AnalysisLimits/groupingBytes`` bytes (rounded down to a
    /// whole character) and an ellipsis.
    package var text: String
    /// The first row with details of its code.
    package var row: Int

    package init(text: String, row: Int) {
        self.text = text
        self.row = row
    }
}

/// The details of each code's first row that has any. Rows without details cost only one test.
struct DetailExamples: Sendable {
    private var examples: [CodeTable.CodeID: ErrorDetails] = [:]

    /// Notes the details of a row, which are in `text`. The row's code has already been counted.
    mutating func note(row: Int, code: CodeTable.CodeID, details: TextRange, text: Span<UInt8>, codes: CodeTable) {
        guard code != .other, details.count > 0, examples[code] == nil else { return }
        if examples.count >= 2 * AnalysisLimits.codes { keep(of: codes) }
        let whole = text.extracting(details.offset..<details.offset + details.count)
        let kept = whole.extracting(0..<whole.wholeCharacters(within: AnalysisLimits.groupingBytes))
        let bytes = kept.indices.map { kept[$0] }
        let isCut = kept.count < whole.count
        examples[code] = ErrorDetails(text: String(decoding: bytes, as: UTF8.self) + (isCut ? "…" : ""), row: row)
    }

    /// Drops the examples of codes that were evicted.
    private mutating func keep(of codes: CodeTable) {
        guard let kept = codes.keptIDs else { return }
        examples = examples.filter { kept.contains($0.key) }
    }

    /// Adds the examples to the summaries of their codes.
    func add(to summaries: inout [CodeSummary], codes: CodeTable) {
        guard !examples.isEmpty else { return }
        var byCode: [TextKey: ErrorDetails] = [:]
        for (id, details) in examples {
            let (code, isOther) = codes.name(of: id)
            if !isOther { byCode[TextKey(code)] = details }
        }
        for index in summaries.indices where !summaries[index].isOther {
            summaries[index].exampleDetails = byCode[TextKey(summaries[index].code)]
        }
    }

    /// A code that is compared by its bytes: Swift treats canonically equivalent strings as equal.
    private struct TextKey: Hashable {
        let bytes: [UInt8]?

        init(_ text: String?) { bytes = text.map { Array($0.utf8) } }
    }
}
