import ImportFoundation

// Jobs inside the strings of other documents: log records, responses saved by a browser or an API client.
//
//     {"time": …, "message": "{\"job_id\":\"a\",\"results\":[…]}"}
//                             └ read by a separate scanner, whose bytes are those of the string, unescaped

extension DumpParser {
    /// The maximum number of nested strings that lead to a job.
    private static let stringDepth = 4
    /// The size of the window over the text of a string, in bytes.
    private static let stringWindow = 64 * 1024
    /// The number of bytes before the quotation mark of a dump's first key in which the dump begins: a brace, and the
    /// white space after it.
    private static let bytesBeforeQuote = 64
    /// Bytes of a string that show whether it is Base64.
    private static let beginningBytes = 1024
    /// The size up to which a string without jobs is read again, as text.
    private static let rereadBytes = 1024 * 1024

    /// Skips the string at the position. As long as the object around it may not be a job itself, searches its text for
    /// jobs.
    mutating func readStringValue(into sink: any DumpReceiver) throws(ScanFault) {
        scanner.window.position += 1
        guard mayHoldDocuments(inBase64: true) else { return try scanner.readString(into: nil) }
        try readOpenedString(slot: nil, into: sink)
    }

    /// Reads the string at the position, which is the message of an object: an error's text, or a text with a job.
    mutating func readMessage(into sink: any DumpReceiver) throws(ScanFault) {
        scanner.window.position += 1
        path.append(key: "message")
        defer { path.removeLast() }
        if mayHoldDocuments(inBase64: false) {
            try readOpenedString(slot: .message, into: sink)
        } else {
            try scanner.readString(into: .message)
        }
        evidence.message = scanner.string(of: .message)
    }

    /// Whether jobs are searched for in a string of the current object, after whose opening quote the position is.
    private mutating func mayHoldDocuments(inBase64: Bool) -> Bool {
        guard scanner.isLenient, !isJobItself, openStrings.count < Self.stringDepth, let first = scanner.peekOrEnd(),
            Self.mayBeginDocument(first, inBase64: inBase64) || scanner.stringHasBrace()
        else { return false }
        return mayWrap(isInString: true)
    }

