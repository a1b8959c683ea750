internal import CRowScan
private import Glibc

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
@safe
struct ByteWindow: ~Copyable {
    /// Offset in the dump of the window's first byte.
    private(set) var startOffset = 0
    /// Bytes in the window.
    private(set) var count = 0
    /// The next byte to read, counted from the window's start.
    var position = 0

    private var storage: UnsafeMutablePointer<UInt8>
    private let reader: BlockReader
    let kernel: RowKernel
    /// Whether hashes are wanted.
    let hashing: Bool

    // Lines are counted window by window, as it slides, because a pipe cannot be read again when a fault turns up.
    private var linesBefore = 0
    private var lineStart = 0
    /// How far into the window lines were counted already, which line that is and where it starts: places are asked
    /// for in order, one after another in a log of dumps.
    private var counted: (index: Int, line: Int, lineStart: Int) = (0, 1, 0)

    // The hash of one of several documents, worked out here as the window moves over it.
    private var documentHash: SHA256?
    private var hashedIndex = 0
    /// The hash of all bytes before the window, as long as the reader works it out.
    private var hashBefore: SHA256?

    /// - Parameter capacity: the window's size in bytes, at least 1.
    init(source: any ByteSource, capacity: Int, hashing: Bool, kernel: RowKernel, readsAhead: Bool) {
        reader = BlockReader(source: source, capacity: capacity, hashing: hashing, readsAhead: readsAhead)
        self.kernel = kernel
        self.hashing = hashing
        unsafe storage = reader.first
    }

    /// Where the bytes lay in the input, if they were decoded.
    var placeMap: PlaceMap?
    /// The input's own bytes, if they were decoded.
    var original: OriginalBytes?

    /// Begins anew with another input.
    mutating func restart(source: any ByteSource, readsAhead: Bool) {
        reader.readsAhead = readsAhead
        reader.restart(source: source)
        unsafe storage = reader.first
        (startOffset, count, position) = (0, 0, 0)
        (linesBefore, lineStart, counted) = (0, 0, (0, 1, 0))
        documentHash = nil
        hashBefore = nil
        placeMap = nil
        original = nil
    }

    /// The index of the first byte from `index` on that is a quote, a backslash, a control character or beyond ASCII;
    /// `count` if there is none.
    @inline(__always)
    func endOfPlainASCII(from index: Int) -> Int {
        unsafe index + kernel.functions.pointee.plain_text(storage + index, count - index)
    }

