/// The bytes from the mark of a ``ByteWindow`` to the window's start, to which reading may go back.
///
///     dump     |.......................................................|
///     retained        [bytes················]
///                start^
///     window                                 [······················]
///
/// They are contiguous with the window, and empty as long as the mark is in it.
struct RetainedBytes {
    private(set) var bytes: [UInt8] = []
    /// The offset in the dump of the first one.
    private(set) var start = 0
    /// The line on which they begin.
    private(set) var firstLine = WindowLines.Line()

    var isEmpty: Bool { bytes.isEmpty }

    @inline(__always)
    mutating func removeAll() {
        if !bytes.isEmpty { bytes.removeAll(keepingCapacity: true) }
    }

    /// Begins with the bytes that are appended next.
    ///
    /// - Parameter line: the line on which they begin.
    mutating func begin(at offset: Int, on line: WindowLines.Line) {
        start = offset
        firstLine = line
    }

    /// Appends the last bytes of a window that is about to slide.
    mutating func append(_ more: UnsafeBufferPointer<UInt8>) {
        unsafe bytes.append(contentsOf: more)
    }

    /// Drops the bytes before an offset, which is that of one of them.
    mutating func drop(before offset: Int) {
        guard !bytes.isEmpty, offset > start else { return }
        firstLine = line(of: offset)
        bytes.removeFirst(offset - start)
        start = offset
    }

    /// Returns the line of one of the bytes.
    func line(of offset: Int) -> WindowLines.Line {
        var line = firstLine
        for index in 0..<offset - start where bytes[index] == UInt8(ascii: "\n") {
            line = .init(number: line.number + 1, start: start + index + 1)
        }
        return line
    }
}