    /// Whether a document may begin with this byte of a string: a bracket, an escape, white space, a byte order mark. Any
    /// text may begin with their first letters in Base64, so those count only in strings that are not messages.
    static func mayBeginDocument(_ first: UInt8, inBase64: Bool = false) -> Bool {
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\\"), 0x20, 0x09, 0xEF: true
        case UInt8(ascii: "e"), UInt8(ascii: "W"), UInt8(ascii: "7"), UInt8(ascii: "S"), UInt8(ascii: "I"),
            UInt8(ascii: "C"), UInt8(ascii: "D"):
            inBase64
        default: false
        }
    }

    /// Reads a string whose opening quote was already read, and the jobs in it. If there are none, keeps its text in a
    /// slot if one is given.
    private mutating func readOpenedString(
        slot: JSONScanner.Slot?, into sink: any DumpReceiver
    ) throws(ScanFault) {
        takeDocument()
        evidence.level = 0
        let outerPath = path
        let jobs = jobCount
        let start = scanner.window.offset
        scanner.window.keepHashOfFront()
        enterString()
        readDocumentsOfString(into: sink)
        leaveString()
        path = outerPath
        restoreDocument()
        if sinkError != nil { throw scanner.endFault() }
        if jobCount == jobs, scanner.window.offset - start <= Self.rereadBytes, scanner.window.canGoBack(to: start) {
            scanner.window.dropTrail()
            scanner.goBack(to: start, isBehindLookahead: true)
            return try scanner.readString(into: slot)
        }
        // Faults in the string are those of the jobs in it. How much of it is left depends on the window.
        let damage = scanner.damage
        defer {
            scanner.damage = damage
            scanner.window.endTrail()
        }
        try scanner.readString(into: nil)
    }

    var jobCount: Int { input.deliveredCount + (held == nil ? 0 : 1) }

    // MARK: - Scanners

    /// A string being read.
    struct OpenString {
        /// What was removed to read it, and the path to it.
        var wrappings: [Wrapping]
        var pointer: String
        /// What tells the current document from the first one with a job in the string.
        var document = ""
        /// The line on which the last document with a job begins.
        var lastLine: Int?
        /// The level of the innermost object or array around it; see ``Surroundings``.
        var level: Int
    }

    /// Starts a scanner for the string whose opening quote was already read.
    private mutating func enterString() {
        let index = openStrings.count
        let start = scanner.window.passPlace(ofOffset: scanner.window.offset)
        if index == strings.count {
            let window = ByteWindow(
                source: ArraySource([]), capacity: min(scanner.window.capacity, Self.stringWindow),
                hashing: scanner.window.hashing, kernel: scanner.window.kernel, readsAhead: false)
            strings.append(JSONStringSource(scanner: JSONScanner(window: window)))
        }
        let source = strings[index]
        // This map leads to the bytes that the surrounding scanner sees; that scanner's own map leads on from there.
        let map = PlaceMap(below: scanner.window.placeMap, start: start, margin: Self.bytesBeforeQuote)
        // The contents of the string are not read again. But if it was cut off, the dump after it begins in front of
        // the quotation mark that ends the string.
        scanner.window.trailMark(Self.bytesBeforeQuote)
        swap(&scanner, &strings[index].scanner)
        source.begin(map)
        let beginning = source.beginning(Self.beginningBytes)
        var wrappings = nestedWrappings(.string(pointer: stringPointer))
        if Base64Decoder.mayBegin(with: beginning) {
            wrappings.append(.base64)
            let decoded = DecodingSource(source, below: map, decoder: Base64Decoder())
            scanner.window.restart(source: decoded, readsAhead: false)
            scanner.window.placeMap = decoded.map
        } else {
            scanner.window.restart(source: source, readsAhead: false)
            scanner.window.placeMap = map
        }
        scanner.window.stopWholeHash()
        scanner.isLenient = true
        scanner.untornUntil = 0
        openStrings.append(
            OpenString(wrappings: wrappings, pointer: nestedPointer(stringPointer), level: level))
        path = PointerPath()
    }

    private mutating func leaveString() {
        openStrings.removeLast()
        jobInMember = nil
        scanner.forgetTexts()
        scanner.window.restart(source: ArraySource([]), readsAhead: false)
        swap(&scanner, &strings[openStrings.count].scanner)
    }

    /// The path to a string. For a response in an HTTP archive, it is the path to its content.
    private var stringPointer: String {
        let pointer = path.pointer
        return pointer.hasSuffix("/content/text") ? String(pointer.dropLast(5)) : pointer
    }

    /// The full path to a value, through the strings around it.
    func nestedPointer(_ pointer: String) -> String {
        (openStrings.last.map { $0.pointer + $0.document } ?? "") + pointer
    }

    /// What was removed around the value at the path.
    func nestedWrappings(_ last: Wrapping) -> [Wrapping] {
        let outer = openStrings.last?.wrappings ?? []
        return last == .member(pointer: "") ? outer : outer + [last]
    }

    // MARK: - Documents

    /// Reads the documents of a string with the string's scanner. Text around them is skipped.
    private mutating func readDocumentsOfString(into sink: any DumpReceiver) {
        try? skipByteOrderMark()
        var isAtStart = true
        while sinkError == nil, let byte = moveToDocumentOfString(isAtStart: isAtStart, into: sink) {
            isAtStart = false
            let start = scanner.window.passPlace(ofOffset: scanner.window.offset)
            let jobs = jobCount
            beginDocumentOfString(at: start)
            (isMemberBroken, jobInMember) = (false, nil)
            do throws(ScanFault) {
                try readNested(byte, into: sink)
            } catch {
                if !isOver {
                    let next = offsetBehind(brokenAt: error.offset, from: start.byte)
                    scanner.move(to: next)
                    if jobCount == jobs, isMemberBroken { noteLoss(byte, at: start) }
                }
                // A dump that was cut off ends where the next one begins.
                (isOver, finalFault) = (false, nil)
            }
            if jobCount > jobs { openStrings[openStrings.count - 1].lastLine = start.line }
        }
    }

    /// Notes what tells a document of the string from those before it, which is its place in the text.
    private mutating func beginDocumentOfString(at place: Place) {
        guard let line = openStrings.last?.lastLine else { return }
        openStrings[openStrings.count - 1].document =
            place.line == line ? ":\(place.line):\(place.column)" : ":\(place.line)"
    }

    /// Moves to the next bracket that may begin a document, and returns it; nil at the end.
    private mutating func moveToDocumentOfString(isAtStart: Bool, into sink: any DumpReceiver) -> UInt8? {
        scanner.window.clearMark()
        var isAtStart = isAtStart
        while sinkError == nil, let first = scanner.skipSpaceOrEnd() {
            if first == UInt8(ascii: "{") || (first == UInt8(ascii: "[") && isAtStart) { return first }
            isAtStart = false
            if passHTTPHeads() { continue }
            if beginsDocument(first) { return first }
            let place = scanner.window.passPlace(ofOffset: scanner.window.offset)
            if first == UInt8(ascii: "\"") {
                beginDocumentOfString(at: place)
                _ = readWholeString(into: sink)
                scanner.window.clearMark()
                guard scanner.window.offset == place.byte else {
                    openStrings[openStrings.count - 1].lastLine = place.line
                    continue
                }
            }
            if passText().hasKeyOfJob { noteLoss(first, at: place) }
        }
        return nil
    }

    /// Notes text of the string that may be part of a lost dump.
    private mutating func noteLoss(_ first: UInt8, at place: Place) {
        guard loss.text == nil else { return }
        loss.text = DumpFault(reason: .unexpectedByte(first, expected: .value), place: place, rowsKept: 0)
        loss.text?.place.moveToOrigin()
    }
}

