import ImportFoundation

// Whether an object is a separate dump: one behind a dump that is cut off, which reading has taken for a part of that.
// Objects in rows look alike.

extension DumpParser {
    /// Whether a complete object with members that only jobs have is a separate dump, and not part of the damaged row.
    ///
    /// - Parameters:
    ///   - next: the byte behind it, apart from white space.
    ///   - endsLine: whether there is a line feed, or nothing, behind it.
    mutating func isSeparate(_ shape: JobShape, next: UInt8?, endsLine: Bool, _ context: Context) -> Bool {
        let isMember = context.last == UInt8(ascii: ":")
        if shape.isJob, isBesideCurrent() { return true }
        switch next {
        case nil: return shape.isJob || context.beginsLine || !(isMember || context.isInArray)
        case UInt8(ascii: "{"): return true
        case UInt8(ascii: ","): return shape.isJob && !isMember
        case UInt8(ascii: "]"):
            return shape.isJob && !isMember && closesRows() != false
        case UInt8(ascii: "}"), UInt8(ascii: "\""), UInt8(ascii: ":"):
            return context.last == UInt8(ascii: "}")
        default: return endsLine || shape.isJob || context.last == UInt8(ascii: "}")
        }
    }

    /// The number of dumps, each swallowed by the one before, that are told from objects in a row.
    private static let swallowedDepth = 4

    /// Returns the offset of a dump that a cut-off one swallowed, if the object that was noted as such is one. Otherwise,
    /// it belongs to what broke off: damage is in it, or further on in the object around it.
    mutating func swallowedJob(before fault: Int) -> Int? {
        guard let start = scanner.jobLike, scanner.window.canGoBack(to: start), start < fault else { return nil }
        // Of thousands of objects, each in the one before, each would be read to the level that is too deep.
        guard fault - start < Self.freeRereadBytes || mayLookAhead else { return nil }
        lookaheadBytes += fault - start
        return isSwallowed(start, before: fault, depth: 1) ? start : nil
    }

    /// The number of bytes that may always be read again.
    private static let freeRereadBytes = 16 * 1024

