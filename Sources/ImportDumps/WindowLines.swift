internal import CRowScan
private import Glibc

/// The lines of a window's bytes.
///
/// Lines are counted window by window as it slides, because a pipe cannot be read again when a fault turns up.
struct WindowLines {
    /// A line and its start offset in the dump.
    struct Line {
        /// Counted from 1.
        var number = 1
        var start = 0
    }

    /// The line on which the window begins.
    private(set) var first: Line
    /// The index in the window up to which lines were counted, and the line there. In a log of dumps, places are asked
    /// for in ascending order.
    private var countedIndex = 0
    private var countedLine: Line

    init(first: Line = Line()) {
        self.first = first
        countedLine = first
    }

    /// Returns the line of a byte in the window.
    ///
    /// - Parameters:
    ///   - bytes: the window's bytes.
    ///   - startOffset: the offset of the first of them in the dump.
    func counted(in bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, upTo offset: Int) -> Line {
        var lines = self
        return unsafe lines.count(in: bytes, from: startOffset, upTo: offset)
    }

    /// Does the same, but remembers the line, so that earlier lines are not counted again.
    mutating func count(in bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, upTo offset: Int) -> Line {
        if offset < startOffset + countedIndex { unsafe goBack(in: bytes, from: startOffset, to: offset - startOffset) }
        let end = max(countedIndex, min(bytes.count, offset - startOffset))
        guard let base = bytes.baseAddress else { return countedLine }
        while let next = unsafe memchr(base + countedIndex, 0x0A, end - countedIndex) {
            countedIndex = unsafe UnsafeRawPointer(next) - UnsafeRawPointer(base) + 1
            countedLine = Line(number: countedLine.number + 1, start: startOffset + countedIndex)
        }
        countedIndex = end
        return countedLine
    }

    /// Goes back to an index in the window, counting from whichever is nearer: the index counted last, or the window's
    /// start.
    private mutating func goBack(in bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, to index: Int) {
        guard index > countedIndex / 2, countedIndex <= bytes.count else { return countAgain() }
        var number = countedLine.number
        for index in index..<countedIndex where unsafe bytes[index] == UInt8(ascii: "\n") { number -= 1 }
        if number != countedLine.number {
            let feed = unsafe bytes[..<index].lastIndex(of: UInt8(ascii: "\n"))
            countedLine = feed.map { Line(number: number, start: startOffset + $0 + 1) } ?? first
        }
        countedIndex = index
    }

    /// Moves on by a number of lines to the start of a line, without counting.
    ///
    /// - Parameter index: the index of that start in the window. The lines begin at the place that was last asked for.
    mutating func pass(_ lines: Int, to index: Int, startOffset: Int) {
        countedIndex = index
        countedLine = Line(number: countedLine.number + lines, start: startOffset + index)
    }

    /// Returns the number of line feeds in the first bytes of the window.
    func feeds(in bytes: UnsafeBufferPointer<UInt8>, _ kernel: RowKernel) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        let isCounted = countedIndex <= bytes.count
        let start = isCounted ? countedIndex : 0
        return unsafe kernel.functions.pointee.count_lines(base + start, bytes.count - start)
            + (isCounted ? countedLine.number - first.number : 0)
    }

    /// Returns the line that begins after the first bytes of the window.
    func beginning(behind bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, _ kernel: RowKernel) -> Line {
        Line(number: first.number + (unsafe feeds(in: bytes, kernel)), start: startOffset + bytes.count)
    }

    /// Makes counting start over at the window's start.
    private mutating func countAgain() {
        (countedIndex, countedLine) = (0, first)
    }

    /// Moves on to the bytes after the window.
    ///
    /// - Parameter feeds: the number of line feeds in the window.
    mutating func pass(_ bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, feeds: Int) {
        self = WindowLines(first: unsafe line(behind: bytes, from: startOffset, feeds: feeds))
    }

    /// Returns the line that begins or continues after the first bytes of the window.
    ///
    /// - Parameter feeds: the number of line feeds in them.
    func line(behind bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, feeds: Int) -> Line {
        guard feeds > 0, let last = unsafe bytes.lastIndex(of: UInt8(ascii: "\n")) else { return first }
        return Line(number: first.number + feeds, start: startOffset + last + 1)
    }
}
