import ImportFoundation

extension JSONScanner {
    /// Copies the kept texts that are in the window into the scratch bytes, the key last: it is forgotten first, and
    /// then no other text, not even an empty one, may be beyond it.
    mutating func moveKeptTextsToScratch() {
        for slot in kept.indices.reversed() where kept[slot].isPresent && !kept[slot].isInScratch {
            compactScratchIfLarge()
            let range = kept[slot].offset..<kept[slot].offset + kept[slot].count
            kept[slot].offset = scratch.count
            kept[slot].isInScratch = true
            unsafe scratch.append(contentsOf: UnsafeBufferPointer(rebasing: window.bytes[range]))
        }
    }

    /// Drops all kept texts.
    @inline(__always)
    mutating func forgetTexts() {
        for slot in kept.indices { kept[slot].isPresent = false }
        if !scratch.isEmpty { scratch.removeAll(keepingCapacity: true) }
    }

    /// Drops the kept texts that are in the window.
    mutating func forgetTextsInWindow() {
        for slot in kept.indices where !kept[slot].isInScratch { kept[slot].isPresent = false }
    }

    @inline(__always)
    mutating func forget(_ slot: Slot) {
        kept[slot.rawValue].isPresent = false
    }

    /// Drops the key, and frees its bytes if they are the last ones in the scratch.
    @inline(__always)
    mutating func forgetKey() {
        let key = kept[Slot.key.rawValue]
        kept[Slot.key.rawValue].isPresent = false
        if key.isInScratch, key.offset + key.count == scratch.count { scratch.removeLast(key.count) }
    }

    /// Calls `body` with the text of a slot, or with no bytes if there is none.
    @inline(__always)
    func withText<Result>(of slot: Slot, _ body: (Span<UInt8>) -> Result) -> Result {
        let text = kept[slot.rawValue]
        let count = text.isPresent ? text.count : 0
        if text.isInScratch {
            return body(scratch.span.extracting(text.offset..<text.offset + count))
        }
        let bytes = unsafe window.bytes
        return unsafe body(bytes.span.extracting(text.offset..<text.offset + count))
    }

    /// Returns the text of a slot as a string; nil if there is none.
    func string(of slot: Slot) -> String? {
        guard kept[slot.rawValue].isPresent else { return nil }
        return withText(of: slot) { text in
            unsafe text.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Cuts a text in the window to ``DumpLimits/textBytes``, at a character boundary.
    mutating func cutText(in slot: Slot) {
        kept[slot.rawValue].count = withText(of: slot) { $0.wholeCharacters(within: DumpLimits.textBytes) }
        kept[slot.rawValue].isCut = true
    }

    /// Drops bytes that no slot keeps any more, because a row may repeat a key endlessly. Must not be called while a
    /// text is being built at the end of the scratch.
    mutating func compactScratchIfLarge() {
        guard scratch.count > 8 * DumpLimits.textBytes else { return }
        var compacted: [UInt8] = []
        for slot in kept.indices.reversed() where kept[slot].isPresent && kept[slot].isInScratch {
            let range = kept[slot].offset..<kept[slot].offset + kept[slot].count
            kept[slot].offset = compacted.count
            compacted.append(contentsOf: scratch[range])
        }
        scratch = compacted
    }
}

/// Appends the decoded text of one string to the scratch bytes, up to ``DumpLimits/textBytes``.
struct TextBuilder {
    /// Where the text begins in the scratch bytes.
    let start: Int
    /// Whether the text is wanted; false for a string that is only checked.
    let isWanted: Bool
    /// Whether the text was longer than the limit; the rest is dropped.
    private(set) var isCut = false

    init(start: Int, isWanted: Bool) {
        self.start = start
        self.isWanted = isWanted
    }

    /// Appends well-formed UTF-8.
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, to scratch: inout [UInt8]) {
        guard isWanted, !isCut else { return }
        let room = DumpLimits.textBytes - (scratch.count - start)
        if bytes.count <= room {
            unsafe scratch.append(contentsOf: bytes)
        } else {
            isCut = true
            let end = unsafe bytes.span.wholeCharacters(within: room)
            unsafe scratch.append(contentsOf: bytes.prefix(end))
        }
    }

    /// Appends one character that is already encoded.
    mutating func append(_ sequence: InlineArray<4, UInt8>, count: Int, to scratch: inout [UInt8]) {
        guard isWanted, !isCut else { return }
        guard scratch.count - start + count <= DumpLimits.textBytes else {
            isCut = true
            return
        }
        for index in 0..<count { scratch.append(sequence[index]) }
    }

    /// Appends one character, given by its Unicode scalar value.
    mutating func append(scalar: UInt32, to scratch: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: (scalar >> shift) & 0x3F) }
        switch scalar {
        case ..<0x80:
            append([UInt8(scalar), 0, 0, 0], count: 1, to: &scratch)
        case ..<0x800:
            append([0xC0 | UInt8(scalar >> 6), tail(0), 0, 0], count: 2, to: &scratch)
        case ..<0x10000:
            append([0xE0 | UInt8(scalar >> 12), tail(6), tail(0), 0], count: 3, to: &scratch)
        default:
            append([0xF0 | UInt8(scalar >> 18), tail(12), tail(6), tail(0)], count: 4, to: &scratch)
        }
    }

    /// Turns a high surrogate without a low one after it into U+FFFD.
    @inline(__always)
    mutating func endSurrogate(_ highSurrogate: inout UInt32?, in scratch: inout [UInt8]) {
        guard highSurrogate != nil else { return }
        highSurrogate = nil
        append(scalar: 0xFFFD, to: &scratch)
    }
}