    private mutating func isSwallowed(_ start: Int, before fault: Int, depth: Int) -> Bool {
        if beginsOnFirstColumn(start) { return true }
        let (damage, row) = (scanner.damage, scanner.row)
        let position = scanner.window.offset
        let lookahead = scanner.window.lookAhead(keepsMark: true)
        scanner.goBack(to: start)
        defer {
            // The object may end on either side of where reading was.
            scanner.move(to: position)
            scanner.end(lookahead, goesBack: false)
            (scanner.damage, scanner.row, scanner.jobLike) = (damage, row, start)
            scanner.forgetTexts()
        }
        var shape = JobShape()
        scanner.jobLike = nil
        do throws(ScanFault) {
            try readMembers(noting: &shape)
        } catch {
            if shape.isJob { return !continuesBehindObject(at: start) }
            guard depth < Self.swallowedDepth, let inner = scanner.jobLike, inner < error.offset else { return false }
            return isSwallowed(inner, before: error.offset, depth: depth + 1)
        }
        // The end of the object, or of the last one around it.
        var end = scanner.window.offset
        var next = scanner.skipSpaceOrEnd()
        while next == UInt8(ascii: "}") || next == UInt8(ascii: "]") {
            if scanner.window.offset == fault { return false }
            scanner.window.position += 1
            end = scanner.window.offset
            next = scanner.skipSpaceOrEnd()
        }
        guard scanner.window.offset == fault || next == nil else { return false }
        switch next {
        case nil: return shape.isJob
        case UInt8(ascii: "{"): return true
        case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: ":"): return false
        default: return scanner.window.lineFeed(from: end) || shape.isJob
        }
    }

    /// Reads the object at the position, and notes what shows whether it is a job.
    private mutating func readMembers(noting shape: inout JobShape) throws(ScanFault) {
        scanner.window.position += 1
        var first = true
        while try scanner.nextMember(first: &first) {
            shape.note(in: &scanner)
            try scanner.skipValue(level: 1)
        }
    }

    /// Whether more of what is around a damaged object follows it, as its brackets show: a separate dump ends with its
    /// line, or where another begins.
    private mutating func continuesBehindObject(at start: Int) -> Bool {
        scanner.move(to: start)
        var depth = 0
        // Objects in rows are small. A dump that is cut off has no end, and there may be many.
        while scanner.window.offset - start < Self.freeRereadBytes, let byte = scanner.peekOrEnd() {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                scanner.window.position += 1
                guard (try? scanner.readString(into: nil)) != nil else { return false }
                continue
            default: break
            }
            scanner.window.position += 1
            guard depth <= 0 else { continue }
            switch scanner.skipSpaceOrEnd() {
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): return true
            default: return false
            }
        }
        return false
    }

    /// Whether neither a comma nor the end of an array follows the position, as it does behind a row.
    mutating func endsDocument() -> Bool {
        let lookahead = scanner.window.lookAhead(keepsMark: true)
        defer { scanner.end(lookahead) }
        let next = scanner.skipSpaceOrEnd()
        return next != UInt8(ascii: ",") && next != UInt8(ascii: "]")
    }

    /// The number of values behind an object that are read to find out whether it is beside the current one.
    private static let valuesBehindObject = 100

    /// Whether the object before the position is beside the current one, which is cut off, in what is around both: if it
    /// were part of the current one, more brackets would close behind it. The position does not change.
    ///
    ///     {"first":{"job_id":"a","total":2,"resu,"second":{"job_id":"b", …}}
    mutating func isBesideCurrent() -> Bool {
        let around = path.count + (input.element != nil && openStrings.isEmpty ? 1 : 0)
        guard around > 0, mayLookAhead else { return false }
        let look = beginLook()
        defer { endLook(look) }
        // How many of the objects and arrays around the current one may still be open.
        var open = around
        for _ in 0..<Self.valuesBehindObject {
            let start = scanner.window.offset
            switch scanner.skipSpaceOrEnd() {
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open > 0 else { return false }
                open -= 1
                scanner.window.position += 1
            case UInt8(ascii: ","):
                guard open > 0 else { return false }
                scanner.window.position += 1
                switch scanner.skipSpaceOrEnd() {
                case UInt8(ascii: "\""): if let isMember = passMemberAround() { return isMember }
                case UInt8(ascii: "{"): if objectBehindBracketIsJob() == false { return false }
                default: return false
                }
            case nil: return open < around
            case UInt8(ascii: "{"): return open < around
            default: return open < around && scanner.window.lineFeed(from: start)
            }
        }
        return false
    }

    /// Passes the member at the position, which may be beside the current object or in it. Returns false if its key
    /// shows that it is in it, and true if it is a job that cannot be read to its end.
    private mutating func passMemberAround() -> Bool? {
        do throws(ScanFault) {
            scanner.window.position += 1
            try scanner.readString(into: .key)
            let isPart = scanner.withText(of: .key) { key in
                if case .field? = JobKey(key) { return true }
                return RowKey(key) != nil || ErrorKey(key) != nil
            }
            scanner.forgetKey()
            guard !isPart else { return false }
            try scanner.readColon()
            scanner.jobLike = nil
            try scanner.skipValue(level: 1)
            return nil
        } catch {
            return scanner.jobLike != nil
        }
    }

    /// Whether what a member contains is a dump: an object that is a job even inside another one, or a text that begins
    /// like one. The position does not change.
    mutating func isDump(_ wrapped: WrappedDump) -> Bool {
        if let members = wrapped.members, scanner.window.hasTextOfDump(in: members) { return true }
        return wrapped.object.map { isJob(at: $0) } ?? false
    }

    /// Returns the offset of a dump beside one that was cut off, but did not look like it: the next members of the
    /// document around both seemed to be its own, and the end of the document is missing.
    ///
    ///     {"first":{"job_id":"a","total":2,"second":{"job_id":"b", …}}
    mutating func jobBeside(before fault: Int) -> Int? {
        guard let start = jobInMember?.start, start < fault, scanner.window.offset == fault, scanner.peekOrEnd() == nil,
            isJob(at: start)
        else { return nil }
        if var document = held, case .job(var dump) = document.reading, dump.fault == nil {
            dump.fault = DumpFault(
                reason: .unexpectedEnd, place: scanner.window.place(ofOffset: start), rowsKept: dump.rowCount)
            if !openStrings.isEmpty { dump.fault?.place.moveToOrigin() }
            document.reading = .job(dump)
            held = document
        }
        return start
    }

    /// Whether the object at an offset is a job even inside another one. The position does not change.
    private mutating func isJob(at start: Int) -> Bool {
        guard scanner.window.canGoBack(to: start), mayLookAhead else { return false }
        let (damage, row, jobLike) = (scanner.damage, scanner.row, scanner.jobLike)
        let position = scanner.window.offset
        let lookahead = scanner.window.lookAhead(keepsMark: true)
        scanner.goBack(to: start)
        defer {
            lookaheadBytes += scanner.window.offset - start
            scanner.move(to: position)
            scanner.end(lookahead, goesBack: false)
            (scanner.damage, scanner.row, scanner.jobLike) = (damage, row, jobLike)
            scanner.forgetTexts()
            // The byte at the position was peeked, and may have left the window.
            _ = scanner.peekOrEnd()
        }
        var shape = JobShape()
        try? readMembers(noting: &shape)
        return shape.isJob
    }

    /// Whether an object, or one around it, begins on the first column of a line behind the beginning of the current
    /// element.
    private func beginsOnFirstColumn(_ start: Int) -> Bool {
        var offset = scanner.window.mark
        guard scanner.window.canGoBack(to: offset) else { return false }
        while offset < start, let byte = scanner.window.byte(atOffset: offset),
            byte == UInt8(ascii: ",") || ASCII.isSpace(byte)
        {
            offset += 1
        }
        while offset < start {
            offset += 1
            if scanner.window.byte(atOffset: offset) == UInt8(ascii: "{"),
                scanner.window.byte(atOffset: offset - 1) == UInt8(ascii: "\n")
            {
                return true
            }
        }
        return false
    }
}

