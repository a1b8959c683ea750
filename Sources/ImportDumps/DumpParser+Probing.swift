import ImportFoundation

// What an object in or behind damage is: a row, part of the damaged row, or a dump that a cut-off one swallowed.
//
//     …,"record":{"job_id":"J"}#},{…      part of the damaged row
//     …,"created":{"job_id":"b",…}⏎{…     the next dump, behind one that is cut off

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
        do throws(ScanFault) {
            scanner.window.position += 1
            var first = true
            while try scanner.nextMember(first: &first) {
                if scanner.withText(of: .key, { JobKey.isOfJobsAlone($0) }) { isJob = true }
                if scanner.withText(of: .key, { RowKey($0) }) != nil { isRow = true }
                shape.note(in: &scanner)
                if context.beginsLine, context.last != UInt8(ascii: ":"), shape.hasStatus, shape.hasTotal {
                    isJob = true
                }
                // What is on the first column of a line is not part of a row that began before.
                if isJob, context.isFirstOnLine {
                    scanner.goBack(to: start)
                    return .job
                }
                try scanner.skipValue(level: 1)
            }
        } catch {
            if isJob, shape.isJob || context.beginsLine || context.last == UInt8(ascii: "}") {
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
        let isClosing = next == UInt8(ascii: ",") || next == UInt8(ascii: "]") || next == UInt8(ascii: "}")
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
            scanner.window.position += 1
            var first = true
            while try scanner.nextMember(first: &first) {
                shape.note(in: &scanner)
                try scanner.skipValue(level: 1)
            }
        } catch {
            if shape.isJob { return true }
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
