import ImportDumps

/// Audits failed rows on a thread of its own, while the next ones are read.
///
/// Rows are copied into blocks, one behind the other, of their texts no more than the audit looks at:
///
///     row (8 bytes) · length of the code, of the message, of the details (4 each; -1 for none) · code · message · details
@safe
final class FailureThread {
    private static let header = 20
    private static let blockBytes = 512 * 1024
    /// One byte more than is looked at tells that a text is longer.
    private static let textBytes = AnalysisLimits.groupingBytes + 1

    private let pipe: BlockPipe<Never, Never>
    private let work: Work
    private var used = 0

    /// What the thread works on. It alone touches the audit until the pipe is finished: that is why this can be sent
    /// there.
    private final class Work: @unchecked Sendable {
        var audit: FailureAudit

        init(_ audit: FailureAudit) {
            self.audit = audit
        }
    }

    /// - Parameter audit: what was found in the rows before.
    init(goingOnWith audit: consuming FailureAudit) {
        let work = Work(audit)
        self.work = work
        pipe = BlockPipe(slots: 3, slotBytes: Self.blockBytes) { block in
            Self.auditRows(of: block, &work.audit)
        }
    }

    /// Takes the next failed row.
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
            for (range, count) in [(code, codeBytes), (message, messageBytes), (details, detailBytes)] {
                guard let range, let count, count > 0, let start = text.baseAddress else { continue }
                unsafe (pipe.room + used).update(from: start + range.offset, count: count)
                used += count
            }
        }
    }

    /// Waits until all rows are through.
    ///
    /// - Returns: what was found in them and before.
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
