import ImportFoundation

// Going on behind damage. A dump that is torn, glued to the next one, or damaged in places gives all its whole rows, and
// the dumps behind it are found:
//
//     {"job_id":"a","results":[{"id":"1"},{"id":"2","cre⏎          torn: a ends here, with one row,
//     {"job_id":"b", …}                                            and b is read as if a were not there
//     {"job_id":"c","results":[{"id":"1"},{"id":tr2"},{"id":"3"}]} damaged: row 2 of c is a stretch without a whole row

extension DumpParser {
    /// Where reading goes on.
    private enum Resumption {
        /// At a whole row.
        case row
        /// At the end of `results`.
        case endOfRows
        /// At the key `results`.
        case results
        /// Behind a member.
        case members
        /// At another document: this one ends at the place.
        case document(end: Place)
        /// Nowhere: the rest of the input is lost.
        case nowhere
    }

    /// Reads the object at the position, and goes on behind damage.
    ///
    /// - Returns: why its reading stopped before its end, if it did.
    mutating func readObject(into sink: any DumpReceiver) -> DumpFault? {
        scanner.window.position += 1
        var resumption = Resumption.results
        var isBehindMembers = false
        while true {
            var fault: ScanFault
            do throws(ScanFault) {
                switch resumption {
                case .row:
                    try readRows(isFirst: true, into: sink)
                case .endOfRows:
                    scanner.window.position += 1
                    results = .complete
                    scanner.row = nil
                case .members:
                    break
                case .results, .document, .nowhere:
                    isBehindMembers = false
                }
                try readMembers(isFirst: !isBehindMembers, into: sink)
                return nil
            } catch {
                fault = error
            }
            isBehindMembers = true
            if let finalFault { return finalFault }
            guard scanner.isLenient, sinkError == nil, !isOver else { return locate(fault) }
            // A job has a status too, which does not make it a row of a bulk answer.
            if case .jobAmongRows = fault.reason { evidence.rowsWithStatus = rowsWithStatusBefore }
            if case .jobAmongRows = fault.reason, moveToListOfJobs() {
                guard let end = readListOfJobs(into: sink) else {
                    resumption = .members
                    continue
                }
                // It was no list: a torn dump and the one behind it, which may have swallowed another.
                evidence.hasResultsArray = true
                results = .cut
                if isBehindNested { held?.standAlone() }
                guard finalFault == nil, sinkError == nil, !isBehindNested, !isOver else { return end }
                fault = ScanFault(reason: end.reason, offset: end.place.byte, place: end.place)
            }
            guard evidence.isJob else { return locate(fault) }
            let damage = DamagedStretch(fault, isInRows: results == .cut, in: &scanner)
            resumption = resume(behind: damage)
            switch resumption {
            case .row, .endOfRows, .results, .members:
                do {
                    try note(damage, into: sink)
                } catch {
                    sinkError = error
                    return damage.fault(rowsKept: rowCount)
                }
            case .document(let end):
                isOver = true
                forgetCount(endingAt: end.byte)
                return DumpFault(reason: .unexpectedEnd, place: end, rowsKept: rowCount)
            case .nowhere:
                if fault.reason == .unexpectedEnd { forgetCount(endingAt: damage.end.byte) }
                return damage.fault(rowsKept: rowCount)
            }
        }
    }

    /// A number at which a dump is torn may be the front of a longer one.
    private mutating func forgetCount(endingAt end: Int) {
        guard let last = lastCount, last.end == end else { return }
        switch last.field {
        case .total:
            job.total = nil
            evidence.hasTotal = false
        case .processed: job.processed = nil
        case .succeeded: job.succeeded = nil
        case .failed: job.failed = nil
        default: break
        }
    }

    /// Something in a dump that could not be read.
    private final class DamagedStretch {
        let reason: DumpFault.Reason
        let offset: Int
        let place: Place
        /// Where the dump ends if it is torn there: before white space in front of the fault.
        let end: Place
        /// Whether it is in `results`.
        let isInRows: Bool
        /// Whether it has anything that may have been of a row: more than punctuation.
        var hasContent = false

        init(_ fault: ScanFault, isInRows: Bool, in scanner: inout JSONScanner) {
            reason = fault.reason
            offset = fault.offset
            self.isInRows = isInRows
            let trimmed = scanner.window.placeGoingBack(to: scanner.window.offsetBeforeSpace(fault.offset))
            place = fault.place ?? scanner.window.place(ofOffset: fault.offset)
            // Where reading cannot go back any more, nobody knows what white space is in front of the fault.
            end = trimmed.byte == fault.offset ? place : trimmed
            var offset = min(scanner.window.mark, fault.offset)
            while offset < fault.offset, !hasContent, let byte = scanner.window.byte(atOffset: offset) {
                pass(byte)
                offset += 1
            }
        }

