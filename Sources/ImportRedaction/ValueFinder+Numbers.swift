// Dates, which stay, and phone numbers.
extension Span<UInt8> {
    /// After this many groups, one must have had four digits, which bounds the work for each group.
    private static var smallGroups: Int { 12 }

    /// Returns the end of a date (2026-03-04, 04.03.2026, with a time of day if there is one); nil if none begins here.
    func dateEnd(from start: Int) -> Int? {
        guard start == 0 || !self[start - 1].isDigit else { return nil }
        let first = digits(from: start, limit: 4)
        let sign = start + first
        guard sign < count, "-./".utf8.contains(self[sign]) else { return nil }
        let second = digits(from: sign + 1, limit: 2)
        let nextSign = sign + 1 + second
        guard second > 0, nextSign < count, self[nextSign] == self[sign] else { return nil }
        let third = digits(from: nextSign + 1, limit: 4)
        var end = nextSign + 1 + third
        let numbers = (number(start, first), number(sign + 1, second), number(nextSign + 1, third))
        let isYearFirst = first == 4 && third == 2 && 1...12 ~= numbers.1 && 1...31 ~= numbers.2
        let isYearLast =
            first <= 2 && third == 4 && 1...31 ~= numbers.0 && 1...31 ~= numbers.1 && 1900...2199 ~= numbers.2
            && min(numbers.0, numbers.1) <= 12
        guard isYearFirst || isYearLast else { return nil }
        if end < count, self[end] | 0x20 == UInt8(ascii: "t") || self[end] == 0x20, let time = timeEnd(from: end + 1) {
            return time
        }
        guard end < count else { return end }
        // Neither 2026-03-04-17 nor 2026-03-0412.
        if isWord(at: end) { return nil }
        if "-/".utf8.contains(self[end]), end + 1 < count, self[end + 1].isDigit { return nil }
        if self[end] == self[sign], end + 1 < count, self[end + 1].isDigit { end = start }
        return end == start ? nil : end
    }

    /// Returns the end of a time of day; nil if none begins here.
    private func timeEnd(from start: Int) -> Int? {
        guard digits(from: start, limit: 2) == 2, start + 2 < count, self[start + 2] == UInt8(ascii: ":"),
            digits(from: start + 3, limit: 2) == 2
        else { return nil }
        var end = start + 5
        if end < count, self[end] == UInt8(ascii: ":"), digits(from: end + 1, limit: 2) == 2 {
            end += 3
            if end < count, self[end] == UInt8(ascii: ".") || self[end] == UInt8(ascii: ",") {
                let fraction = digits(from: end + 1, limit: 9)
                if fraction > 0 { end += 1 + fraction }
            }
        }
        if end < count, self[end] | 0x20 == UInt8(ascii: "z") { return end + 1 }
        if end < count, self[end] == UInt8(ascii: "+") || self[end] == UInt8(ascii: "-"),
            digits(from: end + 1, limit: 2) == 2
        {
            end += 3
            if end < count, self[end] == UInt8(ascii: ":") { end += 1 }
            end += digits(from: end, limit: 2)
        }
        return end < count && self[end].isWord ? nil : end
    }

    /// Returns the number of digits that begin here, at most `limit`.
    private func digits(from start: Int, limit: Int) -> Int {
        var end = start
        while end < count, end - start < limit, self[end].isDigit { end += 1 }
        return end - start
    }

    private func number(_ start: Int, _ digits: Int) -> Int {
        (start..<start + digits).reduce(0) { $0 * 10 + Int(self[$1] - UInt8(ascii: "0")) }
    }

