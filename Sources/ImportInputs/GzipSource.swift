private import CISAL
package import ImportFoundation

/// Inflates gzip with ISA-L: consecutive members, each with its checksum and its length verified.
package struct GzipSource: ByteSource {
    private let inflater: GzipInflater

    package let isPrompt: Bool

    package init(_ source: any ByteSource, meter: ExpansionMeter) {
        isPrompt = source.isPrompt
        inflater = GzipInflater(source: source, meter: meter)
    }

    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        try unsafe inflater.read(into: buffer)
    }
}

/// The inflate state. Only one thread at a time uses it, as with any source, so it can be sent between threads.
@safe
private final class GzipInflater: @unchecked Sendable {
    private static let capacity = 64 * 1024

    private enum Stage {
        case header(GzipHeader)
        case data
        case betweenMembers
        /// Zeros fill the rest, as on tapes.
        case padding
        case end
        /// Damaged, but ISA-L still has data from before the damage.
        case damaged(ReadFailure)
        case failed(ReadFailure)
    }

    private var source: any ByteSource
    private let meter: ExpansionMeter
    private let state: UnsafeMutablePointer<inflate_state>
    /// The state before the last call of ISA-L.
    private let before: UnsafeMutablePointer<inflate_state>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private var stage = Stage.header(GzipHeader())
    private var isInputAtEnd = false
    private var sourceFailure: ReadFailure?

    init(source: any ByteSource, meter: ExpansionMeter) {
        self.source = source
        self.meter = meter
        unsafe state = .allocate(capacity: 1)
        unsafe before = .allocate(capacity: 1)
        unsafe input = .allocate(capacity: Self.capacity)
        unsafe input.initialize(repeating: 0)
        unsafe isal_inflate_init(state)
        unsafe state.pointee.avail_in = 0
    }

    deinit {
        unsafe state.deallocate()
        unsafe before.deallocate()
        unsafe input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        guard buffer.count > 0 else { return 0 }
        try meter.check()
        while true {
            switch stage {
            case .failed(let failure): throw failure
            case .end: return 0
            case .damaged(let failure):
                let count = unsafe takeRest(into: buffer)
                if count > 0 { return try meter.admit(count) }
                stage = .failed(failure)
            case .data:
                let count = unsafe inflate(into: buffer)
                if count > 0 { return try meter.admit(count) }
            case .header(let header):
                stage = nextByte().map { after(header, $0) } ?? .failed(cut)
            case .betweenMembers:
                stage = nextByte().map(afterMember) ?? end
            case .padding:
                stage = nextByte().map { $0 == 0 ? .padding : .failed(trailingBytes) } ?? end
            }
        }
    }

    /// Inflates the available data, possibly none, and sets the stage at the end of a member or at an error.
    private func inflate(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let isInputLeft = hasInput()
        let room = min(buffer.count, Int(UInt32.max))
        unsafe state.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe state.pointee.avail_out = UInt32(room)
        unsafe Self.copy(state, to: before)
        var result = unsafe isal_inflate(state)
        if result < ISAL_DECOMP_OK, result != ISAL_INCORRECT_CHECKSUM { result = inflateAgain(after: result) }
        let produced = unsafe room - Int(state.pointee.avail_out)
        if result < ISAL_DECOMP_OK {
            stage = .damaged(damaged(result == ISAL_INCORRECT_CHECKSUM ? .checksum : .structure))
        } else if unsafe state.pointee.block_state == ISAL_BLOCK_FINISH {
            stage = .betweenMembers
        } else if !isInputLeft, produced == 0 {
            stage = .failed(cut)
        }
        return produced
    }

    /// Repeats a call that found damage, and stops there.
    ///
    /// Where it has much input, ISA-L 2.30 counts the bytes of a repetition before it checks what is to be repeated. It
    /// would thus deliver up to 258 bytes that it has not written, with whatever was in memory. It does not if it has
    /// only a few bytes of input.
    private func inflateAgain(after error: Int32) -> Int32 {
        unsafe Self.copy(before, to: state)
        var left = unsafe state.pointee.avail_in
        unsafe state.pointee.avail_in = 0
        var result: Int32
        repeat {
            let more: UInt32 = unsafe state.pointee.avail_in == 0 ? min(1, left) : 0
            unsafe state.pointee.avail_in += more
            left -= more
            let (input, output) = unsafe (state.pointee.avail_in, state.pointee.avail_out)
            result = unsafe isal_inflate(state)
            // Every call reads or writes something. If one does not, the damage is here.
            let isStuck = unsafe more == 0 && state.pointee.avail_in == input && state.pointee.avail_out == output
            if isStuck, result >= ISAL_DECOMP_OK { result = error }
        } while unsafe result >= ISAL_DECOMP_OK && left > 0 && state.pointee.avail_out > 0
            && state.pointee.block_state != ISAL_BLOCK_FINISH
        unsafe state.pointee.avail_in += left
        return result
    }

    /// Moves data that ISA-L has not delivered yet.
    private func takeRest(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let offset = Self.offsetOfOutput else { return 0 }
        let processed = unsafe Int(state.pointee.tmp_out_processed)
        let count = unsafe min(buffer.count, Int(state.pointee.tmp_out_valid) - processed)
        guard count > 0 else { return 0 }
        let rest = unsafe UnsafeRawBufferPointer(
            start: UnsafeRawPointer(state) + offset + processed, count: count)
        unsafe buffer.copyMemory(from: rest)
        unsafe state.pointee.tmp_out_processed += Int32(count)
        return count
    }

