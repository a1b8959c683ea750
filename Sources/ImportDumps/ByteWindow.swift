internal import CRowScan
private import Glibc
import ImportFoundation

/// A fixed window that slides over the bytes of a dump.
///
///     dump     |................................................................|
///     window              [consumed·········|·still to read··········]
///              startOffset^                 ^position                ^count
///
/// It slides only when everything in it has been consumed, so no byte is ever moved: the system copies each byte once,
/// from the file into the window. The scanner copies what must outlive a slide (texts of the current row).
///
/// Where a dump is damaged, reading goes back to look for the next whole row or dump, but not beyond the *mark*, which
/// is set at the start of the current row or member. Bytes from the mark on are retained when the window slides. Going
/// back beyond its start puts a window of those bytes in front of the current block.
///
/// Safe to use: the storage lives as long as the window, and all indices come from the scanner and are below `count`.
@safe
struct ByteWindow: ~Copyable {
    /// The offset in the dump of the window's first byte.
    private(set) var startOffset = 0
    /// The number of bytes in the window.
    private(set) var count = 0
    /// The index in the window of the next byte to read.
    var position = 0

    private var storage: UnsafeMutablePointer<UInt8>
    let reader: BlockReader
    let kernel: RowKernel
    /// Whether to compute hashes.
    let hashing: Bool

    private var lines = WindowLines()
    var documentHashes = DocumentHashes()
    /// The hash of all bytes before the window, as long as the reader computes it.
    private(set) var hashBefore: SHA256?

    /// Whether marks are kept. Strict reading never goes back.
    var goesBack = true
    /// The lowest offset that reading may go back to, or ``noMark``.
    private(set) var mark = noMark
    /// The number of bytes that the mark stays behind the window's end, as long as it moves along; see ``trailMark(_:)``.
    private var trail: Int?
    /// The bytes from the mark to the window's start, and the line on which they begin.
    private var retained = RetainedBytes()
    /// The window's own memory while it replays retained bytes.
    private var replayed: UnsafeMutablePointer<UInt8>?
    /// The block that follows the replayed bytes.
    private var heldBlock: BlockReader.Block?
    /// Whether reading only looks ahead and will go back. The window then slides only as far as going back remains
    /// possible.
    private(set) var isLookingAhead = false
    /// Whether a document is being read that began with ``beginDocument()``.
    private(set) var isInDocument = false
    /// Whether reading has gone back in it, other than after looking ahead.
    private(set) var hasGoneBack = false

    private static let noMark = Int.max

    /// - Parameter capacity: the window's size in bytes, at least 1.
    init(source: any ByteSource, capacity: Int, hashing: Bool, kernel: RowKernel, readsAhead: Bool) {
        reader = BlockReader(source: source, capacity: capacity, hashing: hashing, readsAhead: readsAhead)
        self.kernel = kernel
        self.hashing = hashing
        unsafe storage = reader.first
    }

    /// The map from decoded bytes to their places in the input, if the input was decoded.
    var placeMap: PlaceMap?
    /// The input's original bytes, if it was decoded.
    var original: OriginalBytes?

    deinit {
        unsafe replayed?.deallocate()
    }

    /// Restarts with another input.
    mutating func restart(source: any ByteSource, readsAhead: Bool) {
        endReplay()
        heldBlock = nil
        clearMark()
        (isInDocument, hasGoneBack) = (false, false)
        reader.readsAhead = readsAhead
        reader.restart(source: source)
        unsafe storage = reader.first
        (startOffset, count, position) = (0, 0, 0)
        lines = WindowLines()
        documentHashes.removeAll()
        hashBefore = nil
        placeMap = nil
        original = nil
    }

    /// Returns the index of the first quote, backslash, control character or non-ASCII byte from `index` on; `count` if
    /// there is none.
    @inline(__always)
    func endOfPlainASCII(from index: Int) -> Int {
        unsafe index + kernel.functions.pointee.plain_text(storage + index, count - index)
    }

