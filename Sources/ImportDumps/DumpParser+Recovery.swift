import ImportFoundation

// Continuing after damage. A dump that is cut off, run together with the next one, or damaged in places still yields
// all its whole rows, and the dumps after it are found:
//
//     {"job_id":"a","results":[{"id":"1"},{"id":"2","cre⏎          cut off: a ends here, with one row,
//     {"job_id":"b", …}                                            and b is read as if a were not there
//     {"job_id":"c","results":[{"id":"1"},{"id":tr2"},{"id":"3"}]} damaged: row 2 of c is a stretch without a whole row

extension DumpParser {
    /// Where reading continues.
    enum Resumption {
        /// At a whole row.
        case row
        /// At the end of `results`.
        case endOfRows
        /// At the key `results`.
        case results
        /// After a member.
        case members
        /// At another document. The current one ends at this place.
        case document(end: Place)
        /// Nowhere: the rest of the input is lost.
        case nowhere
    }

    /// Reads the object at the position, and continues after damage.
    ///
    /// - Returns: why reading stopped before the object's end, if it did.
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
            forgetValue(before: fault)
            // What is damaged in a row that is given up is not damage of the dump's texts.
            if scanner.row != nil, scanner.isLenient { scanner.damage.forget(since: damageBeforeRow) }
            isBehindMembers = true
            if let finalFault { return finalFault }
            guard scanner.isLenient, sinkError == nil, !isOver else { return locate(fault) }
            // A job has a status too, which does not make it a row of a bulk response.
            if case .jobAmongRows = fault.reason { evidence.rowsWithStatus = rowsWithStatusBefore }
            if case .jobAmongRows = fault.reason, moveToListOfJobs() {
                guard let end = readListOfJobs(into: sink) else {
                    resumption = .members
                    continue
                }
                // It was not a list but a cut-off dump and the one after it, which may have swallowed another.
                (evidence.hasResultsArray, evidence.hasRows) = (true, rowCount > 0)
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

    /// Forgets the count or text that was read last if neither the end of its object nor a key follows. A count may be
    /// the front of a longer number, as in `1#0` or `1,000`; a text, two texts and what was between them.
    mutating func forgetValue(before fault: ScanFault) {
        if let field = lastText, case .unexpectedByte(let byte, expected: .commaOrEndOfObject) = fault.reason,
            byte != UInt8(ascii: "{"), !beginsDocument(behindTextAt: fault)
        {
            forgetText(field)
            lastText = nil
        }
        guard let last = lastCount else { return }
        switch fault.reason {
        // Behind a comma, a brace begins the next dump: this one is cut off behind the comma.
        case .unexpectedByte(UInt8(ascii: "{"), expected: .key): break
        case .unexpectedByte(_, expected: .commaOrEndOfObject), .unexpectedByte(_, expected: .key):
            forgetCount(last.field)
            lastCount = nil
        default: break
        }
    }

    /// Whether a document begins behind a fault and other text, as in `answer: {"job_id":`, with a brace and a key. If the
    /// value before the fault had swallowed the beginning of a document, up to a quotation mark, the rest of a key would
    /// follow.
    private mutating func beginsDocument(behindTextAt fault: ScanFault) -> Bool {
        // Strict reading finds no other document, and cannot go back.
        guard scanner.isLenient, scanner.window.offset == fault.offset else { return false }
        let look = beginLook()
        defer { endLook(look) }
        var last: UInt8?
        while scanner.window.offset - fault.offset < Self.textBeforeDocument, let byte = scanner.peekOrEnd() {
            if byte == UInt8(ascii: "\"") {
                guard last == UInt8(ascii: "{") else { return false }
                scanner.window.position += 1
                return (try? scanner.readString(into: nil)) != nil && scanner.skipSpaceOrEnd() == UInt8(ascii: ":")
            }
            if !ASCII.isSpace(byte) { last = byte }
            scanner.window.position += 1
        }
        return false
    }

    /// The number of bytes that may be between a text and the brace of the next document.
    private static let textBeforeDocument = 512

    /// Forgets a count at which a dump is cut off: it may be the front of a longer number.
    private mutating func forgetCount(endingAt end: Int) {
        guard let last = lastCount, last.end == end else { return }
        forgetCount(last.field)
    }

    private mutating func forgetText(_ field: KnownField) {
        switch field {
        case .jobID: job.jobID = nil
        case .status:
            job.status = nil
            evidence.hasStatusText = false
        case .createdAt: job.createdAt = nil
        case .updatedAt: job.updatedAt = nil
        case .expiresAt: job.expiresAt = nil
        default: break
        }
    }

    mutating func forgetCount(_ field: KnownField) {
        switch field {
        case .total:
            job.total = nil
            evidence.hasTotal = false
        case .processed: job.processed = nil
        case .succeeded: job.succeeded = nil
        case .failed: job.failed = nil
        case .summaryTotal: evidence.summary.total = nil
        case .summarySucceeded: evidence.summary.succeeded = nil
        case .summaryFailed: evidence.summary.failed = nil
        default: break
        }
    }

    /// A part of a dump that could not be read.
    final class DamagedStretch {
        let reason: DumpFault.Reason
        let offset: Int
        let place: Place
        /// Where the dump ends if it is cut off there: before the white space in front of the fault.
        let end: Place
        /// Whether it is in `results`.
        let isInRows: Bool
        /// Whether it contains anything that may be part of a row: more than punctuation, or an object that began
        /// before a comma.
        var hasContent = false
        private var hasBegunObject = false

        init(_ fault: ScanFault, isInRows: Bool, in scanner: inout JSONScanner) {
            reason = fault.reason
            offset = fault.offset
            self.isInRows = isInRows
            let trimmed = scanner.placeGoingBack(to: scanner.window.offsetBeforeSpace(fault.offset))
            place = fault.place ?? scanner.window.passPlace(ofOffset: fault.offset)
            // If reading can no longer go back that far, the white space in front of the fault is gone.
            end = trimmed.byte == fault.offset ? place : trimmed
            var offset = min(scanner.window.mark, fault.offset)
            while offset < fault.offset, !hasContent, let byte = scanner.window.byte(atOffset: offset) {
                pass(byte)
                offset += 1
            }
        }

        func pass(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "{"): hasBegunObject = true
            case UInt8(ascii: ","): if hasBegunObject { hasContent = true }
            default: if !ASCII.isSpace(byte), !ASCII.isPunctuation(byte) { hasContent = true }
            }
        }

        func fault(rowsKept: Int) -> DumpFault { DumpFault(reason: reason, place: place, rowsKept: rowsKept) }
    }

    /// Notes a fault after which reading continues. A stretch of rows counts as one.
    private mutating func note(_ damage: DamagedStretch, into sink: any DumpReceiver) throws {
        scanner.row = nil
        let isRow = damage.isInRows && damage.hasContent
        scanner.damage.note(
            isRow ? .row : .slip,
            DumpDamage.Spot(reason: damage.reason, place: damage.place, row: isRow ? rowCount + 1 : nil))
        if isRow { try deliverDamagedRow(to: sink) }
    }
}
