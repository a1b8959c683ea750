/// Finds the values in a text of any kind: e-mail addresses, URLs, phone numbers, quoted text, ids.
/// `Docs/redaction.md` describes the rules.
///
/// It takes one pass from left to right, linear in the length of the text. When in doubt, something is a value.
struct ValueFinder: Sendable {
    /// The values from left to right, without overlaps.
    private(set) var values: [FoundValue] = []
    private let rules: RedactionRules
    /// The end of the run of characters that an address may have before its @, as far as it is known.
    private(set) var runEnd = 0
    /// Where the name began that the previous word was part of, and where that word ended: `user-id`.
    private var nameStart = 0
    private var nameEnd = -1
    /// Marks that close quotations and are not in the rest of the text.
    var absentMarks: [(UInt8, UInt8, UInt8)] = []
    /// The most bytes before the @ of an id's value, so that `id=a+|id=a+|…` takes linear time.
    private static let longestRun = 64

    init(rules: RedactionRules) {
        self.rules = rules
    }

    /// Forgets the values of the last text.
    mutating func begin() {
        values.removeAll(keepingCapacity: true)
        absentMarks.removeAll(keepingCapacity: true)
        runEnd = 0
        nameEnd = -1
    }

    /// Finds the values of a text.
    mutating func find(in text: Span<UInt8>) {
        begin()
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte.isWord {
                index = word(at: index, text)
            } else if byte < 0x80 {
                switch byte {
                case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): index = quote(at: index, text)
                case UInt8(ascii: "@"), UInt8(ascii: "%"): index = at(index, text)
                default: index += 1
                }
            } else if let closing = text.closingMarks(at: index) {
                index = quoted(at: index, closing, text)
            } else {
                let mark = text.punctuation(at: index)
                index = mark > 0 ? index + mark : word(at: index, text)
            }
        }
    }

    /// Adds a value, unless the rules keep it.
    mutating func append(_ range: Range<Int>, _ kind: ValueKind, _ text: Span<UInt8>) {
        guard !range.isEmpty, !rules.keeps(text.extracting(range)) else { return }
        values.append(FoundValue(start: range.lowerBound, end: range.upperBound, kind: kind))
    }

    /// The end of the last value.
    var done: Int { values.last?.end ?? 0 }

    /// Handles whatever begins with a word, and returns where to continue.
    private mutating func word(at start: Int, _ text: Span<UInt8>) -> Int {
        if start >= runEnd { runEnd = text.addressRunEnd(from: start) }
        let isPage = text.matches("www.", at: start) && text.isWord(at: start + 4)
        // The @ may be in the path of a page: `www.example.com/@name`.
        if isPage, (start..<runEnd).contains(where: { "/?#".utf8.contains(text[$0]) }) { return url(from: start, text) }
        if let end = address(start, text) { return end }
        if isPage { return url(from: start, text) }

        let end = text.wordEnd(from: start)
        if end == runEnd, text.matches("://", at: end) {
            ids(in: start..<end, text)
            return url(from: end + 3, text)
        }
        if end - start >= 8, text.isUUID(at: end - 8) {
            ids(in: start..<end - 8, text)
            append(end - 8..<end + 28, .uuid, text)
            return end + 28
        }
        if text[start].isDigit {
            if let end = text.dateEnd(from: start) { return end }
            if let phone = text.phone(at: start, from: done) {
                append(phone, .phone, text)
                return phone.upperBound
            }
        }
        ids(in: start..<end, text)
        let isContinued =
            nameEnd >= 0 && start == nameEnd + 1
            && (text[nameEnd] == UInt8(ascii: "-") || text[nameEnd] == UInt8(ascii: "."))
        nameStart = isContinued ? nameStart : start
        nameEnd = end
        return member(nameStart..<end, lastWord: start..<end, from: end, text) ?? end
    }

    /// Finds the ids in a word, between its underscores: runs of 6 digits or more, parts of 16 hexadecimal digits or
    /// more, and other parts of that length with at least two digits.
    mutating func ids(in word: Range<Int>, _ text: Span<UInt8>) {
        var start = word.lowerBound
        while start < word.upperBound {
            var end = start
            while end < word.upperBound, text[end] != UInt8(ascii: "_") { end += 1 }
            id(start..<end, text)
            start = end + 1
        }
    }

    private mutating func id(_ part: Range<Int>, _ text: Span<UInt8>) {
        guard part.count >= 6 else { return }
        var digits = 0
        var hex = 0
        var isASCII = true
        for index in part {
            let byte = text[index]
            if byte.isDigit { digits += 1 }
            if byte.isHexDigit { hex += 1 }
            if byte >= 0x80 { isASCII = false }
        }
        if digits == part.count { return append(part, .number, text) }
        if part.count >= 16, isASCII {
            if hex == part.count { return append(part, .hex, text) }
            if digits >= 2 { return append(part, .text, text) }
        }
        if digits >= 6 { numbers(in: part, text) }
    }

    /// Finds the runs of 6 digits or more.
    mutating func numbers(in part: Range<Int>, _ text: Span<UInt8>) {
        var start = part.lowerBound
        while start < part.upperBound {
            var end = start
            while end < part.upperBound, text[end].isDigit { end += 1 }
            if end - start >= 6 { append(start..<end, .number, text) }
            start = max(end, start + 1)
        }
    }
}

// MARK: - Names with values

