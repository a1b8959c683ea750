// Classifies tokens that contain a digit or precede an @ or ://.
extension Span<UInt8> {
    /// Appends the value that begins with the word at `start`, if any. Returns where the value or the token ends.
    ///
    /// - Parameter sign: 1 if the word is preceded by a sign, which is part of a number; otherwise 0.
    func value(
        at start: Int, sign: Int, _ classes: Span<ByteClass>, _ slots: inout MessageSlots
    ) -> Int {
        let token = token(at: start, classes)
        let end = token.end
        if end < count {
            if self[end] == UInt8(ascii: "@"), isWord(end + 1, classes) {
                let domain = self.token(at: end + 1, classes)
                if domain.classes.contains(.point) {
                    slots.append(MessageSlot(start..<domain.end, .email))
                    return domain.end
                }
            } else if self[end] == UInt8(ascii: ":"), !isDigit(start, classes), let end = address(from: end) {
                slots.append(MessageSlot(start..<end, .url))
                return end
            }
        }
        let length = end - start
        guard token.classes.contains(.digit) else { return end }
        if token.classes.contains(.sign) {
            if isUUID(start, token) {
                slots.append(MessageSlot(start..<end, .uuid))
                return end
            }
            if let end = date(start, end, classes) {
                slots.append(MessageSlot(start..<end, .date))
                return end
            }
        }
        if token.classes.isSubset(of: [.digit, .point, .comma]) {
            let isHex = length >= 8 && token.joints == 0 && sign == 0
            slots.append(MessageSlot(start - sign..<end, .token, isHex ? [] : .isNoHex))
        } else {
            let isHex =
                (length >= 8 && token.classes.isSubset(of: [.digit, .hexLetter])) || isPrefixedHex(start, end, classes)
            slots.append(MessageSlot(start..<end, .token, isHex ? .isNoNumber : [.isNoNumber, .isNoHex]))
        }
        return end
    }

    private func isUUID(_ start: Int, _ token: Token) -> Bool {
        // Given these classes, all other bytes are hexadecimal digits, and four are hyphens or pluses.
        token.joints == 4 && token.end - start == 36 && token.classes.isSubset(of: [.digit, .hexLetter, .sign])
            && isHyphen(start + 8) && isHyphen(start + 13) && isHyphen(start + 18) && isHyphen(start + 23)
    }

    /// Returns the end of a date (2025-03-04), with any time of day after a T or a space; nil if it is not a date.
    private func date(_ start: Int, _ end: Int, _ classes: Span<ByteClass>) -> Int? {
        guard end - start >= 10, isHyphen(start + 4), isHyphen(start + 7), areDigits(start, 4, classes),
            areDigits(start + 5, 2, classes), areDigits(start + 8, 2, classes)
        else { return nil }
        if end - start > 10 {
            return self[start + 10] | 0x20 == UInt8(ascii: "t") && isTime(start + 11, classes) ? end : nil
        }
        guard end < count, self[end] == UInt8(ascii: " "), isTime(end + 1, classes) else { return end }
        return token(at: end + 1, classes).end
    }

    /// Whether a time of day such as 10:30 begins here.
    private func isTime(_ start: Int, _ classes: Span<ByteClass>) -> Bool {
        start + 5 <= count && self[start + 2] == UInt8(ascii: ":") && areDigits(start, 2, classes)
            && areDigits(start + 3, 2, classes)
    }

    private func isHyphen(_ index: Int) -> Bool {
        self[index] == UInt8(ascii: "-")
    }

    private func areDigits(_ start: Int, _ number: Int, _ classes: Span<ByteClass>) -> Bool {
        for index in start..<start + number where !isDigit(index, classes) { return false }
        return true
    }

    private func isPrefixedHex(_ start: Int, _ end: Int, _ classes: Span<ByteClass>) -> Bool {
        guard end - start >= 3, self[start] == UInt8(ascii: "0"), self[start + 1] | 0x20 == UInt8(ascii: "x") else {
            return false
        }
        for index in start + 2..<end where kind(index, classes).isDisjoint(with: [.digit, .hexLetter]) { return false }
        return true
    }

    /// Returns the end of a URL whose scheme ends at `colon`, or nil if it is not a URL.
    private func address(from colon: Int) -> Int? {
        guard colon + 3 < count, self[colon + 1] == UInt8(ascii: "/"), self[colon + 2] == UInt8(ascii: "/") else {
            return nil
        }
        var end = colon + 3
        while end < count, self[end].canBeInAddress { end += 1 }
        while end > colon + 3, self[end - 1].isClosingMark { end -= 1 }
        return end > colon + 3 ? end : nil
    }
}

extension UInt8 {
    fileprivate var canBeInAddress: Bool {
        switch self {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "<"), UInt8(ascii: ">"): false
        default: self > 0x20 && self < 0x7F
        }
    }

    /// Whether a trailing byte ends a sentence or a bracket rather than the URL.
    fileprivate var isClosingMark: Bool {
        switch self {
        case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "!"),
            UInt8(ascii: "?"), UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            true
        default: false
        }
    }
}
