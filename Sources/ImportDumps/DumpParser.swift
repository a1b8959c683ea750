/// The state of reading one dump after another from one stream of bytes: the grammar of the top level, and what it says.
struct DumpParser: ~Copyable {
    var scanner: JSONScanner
    var job = DeclaredJob()
    var results = ResultsState.absent
    var rowCount = 0
    /// What was noticed about the job's own fields, and about the rows of the last `results`.
    var jobNotes = FieldNotes()
    var rowNotes = FieldNotes()
    var evidence = JobEvidence()
    /// The text of a value at hand that is of another type than the API defines.
    var valueText = JSONText()
    /// The members of the row's error that the API does not define, as an object without its end.
    var detailsText = JSONText()
    /// The fast way for rows; nil if all are to be read strictly.
    var matcher: RowMatcher?
    /// An error of a consumer, which stopped the reading.
    var sinkError: (any Error)?

    init(scanner: consuming JSONScanner, matcher: consuming RowMatcher?) {
        self.scanner = scanner
        self.matcher = matcher
    }

    /// Begins anew with another input. The shapes that were learned stay: inputs are alike.
    mutating func restart(source: any ByteSource, readsAhead: Bool) {
        scanner.window.restart(source: source, readsAhead: readsAhead)
        sinkError = nil
        forgetDocument()
    }

    /// Forgets what the document before said.
    mutating func forgetDocument() {
        scanner.forgetTexts()
        job = DeclaredJob()
        results = .absent
        rowCount = 0
        jobNotes = FieldNotes()
        rowNotes = FieldNotes()
        evidence = JobEvidence()
    }

    /// Reads an input that is to hold one dump and nothing else.
    mutating func readDump(into sink: inout some RowSink) throws -> DumpReading {
        var value = DocumentValue()
        var fault: ScanFault?
        do throws(ScanFault) {
            value.foreign = sniffFormat()
            try skipByteOrderMark()
            if let first = scanner.skipSpaceOrEnd() {
                try readValue(first, into: &sink, &value)
                if let extra = scanner.skipSpaceOrEnd() {
                    throw ScanFault(reason: .textAfterEnd(extra), offset: scanner.window.offset)
                }
            } else {
                value.isBlank = true
            }
            if scanner.window.failure != nil { throw scanner.endFault() }
        } catch {
            fault = error
        }
        if let sinkError { throw sinkError }
        let located = fault.map { locate($0) }
        scanner.window.drain()
        return reading(of: value, fault: located, byteCount: scanner.window.offset) { $0.finishHash() }
    }

    /// Reads one value of the top level; `first` is its first byte, which was peeked.
    mutating func readValue(
        _ first: UInt8, into sink: inout some RowSink, _ value: inout DocumentValue
    ) throws(ScanFault) {
        if first == UInt8(ascii: "{") {
            value.type = .object
            try readJob(into: &sink)
        } else {
            value.type = try scanner.skipValue(level: 0)
        }
    }

    /// The fault with its place, as far as rows were kept.
    mutating func locate(_ fault: ScanFault) -> DumpFault {
        DumpFault(
            reason: fault.reason, place: scanner.window.passPlace(ofOffset: fault.offset), rowsKept: rowCount)
    }

    /// What a document came to.
    ///
    /// - Parameter hash: works out its hash.
    func reading(
        of value: DocumentValue, fault: DumpFault?, byteCount: Int, hash: (borrowing ByteWindow) -> String?
    ) -> DumpReading {
        func notAJob(_ reason: NotAJob.Reason) -> DumpReading {
            .notAJob(NotAJob(reason: reason, byteCount: byteCount, sha256: hash(scanner.window)))
        }
        if value.isBlank, fault == nil { return notAJob(byteCount == 0 ? .empty : .blank) }
        guard value.type == .object, evidence.isJob else {
            if let fault { return notAJob(value.foreign.map { .foreign($0) } ?? .unreadable(fault)) }
            if value.type == .object, let message = evidence.errorMessage(job: job) {
                return notAJob(.errorBody(message: message))
            }
            return notAJob(.otherJSON(topLevel: value.type))
        }
        var notes = jobNotes
        notes.merge(rowNotes)
        if evidence.isBulk { notes.forgetUnknownSummary() } else { notes.forgetBulkFields() }
        return .job(
            Dump(
                job: evidence.declared(by: job), results: results, rowCount: rowCount, fault: fault, notes: notes,
                byteCount: byteCount,
                sha256: hash(scanner.window)))
    }

    /// Looks for a format that is not ours.
    mutating func sniffFormat() -> ForeignFormat? {
        guard scanner.peekOrEnd() != nil else { return nil }
        return unsafe ForeignFormat(firstBytes: scanner.window.bytes)
    }

    /// Passes over a byte order mark: byte by byte, for the window may be narrower than the mark.
    mutating func skipByteOrderMark() throws(ScanFault) {
        guard scanner.peekOrEnd() == 0xEF else { return }
        let mark: InlineArray<3, UInt8> = [0xEF, 0xBB, 0xBF]
        for index in mark.indices {
            // A mark that is not whole is no mark: its first byte stands where a value is expected.
            guard scanner.peekOrEnd() == mark[index] else {
                throw ScanFault(reason: .unexpectedByte(0xEF, expected: .value), offset: 0)
            }
            scanner.window.position += 1
        }
    }
}

/// What kind of value a document is.
struct DocumentValue {
    var type = FoundType.null
    /// A format that is not ours, by the input's first bytes.
    var foreign: ForeignFormat?
    /// Nothing but white space.
    var isBlank = false
    /// An array, of which jobs were delivered.
    var hasJobs = false
    /// What is wrong was delivered with one of them.
    var isFaultDelivered = false
}
