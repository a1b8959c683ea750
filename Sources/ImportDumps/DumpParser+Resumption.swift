import ImportFoundation

// Finding where reading can continue after damage.

extension DumpParser {
    /// Moves to where reading can continue after damage.
    mutating func resume(behind damage: DamagedStretch) -> Resumption {
        if case .jobAmongRows = damage.reason {
            let end = moveToElementAtMark()
            return .document(end: end)
        }
        if let end = moveToSwallowedJob() { return .document(end: end) }
        // A cut-off string ends at the next quotation mark, so it may contain the beginning of a dump, or the end of
        // the rows.
        if let start = stringBefore(damage.offset) { scanner.goBack(to: start) }
        let isBehindRows = damage.isInRows || (results == .complete && evidence.hasResultsArray)
        var beginsLine = isAtLineStart()
        while let byte = scanner.peekOrEnd() {
            let start = scanner.window.offset
            switch byte {
            case UInt8(ascii: "{"):
                let probe = probeObject(beginsLine: beginsLine)
                beginsLine = isAtLineStart()
                switch probe {
                case .job, .otherDocument:
                    let position = scanner.window.offset
                    return .document(
                        end: position < damage.offset ? scanner.window.place(ofOffset: position) : damage.end)
                case .row where isBehindRows:
                    if !damage.isInRows { results = .cut }
                    return .row
                case .broken(let start) where input.place.line == damage.end.line:
                    // The dump is on one line, so text that begins on another line is not part of it.
                    scanner.goBack(to: start)
                    return .document(end: damage.end)
                case .broken(let start):
                    damage.hasContent = true
                    if let brace = gluedBrace(before: scanner.window.offset), brace > start {
                        scanner.goBack(to: brace)
                    }
                case .row, .other:
                    damage.hasContent = true
                }
            // What stands on a line of its own cannot be where the quotation mark of a string was.
            case UInt8(ascii: "]") where damage.isInRows && endsRows(isInString: start < damage.offset && !beginsLine):
                return .endOfRows
            case UInt8(ascii: "\"") where results == .absent && beginsResults():
                return .results
            default:
                damage.pass(byte)
                if !ASCII.isSpace(byte) || byte == UInt8(ascii: "\n") { beginsLine = byte == UInt8(ascii: "\n") }
            }
            if scanner.window.offset <= start { scanner.window.position += 1 }
        }
        return .nowhere
    }

    /// Goes back to a dump that a cut-off one swallowed; nothing after it belongs to the cut-off one. Returns the place
    /// where the cut-off dump ends; nil if none was swallowed.
    private mutating func moveToSwallowedJob() -> Place? {
        guard let start = scanner.jobLike, scanner.window.canGoBack(to: start) else { return nil }
        let end = scanner.placeGoingBack(to: scanner.window.offsetBeforeSpace(start))
        scanner.goBack(to: start)
        return end
    }

    /// Goes back to the current element of `results`. Returns the place where the text before it ends.
    private mutating func moveToElementAtMark() -> Place {
        guard scanner.window.canGoBack(to: scanner.window.mark) else {
            return scanner.window.place(ofOffset: scanner.window.offset)
        }
        let end = scanner.placeGoingBack(to: scanner.window.mark)
        scanner.goBack(to: scanner.window.mark)
        while let byte = scanner.peekOrEnd(), byte == UInt8(ascii: ",") || ASCII.isSpace(byte) {
            scanner.window.position += 1
        }
        return end
    }

    /// Returns the offset where a dump begins inside the string before a fault, if the string was cut off and ended by
    /// the first quotation mark of the dump after it: `"messa{"job_id":…`.
    func gluedBrace(before fault: Int) -> Int? {
        guard let quote = quoteBefore(fault) else { return nil }
        let brace = scanner.window.offsetBeforeSpace(quote) - 1
        guard brace >= scanner.window.mark, scanner.window.byte(atOffset: brace) == UInt8(ascii: "{") else {
            return nil
        }
        return brace
    }

    /// Returns the offset of the quotation mark that ends a string right before a fault.
    private func quoteBefore(_ fault: Int) -> Int? {
        let quote = scanner.window.offsetBeforeSpace(fault) - 1
        guard quote > scanner.window.mark, scanner.window.byte(atOffset: quote) == UInt8(ascii: "\"") else {
            return nil
        }
        return quote
    }

    /// Returns the offset of the quotation mark that opens a string that ends right before a fault.
    private func stringBefore(_ fault: Int) -> Int? {
        guard let quote = quoteBefore(fault) else { return nil }
        var start = quote
        while start > scanner.window.mark, let byte = scanner.window.byte(atOffset: start - 1) {
            if byte == UInt8(ascii: "\"") {
                // A quotation mark after an odd number of backslashes is part of the text.
                var slash = start - 2
                while slash >= scanner.window.mark, scanner.window.byte(atOffset: slash) == UInt8(ascii: "\\") {
                    slash -= 1
                }
                if (start - 2 - slash).isMultiple(of: 2) { return start - 1 }
            }
            start -= 1
        }
        return nil
    }

