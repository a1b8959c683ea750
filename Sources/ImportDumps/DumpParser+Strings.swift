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
    /// Bytes kept of a message that contains no job.
    private static let messageBytes = 1024

    /// Skips the string at the position. As long as the object around it may not be a job itself, searches its text for
    /// jobs.
    mutating func readStringValue(into sink: any DumpReceiver) throws(ScanFault) {
        scanner.window.position += 1
        guard mayHoldDocuments(inBase64: true) else { return try scanner.readString(into: nil) }
        _ = try readOpenedString(into: sink)
    }

    /// Reads the string at the position, which is the message of an object: an error's text, or a text with a job.
    mutating func readMessage(into sink: any DumpReceiver) throws(ScanFault) {
        scanner.window.position += 1
        path.append(key: "message")
        defer { path.removeLast() }
        guard mayHoldDocuments(inBase64: false) else {
            try scanner.readString(into: .message)
            evidence.message = scanner.string(of: .message)
            return
        }
        evidence.message = try readOpenedString(into: sink)
    }

    /// Whether jobs are searched for in a string of the current object, after whose opening quote the position is.
    private mutating func mayHoldDocuments(inBase64: Bool) -> Bool {
        guard scanner.isLenient, !isJobItself, openStrings.count < Self.stringDepth, let first = scanner.peekOrEnd(),
            Self.mayBeginDocument(first, inBase64: inBase64)
        else { return false }
        return mayWrap(isInString: true)
    }

    /// Whether a document, or the HTTP response head in front of one, may begin with this byte of a string: a bracket,
    /// white space or an escape of it, a byte order mark, `HTTP/`. Any text may begin with their first letters in
    /// Base64, so those count only in strings that are not messages.
    static func mayBeginDocument(_ first: UInt8, inBase64: Bool = false) -> Bool {
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\\"), 0x20, 0x09, 0xEF, UInt8(ascii: "H"): true
        case UInt8(ascii: "e"), UInt8(ascii: "W"), UInt8(ascii: "7"), UInt8(ascii: "S"), UInt8(ascii: "I"),
            UInt8(ascii: "C"), UInt8(ascii: "D"):
            inBase64
        default: false
        }
    }

    /// Reads a string whose opening quote was already read, and the jobs in it. Returns its text or the front of it;
    /// nil if there are jobs in it.
    private mutating func readOpenedString(into sink: any DumpReceiver) throws(ScanFault) -> String? {
        takeDocument()
        evidence.level = 0
        let outerPath = path
        let jobs = jobCount
        let text = enterString()
        readDocumentsOfString(into: sink)
        leaveString()
        path = outerPath
        restoreDocument()
        if sinkError != nil { throw scanner.endFault() }
        // Faults in the string are those of the jobs in it. How much of it is left depends on the window.
        let damage = scanner.damage
        defer {
            scanner.damage = damage
            scanner.window.endTrail()
        }
        try scanner.readString(into: nil)
        return jobCount > jobs ? nil : text
    }

    var jobCount: Int { input.deliveredCount + (held == nil ? 0 : 1) }

    // MARK: - Scanners

    /// A string being read.
    struct OpenString {
        /// What was removed to read it, and the path to it.
        var wrappings: [Wrapping]
        var pointer: String
        /// The level of the innermost object or array around it; see ``Surroundings``.
        var level: Int
    }

    /// Starts a scanner for the string whose opening quote was already read. Returns the front of its text.
    private mutating func enterString() -> String {
        let index = openStrings.count
        let start = scanner.window.place(ofOffset: scanner.window.offset)
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
        let beginning = source.beginning(Self.messageBytes)
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
        return String(decoding: beginning, as: UTF8.self)
    }

    private mutating func leaveString() {
        openStrings.removeLast()
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
    func nestedPointer(_ pointer: String) -> String { (openStrings.last?.pointer ?? "") + pointer }

    /// What was removed around the value at the path.
    func nestedWrappings(_ last: Wrapping) -> [Wrapping] {
        let outer = openStrings.last?.wrappings ?? []
        return last == .member(pointer: "") ? outer : outer + [last]
    }

    // MARK: - Documents

    /// Reads the documents of a string with the string's scanner, as long as there are any. A string that contains
    /// anything else is treated like any other string.
    private mutating func readDocumentsOfString(into sink: any DumpReceiver) {
        var isFirst = true
        while sinkError == nil {
            do throws(ScanFault) {
                if isFirst {
                    isFirst = false
                    guard try moveToDocumentOfString(into: sink) else { return }
                }
                guard let byte = scanner.skipSpaceOrEnd(), byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") else {
                    return
                }
                try readNested(byte, into: sink)
            } catch {
                // A dump was cut off, and another one follows.
                guard isOver else { return }
                (isOver, finalFault) = (false, nil)
            }
        }
    }

    /// Moves to the first bracket. Returns false if no document can begin there, or if everything was read.
    private mutating func moveToDocumentOfString(into sink: any DumpReceiver) throws(ScanFault) -> Bool {
        try skipByteOrderMark()
        switch scanner.skipSpaceOrEnd() {
        case UInt8(ascii: "H"):
            try scanner.readLiteral("HTTP/")
            while let byte = scanner.peekOrEnd(), byte != UInt8(ascii: "{"), byte != UInt8(ascii: "[") {
                scanner.window.position += 1
            }
            return true
        case UInt8(ascii: "\""):
            try readStringValue(into: sink)
            return false
        case nil: return false
        default: return true
        }
    }
}
