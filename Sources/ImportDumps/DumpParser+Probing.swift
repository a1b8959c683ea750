import ImportFoundation

// What an object in or behind damage is: a row, part of the damaged row, or a dump that a cut-off one swallowed.
//
//     …,"record":{"job_id":"J"}#},{…      part of the damaged row
//     …,"created":{"job_id":"b",…}⏎{…     the next dump, behind one that is cut off
//     …,"cre{"data":{"job_id":"b",…}}     the same, in the object of a gateway

extension DumpParser {
    /// What precedes the position behind damage.
    struct Context {
        /// The last byte that is not white space.
        private(set) var last: UInt8?
        /// Whether a line feed follows it, and whether that is the last byte.
        private(set) var beginsLine = false
        private(set) var isFirstOnLine = false
        /// The number of arrays that are open, counted from where the damaged row begins.
        private(set) var brackets = 0

        /// Whether an element of an array may follow.
        var isInArray: Bool { last == UInt8(ascii: "[") || last == UInt8(ascii: ",") }
        /// Whether the position is where a value was found but none may be.
        var isAtFault = false
        /// Whether no value may follow in JSON: something is cut off there.
        var endsAbruptly: Bool { isAtFault || (last != nil && last != UInt8(ascii: ":") && !isInArray) }

        mutating func pass(_ byte: UInt8) {
            isFirstOnLine = byte == UInt8(ascii: "\n")
            if ASCII.isSpace(byte) {
                if isFirstOnLine { beginsLine = true }
                return
            }
            (last, beginsLine) = (byte, false)
            if byte == UInt8(ascii: "[") { brackets += 1 }
            if byte == UInt8(ascii: "]") { brackets -= 1 }
        }

        /// Passes the bytes from the window's mark to the position.
        mutating func pass(from window: borrowing ByteWindow) {
            for offset in min(window.mark, window.offset)..<window.offset {
                if let byte = window.byte(atOffset: offset) { pass(byte) }
            }
        }
    }

    /// The kind of an object in or after damage.
    enum Probe {
        /// A separate dump.
        case job
        /// Complete, on its own lines, and not part of anything around it.
        case otherDocument
        /// A whole row, followed by more of `results`.
        case row
        /// Incomplete, at the beginning of a line, and followed by a key or by nothing on that line.
        case broken(start: Int)
        case other
    }

