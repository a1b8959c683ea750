extension JSONScanner {
    /// Copies the kept texts that lie in the window into the scratch bytes, the key last: it is forgotten first, and
    /// none may lie beyond it then, not even an empty one.
    mutating func moveKeptTextsToScratch() {
        for slot in kept.indices.reversed() where kept[slot].isPresent && !kept[slot].isInScratch {
            compactScratchIfLarge()
            let range = kept[slot].offset..<kept[slot].offset + kept[slot].count
            kept[slot].offset = scratch.count
            kept[slot].isInScratch = true
            unsafe scratch.append(contentsOf: UnsafeBufferPointer(rebasing: window.bytes[range]))
        }
    }

    /// Forgets all kept texts.
    @inline(__always)
    mutating func forgetTexts() {
        for slot in kept.indices { kept[slot].isPresent = false }
        if !scratch.isEmpty { scratch.removeAll(keepingCapacity: true) }
    }

    @inline(__always)
    mutating func forget(_ slot: Slot) {
        kept[slot.rawValue].isPresent = false
    }

    /// Forgets the key; its bytes, if they are the last of the scratch, make room.
    @inline(__always)
    mutating func forgetKey() {
        let key = kept[Slot.key.rawValue]
        kept[Slot.key.rawValue].isPresent = false
        if key.isInScratch, key.offset + key.count == scratch.count { scratch.removeLast(key.count) }
    }

    /// Calls `body` with the text of a slot; with no bytes if there is none.
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

    /// The text of a slot as a string; nil if there is none.
    func string(of slot: Slot) -> String? {
        guard kept[slot.rawValue].isPresent else { return nil }
        return withText(of: slot) { text in
            unsafe text.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Cuts a text in the window at ``DumpLimits/textBytes``, at a character's end.
    mutating func cutText(in slot: Slot) {
        var end = DumpLimits.textBytes
        let start = kept[slot.rawValue].offset
        while end > 0, window[start + end] & 0xC0 == 0x80 { end -= 1 }
        kept[slot.rawValue].count = end
        kept[slot.rawValue].isCut = true
    }

    /// Drops what no slot keeps any more, for a row may repeat a key without end. Not while a text is being built at
    /// the end of the scratch.
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
