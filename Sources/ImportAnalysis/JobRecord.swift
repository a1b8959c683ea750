import ImportDumps

// The records of summaries: which members they have, in order.

extension JobSummary {
    /// Appends the summary to `bytes` as a record, from which ``init(record:)`` restores all of it.
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
        coder.code(&failureIncidents, .empty) { $0.code(with: &$1) }
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
        coder.code(&listedRows, ListedRow(row: 0, id: nil, message: nil)) {
            $1.code(&$0.row)
            $1.code(&$0.id)
            $1.code(&$0.message)
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

extension FailureIncident {
    static var empty: FailureIncident {
        FailureIncident(firstRow: 0, lastRow: 0, code: nil, codeRows: 0, rowsElsewhere: 0, codeRowsElsewhere: 0)
    }

    mutating func code(with coder: inout some RecordCoder) {
        coder.code(&firstRow)
        coder.code(&lastRow)
        coder.code(&code)
        coder.code(&codeRows)
        coder.code(&rowsElsewhere)
        coder.code(&codeRowsElsewhere)
    }
}
