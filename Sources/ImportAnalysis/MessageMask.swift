/// A message with its values masked: what messages of one pattern have in common. One mask serves message after
/// message and allocates nothing.
struct MessageMask: Sendable {
    /// The message's values, from left to right.
    private(set) var slots = MessageSlots()
    /// What messages of one pattern have in common, in the first `count` bytes: the message with one byte in place of each value; longer than the message by its empty quotes at most.
    private(set) var bytes = [UInt8](repeating: 0, count: AnalysisLimits.groupingBytes * 2)
    private(set) var count = 0
    private let classes = ByteClass.table

    /// Masks a message of at most ``AnalysisLimits/groupingBytes``.
    mutating func apply(to message: Span<UInt8>) {
        slots.removeAll()
        let classes = classes
        MessageScanner.scan(message, classes.span, into: &slots)
        var source = 0
        var target = 0
        unsafe message.withUnsafeBufferPointer { message in
            unsafe bytes.withUnsafeMutableBufferPointer { bytes in
                for index in 0..<slots.count {
                    let slot = slots[index]
                    let length = Int(slot.offset) - source
                    unsafe Self.copy(message, source, length, bytes, target)
                    target += length
                    unsafe bytes[target] = slot.kind.rawValue
                    target += 1
                    source = slot.range.upperBound
                }
                unsafe Self.copy(message, source, message.count - source, bytes, target)
                target += message.count - source
            }
        }
        count = target
    }

    /// Both ranges lie in their buffers: slots are in order, inside the message, and apart.
    @inline(__always)
    private static func copy(
        _ source: UnsafeBufferPointer<UInt8>, _ from: Int, _ length: Int, _ target: UnsafeMutableBufferPointer<UInt8>,
        _ to: Int
    ) {
        guard length > 0, let from = unsafe source.baseAddress?.advanced(by: from),
            let to = unsafe target.baseAddress?.advanced(by: to)
        else { return }
        unsafe to.update(from: from, count: length)
    }
}