extension ValueFinder {
    /// Finds the value of `name=value` or `name: value`, if the values of the name are replaced. Returns where to
    /// continue; nil if there is no such thing.
    ///
    /// - Parameter from: the index after the name, and after its closing quote if it has one.
    mutating func member(
        _ name: Range<Int>, lastWord: Range<Int>, from end: Int, _ text: Span<UInt8>
    ) -> Int? {
        guard let place = sign(of: name, lastWord: lastWord, from: end, text) else { return nil }
        let isNamed = isNamed(name, lastWord, text)
        var index = place + 1
        while index < text.count, text[index].isSpace { index += 1 }
        let mayBeProse = text[place] == UInt8(ascii: ":") && index > place + 1
        if !isNamed, index + 1 < text.count, "([{<".utf8.contains(text[index]) {
            // `(030) 1234567` is found separately.
            if text[index + 1].isDigit, text.phone(at: index + 1, from: done) != nil { return index }
            index += 1
            while index < text.count, text[index].isSpace { index += 1 }
        }
        guard index < text.count else { return index }
        // Quoted text is found separately, and so are phone numbers.
        var mark = index
        while mark < text.count - 1, text[mark] == UInt8(ascii: "\\") { mark += 1 }
        if "'\"`".utf8.contains(text[mark]) || text.closingMarks(at: index) != nil { return index }
        if !isNamed, text[index] == UInt8(ascii: "+"), text.phone(at: index, from: done) != nil { return index }
        var valueEnd = index
        while valueEnd < text.count, !text[valueEnd].endsValue, isNamed || !text[valueEnd].isSpace { valueEnd += 1 }
        while valueEnd > index, text[valueEnd - 1].isSpace || ".:!?".utf8.contains(text[valueEnd - 1]) {
            valueEnd -= 1
        }
        let value = index..<valueEnd
        guard !value.isEmpty else { return index }
        if !isNamed {
            guard value.contains(where: { text.isWord(at: $0) }) else { return index }
            if text.isNothing(value) || mayBeProse && text.isProse(value) { return index }
            if text[index].isDigit, let end = text.dateEnd(from: index), end >= valueEnd { return index }
            if isAddress(value, text) { return index }
        }
        append(value, text.kind(value), text)
        return valueEnd
    }

    /// Whether a value is an e-mail address or a URL, which are found separately.
    private func isAddress(_ value: Range<Int>, _ text: Span<UInt8>) -> Bool {
        let end = text.addressRunEnd(from: value.lowerBound, limit: min(value.lowerBound + Self.longestRun, text.count))
        let sign = text.atSign(at: end)
        guard sign > 0 else { return text.matches("://", at: end) }
        let domainEnd = text.domainEnd(from: end + sign)
        return domainEnd >= value.upperBound || "?/&#".utf8.contains(text[domainEnd])
    }

    /// Returns the index of the `=` or `:` between a name whose values are replaced and its value; nil if there is
    /// none.
    func sign(of name: Range<Int>, lastWord: Range<Int>, from end: Int, _ text: Span<UInt8>) -> Int? {
        var index = end
        while index < text.count, text[index] == 0x20 { index += 1 }
        guard index < text.count, text[index] == UInt8(ascii: "=") || text[index] == UInt8(ascii: ":"),
            isNamed(name, lastWord, text) || text.isIDName(lastWord)
        else { return nil }
        return index
    }

    /// Returns whether the user's rules name it.
    func isNamed(_ name: Range<Int>, _ lastWord: Range<Int>, _ text: Span<UInt8>) -> Bool {
        rules.namesValue(text.extracting(name)) || rules.namesValue(text.extracting(lastWord))
    }
}

extension UInt8 {
    /// Whether the byte ends a value without quotes.
    fileprivate var endsValue: Bool {
        ",;&|()[]{}<>\"'`\n\r".utf8.contains(self)
    }
}

extension Span<UInt8> {
    /// Returns whether a word is `id`, `record_id`, `recordId`, `recordID`, `uuid` or the like.
    func isIDName(_ word: Range<Int>) -> Bool {
        for name: StaticString in ["id", "uuid", "guid"] {
            let start = word.upperBound - name.utf8CodeUnitCount
            guard start >= word.lowerBound, matches(name, at: start) else { continue }
            if start == word.lowerBound || self[start - 1] == UInt8(ascii: "_") { return true }
            // A capital letter after a small one or a digit begins a word too.
            if self[start] & 0x20 == 0, self[start - 1].isDigit || self[start - 1] & 0x20 != 0 { return true }
        }
        return false
    }

    /// Returns whether a word means that there is no value.
    fileprivate func isNothing(_ value: Range<Int>) -> Bool {
        isAny(of: UsualWords.nothing, value)
    }

    /// Returns whether an error message goes on after the name of a field, as in `id: must be a number`. These words
    /// are no names of people.
    fileprivate func isProse(_ value: Range<Int>) -> Bool {
        let end = wordEnd(from: value.lowerBound)
        // An apostrophe may follow: can’t.
        guard end == value.upperBound || end < value.upperBound && self[end] >= 0xC0 else { return false }
        return isAny(of: UsualWords.prose, value.lowerBound..<end)
    }

    private func isAny(of words: [StaticString], _ value: Range<Int>) -> Bool {
        words.contains { value.count == $0.utf8CodeUnitCount && matches($0, at: value.lowerBound) }
    }
}

/// Words behind the name of an id that are not its value.
private enum UsualWords {
    static let nothing: [StaticString] = ["null", "nil", "none", "undefined", "true", "false", "missing", "empty"]
    static let prose: [StaticString] = [
        "a", "already", "an", "at", "bad", "blank", "can", "cannot", "contains", "could", "did", "do", "does", "doesn",
        "duplicate", "exceeds", "expected", "failed", "found", "has", "have", "in", "incorrect", "invalid", "is", "isn",
        "it", "length", "malformed", "must", "need", "needs", "no", "not", "of", "only", "required", "should", "the",
        "this", "too", "unexpected", "unknown", "unsupported", "value", "was", "were", "wrong",
    ]
}
