import ImportDumps

// Summaries as bytes, for a run's own temporary memory: member after member, without names. Only the process that
// wrote such bytes reads them, so they have no version, and nothing is checked but that no read goes past their end.
//
//     number   7 bits a byte, the lowest first; the top bit says that more follow. Its sign is the lowest bit.
//     text     its length in bytes + 1, and the bytes; 0 is no text
//     list     how many elements, and each of them

/// Writes or reads the members of a value, one after another. One declaration of a type's members serves both ways.
protocol RecordCoder {
    mutating func code(_ number: inout Int)
    mutating func code(_ text: inout String?)
    /// Takes the number of elements of a list that is written; returns that of the list.
    mutating func count(_ count: Int) -> Int
    var isReading: Bool { get }
}

extension RecordCoder {
    @inline(__always)
    mutating func code(_ text: inout String) {
        var optional: String? = text
        code(&optional)
        if isReading { text = optional ?? "" }
    }

    @inline(__always)
    mutating func code(_ flag: inout Bool) {
        var number = flag ? 1 : 0
        code(&number)
        flag = number != 0
    }

    @inline(__always)
    mutating func code(_ number: inout Int?) {
        var isThere = number != nil
        code(&isThere)
        guard isThere else {
            number = nil
            return
        }
        var value = number ?? 0
        code(&value)
        number = value
    }

    @inline(__always)
    mutating func code(_ bits: inout UInt64) {
        var number = Int(bitPattern: UInt(bits))
        code(&number)
        bits = UInt64(UInt(bitPattern: number))
    }

    @inline(__always)
    mutating func code(_ bits: inout UInt64?) {
        var number = bits.map { Int(bitPattern: UInt($0)) }
        code(&number)
        bits = number.map { UInt64(UInt(bitPattern: $0)) }
    }

    /// A value of which there are few.
    @inline(__always)
    mutating func code<Value: Equatable>(_ value: inout Value, of all: [Value]) {
        var number = isReading ? 0 : all.firstIndex(of: value) ?? 0
        code(&number)
        if all.indices.contains(number) { value = all[number] }
    }

    @inline(__always)
    mutating func code<Value>(
        _ value: inout Value?, or empty: @autoclosure () -> Value, _ members: (inout Value, inout Self) -> Void
    ) {
        var isThere = value != nil
        code(&isThere)
        guard isThere else {
            value = nil
            return
        }
        var whole = value ?? empty()
        members(&whole, &self)
        value = whole
    }

    @inline(__always)
    mutating func code<Value>(
        _ list: inout [Value], _ empty: @autoclosure () -> Value, _ members: (inout Value, inout Self) -> Void
    ) {
        let count = count(list.count)
        guard isReading else {
            for var element in list { members(&element, &self) }
            return
        }
        list.removeAll()
        list.reserveCapacity(count)
        for _ in 0..<count {
            var element = empty()
            members(&element, &self)
            list.append(element)
        }
    }

    mutating func code(_ numbers: inout [Int]) {
        code(&numbers, 0) { $1.code(&$0) }
    }
}

/// Appends to bytes.
struct RecordWriter: RecordCoder {
    var bytes: [UInt8]
    var isReading: Bool { false }

    mutating func code(_ number: inout Int) {
        append(UInt(bitPattern: number << 1 ^ number >> (Int.bitWidth - 1)))
    }

    mutating func code(_ text: inout String?) {
        guard var whole = text else { return append(0) }
        whole.withUTF8 { utf8 in
            append(UInt(utf8.count) + 1)
            unsafe bytes.append(contentsOf: utf8)
        }
    }

    mutating func count(_ count: Int) -> Int {
        append(UInt(count))
        return count
    }

    @inline(__always)
    mutating func append(_ number: UInt) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

/// Reads from bytes. Past their end all is zero or empty.
struct RecordReader: RecordCoder {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    var isReading: Bool { true }

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func code(_ number: inout Int) {
        let bits = next()
        number = Int(bitPattern: bits >> 1) ^ -Int(bitPattern: bits & 1)
    }

    mutating func code(_ text: inout String?) {
        let count = Int(clamping: next()) - 1
        guard count >= 0 else {
            text = nil
            return
        }
        let end = position + min(count, bytes.endIndex - position)
        text = String(decoding: bytes[position..<end], as: UTF8.self)
        position = end
    }