/// Where a dump may be in the members of an object, such as the record of a log or the response of a gateway. Those that
/// rows have do not count.
struct WrappedDump {
    /// The offset of an object with members that only jobs have.
    private(set) var object: Int?
    /// The values of the members, and what is between them.
    private(set) var members: Range<Int>?

    /// Notes a member whose value was read, from an offset to the position.
    mutating func note(memberFrom start: Int, in scanner: borrowing JSONScanner) {
        if object == nil { object = scanner.jobLike }
        members = (members?.lowerBound ?? start)..<max(start, scanner.window.offset)
    }
}

/// The fields of an object that tell a job from other objects with the id of a job.
struct JobShape {
    private var hasID = false
    private var hasCount = false
    private var hasResults = false
    private var hasRows = false
    private(set) var hasStatus = false
    private(set) var hasTotal = false

    /// Whether it is one even inside another object.
    var isJob: Bool { hasRows || (hasID && (hasCount || hasResults)) }

    /// Notes the member whose key is kept and whose value is at the position. Drops the key.
    mutating func note(in scanner: inout JSONScanner) {
        let key = scanner.withText(of: .key) { JobKey($0) }
        scanner.forgetKey()
        guard case .field(let field)? = key, let first = scanner.peekOrEnd() else { return }
        switch field {
        case .jobID: hasID = first == UInt8(ascii: "\"") || ASCII.isDigit(first)
        case .total, .processed, .succeeded, .failed:
            if field == .total { hasTotal = true }
            if ASCII.isDigit(first) { hasCount = true }
        case .status: hasStatus = true
        case .results where first == UInt8(ascii: "["): (hasResults, hasRows) = (true, scanner.beginsArrayOfObjects())
        default: break
        }
    }
}

extension JSONScanner {
    /// Whether the first element of the array at the position is an object. The position does not change.
    fileprivate mutating func beginsArrayOfObjects() -> Bool {
        let lookahead = window.lookAhead(keepsMark: true)
        defer { end(lookahead) }
        window.position += 1
        return skipSpaceOrEnd() == UInt8(ascii: "{")
    }
}

extension ByteWindow {
    /// Whether a string in a part of what reading can go back to begins with a brace and a quotation mark, perhaps with
    /// white space in between, and a key that few others than jobs have follows: the text of a dump.
    fileprivate func hasTextOfDump(in range: Range<Int>) -> Bool {
        enum Part {
            case outside, quote, brace, escape, inside
        }
        var part = Part.outside
        // The last eight bytes.
        var word: UInt64 = 0
        for offset in range {
            guard let byte = byte(atOffset: offset) else { continue }
            word = word << 8 | UInt64(byte)
            switch (part, byte) {
            case (.inside, UInt8(ascii: "\\")):
                if word == Self.resultsKey || word & (.max >> 8) == Self.idKey { return true }
            case (.inside, _): break
            case (.quote, UInt8(ascii: "{")): part = .brace
            case (.brace, UInt8(ascii: "\\")): part = .escape
            case (.brace, 0x20), (.escape, UInt8(ascii: "n")), (.escape, UInt8(ascii: "r")): part = .brace
            case (.escape, UInt8(ascii: "\"")): part = .inside
            case (_, UInt8(ascii: "\"")): part = .quote
            default: part = .outside
            }
        }
        return false
    }

    /// Keys and what follows them in a string, a backslash, as the last bytes of a word.
    private static let resultsKey = "results\\".utf8.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    private static let idKey = "job_id\\".utf8.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
}
