import ImportFoundation

extension JSONScanner {
    /// Reads the rest of a string whose opening quote was read, and keeps its text in a slot if one is given.
    @inline(__always)
    mutating func readString(into slot: Slot?) throws(ScanFault) {
        let start = window.position
        let end = endOfPlainText(from: start)
        if end < window.count, window[end] == UInt8(ascii: "\"") {
            window.position = end + 1
            if let slot {
                kept[slot.rawValue] = KeptText(isPresent: true, offset: start, count: end - start)
                if end - start > DumpLimits.textBytes { cutText(in: slot) }
            }
            return
        }
        try readLongString(from: start, plainUntil: end, into: slot)
    }

    /// The slow path, for a string with escapes or one that is not entirely in the window.
    @inline(never)
    private mutating func readLongString(
        from start: Int, plainUntil firstEnd: Int, into slot: Slot?
    ) throws(ScanFault) {
        // Texts in the window are moved first, so that this one stays in one piece at the end of the scratch.
        if let slot {
            kept[slot.rawValue] = KeptText()
            moveKeptTextsToScratch()
            compactScratchIfLarge()
        }
        var text = TextBuilder(start: scratch.count, isWanted: slot != nil)
        var plainStart = start
        var plainEnd = firstEnd
        var highSurrogate: UInt32?
        while true {
            if plainEnd > plainStart {
                text.endSurrogate(&highSurrogate, in: &scratch)
                unsafe text.append(UnsafeBufferPointer(rebasing: window.bytes[plainStart..<plainEnd]), to: &scratch)
            }
            window.position = plainEnd
            let byte = try peek()
            switch byte {
            case UInt8(ascii: "\""):
                text.endSurrogate(&highSurrogate, in: &scratch)
                window.position += 1
                if let slot {
                    kept[slot.rawValue] = KeptText(
                        isPresent: true, isInScratch: true, isCut: text.isCut, offset: text.start,
                        count: scratch.count - text.start)
                }
                return
            case UInt8(ascii: "\\"):
                window.position += 1
                try readEscape(into: &text, highSurrogate: &highSurrogate)
            case ..<0x20:
                let fault = ScanFault(reason: .controlCharacter(byte), offset: window.offset)
                guard isLenient else { throw fault }
                if try endsTornLine(byte) { throw ScanFault(reason: .unexpectedEnd, offset: fault.offset) }
                repair(fault, &highSurrogate, in: &text)
                window.position += 1
            case 0x80...:
                // Either invalid, or split by the window's end.
                text.endSurrogate(&highSurrogate, in: &scratch)
                try readUTF8Sequence(into: &text)
            default:
                break  // the window has slid on to plain text
            }
            plainStart = window.position
            plainEnd = endOfPlainText(from: plainStart)
        }
    }

    /// Reads what follows a backslash.
    private mutating func readEscape(
        into text: inout TextBuilder, highSurrogate: inout UInt32?
    ) throws(ScanFault) {
        let byte = try peek()
        let plain: UInt8
        switch byte {
        case UInt8(ascii: "u"):
            window.position += 1
            guard let unit = try readFourHexDigits() else {
                repair(unexpected(try peek(), expected: .hexDigit), &highSurrogate, in: &text)
                return
            }
            if let high = highSurrogate, 0xDC00...0xDFFF ~= unit {
                highSurrogate = nil
                text.append(scalar: 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00), to: &scratch)
                return
            }
            text.endSurrogate(&highSurrogate, in: &scratch)
            switch unit {
            case 0xD800...0xDBFF: highSurrogate = unit
            case 0xDC00...0xDFFF: text.append(scalar: 0xFFFD, to: &scratch)
            default: text.append(scalar: unit, to: &scratch)
            }
            return
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = byte
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        default:
            let fault = ScanFault(reason: .invalidEscape(byte), offset: window.offset)
            guard isLenient else { throw fault }
            repair(fault, &highSurrogate, in: &text)
            // Only printable ASCII is consumed; other bytes are handled on their own.
            if 0x20..<0x7F ~= byte { window.position += 1 }
            return
        }
        window.position += 1
        text.endSurrogate(&highSurrogate, in: &scratch)
        text.append(scalar: UInt32(plain), to: &scratch)
    }

    /// Returns nil at the first byte that is not a hexadecimal digit, if it is to be repaired.
    private mutating func readFourHexDigits() throws(ScanFault) -> UInt32? {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = try peek()
            guard let digit = ASCII.hexValue(of: byte) else {
                guard isLenient else { throw unexpected(byte, expected: .hexDigit) }
                return nil
            }
            value = value << 4 | UInt32(digit)
            window.position += 1
        }
        return value
    }

    /// Reads one character beyond ASCII byte by byte, across a slide of the window if necessary.
    private mutating func readUTF8Sequence(into text: inout TextBuilder) throws(ScanFault) {
        let fault = ScanFault(reason: .invalidUTF8, offset: window.offset)
        let lead = try next()
        guard let form = UTF8Form(lead: lead) else { return try repairUTF8(fault, lead, length: 1, in: &text) }
        var sequence: InlineArray<4, UInt8> = .init(repeating: 0)
        sequence[0] = lead
        for index in 1..<form.length {
            let byte = try peek()
            guard index == 1 ? form.second.contains(byte) : 0x80...0xBF ~= byte else {
                return try repairUTF8(fault, lead, length: index, in: &text)
            }
            sequence[index] = byte
            window.position += 1
        }
        text.append(sequence, count: form.length, to: &scratch)
    }
}