    /// The offset of `tmp_out_buffer` in the state, which is its last member and too large for Swift to import.
    private static let offsetOfOutput = unsafe MemoryLayout<inflate_state>.offset(of: \.tmp_in_buffer).map {
        $0 + Int(ISAL_DEF_MAX_HDR_SIZE)
    }

    /// Copies a state, without the part of its last member that is not in use.
    private static func copy(
        _ from: UnsafeMutablePointer<inflate_state>, to copy: UnsafeMutablePointer<inflate_state>
    ) {
        let size = unsafe MemoryLayout<inflate_state>.size
        let used = unsafe min(size, (offsetOfOutput ?? size) + Int(from.pointee.tmp_out_valid))
        unsafe UnsafeMutableRawPointer(copy).copyMemory(from: from, byteCount: used)
    }

    private func after(_ header: GzipHeader, _ byte: UInt8) -> Stage {
        var header = header
        switch header.take(byte) {
        case .incomplete: return .header(header)
        case .damaged(let damage): return .failed(damaged(damage))
        case .complete:
            unsafe isal_inflate_reset(state)
            unsafe state.pointee.crc_flag = UInt32(ISAL_GZIP_NO_HDR_VER)
            return .data
        }
    }

    private func afterMember(_ byte: UInt8) -> Stage {
        switch byte {
        case 0: .padding
        case 0x1F: after(GzipHeader(), byte)
        default: .failed(trailingBytes)
        }
    }

    // MARK: Input

    private func nextByte() -> UInt8? {
        guard hasInput() else { return nil }
        let byte = unsafe state.pointee.next_in.pointee
        unsafe state.pointee.next_in += 1
        unsafe state.pointee.avail_in -= 1
        return byte
    }

    /// Returns whether there is more input, reading it if necessary.
    private func hasInput() -> Bool {
        if unsafe state.pointee.avail_in > 0 { return true }
        guard !isInputAtEnd else { return false }
        var count = 0
        do throws(ReadFailure) {
            count = try unsafe source.read(into: UnsafeMutableRawBufferPointer(input))
        } catch {
            sourceFailure = error
        }
        isInputAtEnd = count == 0
        unsafe state.pointee.next_in = input.baseAddress
        unsafe state.pointee.avail_in = UInt32(count)
        return count > 0
    }

    // MARK: Ends

    /// The stage if the input stops where the data may end: the end, unless the source failed.
    private var end: Stage { sourceFailure.map { .failed($0) } ?? .end }
    /// The failure if the input stops where the data may not end.
    private var cut: ReadFailure { sourceFailure ?? ReadFailure(.breaksOff(.gzip)) }
    private var trailingBytes: ReadFailure { damaged(.trailingBytes) }

    private func damaged(_ damage: ReadFailure.Damage) -> ReadFailure { ReadFailure(.damaged(.gzip, damage)) }
}

/// Skips the header of a gzip member (RFC 1952), however its bytes are split.
///
///     1F 8B 08 flags time(4) extra-flags system | extra: length(2) bytes | name 0 | comment 0 | checksum(2)
///
/// ISA-L could do this, but it computes a wrong checksum for a header that is split over two buffers.
struct GzipHeader {
    private enum Field: Int {
        case fixed, extraLength, extra, name, comment, checksum, end
    }

    enum State: Equatable {
        case incomplete, complete
        case damaged(ReadFailure.Damage)
    }

    private var field = Field.fixed
    /// The number of bytes of the field seen so far.
    private var seen = 0
    private var flags: UInt8 = 0
    private var extraLength = 0

    /// Consumes the next byte. Must not be called after it has returned that the header is complete or damaged.
    mutating func take(_ byte: UInt8) -> State {
        seen += 1
        switch field {
        case .fixed:
            switch seen {
            case 1: return byte == 0x1F ? .incomplete : .damaged(.structure)
            case 2: return byte == 0x8B ? .incomplete : .damaged(.structure)
            case 3: return byte == 8 ? .incomplete : .damaged(.method(nil))
            case 4:
                flags = byte
                // The upper three bits must be zero, because fields that they might announce cannot be skipped.
                return byte & 0xE0 == 0 ? .incomplete : .damaged(.structure)
            case 10: return advance()
            default: return .incomplete
            }
        case .extraLength:
            extraLength |= Int(byte) << (8 * (seen - 1))
            return seen == 2 ? advance() : .incomplete
        case .extra: return seen == extraLength ? advance() : .incomplete
        case .name, .comment: return byte == 0 ? advance() : .incomplete
        case .checksum: return seen == 2 ? advance() : .incomplete
        case .end: return .complete
        }
    }

    /// Advances to the next field that is present.
    private mutating func advance() -> State {
        seen = 0
        while let next = Field(rawValue: field.rawValue + 1) {
            field = next
            switch field {
            case .extraLength where flags & 4 != 0: return .incomplete
            case .extra where extraLength > 0: return .incomplete
            case .name where flags & 8 != 0: return .incomplete
            case .comment where flags & 16 != 0: return .incomplete
            case .checksum where flags & 2 != 0: return .incomplete
            default: continue
            }
        }
        return .complete
    }
}