    /// Returns the eight bytes from `index` on, the first one lowest. All eight must be in the window.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        assert(index >= 0 && index + 8 <= count)
        return wordOrPadding(at: index)
    }

    /// Returns the eight bytes from `index` on. Some may be past the window's end: first a zero, then arbitrary bytes.
    @inline(__always)
    func wordOrPadding(at index: Int) -> UInt64 {
        assert(index >= 0 && index <= count)
        return unsafe UInt64(littleEndian: UnsafeRawPointer(storage + index).loadUnaligned(as: UInt64.self))
    }

    /// The window's size in bytes, unless it is read ahead: then, several such sizes.
    var capacity: Int { reader.capacity }

    /// Set when the system has failed to deliver more.
    var failure: ReadFailure? { reader.failure }

    /// The offset in the dump of the next byte to read.
    var offset: Int { startOffset + position }

    @inline(__always)
    subscript(index: Int) -> UInt8 {
        assert(index >= 0 && index < count)
        return unsafe storage[index]
    }

    /// Returns the byte at `index`, or zero if that is the window's end.
    @inline(__always)
    func byteOrZero(at index: Int) -> UInt8 {
        assert(index >= 0 && index <= count)
        return unsafe storage[index]
    }

    /// Returns the index of the first byte from `index` on that is not white space, at most `count`.
    @inline(__always)
    func indexBehindSpace(from index: Int) -> Int {
        // Skips up to eight spaces without a branch, because their number is unpredictable. The zero at the window's
        // end stops this too.
        let others = wordOrPadding(at: index) ^ 0x2020_2020_2020_2020
        var index = index + (others.trailingZeroBitCount >> 3)
        while true {
            let byte = byteOrZero(at: index)
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return index }
            index += 1
        }
    }

    /// Whether the bytes at `index` equal `literal`. That many bytes must be in the window.
    @inline(__always)
    func holds(_ literal: StaticString, at index: Int) -> Bool {
        assert(index >= 0 && index + literal.utf8CodeUnitCount <= count)
        return unsafe memcmp(storage + index, literal.utf8Start, literal.utf8CodeUnitCount) == 0
    }

    /// The bytes in the window, followed by padding for the kernels. Valid until the window slides.
    @inline(__always)
    var bytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: storage, count: count) }

    /// Slides to the bytes that follow, once all in the window are consumed. Returns false at the end, and where a
    /// lookahead would need to retain more bytes than the limit allows.
    mutating func slide() -> Bool {
        assert(position == count)
        guard !isLookingAhead || canRetain else { return false }
        if !documentHashes.isEmpty { unsafe documentHashes.update(bytes, from: startOffset, mark: mark) }
        let feeds = unsafe lines.feeds(in: bytes, kernel)
        if let trail, !isLookingAhead, !canRetain { moveMark(to: startOffset + count - trail) }
        if mark != Self.noMark, goesBack { retain(feeds: feeds) }
        // Places in the window, and after the mark, may still be asked for; those in a string, by its own scanner.
        if trail == nil { placeMap?.forget(before: min(startOffset, mark)) }
        unsafe lines.pass(bytes, from: startOffset, feeds: feeds)
        startOffset += count
        position = 0
        let block = heldBlock ?? reader.next()
        endReplay()
        heldBlock = nil
        unsafe storage = block.bytes
        count = block.count
        hashBefore = block.hashBefore
        return count > 0
    }

    /// Consumes the rest, so that size and hash cover the whole input.
    mutating func drain() {
        repeat { position = count } while slide()
    }

    /// Returns the line and column of a byte in the window, or of one retained since the mark.
    func place(ofOffset offset: Int) -> Place {
        if offset < startOffset { return place(ofOffset: offset, lineInRetained(of: offset)) }
        return unsafe place(ofOffset: offset, lines.counted(in: bytes, from: startOffset, upTo: offset))
    }

    /// Does the same as ``place(ofOffset:)``, but remembers the line: places are usually asked for in ascending order.
    mutating func passPlace(ofOffset offset: Int) -> Place {
        if offset < startOffset { return place(ofOffset: offset, lineInRetained(of: offset)) }
        return unsafe place(ofOffset: offset, lines.count(in: bytes, from: startOffset, upTo: offset))
    }

    /// Returns the place of a byte in the window at which a line begins.
    func place(ofLineAt offset: Int) -> Place {
        let front = unsafe UnsafeBufferPointer(start: storage, count: offset - startOffset)
        return place(ofOffset: offset, unsafe lines.beginning(behind: front, from: startOffset, kernel))
    }

    /// Consumes whole lines of the window, starting where a place was last asked for.
    mutating func passLines(_ count: Int, bytes: Int) {
        position += bytes
        lines.pass(count, to: position, startOffset: startOffset)
    }

    private func place(ofOffset offset: Int, _ line: WindowLines.Line) -> Place {
        var place = Place(byte: offset, line: line.number, column: offset - line.start + 1)
        place.origin = placeMap.map { $0.origin(ofOffset: offset) }
        return place
    }

    /// Returns the line of a byte that the window has left.
    private func lineInRetained(of offset: Int) -> WindowLines.Line {
        canGoBack(to: offset) ? retained.line(of: offset) : lines.first
    }
}

