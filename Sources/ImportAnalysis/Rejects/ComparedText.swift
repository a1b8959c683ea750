import ImportFoundation

// Texts of messages and of records, as they are compared.

extension [UInt8] {
    /// Makes texts comparable whose case does not matter. Returns whether there are bytes beyond ASCII, which are
    /// converted only if `start` is given: in records, this is rarely needed.
    @discardableResult
    mutating func fold(from start: Int? = nil) -> Bool {
        var hasOthers = false
        do {
            var bytes = mutableSpan
            for index in (start ?? 0)..<bytes.count {
                let byte = bytes[index]
                bytes[index] = byte | (byte &- 0x41 < 26 ? 0x20 : 0)
                hasOthers = hasOthers || byte >= 0x80
            }
        }
        if hasOthers, let start { foldOtherBytes(from: start) }
        return hasOthers
    }

    /// Converts capital letters of all scripts. “ß” is the same as “ss”, whose capital letters are “SS”.
    mutating func foldOtherBytes(from start: Int = 0) {
        let text = String(decoding: self[start...], as: UTF8.self).lowercased().uppercased().lowercased()
        replaceSubrange(start..., with: text.utf8)
    }

    /// Replaces the doubled quotes of a table with single ones.
    mutating func undouble() {
        guard var kept = firstIndex(of: UInt8(ascii: "\"")) else { return }
        var bytes = mutableSpan
        var (isBehindQuote, index) = (false, kept)
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\""), isBehindQuote {
                isBehindQuote = false
                continue
            }
            isBehindQuote = byte == UInt8(ascii: "\"")
            bytes[kept] = byte
            kept += 1
        }
        removeSubrange(kept...)
    }

    /// Returns JSON text with escapes replaced by the characters that they represent.
    func unescaped() -> [UInt8] {
        let bytes = self
        var units: [UInt16] = []
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        func flush() {
            if units.isEmpty { return }
            result.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
            units.removeAll()
        }
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                flush()
                result.append(bytes[index])
                index += 1
                continue
            }
            let escaped = bytes[index + 1]
            index += 2
            if escaped == UInt8(ascii: "u"), index + 4 <= bytes.count {
                let digits = bytes[index..<index + 4].compactMap { ASCII.hexValue(of: $0) }
                index += 4
                units.append(digits.reduce(0) { $0 << 4 | UInt16($1) })
                continue
            }
            flush()
            switch escaped {
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            default: result.append(escaped)
            }
        }
        flush()
        return result
    }
}

extension Span<UInt8> {
    /// Whether this contains a value that is not within a longer word.
    func contains(value: Span<UInt8>) -> Bool {
        guard !value.isEmpty, value.count <= count else { return false }
        func isWord(_ index: Int) -> Bool {
            guard index >= 0, index < count else { return false }
            let byte = self[index]
            return ASCII.isDigit(byte) || 0x61...0x7A ~= byte || byte >= 0x80
        }
        let first = value[0]
        var index = 0
        while index + value.count <= count {
            guard self[index] == first, isSame(value, at: index) else {
                index += 1
                continue
            }
            if !isWord(index - 1) || !(ASCII.isDigit(first) || 0x61...0x7A ~= first || first >= 0x80),
                !isWord(index + value.count)
            {
                return true
            }
            index += 1
        }
        return false
    }

    private func isSame(_ value: Span<UInt8>, at start: Int) -> Bool {
        for index in value.indices where self[start + index] != value[index] { return false }
        return true
    }

    /// Whether other bytes may stand for the same text, as people read it: there are white space or characters beyond
    /// ASCII.
    var mayBeWrittenOtherwise: Bool {
        for index in indices where self[index] <= 0x20 || self[index] >= 0x80 { return true }
        return false
    }

    /// The characters, with one space for all white space between two others: a program that imports a table may replace
    /// line ends and no-break spaces. Characters are equal whether or not they are composed (é is e and an accent).
    var charactersAsRead: [Character] {
        var characters: [Character] = []
        for character in String(decoding: [UInt8](span: self), as: UTF8.self) {
            if !character.isWhitespace {
                characters.append(character)
            } else if characters.last != " " {
                characters.append(" ")
            }
        }
        return characters
    }
}

extension [Character] {
    /// Whether this contains a value that is not within a longer word.
    func contains(value: [Character]) -> Bool {
        guard let first = value.first, let last = value.last else { return false }
        func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }
        return ranges(of: value).contains { range in
            let isFree = range.lowerBound == 0 || !isWord(first) || !isWord(self[range.lowerBound - 1])
            return isFree && (range.upperBound == count || !isWord(last) || !isWord(self[range.upperBound]))
        }
    }
}
