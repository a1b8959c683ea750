/// Reads JSON tokens (RFC 8259) from a window of bytes, strictly and in constant memory.
///
/// Texts that the caller wants are *kept* in slots. A kept text is in the window, where the file put it, as long as
/// it has no escape and the window does not slide; else it is decoded into `scratch`:
///
///     window   …"code":"rate_limited","message":"wait \u201csoon\u201d"…
///                       └ slot .code: window, 12 bytes
///     scratch  wait “soon”
///              └ slot .message: scratch, 15 bytes
struct JSONScanner: ~Copyable {
    var window: ByteWindow
    var kept: InlineArray<5, KeptText> = .init(repeating: KeptText())
    var scratch: [UInt8] = []

    /// Whether text that is not JSON is tolerated if its meaning is clear, and noted in `damage`.
    var isLenient = false
    var damage = DumpDamage()
    /// The current row; nil outside of rows.
    var row: Int?
    /// Whether a text was repaired since it was last reset.
    var hasRepaired = false
    /// Where an object began that has members which only a job has, in a value that was skipped.
    var jobLike: Int?
    /// Where the `error` began that was opened last.
    var openObject = 0
    /// Up to which offset line feeds in a string are known to be no end of a torn line.
    var untornUntil = 0

    init(window: consuming ByteWindow) {
        self.window = window
        scratch.reserveCapacity(4096)
    }

    /// The texts that can be kept at one time.
    enum Slot: Int {
        case key, id, code, message, details
    }

    struct KeptText {
        var isPresent = false
        var isInScratch = false
        /// Longer than ``DumpLimits/textBytes``, and cut there.
        var isCut = false
        var offset = 0
        var count = 0
    }
}

/// Reading stopped: the fault, and at which byte of the dump.
struct ScanFault: Error {
    var reason: DumpFault.Reason
    var offset: Int
    /// Where that is, if it is known already: what was found out before reading went on cannot be counted again.
    var place: Place?
}

// MARK: - Bytes

extension JSONScanner {
    /// The next byte, which stays unread; nil at the end.
    @inline(__always)
    mutating func peekOrEnd() -> UInt8? {
        if window.position == window.count, !slide() { return nil }
        return window[window.position]
    }

    /// The next byte, which stays unread.
    @inline(__always)
    mutating func peek() throws(ScanFault) -> UInt8 {
        guard let byte = peekOrEnd() else { throw endFault() }
        return byte
    }

    /// The next byte.
    @inline(__always)
    mutating func next() throws(ScanFault) -> UInt8 {
        let byte = try peek()
        window.position += 1
        return byte
    }

    /// Slides the window on, after saving the kept texts that are in it.
    @inline(never)
    mutating func slide() -> Bool {
        moveKeptTextsToScratch()
        return window.slide()
    }

    func endFault() -> ScanFault {
        ScanFault(reason: window.failure.map { .readFailed($0) } ?? .unexpectedEnd, offset: window.offset)
    }

    /// The fault of the next byte, which was peeked.
    func unexpected(_ byte: UInt8, expected: DumpFault.Expectation) -> ScanFault {
        ScanFault(reason: .unexpectedByte(byte, expected: expected), offset: window.offset)
    }
}

// MARK: - Tokens

extension JSONScanner {
    /// Skips white space and returns the byte after it, which stays unread; nil at the end.
    @inline(__always)
    mutating func skipSpaceOrEnd() -> UInt8? {
        while let byte = peekOrEnd() {
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            window.position += 1
        }
        return nil
    }

    /// Skips white space and returns the byte after it, which stays unread.
    @inline(__always)
    mutating func skipSpace() throws(ScanFault) -> UInt8 {
        guard let byte = skipSpaceOrEnd() else { throw endFault() }
        return byte
    }

    /// Reads `true`, `false` or `null`.
    @inline(__always)
    mutating func readLiteral(_ literal: StaticString) throws(ScanFault) {
        let length = literal.utf8CodeUnitCount
        if window.position + length <= window.count, window.holds(literal, at: window.position) {
            window.position += length
            return
        }
        for index in 0..<literal.utf8CodeUnitCount {
            let byte = try peek()
            guard byte == (unsafe literal.utf8Start[index]) else { throw unexpected(byte, expected: .literal) }
            window.position += 1
        }
    }

