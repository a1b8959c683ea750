import ImportFoundation

// What is between documents: lines of a log, the heads of HTTP responses, anything else that is skipped.

extension DumpParser {
    /// Moves to where an object or an array may begin, and notes what it skips. Returns false at the end.
    mutating func moveToDocument(into sink: any DumpReceiver) throws -> Bool {
        scanner.window.clearMark()
        while let first = scanner.skipSpaceOrEnd() {
            if first == UInt8(ascii: "{") || (first == UInt8(ascii: "[") && input.isAtStart) { return true }
            if first == UInt8(ascii: "\""), try readStringDocument(into: sink) { continue }
            if input.isAtStart, readScalar(first) { return false }
            let place = scanner.window.passPlace(ofOffset: scanner.window.offset)
            input.isAtStart = false
            let isBehindHeads = passHTTPHeads()
            if isBehindHeads, let byte = scanner.skipSpaceOrEnd(), beginsDocument(byte) {
                input.isBehindHTTPHead = true
                return true
            }
            let text = passText(endsLine: isBehindHeads)
            let end = scanner.window.passPlace(ofOffset: scanner.window.offset)
            input.note(
                text: DumpFault(reason: .unexpectedByte(first, expected: .value), place: place, rowsKept: 0),
                bytes: end.byte - place.byte, from: place, lines: end.line - place.line + (text.endsLine ? 0 : 1),
                mayBeTorn: text.mayBeTorn)
            if scanner.peekOrEnd() != nil { return true }
        }
        return false
    }

    /// Passes text up to where an object, or an array of objects, may begin.
    ///
    /// - Parameter endsLine: whether a line feed was passed last.
    mutating func passText(endsLine: Bool = false) -> PassedText {
        var text = PassedText(endsLine: endsLine)
        while let byte = scanner.peekOrEnd(), !beginsDocument(byte) {
            text.pass(byte)
            scanner.window.position += 1
        }
        return text
    }

    /// Whether an object, or an array of objects, may begin with the byte at the position, already peeked.
    mutating func beginsDocument(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || (byte == UInt8(ascii: "[") && beginsArray())
    }

    /// Whether the bracket at the position begins an array of objects, of arrays of them, or of strings that contain
    /// objects. The position does not change.
    private mutating func beginsArray() -> Bool {
        let lookahead = scanner.window.lookAhead()
        defer {
            scanner.end(lookahead)
            scanner.window.clearMark()
        }
        for _ in 0..<8 {
            scanner.window.position += 1
            switch scanner.skipSpaceOrEnd() {
            case UInt8(ascii: "["): continue
            case UInt8(ascii: "{"): return true
            case UInt8(ascii: "\""):
                scanner.window.position += 1
                return scanner.peekOrEnd() == UInt8(ascii: "{")
            default: return false
            }
        }
        return false
    }

    /// The appearance of text between documents.
    struct PassedText {
        /// Whether it contains the end of a key, `":`, and so may be part of a dump. In UTF-16 and UTF-32, there are
        /// zeros in between.
        private(set) var hasKey = false
        /// Whether it contains a key of jobs or rows, also as Python and Ruby print it.
        private(set) var hasKeyOfJob = false
        /// Whether it contains the first bytes of compressed data or of an archive: something was joined to the dump.
        private(set) var hasSignature = false
        /// Whether it may be part of a dump, or contain one.
        var mayBeTorn: Bool { hasKey || hasKeyOfJob || hasSignature }
        private var recent = RecentBytes()
        /// Whether it ends with a line feed.
        private(set) var endsLine: Bool

        init(endsLine: Bool) { self.endsLine = endsLine }

        mutating func pass(_ byte: UInt8) {
            endsLine = byte == UInt8(ascii: "\n")
            guard byte != 0 else { return }
            switch byte {
            case UInt8(ascii: ":"):
                if recent.isQuote {
                    hasKey = true
                    if recent.endKeyOfJob { hasKeyOfJob = true }
                } else if recent.endWith("job_id'", or: "results'") {
                    hasKeyOfJob = true
                }
            case UInt8(ascii: "="): if recent.endWith("job_id\"", or: "results\"") { hasKeyOfJob = true }
            default: break
            }
            recent.pass(byte)
            if byte >= 0x80, recent.endMisreadKey { hasKey = true }
            if recent.endSignature { hasSignature = true }
        }
    }

    /// The last eight bytes of a text.
    private struct RecentBytes {
        private var word: UInt64 = 0

        @inline(__always)
        mutating func pass(_ byte: UInt8) { word = word << 8 | UInt64(byte) }

