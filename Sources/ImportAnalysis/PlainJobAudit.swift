package import ImportDumps
import ImportFoundation

extension PlainJob {
    /// Judges the job if there is nothing to say of it: it is complete, its numbers agree with its rows, its times
    /// are in order. Its summary has no finding then, and is written as a record without being made.
    ///
    /// - Parameters:
    ///   - source: the input, as its user named it, and what tells the job from others of it.
    ///   - bytes: is appended to.
    /// - Returns: false, and nothing is appended, if the job is to be read in full.
    package func appendRecord(
        _ runs: Span<RowRun>, text: Span<UInt8>, source: (name: String, suffix: String), to bytes: inout [UInt8]
    ) -> Bool {
        let rows = createdRows + existingRows + failedRows
        guard jobID.count > 0, text.holds(JobStatus.complete.rawValue, in: status), total == rows,
            processed ?? rows == rows, succeeded ?? rows - failedRows == rows - failedRows,
            failed ?? failedRows == failedRows
        else { return false }
        var latest: DateTime?
        func follows(_ range: TextRange?) -> Bool {
            guard let range else { return true }
            guard let time = DateTime(text.extracting(range.offset..<range.offset + range.count)),
                latest.map({ !(time < $0) }) ?? true
            else { return false }
            latest = time
            return true
        }
        guard follows(createdAt), follows(updatedAt), follows(expiresAt) else { return false }
        var counts = RowCounts()
        counts.add(createdRows, .created)
        counts.add(existingRows, .existing)
        counts.add(failedRows, .failed)
        counts.missing = 0
        var outcomes = OutcomeDigest()
        for index in runs.indices {
            outcomes.add(runs[index].firstRow..<runs[index].firstRow + 1, Outcome(runs[index].facts))
        }
        var failures = PlainFailures()
        if failedRows > 0 { failures = PlainFailures(runs, text: text, rowsSeen: rows) }
        JobSummary.appendRecord(of: self, text, source, counts, outcomes.value, failures, to: &bytes)
        return true
    }
}

/// What an overview needs of the record of a plain job without failed rows.
package struct PlainJobRecord {
    package let rows: RowCounts
    /// The day on which it was created, as days since 1970-01-01; nil if it does not say.
    package let day: Int?

    /// Nil if rows failed. Only of a record that ``PlainJob`` wrote.
    package init?(_ record: ArraySlice<UInt8>) {
        var reader = RecordReader(record)
        var (number, rows) = (0, RowCounts())
        reader.code(&number)
        // Its id and its status.
        reader.passText()
        reader.passText()
        var count: Int?
        for _ in 0..<4 { reader.code(&count) }
        let created = reader.passText()
        reader.passText()
        reader.passText()
        // The job's error, the source, the size, the hash.
        reader.code(&number)
        reader.passText()
        reader.code(&number)
        reader.passText()
        rows.code(with: &reader)
        guard rows.failed == 0 else { return nil }
        self.rows = rows
        let start = created.lowerBound - record.startIndex
        day = DateTime(record.span.extracting(start..<start + created.count))?.dayInUTC
    }
}

/// What an overview needs of consecutive plain jobs of one day without failed rows.
package struct PlainJobTally: Sendable {
    package private(set) var jobs = 0
    package private(set) var rows = RowCounts()
    package private(set) var day: Int?

    package init() {}

    /// False, and nothing is added, if the job is of another day.
    package mutating func add(_ job: PlainJobRecord) -> Bool {
        guard jobs == 0 || job.day == day else { return false }
        jobs += 1
        day = job.day
        rows.add(job.rows)
        return true
    }
}

/// What is kept of the failed rows of a plain job.
struct PlainFailures {
    var byCode: [CodeSummary] = []
    var positions: FailurePositions?
    var stretches: [FailureStretch] = []

    init() {}

    init(_ runs: Span<RowRun>, text: Span<UInt8>, rowsSeen: Int) {
        var failures = FailureAudit()
        var failed = 0
        for index in runs.indices where runs[index].facts.contains(.error) {
            failed += 1
            failures.count(
                row: runs[index].firstRow, code: runs[index].code, message: runs[index].message, details: nil,
                text: text)
        }
        failures.finish()
        byCode = failures.summaries(rowsSeen: rowsSeen)
        positions = failures.codes.positions.positions(rowsSeen: rowsSeen)
        if failed < rowsSeen { stretches = failures.longestStretches }
    }
}

extension Span<UInt8> {
    fileprivate func holds(_ word: String, in range: TextRange) -> Bool {
        guard range.count == word.utf8.count else { return false }
        return unsafe extracting(range.offset..<range.offset + range.count).withUnsafeBufferPointer {
            unsafe $0.elementsEqual(word.utf8)
        }
    }
}
