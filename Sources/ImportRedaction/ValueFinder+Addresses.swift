// E-mail addresses and URLs.
extension ValueFinder {
    /// Handles an e-mail address whose local part begins at `start`. Returns where to continue; nil if there is none.
    mutating func address(_ start: Int, _ text: Span<UInt8>) -> Int? {
        let sign = text.atSign(at: runEnd)
        guard sign > 0 else { return nil }
        return address(start..<text.domainEnd(from: runEnd + sign), text)
    }

    /// Handles an @ without a local part in front of it, as in `@name`. Returns where to continue.
    mutating func at(_ index: Int, _ text: Span<UInt8>) -> Int {
        let sign = text.atSign(at: index)
        guard sign > 0 else { return index + 1 }
        let end = text.domainEnd(from: index + sign)
        return end == index + sign ? end : address(index..<end, text)
    }

    /// Handles an address, and what follows it in a `mailto:` URL.
    private mutating func address(_ range: Range<Int>, _ text: Span<UInt8>) -> Int {
        append(range, .email, text)
        let end = range.upperBound
        guard end + 1 < text.count, "?/&#".utf8.contains(text[end]) else { return end }
        let tail = text.urlEnd(from: end + 1)
        append(end + 1..<tail, .text, text)
        return max(end + 1, tail)
    }

    /// Handles a URL after its `://`: the host stays; everything before an @ and after the host is replaced. Returns
    /// where to continue.
    mutating func url(from start: Int, _ text: Span<UInt8>) -> Int {
        let end = text.urlEnd(from: start)
        var hostEnd = start
        var (userEnd, hostStart) = (start, start)
        while hostEnd < end, !"/?#\\".utf8.contains(text[hostEnd]) {
            let sign = text.atSign(at: hostEnd)
            if sign > 0 { (userEnd, hostStart) = (hostEnd, hostEnd + sign) }
            hostEnd += max(sign, 1)
        }
        if hostStart > start { append(start..<userEnd, .text, text) }
        var word = hostStart
        while word < hostEnd {
            let wordEnd = max(min(text.wordEnd(from: word), hostEnd), word)
            ids(in: word..<wordEnd, text)
            word = wordEnd + 1
        }
        if hostEnd + 1 < end { append(hostEnd + 1..<end, .text, text) }
        return max(end, start)
    }
}

extension Span<UInt8> {
    /// Returns the length of an @, literal or percent-encoded; 0 if there is none.
    func atSign(at index: Int) -> Int {
        guard index < count else { return 0 }
        if self[index] == UInt8(ascii: "@") { return 1 }
        return matches("%40", at: index) ? 3 : 0
    }

    /// Returns the end of the characters that may precede the @ of an address: those of RFC 5322, and letters of any
    /// script.
    func addressRunEnd(from start: Int) -> Int { addressRunEnd(from: start, limit: count) }

    func addressRunEnd(from start: Int, limit: Int) -> Int {
        var index = start
        var hasPlus = false
        while index < limit {
            let byte = self[index]
            switch byte {
            case _ where byte.isWord: break
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"),
                UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "^"),
                UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "~"):
                break
            case UInt8(ascii: "+"): hasPlus = true
            // `bounce+name=example.org@…`, but not `email=name@…`
            case UInt8(ascii: "="): if !hasPlus { return index }
            // `%40` ends it; other percent-encoded characters are part of it.
            case UInt8(ascii: "%"): if atSign(at: index) > 0 { return index }
            // `o'brien@…`
            case UInt8(ascii: "'"), UInt8(ascii: "`"):
                guard index > start, isWord(at: index - 1), isWord(at: index + 1) else { return index }
            case 0xC0...: if punctuation(at: index) > 0 { return index }
            case 0x80...: break
            default: return index
            }
            index += 1
        }
        return index
    }

    /// Returns the end of a domain; `start` if there is none.
    func domainEnd(from start: Int) -> Int {
        var index = start
        while index < count {
            let byte = self[index]
            let isPart =
                byte.isWord || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "[")
                || (byte == UInt8(ascii: "]") && index > start && self[start] == UInt8(ascii: "["))
                || (byte >= 0x80 && punctuation(at: index) == 0)
            guard isPart else { break }
            index += 1
        }
        while index > start, self[index - 1] == UInt8(ascii: ".") || self[index - 1] == UInt8(ascii: "-") {
            index -= 1
        }
        return index
    }

    /// Returns the end of a URL that includes `start`.
    func urlEnd(from start: Int) -> Int {
        var index = start
        while index < count {
            let byte = self[index]
            if byte <= 0x20 || byte == 0x7F || "\"<>`".utf8.contains(byte) { break }
            if byte == UInt8(ascii: "'"), index == start || !isWord(at: index - 1) || !isWord(at: index + 1) { break }
            if byte >= 0xC0, punctuation(at: index) > 0 { break }
            index += 1
        }
        while index > start, ".,;:!?)]}".utf8.contains(self[index - 1]) { index -= 1 }
        return index
    }
}
