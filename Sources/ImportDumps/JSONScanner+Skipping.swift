extension JSONScanner {
    /// Reads a value of any type and drops it, checking all of it.
    ///
    /// - Parameter level: the number of arrays and objects that are open around it.
    /// - Returns: its type.
    @discardableResult
    mutating func skipValue(level: Int) throws(ScanFault) -> FoundType {
        let first = try peek()
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try skipContainer(level: level)
            return first == UInt8(ascii: "{") ? .object : .array
        default:
            let found = try skipScalar(first)
            // A number at the dump's end may be the front of a longer one: inside a container, more must follow.
            if found == .number, level > 0 { _ = try peek() }
            return found
        }
    }

    @inline(__always)
    private mutating func skipScalar(_ first: UInt8) throws(ScanFault) -> FoundType {
        switch first {
        case UInt8(ascii: "\""):
            window.position += 1
            try readString(into: nil)
            return .string
        case UInt8(ascii: "t"):
            try readLiteral("true")
            return .boolean
        case UInt8(ascii: "f"):
            try readLiteral("false")
            return .boolean
        case UInt8(ascii: "n"):
            try readLiteral("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            _ = try readNumber()
            return .number
        default:
            try passSlip(first)
            return .null
        }
    }

    /// Skips an array or object. Nesting is kept in a stack of bits, not in calls, so no file can exhaust the thread's
    /// stack.
    ///
    /// The outermost object in it that has a member which only jobs have is noted in `jobLike`: it may be a separate
    /// dump, swallowed by a cut-off one before it.
    private mutating func skipContainer(level: Int) throws(ScanFault) {
        var open = NestingStack(outerLevels: level)
        repeat {
            // At the start of a value.
            let byte = try peek()
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                guard open.push(isObject: byte == UInt8(ascii: "{"), offset: window.offset) else {
                    throw ScanFault(reason: .nestedTooDeep, offset: window.offset)
                }
                window.position += 1
                guard try !moveIntoContainer(open) else { continue }
                open.pop()
            } else {
                _ = try skipScalar(byte)
            }
            // After a value.
            while !open.isEmpty, try !moveToNext(in: open) { open.pop() }
        } while !open.isEmpty
    }

    /// Moves from an opening bracket or brace to the first value. If there is none, moves past the end and returns
    /// false.
    private mutating func moveIntoContainer(_ open: borrowing NestingStack) throws(ScanFault) -> Bool {
        let byte = try skipSpace()
        let isObject = open.isInObject
        if byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            window.position += 1
            return false
        }
        if isObject { try skipKey(byte, expected: .keyOrEnd, in: open) }
        return true
    }

    /// Moves from a value to the next one. If there is none, moves past the end and returns false.
    private mutating func moveToNext(in open: borrowing NestingStack) throws(ScanFault) -> Bool {
        let byte = try skipSpace()
        let isObject = open.isInObject
        switch byte {
        case UInt8(ascii: ","):
            let next = try passCommas()
            if isLenient, next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                noteSlip(.trailingComma)
                window.position += 1
                return false
            }
            if isObject { try skipKey(next, expected: .key, in: open) }
            return true
        case isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"):
            window.position += 1
            return false
        default:
            throw unexpected(byte, expected: isObject ? .commaOrEndOfObject : .commaOrEndOfArray)
        }
    }

    private mutating func skipKey(
        _ byte: UInt8, expected: DumpFault.Expectation, in open: borrowing NestingStack
    ) throws(ScanFault) {
        guard byte == UInt8(ascii: "\"") else { throw unexpected(byte, expected: expected) }
        window.position += 1
        if isLenient, let start = open.start {
            try readString(into: .key)
            if withText(of: .key, { JobKey.isOfJobsAlone($0) }) { jobLike = min(jobLike ?? start, start) }
            forgetKey()
        } else {
            try readString(into: nil)
        }
        try readColon()
    }
}

/// Which of the open containers are objects: one bit per level.
private struct NestingStack {
    private let room: Int
    private var depth = 0
    private var objectBits: [UInt64] = [0]
    /// The offsets of the outermost containers.
    private var starts: InlineArray<16, Int> = .init(repeating: 0)

    init(outerLevels: Int) {
        room = DumpLimits.nestingLevels - outerLevels
    }

    var isEmpty: Bool { depth == 0 }

    var isInObject: Bool {
        let top = depth - 1
        return objectBits[top >> 6] & (1 << UInt64(top & 63)) != 0
    }

    /// The offset of the innermost container; nil if it is too deep to be of interest.
    var start: Int? { depth <= starts.count ? starts[depth - 1] : nil }

    /// Opens a container. Returns false if that exceeds the nesting limit.
    mutating func push(isObject: Bool, offset: Int) -> Bool {
        guard depth < room else { return false }
        if depth < starts.count { starts[depth] = offset }
        if depth >> 6 == objectBits.count { objectBits.append(0) }
        let bit: UInt64 = 1 << UInt64(depth & 63)
        if isObject {
            objectBits[depth >> 6] |= bit
        } else {
            objectBits[depth >> 6] &= ~bit
        }
        depth += 1
        return true
    }

    mutating func pop() {
        depth -= 1
    }
}
