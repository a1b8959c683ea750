import ImportFoundation
import Synchronization

/// The UTF-8 of a source in UTF-16. Unlike the decoder of dumps, it repairs nothing: its text is written back as the
/// same bytes, or not at all.
struct UTF16Source: ByteSource {
    private var source: any ByteSource
    private let isBigEndian: Bool
    private let fault: UTF16Fault
    /// Bytes that were read but not decoded yet, fewer than four.
    private var waiting: [UInt8] = []
    /// Decoded text for which there was no room yet: a buffer may be smaller than a character.
    private var ready: ArraySlice<UInt8> = []
    private var isAtEnd = false

    var isPrompt: Bool { source.isPrompt }

    /// - Parameter fault: is notified of bytes that are not UTF-16.
    init(_ source: any ByteSource, isBigEndian: Bool, fault: UTF16Fault) {
        self.source = source
        self.isBigEndian = isBigEndian
        self.fault = fault
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        // A unit of two bytes needs at most three bytes in UTF-8, and a surrogate pair needs four.
        let room = max(4, buffer.count * 2 / 3 - 8)
        while ready.isEmpty, !isAtEnd {
            var bytes = [UInt8](repeating: 0, count: min(room, 256 * 1024) & ~1)
            let count = try readAll(&bytes)
            bytes.removeLast(bytes.count - count)
            isAtEnd = count == 0
            var decoded: [UInt8] = []
            decode(waiting + bytes, into: &decoded)
            if fault.isSet { return 0 }
            ready = decoded[...]
        }
        let count = min(ready.count, buffer.count)
        unsafe buffer.copyBytes(from: ready.prefix(count))
        ready = ready.dropFirst(count)
        return count
    }

    private mutating func readAll(_ bytes: inout [UInt8]) throws(ReadFailure) -> Int {
        let result = unsafe bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(ReadFailure) in try unsafe source.read(into: buffer) }
        }
        return try result.get()
    }

    private mutating func decode(_ bytes: [UInt8], into decoded: inout [UInt8]) {
        decoded.reserveCapacity(bytes.count * 3 / 2 + 4)
        func unit(_ index: Int) -> UInt32 {
            let (first, second) = (UInt32(bytes[index]), UInt32(bytes[index + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
        var index = 0
        while index + 2 <= bytes.count {
            let first = unit(index)
            guard 0xD800...0xDFFF ~= first else {
                Self.append(first, to: &decoded)
                index += 2
                continue
            }
            guard first < 0xDC00 else { return fault.set() }
            guard index + 4 <= bytes.count else { break }
            let second = unit(index + 2)
            guard 0xDC00...0xDFFF ~= second else { return fault.set() }
            Self.append(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00), to: &decoded)
            index += 4
        }
        waiting = Array(bytes[index...])
        if isAtEnd, !waiting.isEmpty { fault.set() }
    }

    private static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        switch scalar {
        case ..<0x80: bytes.append(UInt8(scalar))
        case ..<0x800:
            bytes.append(UInt8(0xC0 | scalar >> 6))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        case ..<0x10000:
            bytes.append(UInt8(0xE0 | scalar >> 12))
            bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        default:
            bytes.append(UInt8(0xF0 | scalar >> 18))
            bytes.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        }
    }
}

/// Whether a source turned out not to be UTF-16, from whichever thread reads it.
final class UTF16Fault: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() { flag.store(true, ordering: .releasing) }
}

/// A source whose bytes are hashed as they are read.
struct HashedSource: ByteSource {
    private var source: any ByteSource
    let hash = SharedHash()

    var isPrompt: Bool { source.isPrompt }

    init(_ source: any ByteSource) {
        self.source = source
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let count = try unsafe source.read(into: buffer)
        unsafe hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        return count
    }
}

/// A SHA-256, computed by the thread that reads.
final class SharedHash: Sendable {
    private let state = Lock(SHA256())

    func update(_ bytes: UnsafeRawBufferPointer) {
        nonisolated(unsafe) let bytes = unsafe bytes
        state.withLock { unsafe $0.update(bytes.assumingMemoryBound(to: UInt8.self)) }
    }

    func finish() -> String {
        state.withLock { state in
            var whole = state
            return whole.finish()
        }
    }
}
