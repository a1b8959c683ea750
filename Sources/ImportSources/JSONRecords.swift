import ImportDumps
import ImportFoundation

/// Finds where JSON values end (RFC 8259) and checks them, because records that are handed back must be valid JSON.
struct JSONRecords {
    /// The error, and its byte; nil for the end of the bytes.
    struct Fault: Error {
        var at: Int
        var byte: UInt8?
        var isTooDeep = false
    }

    private enum Step {
        case value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd
    }

    /// For each open container, whether it is an object.
    private var open: [Bool] = []

    /// The index after the value that begins at `start`.
    ///
    /// - Parameter isAll: whether no bytes follow these. If false, the result is nil for a value that may continue.
    mutating func end(of bytes: Span<UInt8>, from start: Int, isAll: Bool) throws(Fault) -> Int? {
        open.removeAll(keepingCapacity: true)
        var index = start
        var step = Step.value
        let count = bytes.count
        while true {
            while index < count, ASCII.isSpace(bytes[index]) { index += 1 }
            guard index < count else { return try incomplete(at: count, isAll) }
            let byte = bytes[index]
            switch step {
            case .value, .valueOrEnd:
                if step == .valueOrEnd, byte == UInt8(ascii: "]") {
                    index += 1
                    open.removeLast()
                    break
                }
                switch byte {
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    guard open.count < DumpLimits.nestingLevels else { throw Fault(at: index, isTooDeep: true) }
                    open.append(byte == UInt8(ascii: "{"))
                    step = byte == UInt8(ascii: "{") ? .keyOrEnd : .valueOrEnd
                    index += 1
                    continue
                case UInt8(ascii: "\""):
                    guard let end = try string(bytes, index, isAll) else { return nil }
                    index = end
                case UInt8(ascii: "t"):
                    guard let end = try word("true", bytes, index, isAll) else { return nil }
                    index = end
                case UInt8(ascii: "f"):
                    guard let end = try word("false", bytes, index, isAll) else { return nil }
                    index = end
                case UInt8(ascii: "n"):
                    guard let end = try word("null", bytes, index, isAll) else { return nil }
                    index = end
                default:
                    guard let end = try number(bytes, index, isAll) else { return nil }
                    index = end
                }
            case .key, .keyOrEnd:
                if step == .keyOrEnd, byte == UInt8(ascii: "}") {
                    index += 1
                    open.removeLast()
                    break
                }
                guard byte == UInt8(ascii: "\"") else { throw Fault(at: index, byte: byte) }
                guard let end = try string(bytes, index, isAll) else { return nil }
                index = end
                step = .colon
                continue
            case .colon:
                guard byte == UInt8(ascii: ":") else { throw Fault(at: index, byte: byte) }
                index += 1
                step = .value
                continue
            case .commaOrEnd:
                let isObject = open.last ?? false
                if byte == UInt8(ascii: ",") {
                    index += 1
                    step = isObject ? .key : .value
                    continue
                }
                guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    throw Fault(at: index, byte: byte)
                }
                index += 1
                open.removeLast()
            }
            // After a value.
            if open.isEmpty { return index }
            step = .commaOrEnd
        }
    }

    private func incomplete(at index: Int, _ isAll: Bool) throws(Fault) -> Int? {
        if isAll { throw Fault(at: index) }
        return nil
    }

    /// Returns the index after the closing quote of the string whose opening quote is at `start`.
    private func string(_ bytes: Span<UInt8>, _ start: Int, _ isAll: Bool) throws(Fault) -> Int? {
        var index = start + 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"):
                guard index + 1 < bytes.count else { return try incomplete(at: bytes.count, isAll) }
                let escaped = bytes[index + 1]
                if escaped == UInt8(ascii: "u") {
                    for digit in index + 2..<index + 6 {
                        guard digit < bytes.count else { return try incomplete(at: bytes.count, isAll) }
                        guard ASCII.hexValue(of: bytes[digit]) != nil else {
                            throw Fault(at: digit, byte: bytes[digit])
                        }
                    }
                    index += 6
                } else {
                    guard "\"\\/bfnrt".utf8.contains(escaped) else { throw Fault(at: index + 1, byte: escaped) }
                    index += 2
                }
            case ..<0x20: throw Fault(at: index, byte: bytes[index])
            default: index += 1
            }
        }
        return try incomplete(at: bytes.count, isAll)
    }

    private func word(_ word: StaticString, _ bytes: Span<UInt8>, _ start: Int, _ isAll: Bool) throws(Fault) -> Int? {
        for offset in 0..<word.utf8CodeUnitCount {
            guard start + offset < bytes.count else { return try incomplete(at: bytes.count, isAll) }
            guard bytes[start + offset] == (unsafe word.utf8Start[offset]) else {
                throw Fault(at: start + offset, byte: bytes[start + offset])
            }
        }
        return start + word.utf8CodeUnitCount
    }

    /// RFC 8259, section 6.
    private func number(_ bytes: Span<UInt8>, _ start: Int, _ isAll: Bool) throws(Fault) -> Int? {
        var index = start
        func digits() throws(Fault) -> Bool {
            let first = index
            while index < bytes.count, ASCII.isDigit(bytes[index]) { index += 1 }
            if index > first { return true }
            guard index < bytes.count else { return try incomplete(at: index, isAll) != nil }
            throw Fault(at: index, byte: bytes[index])
        }
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        if index < bytes.count, bytes[index] == UInt8(ascii: "0") {
            index += 1
        } else {
            guard try digits() else { return nil }
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            guard try digits() else { return nil }
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            guard try digits() else { return nil }
        }
        // More digits may follow.
        if index == bytes.count, !isAll { return nil }
        return index
    }
}

/// Texts of JSON, compared regardless of how they are written.
package enum JSONText {
    /// Returns JSON, or a part of it that begins and ends between two tokens, without the white space outside strings.
    package static func withoutSpace(_ bytes: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        var (isInside, isEscaped) = (false, false)
        for byte in bytes {
            if !isInside, ASCII.isSpace(byte) { continue }
            if byte == UInt8(ascii: "\""), !isEscaped { isInside.toggle() }
            isEscaped = isInside && byte == UInt8(ascii: "\\") && !isEscaped
            kept.append(byte)
        }
        return kept
    }
}