    /// The kind of an object in or after damage.
    private enum Probe {
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
    ///
    /// - Parameter beginsLine: whether only white space precedes it on its line.
    private mutating func probeObject(beginsLine: Bool) -> Probe {
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
        var fields: (status: Bool, total: Bool) = (false, false)
        do throws(ScanFault) {
            scanner.window.position += 1
            var first = true
            while try scanner.nextMember(first: &first) {
                if scanner.withText(of: .key, { JobKey.isOfJobsAlone($0) }) {
                    scanner.goBack(to: start)
                    return .job
                }
                if case .field(let field) = scanner.withText(of: .key, { JobKey($0) }) {
                    if field == .status { fields.status = true }
                    if field == .total { fields.total = true }
                }
                if scanner.withText(of: .key, { RowKey($0) }) != nil { isRow = true }
                scanner.forgetKey()
                if beginsLine, fields.status, fields.total {
                    scanner.goBack(to: start)
                    return .job
                }
                try scanner.skipValue(level: 1)
            }
        } catch {
            if let job = scanner.jobLike, scanner.window.canGoBack(to: job) {
                scanner.goBack(to: job)
                return .job
            }
            let hasKey = if case .unexpectedByte(_, .keyOrEnd) = error.reason { false } else { true }
            if beginsLine, hasKey || scanner.window.lineFeed(from: start), scanner.window.canGoBack(to: start) {
                return .broken(start: start)
            }
            if let brace = gluedBrace(before: error.offset), brace > start { scanner.goBack(to: brace) }
            return .other
        }
        let end = scanner.window.offset
        let next = scanner.skipSpaceOrEnd()
        let endsLine = next == nil || scanner.window.lineFeed(from: end)
        if next == UInt8(ascii: ",") {
            scanner.window.position += 1
            let follows = scanner.skipSpaceOrEnd()
            if follows != UInt8(ascii: "{"), follows != UInt8(ascii: "]"), follows != nil { isRow = false }
        } else if next == nil || next == UInt8(ascii: "{") {
            // Rows without a comma between them may share a line; an object on its own line is not a row of this dump.
            isRow = isRow && !beginsLine
        } else if next != UInt8(ascii: "]") {
            isRow = false
        }
        let isClosing = next == UInt8(ascii: ",") || next == UInt8(ascii: "]") || next == UInt8(ascii: "}")
        if isRow || (beginsLine && endsLine && !isClosing) {
            scanner.goBack(to: start)
            return isRow ? .row : .otherDocument
        }
        scanner.goBack(to: end)
        return .other
    }

    /// Whether there is a line feed between the mark and the position, with only white space after it.
    private func isAtLineStart() -> Bool {
        var offset = scanner.window.offset
        while offset > scanner.window.mark, let byte = scanner.window.byte(atOffset: offset - 1) {
            if byte == UInt8(ascii: "\n") { return true }
            guard ASCII.isSpace(byte) else { return false }
            offset -= 1
        }
        return false
    }

    /// Whether the bracket at the position ends `results`: after it, the job's object ends or has more fields.
    ///
    /// - Parameter isInString: whether the bracket was read as part of a string. If so, a field that rows or their
    ///   errors also have is taken for one of theirs, because the bracket may be where the string's quotation mark was.
    ///   Only a status tells them apart by its value.
    private mutating func endsRows(isInString: Bool) -> Bool {
        let lookahead = scanner.window.lookAhead()
        defer { scanner.end(lookahead) }
        scanner.window.position += 1
        switch scanner.skipSpaceOrEnd() {
        case UInt8(ascii: "}"):
            let end = scanner.window.offset
            scanner.window.position += 1
            let next = scanner.skipSpaceOrEnd()
            return next == nil || next == UInt8(ascii: "{") || scanner.window.lineFeed(from: end)
        case UInt8(ascii: ","):
            scanner.window.position += 1
            guard scanner.skipSpaceOrEnd() == UInt8(ascii: "\"") else { return false }
            scanner.window.position += 1
            do throws(ScanFault) {
                try scanner.readString(into: .key)
                defer { scanner.forgetTexts() }
                let (field, rowKey) = scanner.withText(of: .key) { (JobKey($0), RowKey($0)) }
                guard let field, try scanner.skipSpace() == UInt8(ascii: ":") else { return false }
                guard isInString else { return true }
                guard case .field = field else { return false }
                if rowKey == .status { return try isStatusOfJob() }
                return rowKey == nil
            } catch {
                return false
            }
        default: return false
        }
    }

    /// Whether the colon at the position is followed by a status that no row has.
    private mutating func isStatusOfJob() throws(ScanFault) -> Bool {
        try scanner.readColon()
        guard try scanner.peek() == UInt8(ascii: "\"") else { return false }
        scanner.window.position += 1
        scanner.forgetTexts()
        try scanner.readString(into: .key)
        return scanner.withText(of: .key) { RowStatus($0) } == nil
    }

    /// Whether the string at the position is the key `results`, followed by an array.
    private mutating func beginsResults() -> Bool {
        let lookahead = scanner.window.lookAhead()
        defer { scanner.end(lookahead) }
        do throws(ScanFault) {
            scanner.window.position += 1
            try scanner.readString(into: .key)
            defer { scanner.forgetTexts() }
            guard scanner.withText(of: .key, { JobKey($0) }) == .field(.results) else { return false }
            try scanner.readColon()
            return try scanner.peek() == UInt8(ascii: "[")
        } catch {
            return false
        }
    }

    /// Whether an element of `results` that is a job is the first of a list of jobs; if so, goes back to it. That is
    /// the case if the object around it shows no sign of being a job itself, and the job is not on its own line, as it
    /// would be after a line that was cut off.
    mutating func moveToListOfJobs() -> Bool {
        guard rowCount == 0, !evidence.hasJobID, !(evidence.hasStatusText && evidence.hasTotal),
            scanner.window.canGoBack(to: scanner.window.mark)
        else { return false }
        let position = scanner.window.offset
        _ = moveToElementAtMark()
        if scanner.window.byte(atOffset: scanner.window.offset - 1) == UInt8(ascii: "\n") {
            scanner.advance(to: position)
            return false
        }
        (evidence.hasResultsArray, evidence.hasRows) = (false, false)
        results = .absent
        return true
    }
}
