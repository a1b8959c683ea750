// JSON, which stays JSON: a string becomes a string, and a number becomes a number.
extension ValueFinder {
    /// Finds the values of a JSON text: all strings and names, numbers after names of ids, and runs of 6 digits or more
    /// in other numbers.
    ///
    /// - Parameter isOwn: whether the user's own rules match something in a number.
    /// - Returns: false if it is not JSON. The values are then of no use.
    mutating func find(inJSON text: Span<UInt8>, isOwn: (Range<Int>) -> Bool) -> Bool {
        begin()
        var name: Range<Int>?
        var isValueOfName = false
        var index = 0
        while index < text.count {
            let start = index
            switch text[index] {
            case UInt8(ascii: "\""):
                guard let end = text.endOfString(from: index + 1) else { return false }
                let string = start + 1..<end
                append(string, text.kind(string), text)
                (name, isValueOfName) = (string, false)
                index = end + 1
            case UInt8(ascii: ":"):
                isValueOfName = name.map { text.isIDName($0) || isNamed($0, $0, text) } ?? false
                index += 1
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard let end = text.endOfNumber(from: index) else { return false }
                if isValueOfName || isOwn(start..<end) {
                    append(start..<end, .number, text)
                } else {
                    numbers(in: start..<end, text)
                }
                (name, isValueOfName, index) = (nil, false, end)
            case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
                let end = text.wordEnd(from: index)
                guard text.isLiteral(start..<end) else { return false }
                (name, isValueOfName, index) = (nil, false, end)
            case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","):
                (name, isValueOfName) = (nil, false)
                index += 1
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return false
            }
        }
        return true
    }
}

extension Span<UInt8> {
    /// Returns the index of the quotation mark that ends a string; nil if there is none.
    fileprivate func endOfString(from start: Int) -> Int? {
        var index = start
        while index < count {
            switch self[index] {
            case UInt8(ascii: "\""): return index
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }

    /// Returns the end of a number; nil if JSON has no such number.
    fileprivate func endOfNumber(from start: Int) -> Int? {
        let first = start + (self[start] == UInt8(ascii: "-") ? 1 : 0)
        guard var index = endOfDigits(from: first), index == first + 1 || self[first] != UInt8(ascii: "0") else {
            return nil
        }
        if index < count, self[index] == UInt8(ascii: ".") {
            guard let end = endOfDigits(from: index + 1) else { return nil }
            index = end
        }
        if index < count, self[index] | 0x20 == UInt8(ascii: "e") {
            let isSigned = index + 1 < count && "+-".utf8.contains(self[index + 1])
            guard let end = endOfDigits(from: index + (isSigned ? 2 : 1)) else { return nil }
            index = end
        }
        return isWord(at: index) ? nil : index
    }

    /// Returns the end of the digits that begin at `start`; nil if there are none.
    private func endOfDigits(from start: Int) -> Int? {
        var index = start
        while index < count, self[index].isDigit { index += 1 }
        return index > start ? index : nil
    }

    fileprivate func isLiteral(_ word: Range<Int>) -> Bool {
        for literal: StaticString in ["true", "false", "null"] where word.count == literal.utf8CodeUnitCount {
            if holds(literal, at: word.lowerBound) { return true }
        }
        return false
    }

    /// Returns whether exactly these bytes are at `start`, where there are as many.
    private func holds(_ text: StaticString, at start: Int) -> Bool {
        text.withUTF8Buffer { text in
            for offset in text.indices where unsafe self[start + offset] != text[offset] { return false }
            return true
        }
    }
}