        /// Whether the last one is a quotation mark.
        var isQuote: Bool { UInt8(truncatingIfNeeded: word) == UInt8(ascii: "\"") }

        /// Whether they end with a key that jobs or rows have, and few others.
        var endKeyOfJob: Bool {
            endWith("\"job_id\"", or: "results\"") || endWith("created\"", or: "xisting\"")
                || endWith("\"total\"", or: "ocessed\"") || endWith("cceeded\"", or: "ated_at\"")
        }

        /// Whether they end with what the end of a key, `":`, becomes if text in UTF-8 is read as UTF-16, or UTF-16 in
        /// the other byte order: one character of these two bytes, or two that share them with other characters.
        var endMisreadKey: Bool {
            switch word & 0xFF_FFFF {
            case 0xE3_A8A2, 0xE2_88BA: return true  // U+3A22, U+223A
            default: break
            }
            guard word >> 40 & 0xF0 == 0xE0, word >> 16 & 0xF0 == 0xE0 else { return false }
            // The high and the low byte of each of the last two characters, if they have three bytes.
            func bytes(_ character: UInt64) -> (high: UInt64, low: UInt64) {
                ((character >> 12 & 0xF0) | (character >> 10 & 0xF), (character >> 2 & 0xC0) | (character & 0x3F))
            }
            let (first, second) = (bytes(word >> 24 & 0xFF_FFFF), bytes(word & 0xFF_FFFF))
            return first.high == 0x22 && second.low == 0x3A || first.low == 0x22 && second.high == 0x3A
                || first == (0x22, 0) && second == (0x3A, 0)
        }

        /// Whether they end with the first bytes of gzip, zip, zstd, xz, bzip2, 7z or lz4 data.
        var endSignature: Bool {
            switch UInt8(truncatingIfNeeded: word) {
            case 0x08: word & 0xFF_FFFF == 0x1F_8B08
            case 0x04: word & 0xFFFF_FFFF == 0x504B_0304
            case 0xFD: word & 0xFFFF_FFFF == 0x28B5_2FFD
            case 0x5A: word & 0xFF_FFFF_FFFF == 0xFD_377A_585A
            case 0x59: word & 0xFFFF_FFFF_FFFF == 0x3141_5926_5359
            case 0x1C: word & 0xFFFF_FFFF_FFFF == 0x377A_BCAF_271C
            case 0x18: word & 0xFFFF_FFFF == 0x0422_4D18
            default: false
            }
        }

        /// Whether they end with one of two texts of at most eight bytes.
        func endWith(_ first: StaticString, or second: StaticString) -> Bool { endWith(first) || endWith(second) }

        private func endWith(_ text: StaticString) -> Bool {
            var expected: UInt64 = 0
            let count = text.utf8CodeUnitCount
            for index in 0..<count { expected = expected << 8 | UInt64(unsafe text.utf8Start[index]) }
            return word & (UInt64.max >> UInt64(64 - 8 * count)) == expected
        }
    }

    // MARK: - Strings and other values

    /// Reads the string at the position, if there are jobs in it: a dump that was encoded twice. Returns false, without
    /// having done anything, if there are none.
    private mutating func readStringDocument(into sink: any DumpReceiver) throws -> Bool {
        forgetDocument()
        surroundings = Surroundings()
        loss = Loss()
        let start = scanner.window.passPlace(ofOffset: scanner.window.offset)
        input.place = start
        input.isInFirst = input.deliveredCount == 0 && held == nil
        let jobs = jobCount
        let fault = readWholeString(into: sink)
        if let sinkError { throw sinkError }
        guard jobCount > jobs else { return false }
        input.isAtStart = false
        refuse(loss, fault.map { locate($0) }, bytes: scanner.window.offset - start.byte, at: start)
        scanner.window.clearMark()
        return true
    }

    /// Reads the string at the position, and the jobs in it. If there are none, goes back to it.
    mutating func readWholeString(into sink: any DumpReceiver) -> ScanFault? {
        let start = scanner.window.offset
        let jobs = jobCount
        scanner.window.setMark()
        scanner.window.position += 1
        let string = scanner.lookAtString(untilBrace: false)
        let mayHoldJobs = scanner.peekOrEnd().map { Self.mayBeginDocument($0, inBase64: true) } ?? false
        scanner.goBack(to: start)
        guard string.isSound, string.hasBrace || mayHoldJobs else { return nil }
        var fault: ScanFault?
        do throws(ScanFault) {
            try readStringValue(into: sink)
        } catch {
            fault = error
        }
        if jobCount == jobs { scanner.goBack(to: start) }
        return fault
    }

