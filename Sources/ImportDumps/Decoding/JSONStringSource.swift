import ImportFoundation

/// The text of a string in a document, unescaped as it is read. It may be a document itself.
///
/// Meanwhile, this object keeps the scanner of the surrounding document, positioned within the string, and the parser
/// works with a scanner of this source. Each is used by one thread at a time, so this can be sent between threads.
@safe
final class JSONStringSource: ByteSource, @unchecked Sendable {
    /// The number of bytes unescaped at once.
    private static let capacity = 16 * 1024

    var scanner: JSONScanner
    private var map: PlaceMap?
    private let room: UnsafeMutableBufferPointer<UInt8>
    /// The part of `room` that is still to be delivered.
    private var ready = 0..<0
    private var isAtEnd = true

    init(scanner: consuming JSONScanner) {
        self.scanner = scanner
        unsafe room = .allocate(capacity: Self.capacity)
    }

    deinit {
        unsafe room.deallocate()
    }

    /// Begins with the string at the position of `scanner`, whose opening quote was already read.
    ///
    /// - Parameter map: receives the places of the bytes.
    func begin(_ map: PlaceMap) {
        self.map = map
        ready = 0..<0
        isAtEnd = false
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        while ready.isEmpty, !isAtEnd { fill() }
        let count = min(ready.count, buffer.count)
        let next = unsafe UnsafeRawBufferPointer(room)[ready.lowerBound..<ready.lowerBound + count]
        unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: next))
        ready = ready.lowerBound + count..<ready.upperBound
        return count
    }

    /// Returns the first `count` bytes, or all of a shorter text. They remain to be read.
    func beginning(_ count: Int) -> [UInt8] {
        while ready.count < count, !isAtEnd { fill() }
        return unsafe Array(room[ready].prefix(count))
    }

    /// Unescapes more bytes after those that are still to be delivered.
    private func fill() {
        if ready.isEmpty { ready = 0..<0 }
        let left = unsafe UnsafeMutableBufferPointer(rebasing: room[ready.upperBound...])
        var output = unsafe DecoderOutput(room: left, steps: PlaceSteps(), below: nil)
        if scanner.peekOrEnd() == nil {
            isAtEnd = true
        } else {
            let bytes = unsafe UnsafeBufferPointer(rebasing: scanner.window.bytes[scanner.window.position...])
            var text = unsafe EscapedText(bytes, isLenient: true)
            let end = text.decode(isLast: false, into: &output)
            scanner.window.position += text.index
            switch end {
            case .quote, .illFormed:
                // A line feed ends a string that was cut off.
                isAtEnd = true
            case .needsMore where text.index < bytes.count:
                putCutEscape(into: &output)
            case .needsMore, .needsRoom:
                break
            }
        }
        ready = ready.lowerBound..<ready.upperBound + output.count
        map?.add(output.steps)
    }

    /// Decodes an escape that is split by the window's end, byte by byte.
    private func putCutEscape(into output: inout DecoderOutput) {
        guard output.left >= 16 else { return }
        var escape: [UInt8] = []
        while true {
            let byte = scanner.peekOrEnd()
            guard let byte, byte >= 0x20, byte != UInt8(ascii: "\"") || escape.last == UInt8(ascii: "\\") else {
                return putWrongEscape(escape, into: &output)
            }
            escape.append(byte)
            scanner.window.position += 1
            // Half of a surrogate pair is followed by text or by the next escape.
            escape.removeFirst(put(escape, isLast: false, into: &output))
            if escape.isEmpty { return }
        }
    }

    /// Decodes an escape that cannot be completed, because the string ends or a control character follows: what is no
    /// part of an escape is text.
    private func putWrongEscape(_ escape: [UInt8], into output: inout DecoderOutput) {
        var escape = escape
        while !escape.isEmpty {
            escape.removeFirst(put(escape, isLast: true, into: &output))
            // The backslash, and the letter after it.
            let length = min(2, escape.count)
            if length > 0 {
                output.put(0xFF)
                output.steps.add(1, decoded: 1, original: length)
            }
            escape.removeFirst(length)
        }
    }

    /// Decodes as far as possible. Returns the number of bytes that were decoded.
    private func put(_ text: [UInt8], isLast: Bool, into output: inout DecoderOutput) -> Int {
        unsafe text.withUnsafeBufferPointer { bytes in
            var text = unsafe EscapedText(bytes, isLenient: true)
            _ = text.decode(isLast: isLast, into: &output)
            return text.index
        }
    }
}
