import ImportFoundation

/// The state of reading dumps one after another from one stream of bytes: the grammar of the top level, and its
/// meaning.
struct DumpParser: ~Copyable {
    var scanner: JSONScanner
    var job = DeclaredJob()
    var results = ResultsState.absent
    var rowCount = 0
    /// Notes about the job's own fields, and about the rows of the last `results`.
    var jobNotes = FieldNotes()
    var rowNotes = FieldNotes()
    var evidence = JobEvidence()
    /// The number of rows with a status before the current row.
    var rowsWithStatusBefore = 0
    /// The known fields seen so far, one bit each.
    var seenFields: UInt32 = 0
    /// The count read last, and where it ends, until what follows shows that it is complete: otherwise, it may be the
    /// front of a longer number.
    var lastCount: (field: KnownField, end: Int)?
    /// The field whose text was read last, until what follows shows that it is complete: otherwise, the quotation mark
    /// that ended it may be the first one behind the place where it was cut off.
    var lastText: KnownField?
    /// The JSON text of the current value, if it has another type than the API defines.
    var valueText = JSONText()
    /// The members of the current error that the API does not define, as an object without its closing brace.
    var detailsText = JSONText()
    /// The fast path for rows; nil if all are read strictly.
    var matcher: RowMatcher?
    /// The fast path for jobs with few rows; nil if all are read strictly.
    let plainJobs: PlainJobReader?
    /// Whether the consumer takes plain jobs.
    var takesPlainJobs = false
    /// The number of threads that may read plain jobs ahead, and the threads that do.
    var plainJobHelperCount = 0
    var plainJobHelpers: [PlainJobHelper] = []
    /// Their results that were not used yet, in order.
    var plainJobsAhead: ArraySlice<(helper: PlainJobHelper, outcome: PlainJobHelper.Outcome)> = []
    /// An error of the consumer, which stopped the reading.
    var sinkError: (any Error)?

    // State of an input with several documents.

    /// The document that was read last. It is delivered when the next one begins, because text skipped after it belongs
    /// to it.
    var held: HeldDocument?
    var input = InputContents()
    /// The keys and array indices that lead to the current object in its document.
    var path = PointerPath()
    /// The strings of other documents that are being read, each nested in the previous one; and their readers, kept for
    /// reuse.
    var openStrings: [OpenString] = []
    var strings: [JSONStringSource] = []
    /// Whether the current document has ended and the next one begins at the position.
    var isOver = false
    /// Why a job inside the current object was not read to its end. The object then ends with the same fault.
    var finalFault: DumpFault?
    /// What is known about the objects and arrays around the position.
    var surroundings = Surroundings()
    /// The number of bytes read to find out what surrounds a job.
    var lookaheadBytes = 0
    /// The objects around the current one, from the outermost inward. Strings in which documents are read count too.
    var outerDocuments: [OuterDocument] = []
    /// Whether nothing was read yet after a job inside the current object.
    var isBehindNested = false
    /// What the current top-level document contains that may be lost dumps, or parts of them.
    var loss = Loss()
    /// The first object like a job in a member of a job that is inside another document, and the level of that job: if
    /// the document lacks its end, the job was cut off, and the member was beside it.
    var jobInMember: (start: Int, level: Int)?
    /// Whether an object inside another one broke off after its first key.
    var isMemberBroken = false
    /// What was damaged before the current row.
    var damageBeforeRow = DumpDamage.Extent()
    /// The number of rows that are elements of the current array at the top level.
    var rowsInArray = 0
    /// The offset up to which objects behind damage are known to be rows.
    var knownRowsEnd = 0

    init(scanner: consuming JSONScanner, matcher: consuming RowMatcher?) {
        // Hashing does not rule out plain jobs: their consumer has all their bytes.
        plainJobs = matcher == nil ? nil : PlainJobReader(kernel: scanner.window.kernel)
        self.scanner = scanner
        self.matcher = matcher
    }

    /// Restarts with another input. The learned row shapes stay, because inputs resemble each other.
    mutating func restart(source: any ByteSource, readsAhead: Bool) {
        scanner.window.restart(source: source, readsAhead: readsAhead)
        scanner.untornUntil = 0
        sinkError = nil
        (takesPlainJobs, plainJobHelperCount, plainJobHelpers, plainJobsAhead) = (false, 0, [], [])
        held = nil
        input = InputContents()
        surroundings = Surroundings()
        lookaheadBytes = 0
        (loss, jobInMember) = (Loss(), nil)
        outerDocuments.removeAll()
        path = PointerPath()
        forgetDocument()
    }

    /// Restarts with another input, whose bytes may have been decoded.
    mutating func restart(_ input: DecodedInput, readsAhead: Bool) {
        restart(source: input.source, readsAhead: readsAhead)
        scanner.window.placeMap = input.map
        scanner.window.original = input.original
    }

