import ImportDumps

/// Records that several rows of a job share.
package struct IdentitySummary: Sendable, Equatable {
    /// Records that more than one row claims to have created.
    package var createdRepeated: SharedRecords
    /// Existing records that more than one row matched.
    package var existingShared: SharedRecords

    package init(createdRepeated: SharedRecords = SharedRecords(), existingShared: SharedRecords = SharedRecords()) {
        self.createdRepeated = createdRepeated
        self.existingShared = existingShared
    }
}

/// Records that at least two rows with the same outcome share.
package struct SharedRecords: Sendable, Equatable {
    /// The number of records.
    package var records = 0
    /// The number of rows that share them, at least two for each record.
    package var rows = 0
    /// The first of those rows in ascending order, at most ``AnalysisLimits/rowsListed``.
    package var firstRows: [Int] = []
    /// The records with the most rows first, then by first row; at most ``AnalysisLimits/recordsListed``.
    package var top: [SharedRecord] = []

    package init(records: Int = 0, rows: Int = 0, firstRows: [Int] = [], top: [SharedRecord] = []) {
        self.records = records
        self.rows = rows
        self.firstRows = firstRows
        self.top = top
    }

    init(_ repeated: RepeatedIDs, _ texts: [Int: String]) {
        records = repeated.records
        rows = repeated.rows
        firstRows = repeated.firstRows.rows
        top = repeated.top.map { candidate in
            let id = candidate.id
            return SharedRecord(
                id: id.isHash ? texts[id.row] ?? "" : id.uuid, rows: candidate.rows,
                firstRows: candidate.firstRows.rows)
        }
    }
}

/// A record that several rows share.
package struct SharedRecord: Sendable, Equatable {
    /// A UUID in lower case; of any other id, at most the first ``AnalysisLimits/recordIDBytes`` bytes.
    package var id: String
    /// At least 2.
    package var rows: Int
    /// In ascending order, at most ``AnalysisLimits/rowsListed``.
    package var firstRows: [Int]

    package init(id: String, rows: Int, firstRows: [Int]) {
        self.id = id
        self.rows = rows
        self.firstRows = firstRows
    }
}

extension JobSummary {
    /// Adds what an ``IdentityAudit`` of the same rows found, and the resulting findings.
    package mutating func add(_ identity: IdentitySummary) {
        self.identity = identity
        findings.removeAll { $0.id == .createdIDRepeated || $0.id == .existingIDsShared }
        let found: [(FindingID, SharedRecords, (SharedRecords) -> String)] = [
            (.createdIDRepeated, identity.createdRepeated, Wording.createdIDRepeated),
            (.existingIDsShared, identity.existingShared, Wording.existingIDsShared),
        ]
        for (id, shared, sentence) in found where shared.records > 0 {
            findings.place(Finding(id, sentence(shared), count: shared.rows, rows: shared.firstRows))
        }
    }
}