// MARK: - Going back

extension ByteWindow {
    /// Lets reading go back to the position, and no further.
    @inline(__always)
    mutating func setMark() {
        mark = startOffset + position
        retained.removeAll()
    }

    /// Sets the mark at an offset after the last mark.
    @inline(__always)
    mutating func setMark(at offset: Int) {
        mark = offset
        if offset >= startOffset { retained.removeAll() }
    }

    /// Sets the mark at the end of the value before the position, in front of any comma and white space in between.
    /// That value must be in the window.
    @inline(__always)
    mutating func setMarkBehindValue() {
        var index = position
        while index > 0, isSeparator(self[index - 1]) { index -= 1 }
        mark = startOffset + index
        retained.removeAll()
    }

    /// Lets the mark move along as soon as no more can be retained, because what is read next may be that long: then,
    /// bytes further back than `count` before the position are no longer of interest.
    mutating func trailMark(_ count: Int) {
        if mark == Self.noMark { setMark() }
        trail = count
    }

    /// Leaves the mark as many bytes before the position.
    mutating func endTrail() {
        if let trail { moveMark(to: offset - trail) }
        trail = nil
    }

    /// Leaves the mark where it is.
    mutating func dropTrail() { trail = nil }

    /// Moves the mark forward, and drops what was retained before it.
    private mutating func moveMark(to offset: Int) {
        guard mark != Self.noMark, offset > mark else { return }
        mark = offset
        if offset >= startOffset { retained.removeAll() } else { retained.drop(before: offset) }
    }

