private import Glibc
import ImportFoundation

/// Removes one layer from a stream of bytes.
protocol StreamDecoder: Sendable {
    /// Decodes bytes from the front of `input`, as far as there is room for the output.
    ///
    /// - Parameters:
    ///   - isLast: whether nothing follows `input`.
    /// - Returns: the number of bytes of `input` that were consumed. If it is 0 and there is no output, more bytes are
    ///   needed (or, if `isLast`, that was all). That must never happen with ``DecoderInput/bytes`` bytes.
    mutating func decode(_ input: UnsafeBufferPointer<UInt8>, isLast: Bool, into output: inout DecoderOutput) -> Int
}

enum DecoderInput {
    /// The maximum number of bytes decoded at once.
    static let bytes = 128 * 1024
}

/// The output of a decoder, and the origins of its bytes.
@safe
struct DecoderOutput {
    /// The minimum room when a decoder is called.
    static let leastRoom = DecoderInput.bytes + 64

    private let room: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0
    var steps = PlaceSteps()
    /// The map of the input, if that was decoded too.
    let below: PlaceMap?

    init(room: UnsafeMutableBufferPointer<UInt8>, steps: PlaceSteps, below: PlaceMap?) {
        unsafe self.room = unsafe room
        self.steps = steps
        self.below = below
    }

    /// The number of bytes that can still be written.
    var left: Int { unsafe room.count - count }

    /// The address of the next byte.
    var end: UnsafeMutablePointer<UInt8>? { unsafe room.baseAddress.map { unsafe $0 + count } }

    /// Notes that bytes were written at the end.
    mutating func advance(by bytes: Int) {
        assert(bytes <= left)
        count += bytes
    }

    @inline(__always)
    mutating func put(_ byte: UInt8) {
        unsafe room[count] = byte
        count += 1
    }

    /// Copies as many bytes as there is room for. Returns how many.
    @inline(__always)
    mutating func put(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let count = min(bytes.count, left)
        if count > 0, let end = unsafe end, let start = bytes.baseAddress { unsafe memcpy(end, start, count) }
        self.count += count
        return count
    }

    /// Writes a character and returns its number of bytes; there must be room for four. A value that is not a character
    /// (a surrogate) is written as the bytes that it would have, which are not UTF-8.
    @inline(__always)
    mutating func put(scalar: UInt32) -> Int {
        func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: (scalar >> shift) & 0x3F) }
        switch scalar {
        case ..<0x80:
            put(UInt8(scalar))
            return 1
        case ..<0x800:
            put(0xC0 | UInt8(scalar >> 6))
            put(tail(0))
            return 2
        case ..<0x10000:
            put(0xE0 | UInt8(scalar >> 12))
            put(tail(6))
            put(tail(0))
            return 3
        case ..<0x110000:
            put(0xF0 | UInt8(scalar >> 18))
            put(tail(12))
            put(tail(6))
            put(tail(0))
            return 4
        default:
            put(0xFF)
            return 1
        }
    }

    /// The bytes written from `start` on.
    func bytes(from start: Int) -> UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(rebasing: room[start..<count])
    }

    /// Drops the bytes written from `start` on.
    mutating func goBack(to start: Int) {
        count = start
    }
}

/// Decodes the bytes of another source.
///
/// Like any source, it is used by one thread at a time, so it can be sent between threads.
@safe
final class DecodingSource<Decoder: StreamDecoder>: ByteSource, @unchecked Sendable {
    let isPrompt: Bool
    let map: PlaceMap
    private let below: PlaceMap?
    private var source: any ByteSource
    private var decoder: Decoder
    private let input: UnsafeMutableBufferPointer<UInt8>
    /// The part of `input` that is still to be decoded.
    private var waiting = 0..<0
    private var isInputAtEnd = false
    private var failure: ReadFailure?
    /// Memory to decode into where buffers are too small; allocated when needed.
    private var spare: UnsafeMutableBufferPointer<UInt8>?
    /// The part of `spare` that is still to be delivered.
    private var spared = 0..<0
    private var steps = PlaceSteps()
    private var isAtEnd = false

    init(_ source: any ByteSource, below: PlaceMap?, decoder: Decoder) {
        isPrompt = source.isPrompt
        self.source = source
        self.below = below
        self.decoder = decoder
        map = PlaceMap(below: below)
        unsafe input = .allocate(capacity: DecoderInput.bytes)
    }

    deinit {
        unsafe input.deallocate()
        unsafe spare?.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        var filled = 0
        // A prompt source fills the whole buffer: reading ahead begins only after a whole block.
        while filled < buffer.count, filled == 0 || isPrompt {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            if let spare = unsafe spare, !spared.isEmpty {
                let count = min(spared.count, rest.count)
                let next = unsafe UnsafeRawBufferPointer(spare)[spared.lowerBound..<spared.lowerBound + count]
                unsafe rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: next))
                spared = spared.lowerBound + count..<spared.upperBound
                filled += count
            } else if isAtEnd {
                break
            } else if rest.count >= DecoderOutput.leastRoom {
                filled += unsafe decode(into: rest.bindMemory(to: UInt8.self))
            } else {
                let room = unsafe spare ?? .allocate(capacity: DecoderOutput.leastRoom)
                unsafe spare = unsafe room
                spared = unsafe 0..<decode(into: room)
            }
        }
        if filled == 0, buffer.count > 0, let failure { throw failure }
        return filled
    }

    /// Decodes the available bytes, reading more if necessary. Returns the number of decoded bytes; 0 only at the end.
    private func decode(into room: UnsafeMutableBufferPointer<UInt8>) -> Int {
        while true {
            steps.removeAll()
            var output = unsafe DecoderOutput(room: room, steps: steps, below: below)
            steps = PlaceSteps()
            let bytes = unsafe UnsafeBufferPointer<UInt8>(rebasing: UnsafeBufferPointer(input)[waiting])
            let done = unsafe decoder.decode(bytes, isLast: isInputAtEnd, into: &output)
            waiting = waiting.lowerBound + done..<waiting.upperBound
            map.add(output.steps)
            steps = output.steps
            if output.count > 0 { return output.count }
            if done > 0 { continue }
            if isInputAtEnd {
                isAtEnd = true
                return 0
            }
            fillInput()
        }
    }

    private func fillInput() {
        if waiting.lowerBound > 0, let start = unsafe input.baseAddress {
            unsafe memmove(start, start + waiting.lowerBound, waiting.count)
            waiting = 0..<waiting.count
        }
        // A decoder that asks for more than fits would wait forever.
        guard waiting.count < DecoderInput.bytes else {
            isInputAtEnd = true
            return
        }
        do throws(ReadFailure) {
            let room = unsafe UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(input)[waiting.count...])
            let count = try unsafe source.read(into: room)
            waiting = 0..<waiting.count + count
            isInputAtEnd = count == 0
        } catch {
            failure = error
            isInputAtEnd = true
        }
    }
}