        func pass(_ byte: UInt8) {
            if !ASCII.isSpace(byte), !ASCII.isPunctuation(byte) { hasContent = true }
        }

        func fault(rowsKept: Int) -> DumpFault { DumpFault(reason: reason, place: place, rowsKept: rowsKept) }
    }

    /// Notes what is wrong, behind which reading goes on. A stretch of rows counts as one.
    private mutating func note(_ damage: DamagedStretch, into sink: any DumpReceiver) throws {
        scanner.row = nil
        let isRow = damage.isInRows && damage.hasContent
        scanner.damage.note(isRow ? .row : .slip) {
            DumpDamage.Spot(reason: damage.reason, place: damage.place, row: isRow ? rowCount + 1 : nil)
        }
        if isRow { try deliverDamagedRow(to: sink) }
    }
}

// MARK: - Finding the place

extension DumpParser {
    /// Moves to where reading can go on behind damage.
    private mutating func resume(behind damage: DamagedStretch) -> Resumption {
        if case .jobAmongRows = damage.reason {
            let end = moveToElementAtMark()
            return .document(end: end)
        }
        if let end = moveToSwallowedJob() { return .document(end: end) }
        // A string that was torn ends at the first quotation mark behind it: what is in it may be the beginning of a dump,
        // or the end of the rows.
        if let start = stringBefore(damage.offset) { scanner.window.goBack(to: start) }
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
                    // The dump is on one line: what begins on another is no part of it.
                    scanner.window.goBack(to: start)
                    return .document(end: damage.end)
                case .broken(let start):
                    damage.hasContent = true
                    if let brace = gluedBrace(before: scanner.window.offset), brace > start {
                        scanner.window.goBack(to: brace)
                    }
                case .row, .other:
                    damage.hasContent = true
                }
            case UInt8(ascii: "]") where damage.isInRows && endsRows(isInString: start < damage.offset):
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

    /// Goes back to a dump that a torn one swallowed: nothing of the torn one came behind it. Returns the place where the
    /// torn one ends; nil if none was swallowed.
    private mutating func moveToSwallowedJob() -> Place? {
        guard let start = scanner.jobLike, scanner.window.canGoBack(to: start) else { return nil }
        let end = scanner.window.placeGoingBack(to: scanner.window.offsetBeforeSpace(start))
        scanner.window.goBack(to: start)
        return end
    }

    /// Goes back to the element of `results` at hand. Returns the place where what is before it ends.
    private mutating func moveToElementAtMark() -> Place {
        guard scanner.window.canGoBack(to: scanner.window.mark) else {
            return scanner.window.place(ofOffset: scanner.window.offset)
        }
        let end = scanner.window.placeGoingBack(to: scanner.window.mark)
        scanner.window.goBack(to: scanner.window.mark)
        while let byte = scanner.peekOrEnd(), byte == UInt8(ascii: ",") || ASCII.isSpace(byte) {
            scanner.window.position += 1
        }
        return end
    }

    /// Where the beginning of a dump lies in the string before a fault, if a torn string was ended by the first
    /// quotation mark of the dump behind it: `"messa{"job_id":…`.
    func gluedBrace(before fault: Int) -> Int? {
        guard let quote = quoteBefore(fault) else { return nil }
        let brace = scanner.window.offsetBeforeSpace(quote) - 1
        guard brace >= scanner.window.mark, scanner.window.byte(atOffset: brace) == UInt8(ascii: "{") else {
            return nil
        }
        return brace
    }

    /// Where the quotation mark is that ends a string right before a fault.
    private func quoteBefore(_ fault: Int) -> Int? {
        let quote = scanner.window.offsetBeforeSpace(fault) - 1
        guard quote > scanner.window.mark, scanner.window.byte(atOffset: quote) == UInt8(ascii: "\"") else {
            return nil
        }
        return quote
    }