    private func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || ASCII.isSpace(byte) }

    /// Where a lookahead began, and whether it is nested in another.
    struct Lookahead {
        let start: Int
        fileprivate let isNested: Bool
    }

    /// Begins a lookahead, after which reading goes back to the position.
    ///
    /// - Parameter keepsMark: whether reading may also go back to the mark already set.
    mutating func lookAhead(keepsMark: Bool = false) -> Lookahead {
        assert(goesBack)
        let lookahead = Lookahead(start: offset, isNested: isLookingAhead)
        if hashing, !isLookingAhead { keepHashOfFront() }
        // A nested lookahead must not lose the mark of the outer one.
        if mark > offset || !(keepsMark || isLookingAhead) { setMark() }
        isLookingAhead = true
        return lookahead
    }

    /// - Parameter goesBack: whether reading goes back to where the lookahead began.
    mutating func end(_ lookahead: Lookahead, goesBack: Bool = true) {
        isLookingAhead = lookahead.isNested
        if goesBack { goBack(to: lookahead.start, isBehindLookahead: true) }
    }

    mutating func clearMark() {
        mark = Self.noMark
        trail = nil
        retained.removeAll()
    }

    /// Notes that reading has gone on to another document.
    mutating func beginDocument() {
        (isInDocument, hasGoneBack) = (true, false)
    }

    mutating func endDocument() {
        isInDocument = false
    }

    /// Whether reading can go back to this offset, which may also be ``noMark``.
    func canGoBack(to offset: Int) -> Bool {
        if offset >= startOffset { return offset <= startOffset + count }
        return !retained.isEmpty && offset >= retained.start
    }

    /// Returns the byte at an offset before the position; nil if it is gone.
    func byte(atOffset offset: Int) -> UInt8? {
        if offset >= startOffset, offset - startOffset < count { return self[offset - startOffset] }
        guard canGoBack(to: offset), offset < startOffset else { return nil }
        return retained.bytes[offset - retained.start]
    }

    /// Returns the offset where the white space before an offset begins, but not before the mark.
    func offsetBeforeSpace(_ offset: Int) -> Int {
        var offset = offset
        while offset > mark, let byte = byte(atOffset: offset - 1), ASCII.isSpace(byte) { offset -= 1 }
        return offset
    }

    /// Whether a byte is among those from an offset to the position. Those that reading cannot go back to do not count.
    func contains(_ byte: UInt8, from offset: Int) -> Bool {
        if offset < startOffset, !retained.isEmpty, offset >= retained.start,
            retained.bytes[(offset - retained.start)...].contains(byte)
        {
            return true
        }
        return contains(byte, in: min(max(0, offset - startOffset), position)..<position)
    }

    /// Whether a byte is in a part of the window.
    func contains(_ byte: UInt8, in range: Range<Int>) -> Bool {
        unsafe !range.isEmpty && memchr(storage + range.lowerBound, Int32(byte), range.count) != nil
    }

    /// Goes back to an offset. Does nothing if reading cannot go back that far.
    ///
    /// - Parameter isBehindLookahead: whether the hash of what is before the offset was kept.
    mutating func goBack(to offset: Int, isBehindLookahead: Bool = false) {
        guard canGoBack(to: offset) else { return }
        if !isBehindLookahead { hasGoneBack = true }
        guard offset < startOffset else {
            // Never beyond the window, whatever the caller takes for the past.
            position = min(offset - startOffset, count)
            return
        }
        // All retained bytes go into the window, because reading may go back even further.
        let front = retained.bytes
        let isReplaying = unsafe replayed != nil
        let total = front.count + (isReplaying ? count : 0)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: total + Int(ROWSCAN_PADDING))
        unsafe memory.initialize(repeating: 0, count: total + Int(ROWSCAN_PADDING))
        _ = unsafe UnsafeMutableBufferPointer(start: memory, count: front.count).update(fromContentsOf: front)
        if isReplaying {
            unsafe (memory + front.count).update(from: storage, count: count)
        } else {
            heldBlock = unsafe BlockReader.Block(bytes: storage, count: count, hashBefore: hashBefore)
        }
        unsafe replayed?.deallocate()
        unsafe replayed = memory
        unsafe storage = memory
        lines = WindowLines(first: retained.firstLine)
        (startOffset, count, position) = (retained.start, total, offset - retained.start)
        hashBefore = nil
        retained.removeAll()
    }

    /// Whether there is a line feed between an offset that reading can go back to and the position.
    func lineFeed(from offset: Int) -> Bool {
        for offset in offset..<max(offset, self.offset) where byte(atOffset: offset) == UInt8(ascii: "\n") {
            return true
        }
        return false
    }

    /// Advances to an offset further on, which must exist.
    mutating func advance(to offset: Int) {
        while offset - startOffset > count {
            position = count
            if !slide() { return }
        }
        position = offset - startOffset
    }

    /// Whether the window's bytes from the mark on can be retained along with those already retained.
    var canRetain: Bool {
        mark != Self.noMark && retained.bytes.count + count - max(mark - startOffset, 0) <= DumpLimits.rereadBytes
    }

    /// Retains the window's bytes from the mark on, because the window is about to slide.
    ///
    /// - Parameter feeds: the number of line feeds in the window.
    private mutating func retain(feeds: Int) {
        let from = max(mark - startOffset, 0)
        if retained.isEmpty {
            // Usually few bytes follow the mark, so count the lines after it, not those before it.
            let feedsInFront = feeds - (unsafe kernel.functions.pointee.count_lines(storage + from, count - from))
            let line = unsafe lines.line(
                behind: UnsafeBufferPointer(start: storage, count: from), from: startOffset, feeds: feedsInFront)
            retained.begin(at: startOffset + from, on: line)
        }
        guard canRetain else { return clearMark() }
        unsafe retained.append(UnsafeBufferPointer(start: storage + from, count: count - from))
    }

    private mutating func endReplay() {
        guard let memory = unsafe replayed else { return }
        unsafe memory.deallocate()
        unsafe replayed = nil
    }
}