    /// Drops the state of the previous document.
    mutating func forgetDocument() {
        scanner.forgetTexts()
        scanner.damage = DumpDamage()
        scanner.row = nil
        scanner.jobLike = nil
        job = DeclaredJob()
        results = .absent
        rowCount = 0
        jobNotes = FieldNotes()
        rowNotes = FieldNotes()
        evidence = JobEvidence()
        seenFields = 0
        (lastCount, lastText) = (nil, nil)
        isOver = false
        finalFault = nil
        isBehindNested = false
        knownRowsEnd = 0
    }

    /// Reads an input that should consist of one dump and nothing else, strictly: the first fault ends it.
    mutating func readDump(into sink: any DumpReceiver) throws -> DumpReading {
        scanner.isLenient = false
        scanner.window.goesBack = false
        defer { scanner.window.goesBack = true }
        var value = DocumentValue()
        var fault: ScanFault?
        do throws(ScanFault) {
            value.foreign = sniffFormat()
            try skipByteOrderMark()
            if let first = scanner.skipSpaceOrEnd() {
                try readValue(first, into: sink, &value)
                if let extra = scanner.skipSpaceOrEnd() {
                    throw ScanFault(reason: .textAfterEnd(extra), offset: scanner.window.offset)
                }
            } else {
                value.isBlank = true
            }
            if scanner.window.failure != nil { throw scanner.endFault() }
        } catch {
            fault = error
            forgetValue(before: error)
        }
        if let sinkError { throw sinkError }
        let located = fault.map { locate($0) }
        scanner.window.drain()
        return reading(
            of: value, fault: located, byteCount: scanner.window.offset, sha256: scanner.window.finishHash())
    }

    /// Reads one value of the top level; `first` is its first byte, already peeked.
    private mutating func readValue(
        _ first: UInt8, into sink: any DumpReceiver, _ value: inout DocumentValue
    ) throws(ScanFault) {
        if first == UInt8(ascii: "{") {
            value.type = .object
            scanner.window.position += 1
            try readMembers(isFirst: true, into: sink)
        } else {
            value.type = try scanner.skipValue(level: 0)
        }
    }

    /// Returns the fault with its place and the number of rows kept.
    mutating func locate(_ fault: ScanFault) -> DumpFault {
        DumpFault(
            reason: fault.reason, place: fault.place ?? scanner.window.passPlace(ofOffset: fault.offset),
            rowsKept: rowCount)
    }

    /// Returns the result of a document.
    func reading(of value: DocumentValue, fault: DumpFault?, byteCount: Int, sha256: String?) -> DumpReading {
        func notAJob(_ reason: NotAJob.Reason) -> DumpReading {
            .notAJob(NotAJob(reason: reason, byteCount: byteCount, sha256: sha256))
        }
        if value.isBlank, fault == nil { return notAJob(byteCount == 0 ? .empty : .blank) }
        guard value.type == .object, evidence.isJob else {
            if value.type == .object, let own = evidence.ownOutput { return notAJob(.ownOutput(own)) }
            if let fault = fault ?? scanner.damage.first {
                return notAJob(value.foreign.map { .foreign($0) } ?? .unreadable(fault))
            }
            if value.type == .object, evidence.isRow(job: job) { return notAJob(.rowsWithoutJob(count: 1)) }
            if value.type == .object, jobNotes.hasUnknown("objects", at: .job) { return notAJob(.requestBody) }
            let rows = loss.rowCount + (value.type == .array ? rowsInArray : 0)
            if rows > 0 { return notAJob(.rowsWithoutJob(count: rows)) }
            if value.type == .object, !evidence.isLogRecord, let message = evidence.errorMessage(job: job) {
                return notAJob(.errorBody(message: message))
            }
            return notAJob(.otherJSON(topLevel: value.type))
        }
        var notes = jobNotes
        notes.merge(rowNotes)
        if evidence.isBulk { notes.forgetUnknownSummary() } else { notes.forgetBulkFields() }
        return .job(
            Dump(
                job: evidence.declared(by: job), results: results, rowCount: rowCount, fault: fault,
                damage: scanner.damage, notes: notes,
                byteCount: byteCount, sha256: sha256))
    }

    /// Looks for a format other than JSON.
    mutating func sniffFormat() -> ForeignFormat? {
        guard scanner.peekOrEnd() != nil else { return nil }
        return unsafe ForeignFormat(firstBytes: scanner.window.bytes)
    }

    /// Skips a byte order mark, byte by byte because the window may be narrower than the mark.
    mutating func skipByteOrderMark() throws(ScanFault) {
        guard scanner.peekOrEnd() == 0xEF else { return }
        let mark: InlineArray<3, UInt8> = [0xEF, 0xBB, 0xBF]
        for index in mark.indices {
            // An incomplete mark is not a mark: its first byte is where a value is expected.
            guard scanner.peekOrEnd() == mark[index] else {
                throw ScanFault(reason: .unexpectedByte(0xEF, expected: .value), offset: 0)
            }
            scanner.window.position += 1
        }
    }
}

/// The kind of value that a document is.
struct DocumentValue {
    var type = FoundType.null
    /// A format other than JSON, recognized by the input's first bytes.
    var foreign: ForeignFormat?
    /// Whether there is nothing but white space.
    var isBlank = false
}