    /// Eight bytes from `index` on, the first one lowest. There must be eight.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        assert(index >= 0 && index + 8 <= count)
        return wordOrPadding(at: index)
    }

    /// Eight bytes from `index` on, of which some may lie behind the window's end: a zero first, then anything.
    @inline(__always)
    func wordOrPadding(at index: Int) -> UInt64 {
        assert(index >= 0 && index <= count)
        return unsafe UInt64(littleEndian: UnsafeRawPointer(storage + index).loadUnaligned(as: UInt64.self))
    }

    /// Its size in bytes.
    var capacity: Int { reader.capacity }

    /// Set when the system refused to deliver more.
    var failure: ReadFailure? { reader.failure }

    /// Offset in the dump of the next byte to read.
    var offset: Int { startOffset + position }

    @inline(__always)
    subscript(index: Int) -> UInt8 {
        assert(index >= 0 && index < count)
        return unsafe storage[index]
    }

    /// The byte at `index`, which may be the one behind the window's end; that is zero there.
    @inline(__always)
    func byteOrZero(at index: Int) -> UInt8 {
        assert(index >= 0 && index <= count)
        return unsafe storage[index]
    }

    /// The index of the first byte from `index` on that is no white space, at most `count`.
    @inline(__always)
    func indexBehindSpace(from index: Int) -> Int {
        // Up to eight spaces without a branch, for how many there are cannot be predicted. The zero behind the window's
        // end stops this too.
        let others = wordOrPadding(at: index) ^ 0x2020_2020_2020_2020
        var index = index + (others.trailingZeroBitCount >> 3)
        while true {
            let byte = byteOrZero(at: index)
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return index }
            index += 1
        }
    }

    /// Whether the bytes of `literal` are at `index`, where there must be as many.
    @inline(__always)
    func holds(_ literal: StaticString, at index: Int) -> Bool {
        assert(index >= 0 && index + literal.utf8CodeUnitCount <= count)
        return unsafe memcmp(storage + index, literal.utf8Start, literal.utf8CodeUnitCount) == 0
    }

    /// The bytes in the window, and padding for the kernels behind them. Valid until it slides.
    @inline(__always)
    var bytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: storage, count: count) }

    /// Slides on to the bytes that follow, when all in the window were consumed. False at the end.
    mutating func slide() -> Bool {
        assert(position == count)
        hashDocument(upTo: count)
        hashedIndex = 0
        // Places in the window that is passed may still be asked for.
        placeMap?.forget(before: startOffset)
        countLines()
        startOffset += count
        position = 0
        let block = reader.next()
        unsafe storage = block.bytes
        count = block.count
        hashBefore = block.hashBefore
        counted = (0, linesBefore + 1, lineStart)
        return count > 0
    }

    /// Consumes all that is left, so that the size and the hash are those of the whole input.
    mutating func drain() {
        repeat { position = count } while slide()
    }

    /// Moves to the next line feed, or to the end.
    mutating func moveToLineEnd() {
        repeat {
            while position < count {
                if self[position] == UInt8(ascii: "\n") { return }
                position += 1
            }
        } while slide()
    }

    /// Moves to the next line that begins with this byte, from a line feed on; false, and to the end, if there is none.
    mutating func moveToLine(beginningWith byte: UInt8) -> Bool {
        while true {
            moveToLineEnd()
            position += position < count ? 1 : 0
            if position == count, !slide() { return false }
            if self[position] == byte { return true }
        }
    }

    /// The line and the column of a byte in the window, or of one that a slide has just passed; none before a place
    /// that was passed (``passPlace(ofOffset:)``).
    func place(ofOffset offset: Int) -> Place {
        place(ofOffset: offset, counted(upTo: offset))
    }

    /// The same, for places that are asked for in order: lines before it are not counted again.
    mutating func passPlace(ofOffset offset: Int) -> Place {
        counted = counted(upTo: offset)
        return place(ofOffset: offset, counted)
    }

    private func place(ofOffset offset: Int, _ counted: (index: Int, line: Int, lineStart: Int)) -> Place {
        var place = Place(byte: offset, line: counted.line, column: offset - counted.lineStart + 1)
        place.origin = placeMap.map { $0.origin(ofOffset: offset) }
        return place
    }

    private func counted(upTo offset: Int) -> (index: Int, line: Int, lineStart: Int) {
        var counted = counted
        let index = max(counted.index, min(count, offset - startOffset))
        while let next = unsafe memchr(storage + counted.index, 0x0A, index - counted.index) {
            let feed = unsafe UnsafeRawPointer(next) - UnsafeRawPointer(storage)
            counted = (feed + 1, counted.line + 1, startOffset + feed + 1)
        }
        counted.index = index
        return counted
    }

    private mutating func countLines() {
        let lines = unsafe kernel.functions.pointee.count_lines(storage, count)
        guard lines > 0 else { return }
        linesBefore += lines
        var last = count - 1
        while self[last] != UInt8(ascii: "\n") { last -= 1 }
        lineStart = startOffset + last + 1
    }
}

// MARK: - Hashes

extension ByteWindow {
    /// The SHA-256 of all that was read, if it was asked for and reading did not fail. Only after the end.
    func finishHash() -> String? {
        guard let original else { return reader.finishHash() }
        return failure == nil ? original.finishHash() : nil
    }

    /// The size of the input, if all of it was read; that of its own bytes where they were decoded.
    var inputByteCount: Int { original?.count ?? offset }

    /// The SHA-256 of all bytes before the position, if hashes are wanted and no document has one of its own.
    func hashOfFront() -> String? {
        guard var hash = hashBefore else { return nil }
        unsafe hash.update(UnsafeBufferPointer(rebasing: bytes[..<position]))
        return hash.finish()
    }

    /// Begins the hash of a document at the position. The reader's own hash of all bytes ends with that.
    mutating func beginDocumentHash() {
        guard hashing else { return }
        reader.stopHashing()
        documentHash = SHA256()
        hashedIndex = position
    }

    /// The SHA-256 of the bytes from where it was begun to the position.
    mutating func finishDocumentHash() -> String? {
        hashDocument(upTo: position)
        defer { documentHash = nil }
        return documentHash?.finish()
    }

    private mutating func hashDocument(upTo end: Int) {
        guard documentHash != nil else { return }
        let passed = unsafe UnsafeBufferPointer(rebasing: bytes[hashedIndex..<end])
        unsafe documentHash?.update(passed)
        hashedIndex = end
    }
}