// MARK: - Repairs

extension JSONScanner {
    /// Writes U+FFFD where a string is not valid JSON text.
    private mutating func repair(_ fault: ScanFault, _ highSurrogate: inout UInt32?, in text: inout TextBuilder) {
        text.endSurrogate(&highSurrogate, in: &scratch)
        text.append(scalar: 0xFFFD, to: &scratch)
        note(.repair, fault)
        hasRepaired = true
    }

    /// - Parameter length: the number of bytes of an incomplete sequence.
    private mutating func repairUTF8(
        _ fault: ScanFault, _ lead: UInt8, length: Int, in text: inout TextBuilder
    ) throws(ScanFault) {
        guard isLenient else { throw fault }
        var noSurrogate: UInt32?
        repair(fault, &noSurrogate, in: &text)
        // A single byte of Windows-1252, in which five of the bytes from 0x80 on are unassigned.
        let isUnassigned = lead == 0x81 || lead == 0x8D || lead == 0x8F || lead == 0x90 || lead == 0x9D
        damage.noteInvalidByte(mayBeWindows1252: length == 1 && !isUnassigned)
    }

    /// Whether a string ends here because its line was cut off: after the line ending comes the beginning of an object
    /// with a key, `{"…`. If the string went on, that quotation mark would have ended it.
    private mutating func endsTornLine(_ byte: UInt8) throws(ScanFault) -> Bool {
        guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r"), window.offset >= untornUntil else {
            return false
        }
        let lookahead = window.lookAhead(keepsMark: true)
        var isTorn = false
        if skipSpaceOrEnd() != nil {
            // A byte order mark or a record separator may precede a dump.
            let behindSpace = window.offset
            defer { if !isTorn { untornUntil = behindSpace } }
            while let byte = peekOrEnd(), byte == 0xEF || byte == 0xBB || byte == 0xBF || byte == 0x1E {
                window.position += 1
            }
            if peekOrEnd() == UInt8(ascii: "{") {
                window.position += 1
                if skipSpaceOrEnd() == UInt8(ascii: "\"") {
                    window.position += 1
                    if let key = peekOrEnd() {
                        isTorn =
                            ![UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"), 0x20]
                            .contains(key) && key >= 0x20
                    }
                }
            }
        }
        end(lookahead)
        return isTorn
    }

    /// Notes something that is tolerated.
    mutating func note(_ kind: DumpDamage.Kind, _ fault: ScanFault) {
        hasTolerated = true
        // A place is found only if it is kept.
        let place = damage.keepsMore(of: kind) ? window.passPlace(ofOffset: fault.offset) : nil
        damage.note(kind, place.map { DumpDamage.Spot(reason: fault.reason, place: $0, row: row) })
    }

    mutating func noteSlip(_ slip: DumpFault.Slip) {
        note(.slip, ScanFault(reason: .slip(slip), offset: window.offset))
    }