    /// Moves to the value of an object's next member, whose key is kept in the slot `.key`; false after the last.
    ///
    /// The opening brace was read already.
    @inline(__always)
    mutating func nextMember(first: inout Bool) throws(ScanFault) -> Bool {
        // Reading works on a position of its own, which stays in a register; `window.position` would be stored and
        // loaded at every step. Behind the window's end lies a zero, which is neither space nor what is looked for.
        let index = window.indexBehindSpace(from: window.position)
        if window.byteOrZero(at: index) == UInt8(ascii: "}") {
            window.position = index + 1
            return false
        }
        if let position = readShortKey(at: index, isFirst: first) {
            first = false
            window.position = position
            return true
        }
        return try nextMemberInFull(first: &first)
    }

    /// The usual case of ``nextMember(first:)``: a comma, a short key without escapes, a colon, all within the window.
    /// Returns where the value begins; nil, and nothing is done, if it is not so simple.
    @inline(__always)
    private mutating func readShortKey(at start: Int, isFirst: Bool) -> Int? {
        var index = start
        if !isFirst {
            guard window.byteOrZero(at: index) == UInt8(ascii: ",") else { return nil }
            index = window.indexBehindSpace(from: index + 1)
        }
        guard window.byteOrZero(at: index) == UInt8(ascii: "\""), index + 9 < window.count else { return nil }
        let start = index + 1
        var special = Self.specialBytes(in: window.word(at: start))
        index = start
        if special == 0 {
            index += 8
            guard index + 8 < window.count else { return nil }
            special = Self.specialBytes(in: window.word(at: index))
            guard special != 0 else { return nil }
        }
        index += special.trailingZeroBitCount >> 3
        guard window[index] == UInt8(ascii: "\"") else { return nil }
        kept[Slot.key.rawValue] = KeptText(isPresent: true, offset: start, count: index - start)
        index = window.indexBehindSpace(from: index + 1)
        guard window.byteOrZero(at: index) == UInt8(ascii: ":") else { return nil }
        index = window.indexBehindSpace(from: index + 1)
        return index < window.count ? index : nil
    }

    @inline(never)
    private mutating func nextMemberInFull(first: inout Bool) throws(ScanFault) -> Bool {
        var byte = try skipSpace()
        if byte == UInt8(ascii: "}") {
            window.position += 1
            return false
        }
        if !first {
            guard byte == UInt8(ascii: ",") else { throw unexpected(byte, expected: .commaOrEndOfObject) }
            byte = try passCommas()
            if byte == UInt8(ascii: "}"), isLenient {
                noteSlip(.trailingComma)
                window.position += 1
                return false
            }
        }
        guard byte == UInt8(ascii: "\"") else { throw unexpected(byte, expected: first ? .keyOrEnd : .key) }
        first = false
        window.position += 1
        try readString(into: .key)
        try readColon()
        return true
    }

    /// Reads the colon after a key and moves to the value.
    @inline(__always)
    mutating func readColon() throws(ScanFault) {
        let byte = try skipSpace()
        guard byte == UInt8(ascii: ":") else { throw unexpected(byte, expected: .colon) }
        window.position += 1
        _ = try skipSpace()
    }

    /// Moves to an array's next element; false after the last. The opening bracket was read already.
    @inline(__always)
    mutating func nextElement(first: inout Bool) throws(ScanFault) -> Bool {
        let byte = try skipSpace()
        if byte == UInt8(ascii: "]") {
            window.position += 1
            return false
        }
        if first {
            first = false
        } else {
            guard byte == UInt8(ascii: ",") else { throw unexpected(byte, expected: .commaOrEndOfArray) }
            window.position += 1
        }
        return try passStrayCommas(first: byte == UInt8(ascii: ",") ? nil : byte)
    }

    /// Moves to the element behind a comma, over stray ones; false behind a comma that ends the array.
    ///
    /// - Parameter first: the byte at the position, if it was peeked.
    @inline(__always)
    mutating func passStrayCommas(first: UInt8? = nil) throws(ScanFault) -> Bool {
        let byte = if let first { first } else { try skipSpace() }
        if isLenient, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") {
            return try passStrayCommas(from: byte)
        }
        return true
    }

    @inline(never)
    private mutating func passStrayCommas(from byte: UInt8) throws(ScanFault) -> Bool {
        var byte = byte
        while byte == UInt8(ascii: ",") {
            noteSlip(.strayComma)
            window.position += 1
            byte = try skipSpace()
        }
        guard byte == UInt8(ascii: "]") else { return true }
        noteSlip(.trailingComma)
        window.position += 1
        return false
    }

    /// Passes a comma, which was peeked, and stray ones behind it; returns the byte after them, which stays unread.
    mutating func passCommas() throws(ScanFault) -> UInt8 {
        window.position += 1
        var byte = try skipSpace()
        while isLenient, byte == UInt8(ascii: ",") {
            noteSlip(.strayComma)
            window.position += 1
            byte = try skipSpace()
        }
        return byte
    }
}
