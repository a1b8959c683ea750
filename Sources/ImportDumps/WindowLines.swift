internal import CRowScan
private import Glibc

/// Which lines the bytes of a window are on.
///
/// Lines are counted window by window, as it slides, because a pipe cannot be read again when a fault turns up.
struct WindowLines {
    /// A line, and where in the dump it starts.
    struct Line {
        /// From 1.
        var number = 1
        var start = 0
    }

    /// The one that the window begins on.
    private(set) var first: Line
    /// How far into the window lines were counted already, and which line that is on: places are asked for in order, one
    /// after another in a log of dumps.
    private var countedIndex = 0
    private var countedLine: Line

    init(first: Line = Line()) {
        self.first = first
        countedLine = first
    }

    /// The line of a byte of the window.
    ///
    /// - Parameters:
    ///   - bytes: those of the window.
    ///   - startOffset: of the first of them in the dump.
    func counted(in bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, upTo offset: Int) -> Line {
        var lines = self
        return unsafe lines.count(in: bytes, from: startOffset, upTo: offset)
    }

    /// The same. Lines before the byte are not counted again.
    mutating func count(in bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, upTo offset: Int) -> Line {
        if offset < startOffset + countedIndex { countAgain() }
        let end = max(countedIndex, min(bytes.count, offset - startOffset))
        guard let base = bytes.baseAddress else { return countedLine }
        while let next = unsafe memchr(base + countedIndex, 0x0A, end - countedIndex) {
            countedIndex = unsafe UnsafeRawPointer(next) - UnsafeRawPointer(base) + 1
            countedLine = Line(number: countedLine.number + 1, start: startOffset + countedIndex)
        }
        countedIndex = end
        return countedLine
    }

    /// Goes on to a place so many lines down, at which one begins. Those in front of it are not counted then.
    ///
    /// - Parameter index: of the place in the window. The line of the one before was asked for last.
    mutating func pass(_ lines: Int, to index: Int, startOffset: Int) {
        countedIndex = index
        countedLine = Line(number: countedLine.number + lines, start: startOffset + index)
    }

    /// How many line feeds are in the first bytes of the window.
    func feeds(in bytes: UnsafeBufferPointer<UInt8>, _ kernel: RowKernel) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        let isCounted = countedIndex <= bytes.count
        let start = isCounted ? countedIndex : 0
        return unsafe kernel.functions.pointee.count_lines(base + start, bytes.count - start)
            + (isCounted ? countedLine.number - first.number : 0)
    }

    /// The line that begins after the first bytes of the window.
    func beginning(behind bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, _ kernel: RowKernel) -> Line {
        Line(number: first.number + (unsafe feeds(in: bytes, kernel)), start: startOffset + bytes.count)
    }

    /// Lines are counted from the window's start again.
    mutating func countAgain() {
        (countedIndex, countedLine) = (0, first)
    }

    /// Goes on to the bytes after the window.
    ///
    /// - Parameter feeds: how many line feeds are in it.
    mutating func pass(_ bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, feeds: Int) {
        self = WindowLines(first: unsafe line(behind: bytes, from: startOffset, feeds: feeds))
    }

    /// The line that begins or goes on after the first bytes of the window.
    ///
    /// - Parameter feeds: how many line feeds are in them.
    func line(behind bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, feeds: Int) -> Line {
        guard feeds > 0, let last = unsafe bytes.lastIndex(of: UInt8(ascii: "\n")) else { return first }
        return Line(number: first.number + feeds, start: startOffset + last + 1)
    }
}
