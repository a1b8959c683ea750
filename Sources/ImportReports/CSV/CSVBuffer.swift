private import Glibc

/// A buffer for bytes of a CSV file that are yet to be written out, in one allocation.
///
/// Safe, because callers state in advance the most bytes that they will write, and the buffer makes room for them.
@safe
struct CSVBuffer: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 4096)
        unsafe start = .allocate(capacity: self.capacity)
    }

    deinit {
        unsafe start.deallocate()
    }

    var bytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: start, count: count) }

    mutating func removeAll() {
        count = 0
    }

    /// Calls `body` with a writer that may write up to `limit` bytes.
    @inline(__always)
    mutating func write(upTo limit: Int, _ body: (inout CSVWriter) -> Void) {
        if capacity - count < limit { grow(by: limit) }
        var writer = unsafe CSVWriter(next: start + count)
        body(&writer)
        count = unsafe writer.next - start
        assert(count <= capacity)
    }

    private mutating func grow(by limit: Int) {
        let capacity = max(self.capacity * 2, count + limit)
        let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe grown.update(from: start, count: count)
        unsafe start.deallocate()
        unsafe start = grown
        self.capacity = capacity
    }
}

/// Writes bytes in sequence to memory that has room for them.
@safe
struct CSVWriter {
    fileprivate(set) var next: UnsafeMutablePointer<UInt8>

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        unsafe next.pointee = byte
        unsafe next += 1
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        unsafe memcpy(next, text.utf8Start, text.utf8CodeUnitCount)
        unsafe next += text.utf8CodeUnitCount
    }

    /// Appends a short text. The padding is copied as well, so there must be room for all `width` bytes.
    @inline(__always)
    mutating func append<let width: Int>(_ text: borrowing PaddedText<width>) {
        unsafe withUnsafeBytes(of: text.bytes) { bytes in
            guard let source = bytes.baseAddress else { return }
            unsafe memcpy(next, source, width)
        }
        unsafe next += text.count
    }

    @inline(__always)
    mutating func append(_ bytes: Span<UInt8>) {
        let count = bytes.count
        unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let source = bytes.baseAddress else { return }
            unsafe memcpy(next, source, count)
        }
        unsafe next += count
    }

    /// Appends the 36 bytes of the UUID at `offset`.
    @inline(__always)
    mutating func appendUUID(of text: Span<UInt8>, at offset: Int) {
        precondition(offset >= 0 && offset + 36 <= text.count)
        unsafe text.withUnsafeBufferPointer { text in
            guard let source = text.baseAddress else { return }
            unsafe memcpy(next, source + offset, 36)
        }
        unsafe next += 36
    }

    @inline(__always)
    mutating func append(_ number: DecimalCounter) {
        // Always copies the largest number of digits; the next append overwrites the bytes beyond the number.
        unsafe withUnsafeBytes(of: number.digits) { digits in
            guard let source = digits.baseAddress else { return }
            unsafe memcpy(next, source + (DecimalCounter.width - number.count), 20)
        }
        unsafe next += number.count
    }
}

/// A text in a buffer of fixed width. To copy the whole buffer takes a few instructions; to copy exactly the text would
/// take a call.
struct PaddedText<let width: Int> {
    fileprivate let bytes: InlineArray<width, UInt8>
    let count: Int

    /// - Parameter text: is cut to `width` bytes.
    init(_ text: some Collection<UInt8>) {
        var bytes = InlineArray<width, UInt8>(repeating: 0)
        count = min(width, text.count)
        for (index, byte) in text.prefix(width).enumerated() { bytes[index] = byte }
        self.bytes = bytes
    }
}

/// A counter that is kept as decimal digits: incrementing them is cheaper than dividing for each row.
struct DecimalCounter {
    /// Enough for the digits of 2^63 − 1, and the number of bytes that an append copies.
    static let width = 20
    /// The digits, right-aligned in the first ``width`` bytes. Copies may extend into the other bytes.
    fileprivate var digits: InlineArray<40, UInt8> = .init(repeating: UInt8(ascii: "0"))
    private(set) var count = 1
    private(set) var value: Int

    /// - Parameter value: 0 or more.
    init(_ value: Int) {
        self.value = value
        var rest = value
        var index = Self.width
        repeat {
            index -= 1
            digits[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        count = Self.width - index
    }

    @inline(__always)
    mutating func increment() {
        value += 1
        var index = Self.width - 1
        while digits[index] == UInt8(ascii: "9") {
            digits[index] = UInt8(ascii: "0")
            index -= 1
        }
        digits[index] += 1
        count = max(count, Self.width - index)
    }
}

/// Removes the header from a CSV file of this program as it streams by. To combine the files of several jobs, write the
/// header once (``RowsCSV/header``, ``CodesCSV/header``), then the bodies.
package struct CSVBody: Sendable {
    // No cell of the header is quoted, so it ends at the first line feed.
    private var isInHeader = true

    package init() {}

    /// Returns where the body begins in the next bytes: at their end if all of them belong to the header.
    package mutating func start(in bytes: Span<UInt8>) -> Int {
        guard isInHeader else { return 0 }
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
            isInHeader = false
            return index + 1
        }
        return bytes.count
    }
}