    /// Where the quotation mark is that opens a string that ends right before a fault.
    private func stringBefore(_ fault: Int) -> Int? {
        guard let quote = quoteBefore(fault) else { return nil }
        var start = quote
        while start > scanner.window.mark, let byte = scanner.window.byte(atOffset: start - 1) {
            if byte == UInt8(ascii: "\"") {
                // One behind an odd number of backslashes is part of the text.
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

    /// What an object in or behind damage is.
    private enum Probe {
        /// A dump of its own.
        case job
        /// Whole, on lines of its own, and part of nothing around it.
        case otherDocument
        /// A whole row, with more of `results` behind it.
        case row
        /// It begins a line, with a key or with nothing more, and is not whole.
        case broken(start: Int)
        case other
    }

    /// Looks at the object at the position, and goes back to it if it is of use; else the position is behind what was
    /// looked at.
    ///
    /// - Parameter beginsLine: whether nothing but white space is before it on its line.
    private mutating func probeObject(beginsLine: Bool) -> Probe {
        let damage = scanner.damage
        let row = scanner.row
        let lookahead = scanner.window.lookAhead()
        let start = lookahead.start
        defer {
            scanner.window.end(lookahead, goesBack: false)
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
                    scanner.window.goBack(to: start)
                    return .job
                }
                if case .field(let field) = scanner.withText(of: .key, { JobKey($0) }) {
                    if field == .status { fields.status = true }
                    if field == .total { fields.total = true }
                }
                if scanner.withText(of: .key, { RowKey($0) }) != nil { isRow = true }
                scanner.forgetKey()
                if beginsLine, fields.status, fields.total {
                    scanner.window.goBack(to: start)
                    return .job
                }
                try scanner.skipValue(level: 1)
            }
        } catch {
            if let job = scanner.jobLike, scanner.window.canGoBack(to: job) {
                scanner.window.goBack(to: job)
                return .job
            }
            let hasKey = if case .unexpectedByte(_, .keyOrEnd) = error.reason { false } else { true }
            if beginsLine, hasKey || scanner.window.lineFeed(from: start), scanner.window.canGoBack(to: start) {
                return .broken(start: start)
            }
            if let brace = gluedBrace(before: error.offset), brace > start { scanner.window.goBack(to: brace) }
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
            // Rows without a comma between them may be on one line; on a line of its own it is no row of this dump.
            isRow = isRow && !beginsLine
        } else if next != UInt8(ascii: "]") {
            isRow = false
        }
        let isClosing = next == UInt8(ascii: ",") || next == UInt8(ascii: "]") || next == UInt8(ascii: "}")
        if isRow || (beginsLine && endsLine && !isClosing) {
            scanner.window.goBack(to: start)
            return isRow ? .row : .otherDocument
        }
        scanner.window.goBack(to: end)
        return .other
    }

    /// Whether between the mark and the position there is a line feed, and only white space behind it.
    private func isAtLineStart() -> Bool {
        var offset = scanner.window.offset
        while offset > scanner.window.mark, let byte = scanner.window.byte(atOffset: offset - 1) {
            if byte == UInt8(ascii: "\n") { return true }
            guard ASCII.isSpace(byte) else { return false }
            offset -= 1
        }
        return false
    }

    /// Whether the bracket at the position ends `results`: behind it the job's object ends, or has more fields.
    ///
    /// - Parameter isInString: whether the bracket was read as part of a string. Behind it, a field that rows
    ///   or their errors have too is taken for one of those: the bracket may stand where the string's quotation mark
    ///   was.
    private mutating func endsRows(isInString: Bool) -> Bool {
        let lookahead = scanner.window.lookAhead()
        defer { scanner.window.end(lookahead) }
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
                let isField = scanner.withText(of: .key) {
                    guard isInString else { return JobKey($0) != nil }
                    guard case .field = JobKey($0) else { return false }
                    return RowKey($0) == nil
                }
                let next = try scanner.skipSpace()
                return isField && next == UInt8(ascii: ":")
            } catch {
                return false
            }
        default: return false
        }
    }

    /// Whether the string at the position is the key `results`, with an array.
    private mutating func beginsResults() -> Bool {
        let lookahead = scanner.window.lookAhead()
        defer { scanner.window.end(lookahead) }
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

    /// Whether an element of `results` that is a job is the first of a list of jobs, and goes back to it then: the object
    /// around it says nothing of a job itself, and the job does not stand on a line of its own, as it does behind a line
    /// that was torn.
    private mutating func moveToListOfJobs() -> Bool {
        guard rowCount == 0, !evidence.hasJobID, !(evidence.hasStatusText && evidence.hasTotal),
            scanner.window.canGoBack(to: scanner.window.mark)
        else { return false }
        let position = scanner.window.offset
        _ = moveToElementAtMark()
        if scanner.window.byte(atOffset: scanner.window.offset - 1) == UInt8(ascii: "\n") {
            scanner.window.advance(to: position)
            return false
        }
        evidence.hasResultsArray = false
        results = .absent
        return true
    }
}
