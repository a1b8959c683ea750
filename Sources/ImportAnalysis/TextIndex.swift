/// Numbers distinct texts 0, 1, 2 … in the order of their insertion. Looking up a known text does not allocate.
package struct TextIndex: Sendable {
    private struct Entry {
        var hash: UInt64
        var offset: Int
        var count: Int
    }

    private var entries: [Entry] = []
    private var bytes: [UInt8] = []
    /// A hash table with open addressing: an entry's number + 1, or 0 for an empty slot. The count is a power of two.
    private var slots: [Int32] = []
    private let smallest: Int

    /// - Parameter smallest: the initial number of slots, a power of two.
    package init(smallest: Int = 64) {
        self.smallest = smallest
    }

    /// Returns the number of a text, or nil if it has none yet.
    package func find(_ text: Span<UInt8>, hash: UInt64) -> Int? {
        guard !slots.isEmpty else { return nil }
        var slot = Self.slot(of: hash, mask: slots.count - 1)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            let entry = entries[number]
            if entry.hash == hash, entry.count == text.count, holds(text, at: entry.offset) {
                return number
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Gives the next number to a text that has none yet, and returns it.
    package mutating func insert(_ text: Span<UInt8>, hash: UInt64) -> Int {
        let number = entries.count
        entries.append(Entry(hash: hash, offset: bytes.count, count: text.count))
        unsafe text.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        if entries.count * 2 > slots.count {
            slots = [Int32](repeating: 0, count: max(smallest, slots.count * 2))
            for number in entries.indices { place(number) }
        } else {
            place(number)
        }
        return number
    }

    /// The number of distinct texts.
    package var count: Int { entries.count }
    /// Their total length in bytes.
    package var byteCount: Int { bytes.count }

    /// Returns the bytes of a numbered text.
    package func text(_ number: Int) -> ArraySlice<UInt8> {
        bytes[entries[number].offset..<entries[number].offset + entries[number].count]
    }

    private mutating func place(_ number: Int) {
        let entry = entries[number]
        var slot = Self.slot(of: entry.hash, mask: slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(number + 1)
    }

    private static func slot(of hash: UInt64, mask: Int) -> Int {
        Int(truncatingIfNeeded: hash) & mask
    }

    private func holds(_ text: Span<UInt8>, at offset: Int) -> Bool {
        let known = bytes.span.extracting(offset..<offset + text.count)
        return known.isSame(as: text)
    }
}

/// A hash of bytes that is the same in every process. Summaries do not depend on it.
package enum TextHash {
    package static func hash(_ text: Span<UInt8>) -> UInt64 {
        let bytes = unsafe text.bytes
        var hash = UInt64(truncatingIfNeeded: text.count) &* 0x9E37_79B9_7F4A_7C15
        var index = 0
        while index + 8 <= bytes.byteCount {
            let word = UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            hash = mix(hash ^ word)
            index += 8
        }
        var last: UInt64 = 0
        while index < bytes.byteCount {
            last = last << 8 | UInt64(text[index])
            index += 1
        }
        return mix(hash ^ last)
    }

    /// A round of multiplication and folding, like the finalizer of MurmurHash3.
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ (value >> 32)) &* 0xD6E8_FEB8_6659_FD93
        return product ^ (product >> 32)
    }
}

extension Span<UInt8> {
    /// Whether both contain the same bytes.
    func isSame(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        let left = unsafe bytes
        let right = unsafe other.bytes
        var index = 0
        while index + 8 <= count {
            // Both have at least eight more bytes, so the loads are in bounds.
            guard
                unsafe left.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
                    == right.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            else { return false }
            index += 8
        }
        while index < count {
            guard self[index] == other[index] else { return false }
            index += 1
        }
        return true
    }
}
