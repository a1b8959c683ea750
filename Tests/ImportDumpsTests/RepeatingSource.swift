import ImportDumps

/// Delivers a long text that is never in memory as a whole: a head, one byte many times, a tail.
struct RepeatingSource: ByteSource {
    private var head: ArraySlice<UInt8>
    private let byte: UInt8
    private var remaining: Int
    private var tail: ArraySlice<UInt8>

    init(head: String, repeating byte: UInt8, count: Int, tail: String) {
        self.head = Array(head.utf8)[...]
        self.byte = byte
        remaining = count
        self.tail = Array(tail.utf8)[...]
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        if !head.isEmpty { return Self.take(from: &head, into: buffer) }
        guard remaining > 0 else { return Self.take(from: &tail, into: buffer) }
        let count = min(remaining, buffer.count)
        _ = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]).initializeMemory(as: UInt8.self, repeating: byte)
        remaining -= count
        return count
    }

    private static func take(from bytes: inout ArraySlice<UInt8>, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(bytes.count, buffer.count)
        buffer.copyBytes(from: bytes.prefix(count))
        bytes = bytes.dropFirst(count)
        return count
    }
}
