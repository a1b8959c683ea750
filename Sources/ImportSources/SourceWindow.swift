private import Glibc
import ImportFoundation

/// The bytes of a source that are in memory.
///
/// Safe to use: the storage lives as long as the window, and each access is checked against its count.
@safe
struct SourceWindow: ~Copyable {
    /// Full vectors are loaded only where there are enough bytes; this is for the byte after the end.
    private static let padding = 64

    private var storage: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init() {
        capacity = 4096
        unsafe storage = .allocate(capacity: capacity + Self.padding)
    }

    deinit {
        unsafe storage.deallocate()
    }

    subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count)
        return unsafe storage[index]
    }

    /// Removes bytes at the front.
    mutating func drop(_ dropped: Int) {
        precondition(dropped >= 0 && dropped <= count)
        count -= dropped
        unsafe memmove(storage, storage + dropped, count)
    }

    mutating func append(_ bytes: UnsafeMutablePointer<UInt8>, _ more: Int) {
        if count + more > capacity {
            capacity = max(capacity * 2, count + more)
            let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Self.padding)
            unsafe memcpy(grown, storage, count)
            unsafe storage.deallocate()
            unsafe storage = grown
        }
        unsafe memcpy(storage + count, bytes, more)
        count += more
    }

    func withPointer<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        unsafe body(UnsafePointer(storage))
    }

    func withBytes<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        let bytes = unsafe UnsafeBufferPointer(start: storage + range.lowerBound, count: range.count)
        return try unsafe body(bytes.span)
    }

    func withAll<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = unsafe UnsafeBufferPointer(start: storage, count: count)
        return try unsafe body(bytes.span)
    }

    /// The index of the next byte that is not JSON white space; the count if there is none.
    func afterSpace(from start: Int) -> Int {
        var index = start
        while index < count, ASCII.isSpace(unsafe storage[index]) { index += 1 }
        return index
    }

    func lines(_ range: Range<Int>) -> Int {
        withBytes(range) { bytes in
            var lines = 0
            for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") { lines += 1 }
            return lines
        }
    }
}

/// The cells of one record of CSV that follows RFC 4180.
package enum CSVCells {
    /// The cells without their quotes.
    ///
    /// - Parameter limit: the number of cells, from the first one on.
    package static func cells(of record: Span<UInt8>, delimiter: UInt8, limit: Int = .max) -> [[UInt8]] {
        var cells: [[UInt8]] = [[]]
        var index = 0
        var isInside = false
        var end = record.count
        while end > 0, record[end - 1] == UInt8(ascii: "\n") || record[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        while index < end {
            let byte = record[index]
            if byte == UInt8(ascii: "\"") {
                if isInside, index + 1 < end, record[index + 1] == byte {
                    cells[cells.count - 1].append(byte)
                    index += 1
                } else {
                    isInside.toggle()
                }
            } else if byte == delimiter, !isInside {
                guard cells.count < limit else { return cells }
                cells.append([])
            } else {
                cells[cells.count - 1].append(byte)
            }
            index += 1
        }
        return cells
    }

    /// Returns the number of cells.
    static func count(in record: Span<UInt8>, delimiter: UInt8) -> Int {
        var (count, isInside) = (1, false)
        for index in record.indices {
            if record[index] == UInt8(ascii: "\"") { isInside.toggle() }
            if record[index] == delimiter, !isInside { count += 1 }
        }
        return count
    }
}