extension JSONScanner {
    /// The number of bytes of a string that are searched for a brace.
    private static let searchedBytes = 1024 * 1024

    /// Whether a brace, with which a dump begins, or the end of a key is in the string whose opening quote was already
    /// read; also if it is too long to say. The position does not change.
    mutating func stringHasBrace() -> Bool { lookAtString(untilBrace: true).hasBrace }

    /// Looks at the string whose opening quote was already read: whether there is a brace or the end of a key in it, and
    /// no control character, with which text on several lines begins instead. The position does not change.
    mutating func lookAtString(untilBrace: Bool) -> (hasBrace: Bool, isSound: Bool) {
        let start = window.offset
        var index = window.position
        // Most strings end in the window.
        var lookahead: ByteWindow.Lookahead?
        defer { if let lookahead { end(lookahead) } }
        var hasBrace = false
        while true {
            let end = window.endOfPlainASCII(from: index)
            if !hasBrace { hasBrace = window.contains(UInt8(ascii: "{"), in: index..<end) }
            if hasBrace, untilBrace { return (true, true) }
            index = end
            guard window.startOffset + index - start < Self.searchedBytes,
                let byte = byteAhead(at: &index, &lookahead)
            else { break }
            switch byte {
            case UInt8(ascii: "\""): return (hasBrace, true)
            case ..<0x20: return (hasBrace, false)
            case UInt8(ascii: "\\"):
                index += 1
                guard let escaped = byteAhead(at: &index, &lookahead) else { continue }
                index += 1
                guard escaped == UInt8(ascii: "\"") else { continue }
                if byteAhead(at: &index, &lookahead) == UInt8(ascii: ":") { hasBrace = true }
            default: if byte >= 0x80 { index += 1 }
            }
        }
        let isTooLong = window.startOffset + index - start >= Self.searchedBytes || !window.canRetain
        return (hasBrace || isTooLong, true)
    }

    /// Returns the byte at an index in the window or behind it; looks ahead if it is not in the window.
    private mutating func byteAhead(at index: inout Int, _ lookahead: inout ByteWindow.Lookahead?) -> UInt8? {
        if index == window.count {
            lookahead = lookahead ?? window.lookAhead(keepsMark: true)
            window.position = index
            let hasMore = slide()
            // At the end, the window is empty.
            index = window.position
            guard hasMore else { return nil }
        }
        return window[index]
    }
}
