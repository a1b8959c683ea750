import ImportFoundation

/// The text of JSON values, without insignificant white space. Strings are rewritten, so that it makes no difference
/// how they were escaped, and repairs in them are preserved. Its size is limited to ``DumpLimits/textBytes``.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    /// Whether the text was longer than the limit; the rest is dropped.
    private(set) var isCut = false

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        isCut = false
    }

    /// Drops everything after the first `count` bytes.
    mutating func removeAll(after count: Int) {
        bytes.removeLast(max(0, bytes.count - count))
    }

    mutating func append(_ byte: UInt8) {
        guard hasRoom(for: 1) else { return }
        bytes.append(byte)
    }

    mutating func append(_ literal: StaticString) {
        guard hasRoom(for: literal.utf8CodeUnitCount) else { return }
        for index in 0..<literal.utf8CodeUnitCount { bytes.append(unsafe literal.utf8Start[index]) }
    }

    /// Appends a string in quotes.
    mutating func append(string text: Span<UInt8>) {
        append(UInt8(ascii: "\""))
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x08: append("\\b")
            case 0x09: append("\\t")
            case 0x0A: append("\\n")
            case 0x0C: append("\\f")
            case 0x0D: append("\\r")
            case ..<0x20:
                guard hasRoom(for: 6) else { return }
                append(byte < 0x10 ? "\\u000" : "\\u001")
                append(Self.hexDigit(byte & 0x0F))
            case 0xC0...:
                // A character is appended completely or not at all.
                guard hasRoom(for: UTF8Form(lead: byte)?.length ?? 1) else { return }
                append(byte)
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func hasRoom(for count: Int) -> Bool {
        if bytes.count + count > DumpLimits.textBytes { isCut = true }
        return !isCut
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

extension JSONScanner {
    /// Reads a value of any type, checking all of it, and appends its text.
    ///
    /// The slot `.key` must be free: it holds the strings of the value, one after another.
    ///
    /// - Parameter level: the number of arrays and objects that are open around it.
    /// - Returns: its type.
    mutating func readValue(level: Int, into text: inout JSONText) throws(ScanFault) -> FoundType {
        var starts = [window.offset]
        let found = try readFront(into: &text)
        guard found == .object || found == .array else {
            // A number at the dump's end may be the front of a longer one: inside a container, more must follow.
            if found == .number, level > 0 { _ = try peek() }
            return found
        }
        // The ends of the open containers, in a list so that no file can exhaust the thread's stack.
        var ends = [Self.end(of: found)]
        var first = true
        while let end = ends.last {
            let isFirst = first
            let isObject = end == UInt8(ascii: "}")
            guard try isObject ? nextMember(first: &first) : nextElement(first: &first) else {
                text.append(end)
                ends.removeLast()
                starts.removeLast()
                first = false
                continue
            }
            if !isFirst { text.append(UInt8(ascii: ",")) }
            if isObject {
                // It may be a separate dump, swallowed by a cut-off one before it; the outermost one counts.
                if isLenient, withText(of: .key, { JobKey.isOfJobsAlone($0) }), let start = starts.last {
                    jobLike = min(jobLike ?? start, start)
                }
                appendKey(to: &text)
                forgetKey()
                text.append(UInt8(ascii: ":"))
            }
            let start = window.offset
            let value = try readFront(into: &text)
            guard value == .object || value == .array else { continue }
            guard level + ends.count < DumpLimits.nestingLevels else {
                throw ScanFault(reason: .nestedTooDeep, offset: start)
            }
            ends.append(Self.end(of: value))
            starts.append(start)
            first = true
        }
        return found
    }

    /// Keeps a text in a slot.
    mutating func keep(_ text: JSONText, in slot: Slot) {
        kept[slot.rawValue] = KeptText()
        compactScratchIfLarge()
        kept[slot.rawValue] = KeptText(
            isPresent: true, isInScratch: true, isCut: text.isCut, offset: scratch.count, count: text.bytes.count)
        scratch.append(contentsOf: text.bytes)
    }

    /// Appends the kept key as a string.
    func appendKey(to text: inout JSONText) {
        withText(of: .key) { text.append(string: $0) }
    }

    /// Reads a value; for an array or object, only its opening bracket or brace.
    private mutating func readFront(into text: inout JSONText) throws(ScanFault) -> FoundType {
        let byte = try peek()
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            window.position += 1
            text.append(byte)
            return byte == UInt8(ascii: "{") ? .object : .array
        case UInt8(ascii: "\""):
            window.position += 1
            try readString(into: .key)
            appendKey(to: &text)
            forgetKey()
            return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try readNumber(into: &text)
        default:
            let found = try skipValue(level: 0)
            text.append(found != .boolean ? "null" : byte == UInt8(ascii: "t") ? "true" : "false")
            return found
        }
    }

    private static func end(of container: FoundType) -> UInt8 {
        container == .object ? UInt8(ascii: "}") : UInt8(ascii: "]")
    }

    /// Reads a number (RFC 8259, section 6) byte by byte, because it may extend past the window's end, and appends its
    /// text. One that is not JSON but tolerated (`007`, `-Infinity`) is null.
    private mutating func readNumber(into text: inout JSONText) throws(ScanFault) -> FoundType {
        let start = text.bytes.count
        var isUnusable = false
        if try peek() == UInt8(ascii: "-") { try readByte(into: &text) }
        let first = try peek()
        if isLenient, first == UInt8(ascii: "I") {
            try passSlip(first)
            isUnusable = true
        } else {
            isUnusable = try readDigitsOfNumber(first, into: &text)
        }
        guard isUnusable else { return .number }
        text.removeAll(after: start)
        text.append("null")
        return .null
    }

    /// Reads a number behind its sign, and returns whether it has zeros in front, which are tolerated.
    private mutating func readDigitsOfNumber(
        _ first: UInt8, into text: inout JSONText
    ) throws(ScanFault) -> Bool {
        var hasZeros = false
        if first == UInt8(ascii: "0") {
            try readByte(into: &text)
            if isLenient, let next = peekOrEnd(), ASCII.isDigit(next) {
                noteSlip(.number)
                try readDigits(into: &text)
                hasZeros = true
            }
        } else {
            try readDigits(into: &text)
        }
        if peekOrEnd() == UInt8(ascii: ".") {
            try readByte(into: &text)
            try readDigits(into: &text)
        }
        if let byte = peekOrEnd(), byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            try readByte(into: &text)
            let sign = try peek()
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { try readByte(into: &text) }
            try readDigits(into: &text)
        }
        return hasZeros
    }

    /// Reads one or more digits.
    private mutating func readDigits(into text: inout JSONText) throws(ScanFault) {
        let first = try peek()
        guard ASCII.isDigit(first) else { throw unexpected(first, expected: .digit) }
        while let byte = peekOrEnd(), ASCII.isDigit(byte) { try readByte(into: &text) }
    }

    private mutating func readByte(into text: inout JSONText) throws(ScanFault) {
        text.append(try next())
    }
}