    mutating func byte() -> UInt8 {
        guard position < bytes.endIndex else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }

    /// A number without a sign.
    mutating func number() -> Int { Int(clamping: next()) }

    /// Eight bytes, the lowest first.
    mutating func word() -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(byte()) << UInt64(8 * $1) }
    }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8> {
        let start = position
        position += min(count, bytes.endIndex - position)
        return bytes[start..<position]
    }

    mutating func count(_: Int) -> Int {
        // An element takes a byte at least.
        min(Int(clamping: next()), bytes.endIndex - position)
    }

    @inline(__always)
    private mutating func next() -> UInt {
        var (number, shift): (UInt, UInt) = (0, 0)
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            number |= UInt(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return number
    }
}

// MARK: - The members

extension JobSummary {
    /// Appends the summary to bytes. ``init(record:)`` reads it back, whole.
    package func appendRecord(to bytes: inout [UInt8]) {
        var writer = RecordWriter(bytes: bytes)
        bytes = []
        var summary = self
        summary.code(with: &writer)
        bytes = writer.bytes
    }

    package init(record: ArraySlice<UInt8>) {
        self.init(
            job: DeclaredJob(), source: "", bytes: 0, sha256: nil, rows: RowCounts(), failedByCode: [], findings: [],
            results: .absent, salvage: nil)
        var reader = RecordReader(record)
        code(with: &reader)
    }

    private mutating func code(with coder: inout some RecordCoder) {
        job.code(with: &coder)
        coder.code(&source)
        coder.code(&bytes)
        coder.code(&sha256)
        rows.code(with: &coder)
        coder.code(&outcomes)
        coder.code(&failedByCode, .empty) { $0.code(with: &$1) }
        coder.code(&failurePositions, or: .empty) { $0.code(with: &$1) }
        coder.code(&failureStretches, .empty) { $0.code(with: &$1) }
        coder.code(&findings, Finding(.unknownField, "")) {
            $1.code(&$0.id, of: FindingID.all)
            $1.code(&$0.message)
            $1.code(&$0.count)
            $1.code(&$0.rows)
        }
        coder.code(&results, of: .all)
        coder.code(&salvage, or: .empty) { $0.code(with: &$1) }
        superseded.code(with: &coder)
        coder.code(&identity, or: IdentitySummary()) {
            $0.createdRepeated.code(with: &$1)
            $0.existingShared.code(with: &$1)
        }
    }
}

extension DeclaredJob {
    fileprivate mutating func code(with coder: inout some RecordCoder) {
        coder.code(&kind, of: JobKind.allCases)
        coder.code(&jobID)
        coder.code(&status)
        coder.code(&total)
        coder.code(&processed)
        coder.code(&succeeded)
        coder.code(&failed)
        coder.code(&createdAt)
        coder.code(&updatedAt)
        coder.code(&expiresAt)
        coder.code(&error, or: JobError()) {
            $1.code(&$0.code)
            $1.code(&$0.message)
            $1.code(&$0.details)
        }
    }
}

extension RowCounts {
    mutating func code(with coder: inout some RecordCoder) {
        coder.code(&created)
        coder.code(&existing)
        coder.code(&failed)
        coder.code(&unclassified)
        coder.code(&applied)
        coder.code(&missing)
    }
}

extension CodeSummary {
    static var empty: CodeSummary {
        CodeSummary(
            code: nil, rows: 0, share: Share(of: 0, in: 0), firstRow: 0, lastRow: 0, messages: [], messageCount: nil,
            positions: nil)
    }

    mutating func code(with coder: inout some RecordCoder) {
        coder.code(&code)
        coder.code(&rows)
        share.code(with: &coder)
        coder.code(&firstRow)
        coder.code(&lastRow)
        coder.code(&messages, .empty) { $0.code(with: &$1) }
        coder.code(&messageCount)
        coder.code(&positions, or: .empty) { $0.code(with: &$1) }
        coder.code(&isOther)
        coder.code(&isAtLeast)
        coder.code(&exampleDetails, or: ErrorDetails(text: "", row: 0)) {
            $1.code(&$0.text)
            $1.code(&$0.row)
        }
    }
}

