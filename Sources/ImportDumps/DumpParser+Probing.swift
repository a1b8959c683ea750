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
        // A status alone may be that of a gateway's response, unless it is "ok" or "error" as in rows.
        var isKnownRow = false
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
                let rowKey = scanner.withText(of: .key) { RowKey($0) }
                if let rowKey {
                    isRow = true
                    if rowKey != .status { isKnownRow = true }
                }
                shape.note(in: &scanner)
                if context.beginsLine, context.last != UInt8(ascii: ":"), shape.hasStatus, shape.hasTotal {
                    isJob = true
                }
                // What is on the first column of a line is not part of a row that began before.
                if isJob, context.isFirstOnLine {
                    scanner.goBack(to: start)
                    return .job
                }
                value = rowKey == nil ? scanner.window.offset : nil
                if rowKey == .status, isAtStatusOfRow() { isKnownRow = true }
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
        let mayBeJob = context.endsAbruptly || (context.isInArray && !isKnownRow)
        if mayBeJob && (next == UInt8(ascii: "{") || endsLine) || isClosing, isDump(wrapped),
            !isClosing || isBesideCurrent()
        {
            scanner.goBack(to: start)
            return .job
        }
        // A value of a member is not a row.
        if isRow, context.last != UInt8(ascii: ":") {
            switch rowEvidence(next, context) {
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

    /// Whether the value at the position is a status that rows of bulk jobs have. The position does not change.
    private mutating func isAtStatusOfRow() -> Bool {
        guard scanner.peekOrEnd() == UInt8(ascii: "\"") else { return false }
        let look = beginLook()
        defer { endLook(look) }
        scanner.window.position += 1
        guard (try? scanner.readString(into: .key)) != nil else { return false }
        return scanner.withText(of: .key) { RowStatus($0) } != nil
    }
}