    /// Skips a value of another language that is not JSON; `first` is its first byte, already peeked.
    mutating func passSlip(_ first: UInt8) throws(ScanFault) {
        let fault = unexpected(first, expected: .value)
        guard isLenient else { throw fault }
        switch first {
        case UInt8(ascii: "'"): try passSingleQuotes(fault)
        case UInt8(ascii: "+"), UInt8(ascii: "."):
            try passWord(fault) { word in
                word.utf8.contains(where: { ASCII.isDigit($0) }) ? .number : nil
            }
        default: try passWord(fault) { word in DumpFault.Word(rawValue: word).map { .word($0) } }
        }
    }

    /// - Parameter meaning: returns what a word means; nil if nothing.
    private mutating func passWord(_ fault: ScanFault, _ meaning: (String) -> DumpFault.Slip?) throws(ScanFault) {
        var word: [UInt8] = []
        while let byte = peekOrEnd(), word.count < 40, ASCII.isWordByte(byte) {
            word.append(byte)
            window.position += 1
        }
        guard let slip = meaning(String(decoding: word, as: UTF8.self)) else {
            // The word belongs to what is damaged.
            goBack(to: fault.offset)
            throw fault
        }
        note(.slip, ScanFault(reason: .slip(slip), offset: fault.offset))
    }

    /// The most bytes of a string in single quotes, from which reading can still go back.
    private static var mostInSingleQuotes: Int { 1 << 20 }

    /// Skips a string in single quotes, which must end on its line, and where a value can end. Otherwise it may be a
    /// stray quote, and the next one an apostrophe many rows later.
    private mutating func passSingleQuotes(_ fault: ScanFault) throws(ScanFault) {
        window.position += 1
        while let byte = peekOrEnd(), byte != UInt8(ascii: "\n"),
            window.offset - fault.offset < Self.mostInSingleQuotes
        {
            window.position += 1
            if byte == UInt8(ascii: "\\") {
                _ = try next()
            } else if byte == UInt8(ascii: "'") {
                guard endsValue() else { break }
                note(.slip, ScanFault(reason: .slip(.singleQuotes), offset: fault.offset))
                return
            }
        }
        goBack(to: fault.offset)
        throw fault
    }

    /// Whether a value can end at the position: a comma, a colon, a closing bracket or brace, or the end follows.
    private mutating func endsValue() -> Bool {
        let lookahead = window.lookAhead(keepsMark: true)
        defer { end(lookahead) }
        let start = window.offset
        while let byte = peekOrEnd() {
            if ASCII.isSpace(byte), window.offset - start < 4096 {
                window.position += 1
                continue
            }
            return ASCII.isPunctuation(byte) && byte != UInt8(ascii: "{") && byte != UInt8(ascii: "[")
        }
        return true
    }
}

// MARK: - Plain text

extension JSONScanner {
    /// Returns the index of the first byte that is not plain text of a string: a quote, a backslash, a control
    /// character, or bytes that are not UTF-8 or not entirely in the window. If there is none, returns the window's
    /// end.
    @inline(__always)
    func endOfPlainText(from start: Int) -> Int {
        var index = start
        let end = window.count
        while true {
            // Most strings are short, so a single word is checked before a kernel is called.
            if index + 8 <= end {
                let special = Self.specialBytes(in: window.word(at: index))
                index =
                    special == 0 ? window.endOfPlainASCII(from: index + 8) : index + (special.trailingZeroBitCount >> 3)
            }
            guard index < end else { return index }
            let byte = window[index]
            if byte < 0x80 {
                guard byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { return index }
                index += 1
            } else {
                let length = wholeUTF8Sequence(at: index)
                guard length > 0 else { return index }
                index += length
            }
        }
    }

    /// Sets the high bit of each byte that is a quote, a backslash, below U+0020 or beyond ASCII. Bits above the lowest
    /// one set may be wrong because subtraction borrows; the lowest is exact.
    @inline(__always)
    static func specialBytes(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let found =
            ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- (ones &* 0x20)) & ~word) | word
        return found & (ones &* 0x80)
    }

    /// Returns the length of the well-formed sequence at `index`; 0 if it is ill-formed or not entirely in the window.
    @inline(__always)
    private func wholeUTF8Sequence(at index: Int) -> Int {
        guard let form = UTF8Form(lead: window[index]), index + form.length <= window.count,
            form.second.contains(window[index + 1])
        else { return 0 }
        for next in index + 2..<max(index + 2, index + form.length) where window[next] & 0xC0 != 0x80 { return 0 }
        return form.length
    }
}