    /// Examines the object at the position. Goes back to it if it is useful; otherwise, the position is after what was
    /// examined.
    mutating func probeObject(_ context: Context) -> Probe {
        let damage = scanner.damage
        let row = scanner.row
        let lookahead = scanner.window.lookAhead()
        let start = lookahead.start
        defer {
            scanner.end(lookahead, goesBack: false)
            scanner.damage = damage
            scanner.row = row
            scanner.jobLike = nil
            scanner.forgetTexts()
        }
        scanner.jobLike = nil
        var isRow = false
        var shape = JobShape()
        var isJob = false
        var wrapped = WrappedDump()
        // Where the value of the current member begins, unless rows have such a member.
        var value: Int?
        do throws(ScanFault) {
            scanner.window.position += 1
            var first = true
            while try scanner.nextMember(first: &first) {
                if scanner.withText(of: .key, { JobKey.isOfJobsAlone($0) }) { isJob = true }
                let isOfRows = scanner.withText(of: .key) { RowKey($0) } != nil
                if isOfRows { isRow = true }
                shape.note(in: &scanner)
                if context.beginsLine, context.last != UInt8(ascii: ":"), shape.hasStatus, shape.hasTotal {
                    isJob = true
                }
                // What is on the first column of a line is not part of a row that began before.
                if isJob, context.isFirstOnLine {
                    scanner.goBack(to: start)
                    return .job
                }
                value = isOfRows ? nil : scanner.window.offset
                try scanner.skipValue(level: 1)
                if let value { wrapped.note(memberFrom: value, in: scanner) }
            }
        } catch {
            if isJob, shape.isJob || context.beginsLine || context.last == UInt8(ascii: "}") {
                scanner.goBack(to: start)
                return .job
            }
            if let value { wrapped.note(memberFrom: value, in: scanner) }
            if !isJob, context.endsAbruptly, isDump(wrapped) {
                scanner.goBack(to: start)
                return .job
            }
            if let job = swallowedJob(before: error.offset) {
                // What swallowed a dump is one that was cut off, if anything shows that it is a dump.
                scanner.goBack(to: isJob ? start : job)
                return .job
            }
            let hasKey = if case .unexpectedByte(_, .keyOrEnd) = error.reason { false } else { true }
            if context.beginsLine, hasKey || scanner.window.lineFeed(from: start), scanner.window.canGoBack(to: start) {
                return .broken(start: start)
            }
            if let brace = gluedBrace(before: error.offset), brace > start { scanner.goBack(to: brace) }
            return .other
        }
        let end = scanner.window.offset
        let next = scanner.skipSpaceOrEnd()
        let endsLine = next == nil || scanner.window.lineFeed(from: end)
        if isJob {
            let isSeparate = isSeparate(shape, next: next, endsLine: endsLine, context)
            scanner.goBack(to: isSeparate ? start : end)
            return isSeparate ? .job : .other
        }
        let isClosing = next == UInt8(ascii: ",") || next == UInt8(ascii: "]") || next == UInt8(ascii: "}")
        // A row may contain such an object, and a damaged one may have lost what is in front of it.
        if context.endsAbruptly || (context.isInArray && !isRow), next == UInt8(ascii: "{") || (endsLine && !isClosing),
            isDump(wrapped)
        {
            scanner.goBack(to: start)
            return .job
        }
        // A value of a member is not a row.
        if isRow, context.last != UInt8(ascii: ":") {
            switch rowEvidence(next, beginsLine: context.beginsLine) {
            case .row:
                scanner.goBack(to: start)
                return .row
            case .nested(let end):
                // Further on than what was examined so far.
                scanner.advance(to: end)
                return .other
            case .uncertain where context.brackets <= 0:
                scanner.goBack(to: start)
                return .row
            case .none, .uncertain: break
            }
        }
        if context.beginsLine, endsLine, !isClosing {
            scanner.goBack(to: start)
            return .otherDocument
        }
        scanner.goBack(to: end)
        return .other
    }

    // MARK: - Dumps

    /// Whether a complete object with members that only jobs have is a separate dump, and not part of the damaged row.
    ///
    /// - Parameters:
    ///   - next: the byte behind it, apart from white space.
    ///   - endsLine: whether there is a line feed, or nothing, behind it.
    private mutating func isSeparate(_ shape: JobShape, next: UInt8?, endsLine: Bool, _ context: Context) -> Bool {
        let isMember = context.last == UInt8(ascii: ":")
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
        guard mayLookAhead else { return false }
        scanner.move(to: start)
        defer { lookaheadBytes += scanner.window.offset - start }
        var depth = 0
        while let byte = scanner.peekOrEnd() {
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

    /// Whether what a member contains is a dump: an object that is a job even inside another one, or a text that begins
    /// like one. The position does not change.
    mutating func isDump(_ wrapped: WrappedDump) -> Bool {
        if let members = wrapped.members, scanner.window.hasTextOfObject(in: members) { return true }
        guard let start = wrapped.object, scanner.window.canGoBack(to: start), mayLookAhead else { return false }
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
private struct JobShape {
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
    /// Whether a string begins with a brace and a quotation mark in a part of what reading can go back to: the text of an
    /// object, perhaps with white space in between.
    fileprivate func hasTextOfObject(in range: Range<Int>) -> Bool {
        enum Part {
            case outside, quote, brace, escape
        }
        var part = Part.outside
        for offset in range {
            guard let byte = byte(atOffset: offset) else { continue }
            switch (part, byte) {
            case (.quote, UInt8(ascii: "{")): part = .brace
            case (.brace, UInt8(ascii: "\\")): part = .escape
            case (.brace, 0x20), (.escape, UInt8(ascii: "n")), (.escape, UInt8(ascii: "r")): part = .brace
            case (.escape, UInt8(ascii: "\"")): return true
            case (_, UInt8(ascii: "\"")): part = .quote
            default: part = .outside
            }
        }
        return false
    }
}
