import Glibc

/// Converts a single-byte encoding to UTF-8. An unassigned byte stays unchanged, so it is not UTF-8.
struct SingleByteDecoder: StreamDecoder {
    /// The character of each byte; 0xFFFF_FFFF if unassigned.
    private let characters: [UInt32]
    /// Whether bytes below 0x80 are ASCII.
    private let hasASCII: Bool

    init(characters: [UInt32]) {
        self.characters = characters
        hasASCII = (0..<0x80).allSatisfy { characters[$0] == $0 }
    }

    mutating func decode(
        _ input: UnsafeBufferPointer<UInt8>, isLast: Bool, into output: inout DecoderOutput
    ) -> Int {
        var index = 0
        while index < input.count, output.left >= 4 {
            if hasASCII {
                index += unsafe output.putASCII(UnsafeBufferPointer(rebasing: input[index...]))
                guard index < input.count, output.left >= 4 else { break }
            }
            let byte = unsafe input[index]
            let character = characters[Int(byte)]
            if character == .max {
                output.put(byte)
                output.steps.copy(1)
            } else {
                output.steps.add(
                    1, decoded: output.put(scalar: character), original: 1, endsLine: character == 0x0A)
            }
            index += 1
        }
        return index
    }
}

extension DecoderOutput {
    /// Copies the ASCII at the front of `input`, as far as there is room. Returns the number of bytes.
    fileprivate mutating func putASCII(_ input: UnsafeBufferPointer<UInt8>) -> Int {
        let start = count
        let copied = unsafe put(input.prefixOfASCII)
        unsafe steps.addLines(bytes(from: start), original: 1)
        return copied
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The bytes before the first one beyond ASCII.
    var prefixOfASCII: UnsafeBufferPointer<UInt8> {
        let bytes = UnsafeRawBufferPointer(self)
        var end = 0
        while end + 8 <= count {
            let word = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self))
            let beyond = word & 0x8080_8080_8080_8080
            guard beyond == 0 else {
                return unsafe UnsafeBufferPointer(rebasing: self[..<(end + beyond.trailingZeroBitCount / 8)])
            }
            end += 8
        }
        while end < count, unsafe self[end] < 0x80 { end += 1 }
        return unsafe UnsafeBufferPointer(rebasing: self[..<end])
    }
}

/// A conversion to UTF-8 by the C library.
///
/// It is used by one thread at a time, so it can be sent between threads.
@safe
final class Converter: @unchecked Sendable {
    private let handle: iconv_t

    /// Nil if the library does not know the name.
    init?(from name: String) {
        guard let handle = unsafe iconv_open("UTF-8", name), Int(bitPattern: handle) != -1 else { return nil }
        unsafe self.handle = unsafe handle
    }

    deinit {
        unsafe iconv_close(handle)
    }

    /// The result of converting some bytes.
    enum Outcome {
        /// The number of bytes read, and of bytes written.
        case converted(Int, Int)
        /// They are the beginning of a character.
        case incomplete
        case illFormed
    }

    /// Converts bytes as far as they are complete, into at least 16 bytes of room.
    func convert(_ input: UnsafeBufferPointer<UInt8>, into room: UnsafeMutablePointer<UInt8>) -> Outcome {
        var source = unsafe UnsafeMutablePointer(
            mutating: UnsafeRawPointer(input.baseAddress)?.assumingMemoryBound(
                to: CChar.self))
        var target: UnsafeMutablePointer<CChar>? = unsafe UnsafeMutableRawPointer(room).assumingMemoryBound(
            to: CChar.self)
        var (left, roomLeft) = (input.count, 16)
        let result = unsafe iconv(handle, &source, &left, &target, &roomLeft)
        let error = errno
        let (read, written) = (input.count - left, 16 - roomLeft)
        if read > 0 || written > 0 { return .converted(read, written) }
        return result == -1 && error == EILSEQ ? .illFormed : .incomplete
    }

    /// Writes what the library holds back of the last character into at least 16 bytes of room: of one that becomes two,
    /// as some do in BIG5-HKSCS and EUC-JISX0213, it may hold back the second. Returns the number of bytes written.
    func flush(into room: UnsafeMutablePointer<UInt8>) -> Int {
        var target: UnsafeMutablePointer<CChar>? = unsafe UnsafeMutableRawPointer(room).assumingMemoryBound(
            to: CChar.self)
        var roomLeft = 16
        _ = unsafe iconv(handle, nil, nil, &target, &roomLeft)
        return 16 - roomLeft
    }

