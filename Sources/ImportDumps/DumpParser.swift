/// The state of reading one dump: the grammar of the top level, and what it says.
struct DumpParser: ~Copyable {
    var scanner: JSONScanner
    var job = DeclaredJob()
    var results = ResultsState.absent
    var rowCount = 0
    /// What was noticed about the job's own fields, and about the rows of the last `results`.
    var jobNotes = FieldNotes()
    var rowNotes = FieldNotes()
    var evidence = JobEvidence()
    /// The fast way for rows; nil if all are to be read strictly.
    var matcher: RowMatcher?
    /// An error of a consumer, which stopped the reading.
    var sinkError: (any Error)?

    init(scanner: consuming JSONScanner, matcher: consuming RowMatcher?) {
        self.scanner = scanner
        self.matcher = matcher
    }

    mutating func readDump(into sink: inout some RowSink) throws -> DumpReading {
        var topLevel = FoundType.null
        var foreign: ForeignFormat?
        var fault: ScanFault?
        var isBlank = false
        do throws(ScanFault) {
            foreign = sniffFormat()
            try skipByteOrderMark()
            if let first = scanner.skipSpaceOrEnd() {
                if first == UInt8(ascii: "{") {
                    topLevel = .object
                    try readJob(into: &sink)
                } else {
                    topLevel = try scanner.skipValue(level: 0)
                }
                if let extra = scanner.skipSpaceOrEnd() {
                    throw ScanFault(reason: .textAfterEnd(extra), offset: scanner.window.offset)
                }
            } else {
                isBlank = true
            }
            if scanner.window.failure != nil { throw scanner.endFault() }
        } catch {
            fault = error
        }
        if let sinkError { throw sinkError }

        let place = fault.map { scanner.window.place(ofOffset: $0.offset) }
        scanner.window.drain()
        let located = fault.flatMap { fault in
            place.map { DumpFault(reason: fault.reason, place: $0, rowsKept: rowCount) }
        }
        let byteCount = scanner.window.offset
        func notAJob(_ reason: NotAJob.Reason) -> DumpReading {
            .notAJob(NotAJob(reason: reason, byteCount: byteCount))
        }

        if isBlank, located == nil { return notAJob(byteCount == 0 ? .empty : .blank) }
        guard topLevel == .object, evidence.isJob else {
            if let located { return notAJob(foreign.map { .foreign($0) } ?? .unreadable(located)) }
            if topLevel == .object, evidence.isBulkAnswer { return notAJob(.bulkAnswer) }
            if topLevel == .object, let message = evidence.errorMessage(job: job) {
                return notAJob(.errorBody(message: message))
            }
            return notAJob(.otherJSON(topLevel: topLevel))
        }
        var notes = jobNotes
        notes.merge(rowNotes)
        return .job(
            Dump(
                job: job, results: results, rowCount: rowCount, fault: located, notes: notes, byteCount: byteCount,
                sha256: scanner.window.finishHash()))
    }

    /// Looks for a format that is not ours.
    private mutating func sniffFormat() -> ForeignFormat? {
        guard scanner.peekOrEnd() != nil else { return nil }
        return unsafe ForeignFormat(firstBytes: scanner.window.bytes)
    }

    /// Passes over a byte order mark: byte by byte, for the window may be narrower than the mark.
    private mutating func skipByteOrderMark() throws(ScanFault) {
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