extension MessageSummary {
    fileprivate static var empty: MessageSummary {
        MessageSummary(
            pattern: nil, rows: 0, share: Share(of: 0, in: 0), firstRow: 0, lastRow: 0, example: nil, exampleRow: 0,
            slots: [])
    }

    fileprivate mutating func code(with coder: inout some RecordCoder) {
        coder.code(&pattern)
        coder.code(&rows)
        share.code(with: &coder)
        coder.code(&firstRow)
        coder.code(&lastRow)
        coder.code(&example)
        coder.code(&exampleRow)
        coder.code(&slots, SlotSummary(name: "", distinctValues: nil, values: [], otherRows: 0)) {
            $1.code(&$0.name)
            $1.code(&$0.distinctValues)
            $1.code(&$0.values, ValueSummary(value: "", rows: 0)) {
                $1.code(&$0.value)
                $1.code(&$0.rows)
            }
            $1.code(&$0.otherRows)
        }
        coder.code(&isAtLeast)
    }
}

extension FailurePositions {
    static var empty: FailurePositions { FailurePositions(bucketRows: 1, counts: []) }

    mutating func code(with coder: inout some RecordCoder) {
        coder.code(&bucketRows)
        coder.code(&counts)
    }
}

extension SharedRecords {
    fileprivate mutating func code(with coder: inout some RecordCoder) {
        coder.code(&records)
        coder.code(&rows)
        coder.code(&firstRows)
        coder.code(&top, SharedRecord(id: "", rows: 0, firstRows: [])) {
            $1.code(&$0.id)
            $1.code(&$0.rows)
            $1.code(&$0.firstRows)
        }
    }
}

extension SupersededSnapshots {
    fileprivate mutating func code(with coder: inout some RecordCoder) {
        coder.code(&snapshots, .empty) { $0.code(with: &$1) }
        coder.code(&others, 0) { $1.code(&$0) }
        coder.code(&isBeyondCount)
    }
}

extension Snapshot {
    fileprivate static var empty: Snapshot {
        Snapshot(
            source: "", bytes: 0, sha256: nil,
            facts: Facts(job: DeclaredJob(), rows: RowCounts(), codes: 0, outcomes: nil), updatedAt: nil,
            isSalvaged: false)
    }

    fileprivate mutating func code(with coder: inout some RecordCoder) {
        var (source, bytes, sha256, facts) = (source, bytes, sha256, facts)
        var (updatedAt, isSalvaged) = (updatedAt, isSalvaged)
        coder.code(&source)
        coder.code(&bytes)
        coder.code(&sha256)
        coder.code(&facts.status)
        coder.code(&facts.total)
        coder.code(&facts.processed)
        coder.code(&facts.succeeded)
        coder.code(&facts.failed)
        facts.rows.code(with: &coder)
        coder.code(&facts.codes)
        coder.code(&facts.outcomes)
        coder.code(&updatedAt)
        coder.code(&isSalvaged)
        guard coder.isReading else { return }
        self = Snapshot(
            source: source, bytes: bytes, sha256: sha256, facts: facts, updatedAt: updatedAt, isSalvaged: isSalvaged)
    }
}

extension Salvage {
    fileprivate static var empty: Salvage {
        Salvage(kind: .truncated, place: Place(byte: 0, line: 1, column: 1), rowsKept: 0, message: "")
    }

    fileprivate mutating func code(with coder: inout some RecordCoder) {
        coder.code(&kind, of: Kind.allCases)
        coder.code(&place.byte)
        coder.code(&place.line)
        coder.code(&place.column)
        coder.code(&rowsKept)
        coder.code(&message)
    }
}

extension [ResultsState] {
    fileprivate static var all: [ResultsState] { [.absent, .wrongType, .complete, .cut] }
}

extension FailureStretch {
    static var empty: FailureStretch {
        FailureStretch(firstRow: 0, lastRow: 0, code: nil, codeRows: 0)
    }

    mutating func code(with coder: inout some RecordCoder) {
        coder.code(&firstRow)
        coder.code(&lastRow)
        coder.code(&code)
        coder.code(&codeRows)
        coder.code(&isOther)
    }
}