    /// Returns the phone number whose first digit is at `start`; nil if there is none.
    ///
    /// It has groups of digits with one to three spaces, points, hyphens, slashes or brackets between them. With a
    /// plus, it is international and has 7 digits or more. Otherwise it has several groups, and 7 digits or more if it
    /// begins with a bracket, or with at least two digits of which the first is 0; 10 digits or more if a group has 4.
    ///
    /// Letters may follow the last group (`4567x89`): those of an extension, which belongs to the number, or any others
    /// if it begins like one that is dialled.
    ///
    /// - Parameter from: the earliest index where it may begin.
    func phone(at start: Int, from: Int) -> Range<Int>? {
        var first = start
        if first > from, self[first - 1] == UInt8(ascii: "(") { first -= 1 }
        let hasBracket = first < start
        let isInternational = first > from && self[first - 1] == UInt8(ascii: "+")
        if isInternational { first -= 1 }
        var (digits, groups, largest, firstGroup) = (0, 0, 0, 0)
        var end = start
        var next = start
        while true {
            if groups > 0, dateEnd(from: next) != nil || isUUID(at: next) { break }
            var group = next
            while group < count, self[group].isDigit { group += 1 }
            let isGlued = isWord(at: group)
            if isGlued {
                let isDialled = isInternational || groups > 0 && (hasBracket || isDialled(start, firstGroup))
                // Neither 2026-000123b nor 1200 1300ms.
                guard isDialled || groups > 0 && extensionEnd(from: group) != nil, !isLongWord(at: next) else { break }
            }
            digits += group - next
            groups += 1
            largest = max(largest, group - next)
            if groups == 1 { firstGroup = group - next }
            end = group
            if isGlued { break }
            // A list of small numbers. A phone number in it begins further on.
            if groups == Self.smallGroups, largest < 4, !isInternational { break }
            guard let after = self.digit(after: end) else { break }
            next = after
        }
        guard groups > 1 || (groups == 1 && isInternational) else { return nil }
        let isDialled = hasBracket || isInternational || isDialled(start, firstGroup)
        guard (isDialled && digits >= 7) || (digits >= 10 && largest >= 4) else { return nil }
        return first..<(extensionEnd(from: end) ?? wordEnd(from: end))
    }

    /// Whether a number begins with a 0 and another digit.
    private func isDialled(_ start: Int, _ firstGroup: Int) -> Bool {
        self[start] == UInt8(ascii: "0") && firstGroup >= 2
    }

    /// Whether a word is as long as one that may be an id, which is found as such.
    private func isLongWord(at start: Int) -> Bool {
        (start..<start + 16).allSatisfy { isWord(at: $0) }
    }

    /// Returns the end of the digits of an extension, as in `x89`, ` ext. 89` or `#89`; nil if none begins here.
    private func extensionEnd(from end: Int) -> Int? {
        var index = end
        while index < count, index < end + 2, " ,;.-/".utf8.contains(self[index]) { index += 1 }
        let words: [StaticString] = ["extension", "extn", "ext", "x", "durchwahl", "dw"]
        if let word = words.first(where: { matches($0, at: index) }) {
            index += word.utf8CodeUnitCount
        } else if index < count, self[index] == UInt8(ascii: "#") {
            index += 1
        } else {
            return nil
        }
        let signs = index
        while index < count, index < signs + 3, " .:=#-".utf8.contains(self[index]) { index += 1 }
        let start = index
        while index < count, self[index].isDigit { index += 1 }
        // An id begins with digits, too, and would not be found from its middle.
        guard index > start, !isUUID(at: start), !(isWord(at: index) && isLongWord(at: start)) else { return nil }
        return index
    }

    /// Returns the next digit, after one to three characters that may separate the digits of a phone number.
    private func digit(after end: Int) -> Int? {
        var index = end
        for _ in 0..<3 {
            guard index < count else { return nil }
            if " .-/()".utf8.contains(self[index]) {
                index += 1
            } else if self[index] >= 0xC0 {
                // Spaces and dashes of other widths, but not quotes.
                let length = punctuation(at: index)
                guard length > 0, closingMarks(at: index) == nil else { return nil }
                index += length
            } else {
                return nil
            }
            if index < count, self[index].isDigit { return index }
        }
        return nil
    }
}