    /// Reads an input that consists of one string, number, true, false or null, to its end. Returns false, without
    /// having done anything, if it does not.
    private mutating func readScalar(_ first: UInt8) -> Bool {
        let start = scanner.window.offset
        let place = scanner.window.passPlace(ofOffset: start)
        scanner.window.setMark()
        scanner.isLenient = false
        defer { scanner.isLenient = true }
        var value = DocumentValue()
        var fault: ScanFault?
        do throws(ScanFault) {
            value.type = try scanner.skipValue(level: 0)
        } catch {
            fault = error
        }
        let isAlone = fault?.reason == .unexpectedEnd || (fault == nil && scanner.skipSpaceOrEnd() == nil)
        guard isAlone else {
            scanner.goBack(to: start)
            return false
        }
        let reading = reading(
            of: value, fault: fault.map { locate($0) }, byteCount: scanner.window.offset - start, sha256: nil)
        input.note(
            HeldDocument(reading: reading, place: .document(place)), bytes: scanner.window.offset - start, from: place,
            lines: 1, isUnexpected: false)
        return true
    }

    // MARK: - HTTP

    /// Passes the heads of HTTP responses at the position; after a redirect, there are several. Returns false, without
    /// having done anything, if there are none.
    mutating func passHTTPHeads() -> Bool {
        var hasPassed = false
        while scanner.peekOrEnd() == UInt8(ascii: "H"), passHTTPHead() { hasPassed = true }
        return hasPassed
    }

    private mutating func passHTTPHead() -> Bool {
        guard mayLookAhead else { return false }
        let (damage, lookahead) = (scanner.damage, scanner.window.lookAhead())
        var head = HTTPHead()
        // The end of the last object in a value. It may be anything but a dump.
        var end = lookahead.start
        while !head.isWhole, let byte = scanner.peekOrEnd() {
            if byte == UInt8(ascii: "{"), scanner.window.offset >= end {
                let object = scanner.window.lookAhead(keepsMark: true)
                scanner.jobLike = nil
                _ = try? scanner.skipValue(level: 0)
                end = scanner.window.offset
                scanner.end(object)
                if scanner.jobLike != nil { break }
            }
            guard head.pass(byte) else { break }
            scanner.window.position += 1
        }
        (scanner.damage, scanner.jobLike) = (damage, nil)
        if !head.isWhole { lookaheadBytes += max(end, scanner.window.offset) - lookahead.start }
        scanner.end(lookahead, goesBack: !head.isWhole)
        scanner.window.clearMark()
        return head.isWhole
    }

    /// Recognizes the head of an HTTP response: `HTTP/` and a version, fields, an empty line (RFC 9112, sections 2.1 and
    /// 5). Any other line shows that it is something else, such as a line of a log in front of a dump.
    private struct HTTPHead {
        private enum Part {
            case status, lineStart, name, value, end
        }

        private static let mark = Array("HTTP/".utf8)
        private static let limit = 64 * 1024
        private var count = 0
        private var part = Part.status
        private var hasField = false
        private(set) var isWhole = false

        /// Returns false if the byte shows that it is not a head.
        mutating func pass(_ byte: UInt8) -> Bool {
            count += 1
            if count <= Self.mark.count { return byte == Self.mark[count - 1] }
            if count == Self.mark.count + 1 { return ASCII.isDigit(byte) }
            guard count < Self.limit else { return false }
            switch part {
            case .status:
                if byte == UInt8(ascii: "\n") { part = .lineStart }
                return byte != UInt8(ascii: "{")
            case .lineStart:
                switch byte {
                case UInt8(ascii: "\n"): isWhole = true
                case UInt8(ascii: "\r"): part = .end
                case 0x20, 0x09:
                    // A continued value.
                    part = .value
                    return hasField
                default:
                    part = .name
                    return Self.isOfName(byte)
                }
            case .end:
                isWhole = byte == UInt8(ascii: "\n")
                return isWhole
            case .name:
                guard byte == UInt8(ascii: ":") else { return Self.isOfName(byte) }
                (part, hasField) = (.value, true)
            case .value:
                if byte == UInt8(ascii: "\n") { part = .lineStart }
            }
            return true
        }

        private static func isOfName(_ byte: UInt8) -> Bool {
            ASCII.isWordByte(byte) || "!#$%&'*+-.^`|~".utf8.contains(byte)
        }
    }
}
