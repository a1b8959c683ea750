extension DumpParser {
    /// Reads the value of `results`. If the key is repeated, the rows of the earlier one become void.
    mutating func readResults(into sink: any DumpReceiver) throws(ScanFault) {
        let isRepeated = evidence.hasResultsArray
        rowCount = 0
        rowNotes = FieldNotes()
        (evidence.hasResultsArray, evidence.hasRows) = (false, false)
        evidence.rowsWithStatus = 0
        guard try scanner.peek() == UInt8(ascii: "[") else {
            if isRepeated { try beginRows(of: sink) }
            return try readOtherResults(into: sink)
        }
        // A wrapper may have results, too.
        if holdsNested, !isJobItself {
            switch scanner.contentsOfResults() {
            case .rows: break
            case .jobs: return try readMember("results", into: sink)
            case .nothing:
                (evidence.hasResultsArray, results) = (true, .complete)
                try scanner.skipValue(level: 1)
                return
            }
        }
        try beginRows(of: sink)
        scanner.window.position += 1
        (evidence.hasResultsArray, evidence.hasRows) = (true, true)
        results = .cut
        try readRows(isFirst: true, into: sink)
        evidence.hasRows = rowCount > 0
    }

    /// Reads a value of `results` other than an array. The results of a wrapper may be an object, or a string.
    private mutating func readOtherResults(into sink: any DumpReceiver) throws(ScanFault) {
        let first = try scanner.peek()
        guard mayHoldJobs(first) else {
            let found = try scanner.skipValue(level: 1)
            results = found == .null ? .absent : .wrongType
            if found != .null { rowNotes.noteWrongType(found, in: .results) }
            return
        }
        results = .wrongType
        rowNotes.noteWrongType(first == UInt8(ascii: "{") ? .object : .string, in: .results)
        try readMember("results", into: sink)
    }

    private mutating func beginRows(of sink: any DumpReceiver) throws(ScanFault) {
        do {
            // The rows that follow belong to this dump: the dump before it is over, and one inside it was only a field.
            dropNested()
            try deliverHeld(to: sink, isFollowed: true)
            try sink.beginRows(of: job)
        } catch {
            throw stop(for: error)
        }
    }

    /// Reads rows up to the end of the array.
    ///
    /// - Parameter isFirst: whether the next row is the first, without a comma before it.
    mutating func readRows(isFirst: Bool, into sink: any DumpReceiver) throws(ScanFault) {
        var first = isFirst
        results = .cut
        scanner.window.setMark()
        while try scanner.nextElement(first: &first) {
            let before = rowCount
            do {
                _ = try matcher?.deliverRows(of: &scanner.window, rowCount: &rowCount, to: sink)
            } catch {
                throw stop(for: error)
            }
            if rowCount != before {
                // The separator after a matched row must be followed by another row.
                scanner.window.setMarkBehindValue()
                guard try scanner.passStrayCommas() else { break }
            }
            try readAndDeliverRow(to: sink)
            scanner.window.setMark()
        }
        results = .complete
    }

    /// Reads a row strictly, delivers it, and lets the matcher learn from it.
    private mutating func readAndDeliverRow(to sink: any DumpReceiver) throws(ScanFault) {
        scanner.forgetTexts()
        scanner.row = rowCount + 1
        scanner.hasRepaired = false
        scanner.hasTolerated = false
        scanner.jobLike = nil
        damageBeforeRow = scanner.damage.extent
        let start = scanner.window.position
        let windowStart = scanner.window.startOffset
        rowsWithStatusBefore = evidence.rowsWithStatus
        var facts = try readRow()
        // Anything but an object may be a fragment of a damaged row. It counts only if what follows is well-formed.
        if facts == .wrongType, scanner.isLenient { try checkEndOfElement() }
        rowCount += 1
        // Faults between rows do not belong to a row, and what is in a whole row belongs to that row.
        scanner.row = nil
        scanner.jobLike = nil
        if scanner.hasRepaired { facts.insert(.textRepaired) }
        let isInWindow = scanner.window.startOffset == windowStart && !scanner.hasTextInScratch
        // Rows that have the same damage would each be noted, so they must not be matched.
        if isInWindow, !scanner.hasTolerated {
            let layout = RowLayout(
                range: start..<scanner.window.position, id: scanner.range(of: .id), code: scanner.range(of: .code),
                message: scanner.range(of: .message))
            matcher?.learn(from: layout, facts: facts, in: scanner.window)
        }
        do {
            try deliver(facts, to: sink)
        } catch {
            throw stop(for: error)
        }
    }

    private mutating func checkEndOfElement() throws(ScanFault) {
        let next = try scanner.skipSpace()
        guard next == UInt8(ascii: ",") || next == UInt8(ascii: "]") else {
            throw scanner.unexpected(next, expected: .commaOrEndOfArray)
        }
    }

    /// Delivers a stretch that contains no whole row as one row.
    mutating func deliverDamagedRow(to sink: any DumpReceiver) throws {
        rowCount += 1
        scanner.forgetTexts()
        try deliver(.damaged, to: sink)
    }

    /// Reads one element of `results`, and keeps its texts in the slots.
    @inline(__always)
    private mutating func readRow() throws(ScanFault) -> RowFacts {
        guard try scanner.peek() == UInt8(ascii: "{") else {
            rowNotes.noteWrongType(try scanner.skipValue(level: 2), in: .row)
            return .wrongType
        }
        scanner.window.position += 1
        var facts: RowFacts = []
        var status: RowStatus?
        var seen: UInt8 = 0
        var wrapped = WrappedDump()
        var first = true
        while try scanner.nextMember(first: &first) {
            guard let key = scanner.withText(of: .key, { RowKey($0) }) else {
                if scanner.isLenient, scanner.withText(of: .key, { JobKey.isOfRowsNever($0) }) {
                    throw ScanFault(reason: .jobAmongRows, offset: scanner.window.offset)
                }
                noteUnknownField(at: .row)
                facts.insert(.unknownField)
                let start = scanner.window.offset
                try scanner.skipValue(level: 3)
                wrapped.note(memberFrom: start, in: scanner)
                continue
            }
            scanner.forgetKey()
            let isRepeated = seen & 1 << key.rawValue != 0
            seen |= 1 << key.rawValue
            if isRepeated { facts.insert(.duplicateKey) }
            switch key {
            case .id:
                if isRepeated { rowNotes.noteDuplicate(.rowID) }
                try readRowText(into: .id, field: .rowID, level: 3, facts: &facts)
            case .created:
                if isRepeated { rowNotes.noteDuplicate(.rowCreated) }
                try readFlag(.created, field: .rowCreated, facts: &facts)
            case .existing:
                if isRepeated { rowNotes.noteDuplicate(.rowExisting) }
                try readFlag(.existing, field: .rowExisting, facts: &facts)
            case .error:
                if isRepeated { rowNotes.noteDuplicate(.rowError) }
                try readRowError(facts: &facts)
            case .status:
                if isRepeated { rowNotes.noteDuplicate(.rowStatus) }
                status = try readRowStatus(facts: &facts)
            case .record:
                if isRepeated { rowNotes.noteDuplicate(.rowRecord) }
                facts.insert(.record)
                try scanner.skipValue(level: 3)
            }
        }
        // Behind a comma at which a dump is cut off, the next one in its wrapper looks like a row of which nothing is
        // known. A response may have a status, too.
        let isUnknown = seen & ~(1 << RowKey.status.rawValue) == 0 && status == nil
        if isUnknown, scanner.isLenient, endsDocument(), isDump(wrapped) {
            throw ScanFault(reason: .jobAmongRows, offset: scanner.window.offset)
        }
        switch status {
        case .ok: facts.insert(.applied)
        case .error: facts.insert(.error)
        case nil: break
        }
        let hasID = scanner.kept[JSONScanner.Slot.id.rawValue].isPresent
        if hasID, !scanner.withText(of: .id, { scanner.window.kernel.isUUID($0) }) { facts.insert(.idNotUUID) }
        return facts
    }

    /// Reads the value of `status` in a row, which rows of bulk jobs have. Returns nil if it is not a known word.
    @inline(__always)
    private mutating func readRowStatus(facts: inout RowFacts) throws(ScanFault) -> RowStatus? {
        evidence.rowsWithStatus += 1
        facts.insert(.status)
        guard try scanner.peek() == UInt8(ascii: "\"") else {
            let found = try scanner.skipValue(level: 3)
            if found != .null {
                rowNotes.noteWrongType(found, in: .rowStatus)
                facts.insert(.wrongType)
            }
            return nil
        }
        scanner.window.position += 1
        try scanner.readString(into: .key)
        defer { scanner.forgetKey() }
        return scanner.withText(of: .key) { RowStatus($0) }
    }

    /// Reads the value of `error` in a row: an object with a code and a message, both optional.
    private mutating func readRowError(facts: inout RowFacts) throws(ScanFault) {
        scanner.forget(.code)
        scanner.forget(.message)
        scanner.forget(.details)
        facts.subtract([.error, .code])
        guard try scanner.peek() == UInt8(ascii: "{") else {
            if try readOtherRowError(facts: &facts) { facts.insert(.error) }
            return
        }
        scanner.openObject = scanner.window.offset
        scanner.window.position += 1
        facts.insert(.error)
        var hasDetails = false
        var seen: UInt8 = 0
        var first = true
        while try scanner.nextMember(first: &first) {
            guard let key = scanner.withText(of: .key, { ErrorKey($0) }) else {
                facts.insert(.unknownField)
                try readDetail(isFirst: !hasDetails, at: .rowError)
                hasDetails = true
                continue
            }
            scanner.forgetKey()
            let field = key == .code ? KnownField.rowErrorCode : .rowErrorMessage
            if seen & 1 << key.rawValue != 0 {
                rowNotes.noteDuplicate(field)
                facts.insert(.duplicateKey)
            }
            seen |= 1 << key.rawValue
            try readRowText(into: key == .code ? .code : .message, field: field, level: 4, facts: &facts)
        }
        if hasDetails { keepDetails(facts: &facts) }
        let code = scanner.kept[JSONScanner.Slot.code.rawValue]
        if code.isPresent, code.count > 0 { facts.insert(.code) }
    }

    /// Reads an `error` that is not an object and keeps its value as the message. Returns false if it is null.
    @inline(never)
    private mutating func readOtherRowError(facts: inout RowFacts) throws(ScanFault) -> Bool {
        switch try scanner.peek() {
        case UInt8(ascii: "n"):
            // In some dumps, each row without an error says so.
            try scanner.readLiteral("null")
            return false
        case UInt8(ascii: "\""):
            scanner.window.position += 1
            try scanner.readString(into: .message)
            rowNotes.noteWrongType(.string, in: .rowError)
            facts.insert(.wrongType)
            if scanner.kept[JSONScanner.Slot.message.rawValue].isCut { facts.insert(.textCut) }
            return true
        default: return try readOtherValue(into: .message, field: .rowError, level: 3, facts: &facts)
        }
    }

    /// Reads a member of an error that the API does not define. Its key must have been kept.
    @inline(never)
    mutating func readDetail(isFirst: Bool, at level: ObjectLevel) throws(ScanFault) {
        if isFirst { detailsText.removeAll() }
        detailsText.append(isFirst ? UInt8(ascii: "{") : UInt8(ascii: ","))
        scanner.appendKey(to: &detailsText)
        detailsText.append(UInt8(ascii: ":"))
        noteUnknownField(at: level)
        _ = try scanner.readValue(level: level == .rowError ? 4 : 2, into: &detailsText)
    }

    /// Keeps the members of an error that the API does not define. If it has neither a code nor a message, they also
    /// become the message, because nothing else says why the row failed.
    @inline(never)
    private mutating func keepDetails(facts: inout RowFacts) {
        detailsText.append(UInt8(ascii: "}"))
        scanner.keep(detailsText, in: .details)
        if detailsText.isCut { facts.insert(.textCut) }
        if scanner.range(of: .code) == nil, scanner.range(of: .message) == nil {
            scanner.keep(detailsText, in: .message)
        }
    }

    /// Reads a string into a slot; null leaves the slot empty. A value of another type is noted, and its JSON text is
    /// kept.
    @inline(__always)
    private mutating func readRowText(
        into slot: JSONScanner.Slot, field: KnownField, level: Int, facts: inout RowFacts
    ) throws(ScanFault) {
        let byte = try scanner.peek()
        guard byte == UInt8(ascii: "\"") else {
            scanner.forget(slot)
            if byte == UInt8(ascii: "n") {
                try scanner.readLiteral("null")
            } else {
                _ = try readOtherValue(into: slot, field: field, level: level, facts: &facts)
            }
            return
        }
        scanner.window.position += 1
        try scanner.readString(into: slot)
        if scanner.kept[slot.rawValue].isCut { facts.insert(.textCut) }
    }

    /// Reads a value of another type than the API defines, and keeps its JSON text in a slot. Returns false if it is
    /// null.
    @inline(never)
    private mutating func readOtherValue(
        into slot: JSONScanner.Slot, field: KnownField, level: Int, facts: inout RowFacts
    ) throws(ScanFault) -> Bool {
        valueText.removeAll()
        let found = try scanner.readValue(level: level, into: &valueText)
        guard found != .null else { return false }
        rowNotes.noteWrongType(found, in: field)
        facts.insert(.wrongType)
        scanner.keep(valueText, in: slot)
        if valueText.isCut { facts.insert(.textCut) }
        return true
    }

    /// Reads `true`, `false` or null. A value of another type is noted and otherwise has no effect.
    @inline(__always)
    private mutating func readFlag(_ flag: RowFacts, field: KnownField, facts: inout RowFacts) throws(ScanFault) {
        facts.remove(flag)
        switch try scanner.peek() {
        case UInt8(ascii: "t"):
            try scanner.readLiteral("true")
            facts.insert(flag)
        case UInt8(ascii: "f"):
            try scanner.readLiteral("false")
        default:
            let found = try scanner.skipValue(level: 3)
            guard found != .null else { return }
            rowNotes.noteWrongType(found, in: field)
            facts.insert(.wrongType)
        }
    }

    private mutating func deliver(_ facts: RowFacts, to sink: any DumpReceiver) throws {
        // A run comes with a single text: the window if all kept texts are in it, otherwise the scratch bytes.
        let isInScratch = scanner.hasTextInScratch
        if isInScratch { scanner.moveKeptTextsToScratch() }
        let run = RowRun(
            firstRow: rowCount, facts: facts, id: scanner.range(of: .id), code: scanner.range(of: .code),
            message: scanner.range(of: .message), details: scanner.range(of: .details))
        if isInScratch {
            try sink.consume(run, text: scanner.scratch.span)
        } else {
            let bytes = unsafe scanner.window.bytes
            try unsafe sink.consume(run, text: bytes.span)
        }
    }

    mutating func stop(for error: any Error) -> ScanFault {
        sinkError = error
        return scanner.endFault()
    }
}

extension JSONScanner {
    /// Whether any kept text is in the scratch bytes, because it has escapes or the window has slid on.
    @inline(__always)
    fileprivate var hasTextInScratch: Bool {
        // Decides the usual case with a single test.
        if scratch.isEmpty { return false }
        for slot in kept.indices where kept[slot].isPresent && kept[slot].isInScratch { return true }
        return false
    }

    @inline(__always)
    fileprivate func range(of slot: Slot) -> TextRange? {
        let text = kept[slot.rawValue]
        return text.isPresent ? TextRange(offset: text.offset, count: text.count) : nil
    }
}