    /// Drops a character that was begun, and any shift state.
    func reset() {
        _ = unsafe iconv(handle, nil, nil, nil, nil)
    }

    /// Returns the character of each byte, if the encoding has only single bytes; nil for a multibyte encoding.
    func singleBytes() -> [UInt32]? {
        var characters: [UInt32] = []
        for byte in UInt8.min...UInt8.max {
            reset()
            let outcome = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 17) { room in
                unsafe room[16] = byte
                guard let start = room.baseAddress else { return (Outcome.incomplete, UInt32?.none) }
                let outcome = unsafe convert(UnsafeBufferPointer(start: start + 16, count: 1), into: start)
                guard case .converted(1, let count) = outcome, count > 0 else { return (outcome, nil) }
                let text = unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
                guard text.unicodeScalars.count == 1 else { return (.incomplete, nil) }
                return (outcome, text.unicodeScalars.first?.value)
            }
            switch outcome {
            case (.converted, let character?): characters.append(character)
            case (.illFormed, _): characters.append(.max)
            default: return nil
            }
        }
        reset()
        return characters
    }
}

/// Converts a multibyte encoding with the C library. A byte that cannot be read stays unchanged if it is beyond ASCII;
/// otherwise, it becomes a byte that is not UTF-8.
struct MultiByteDecoder: StreamDecoder {
    private let converter: Converter
    /// Whether bytes below 0x80 between characters are ASCII.
    private let hasASCII: Bool
    /// Whether the library may hold back a part of the last character.
    private var mayHoldBack = false

    /// The maximum number of bytes of a character, including what switches to it.
    private static let longest = 12

    init(_ converter: Converter, hasASCII: Bool) {
        self.converter = converter
        self.hasASCII = hasASCII
    }

    mutating func decode(
        _ input: UnsafeBufferPointer<UInt8>, isLast: Bool, into output: inout DecoderOutput
    ) -> Int {
        var index = 0
        while index < input.count, output.left >= 32 {
            if hasASCII {
                if unsafe mayHoldBack && input[index] < 0x80 { putHeldBack(&output) }
                index += unsafe output.putASCII(UnsafeBufferPointer(rebasing: input[index...]))
                guard index < input.count, output.left >= 32 else { break }
            }
            guard let done = unsafe putCharacter(UnsafeBufferPointer(rebasing: input[index...]), isLast, &output)
            else { break }
            index += done
        }
        if isLast, index == input.count, output.left >= 16 { putHeldBack(&output) }
        return index
    }

    /// Writes what the library holds back of the last character.
    private mutating func putHeldBack(_ output: inout DecoderOutput) {
        guard mayHoldBack, let end = unsafe output.end else { return }
        mayHoldBack = false
        let written = unsafe converter.flush(into: end)
        output.advance(by: written)
        note(written, original: 0, endsLine: false, &output)
    }

    /// Converts one character and returns its number of bytes; nil if it is incomplete.
    private mutating func putCharacter(
        _ input: UnsafeBufferPointer<UInt8>, _ isLast: Bool, _ output: inout DecoderOutput
    ) -> Int? {
        guard let end = unsafe output.end else { return nil }
        var length = 1
        while length <= min(input.count, Self.longest) {
            switch unsafe converter.convert(UnsafeBufferPointer(rebasing: input[..<length]), into: end) {
            case .converted(let read, let written):
                mayHoldBack = true
                let endsLine = unsafe written == 1 && end.pointee == 0x0A
                output.advance(by: written)
                note(written, original: read, endsLine: endsLine, &output)
                return read
            case .incomplete: length += 1
            case .illFormed: return unsafe putIllFormed(input[0], &output)
            }
        }
        guard isLast || input.count > Self.longest else { return nil }
        return unsafe putIllFormed(input[0], &output)
    }

    private mutating func putIllFormed(_ byte: UInt8, _ output: inout DecoderOutput) -> Int {
        putHeldBack(&output)
        converter.reset()
        output.put(byte < 0x80 ? 0xFF : byte)
        output.steps.copy(1)
        return 1
    }

    /// Adds the steps of one character, or of two into which one was converted.
    private func note(_ written: Int, original: Int, endsLine: Bool, _ output: inout DecoderOutput) {
        let first = min(4, written)
        if first == 0 {
            output.steps.skip(original)
        } else {
            output.steps.add(1, decoded: first, original: original, endsLine: endsLine)
        }
        var rest = written - first
        while rest > 0 {
            output.steps.add(1, decoded: min(4, rest), original: 0)
            rest -= min(4, rest)
        }
    }
}
