/// Reads JSON tokens (RFC 8259) from a window of bytes, strictly and in constant memory.
///
/// Texts that the caller wants are *kept* in slots. A kept text stays in the window, where it was read, as long as it
/// has no escapes and the window does not slide; otherwise, it is decoded into `scratch`:
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
    /// The number of the current row; nil outside of rows.
    var row: Int?
    /// Whether something was tolerated since this was last reset.
    var hasTolerated = false
    /// Whether a text was repaired since this was last reset.
    var hasRepaired = false
    /// The offset of an object, in a value that was skipped, with members that only jobs have.
    var jobLike: Int?
    /// The offset of the `error` object that was opened last.
    var openObject = 0
    /// The offset up to which line feeds in a string are known not to end a cut-off line.
    var untornUntil = 0

    init(window: consuming ByteWindow) {
        self.window = window
        scratch.reserveCapacity(4096)
    }

    /// The texts that can be kept at the same time.
    enum Slot: Int {
        case key, id, code, message, details
    }

    struct KeptText {
        var isPresent = false
        var isInScratch = false
        /// Whether it was longer than ``DumpLimits/textBytes`` and was cut there.
        var isCut = false
        var offset = 0
        var count = 0
    }
}

/// A fault that stopped reading, and its byte offset in the dump.
struct ScanFault: Error {
    var reason: DumpFault.Reason
    var offset: Int
    /// The place of the fault, if already known: lines counted before reading went on cannot be counted again.
    var place: Place?
}

// MARK: - Bytes

extension JSONScanner {
    /// Returns the next byte without consuming it; nil at the end.
    @inline(__always)
    mutating func peekOrEnd() -> UInt8? {
        if window.position == window.count, !slide() { return nil }
        return window[window.position]
    }

    /// Returns the next byte without consuming it.
    @inline(__always)
    mutating func peek() throws(ScanFault) -> UInt8 {
        guard let byte = peekOrEnd() else { throw endFault() }
        return byte
    }

    /// Consumes and returns the next byte.
    @inline(__always)
    mutating func next() throws(ScanFault) -> UInt8 {
        let byte = try peek()
        window.position += 1
        return byte
    }

    /// Slides the window after saving the kept texts that are in it.
    @inline(never)
    mutating func slide() -> Bool {
        moveKeptTextsToScratch()
        return window.slide()
    }

    /// Goes back to an offset. Does nothing if reading cannot go back that far.
    mutating func goBack(to offset: Int, isBehindLookahead: Bool = false) {
        moveWindow { $0.goBack(to: offset, isBehindLookahead: isBehindLookahead) }
    }

    /// Moves to an offset on either side of the position.
    mutating func move(to offset: Int) {
        if offset < window.offset { goBack(to: offset) } else { advance(to: offset) }
    }

    /// Advances to an offset further on, which must exist.
    mutating func advance(to offset: Int) {
        moveWindow { $0.advance(to: offset) }
    }

    /// Ends a lookahead, and goes back to where it began unless told otherwise.
    mutating func end(_ lookahead: ByteWindow.Lookahead, goesBack: Bool = true) {
        moveWindow { $0.end(lookahead, goesBack: goesBack) }
    }

    /// Returns the place of an offset that reading can go back to. The position does not change.
    mutating func placeGoingBack(to offset: Int) -> Place {
        moveWindow { window in
            let position = window.offset
            window.goBack(to: offset)
            defer { window.advance(to: position) }
            return window.passPlace(ofOffset: offset)
        }
    }

    /// Moves the window other than by sliding on to the next bytes. Texts kept in it are no longer there: they belong
    /// to what was given up.
    private mutating func moveWindow<Result>(_ move: (inout ByteWindow) -> Result) -> Result {
        let start = window.startOffset
        let result = move(&window)
        if window.startOffset != start { forgetTextsInWindow() }
        return result
    }

    func endFault() -> ScanFault {
        ScanFault(reason: window.failure.map { .readFailed($0) } ?? .unexpectedEnd, offset: window.offset)
    }

    /// Returns the fault for the next byte, already peeked.
    func unexpected(_ byte: UInt8, expected: DumpFault.Expectation) -> ScanFault {
        ScanFault(reason: .unexpectedByte(byte, expected: expected), offset: window.offset)
    }
}

// MARK: - Tokens

extension JSONScanner {
    /// Skips white space and returns the byte after it without consuming it; nil at the end.
    @inline(__always)
    mutating func skipSpaceOrEnd() -> UInt8? {
        while let byte = peekOrEnd() {
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            window.position += 1
        }
        return nil
    }

    /// Skips white space and returns the byte after it without consuming it.
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

    /// Moves to the value of an object's next member, and keeps its key in the slot `.key`. Returns false after the
    /// last one.
    ///
    /// The opening brace must already have been read.
    @inline(__always)
    mutating func nextMember(first: inout Bool) throws(ScanFault) -> Bool {
        // Works on a local position, which stays in a register; `window.position` would be stored and loaded at every
        // step. The zero at the window's end is neither white space nor what is looked for.
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

    /// Handles the usual case of ``nextMember(first:)``: a comma, a short key without escapes, a colon, all within the
    /// window. Returns where the value begins; in other cases, does nothing and returns nil.
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

    /// Moves to an array's next element. Returns false after the last one. The opening bracket must already have been
    /// read.
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

    /// Moves to the element after a comma, past stray commas. Returns false after a comma that ends the array.
    ///
    /// - Parameter first: the byte at the position, if already peeked.
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

    /// Passes a comma, already peeked, and stray ones after it. Returns the byte after them without consuming it.
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
