/// A fixed window that slides over the bytes of a dump.
///
///     dump     |................................................................|
///     window              [consumed·········|·still to read··········]
///              startOffset^                 ^position                ^count
///
/// It slides only when everything in it was consumed, so no byte is moved: each byte is copied once, by the system,
/// from the file into the window. What must outlive a slide (texts of the row at hand) is copied by the scanner.
///
/// Safe to use: the storage lives as long as the window, and indices are the scanner's own, below `count`.
@safe struct ByteWindow: ~Copyable {
    /// Offset in the dump of the window's first byte.
    private(set) var startOffset = 0
    /// Bytes in the window.
    private(set) var count = 0
    /// The next byte to read, counted from the window's start.
    var position = 0
    /// Set when the system refused to deliver more.
    private(set) var failure: ReadFailure?

    private let storage: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private var source: any ByteSource
    private var hash: SHA256?
    private var atEnd = false

    // Lines are counted window by window, as it slides, because a pipe cannot be read again when a fault turns up.
    private var linesBefore = 0
    private var lineStart = 0

    /// - Parameter capacity: the window's size in bytes, at least 1.
    init(source: any ByteSource, capacity: Int, hashing: Bool) {
        self.source = source
        self.capacity = max(1, capacity)
        unsafe storage = .allocate(capacity: self.capacity)
        hash = hashing ? SHA256() : nil
    }

    deinit {
        unsafe storage.deallocate()
    }

    /// Offset in the dump of the next byte to read.
    var offset: Int { startOffset + position }

    @inline(__always)
    subscript(index: Int) -> UInt8 {
        assert(index >= 0 && index < count)
        return unsafe storage[index]
    }

    /// Eight bytes from `index` on, the first one lowest. There must be eight.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        assert(index >= 0 && index + 8 <= count)
        return unsafe UInt64(littleEndian: UnsafeRawPointer(storage + index).loadUnaligned(as: UInt64.self))
    }

    /// The bytes in the window. Valid until it slides.
    @inline(__always)
    var bytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: storage, count: count) }

    /// Slides on to the bytes that follow, when all in the window were consumed. False at the end.
    mutating func slide() -> Bool {
        assert(position == count)
        guard !atEnd else { return false }
        countLines()
        startOffset += count
        position = 0
        count = 0
        do throws(ReadFailure) {
            // A slow pipe may deliver its first bytes one by one: the first window waits for a whole signature.
            repeat {
                let free = unsafe UnsafeMutableRawBufferPointer(start: storage + count, count: capacity - count)
                let more = unsafe try source.read(into: free)
                count += more
                atEnd = more == 0
            } while !atEnd && startOffset == 0 && count < min(capacity, ForeignFormat.signatureBytes)
        } catch {
            failure = error
            atEnd = true
        }
        guard count > 0 else { return false }
        let delivered = unsafe bytes
        unsafe hash?.update(delivered)
        return true
    }

    /// Consumes all that is left, so that the size and the hash are those of the whole dump.
    mutating func drain() {
        repeat { position = count } while slide()
    }

    /// The SHA-256 of what was read, if it was asked for and reading did not fail.
    mutating func finishHash() -> String? {
        failure == nil ? hash?.finish() : nil
    }

    /// The line and the column of a byte in the window, or of one that a slide has just passed.
    func place(ofOffset offset: Int) -> Place {
        var line = linesBefore + 1
        var start = lineStart
        for index in 0..<max(0, min(count, offset - startOffset)) where self[index] == UInt8(ascii: "\n") {
            line += 1
            start = startOffset + index + 1
        }
        return Place(byte: offset, line: line, column: offset - start + 1)
    }

    private mutating func countLines() {
        var index = 0
        var lines = 0
        while index + 8 <= count {
            // A byte of `word` is zero where the text has a line feed; the sum finds zero bytes without a carry
            // from one byte into the next.
            let word = word(at: index) ^ 0x0A0A_0A0A_0A0A_0A0A
            let low = (word & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7F7F_7F7F_7F7F_7F7F
            lines &+= (~(low | word) & 0x8080_8080_8080_8080).nonzeroBitCount
            index += 8
        }
        while index < count {
            lines += self[index] == UInt8(ascii: "\n") ? 1 : 0
            index += 1
        }
        guard lines > 0 else { return }
        linesBefore += lines
        var last = count - 1
        while self[last] != UInt8(ascii: "\n") { last -= 1 }
        lineStart = startOffset + last + 1
    }
}
