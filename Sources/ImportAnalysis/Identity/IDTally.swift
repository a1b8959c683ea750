import ImportDumps

/// Ids that are counted together. No other source has any of them.
protocol IDSource {
    /// The number of rows. An id may have several.
    var count: Int { get }

    /// Passes all ids to `body`, in batches and in no particular order.
    func visitAll(_ body: (UnsafeBufferPointer<PackedID>) throws -> Void) throws

    /// Takes back a row whose id did not fit into the table.
    func leave(_ id: PackedID) throws
}

/// The repeated ids, summed over counts of separate sources.
struct IDTally {
    private(set) var created = RepeatedIDs()
    private(set) var existing = RepeatedIDs()

    /// Counts the ids of a source, as far as the table has room for them.
    mutating func count(_ source: some IDSource, in table: inout IDTable) throws {
        table.removeAll(expecting: source.count)
        try unsafe source.visitAll { ids in
            for index in ids.indices where unsafe !table.add(ids[index]) { try unsafe source.leave(ids[index]) }
        }
        guard table.hasRepeats else { return }
        for index in 0..<table.count where table[index].rows > 1 {
            if table[index].id.isExisting {
                existing.add(table[index], at: index)
            } else {
                created.add(table[index], at: index)
            }
        }
        try collectRows(of: source, in: table)
        existing.settle()
        created.settle()
    }

    /// Collects the rows of repeated ids, once these are known.
    private mutating func collectRows(of source: some IDSource, in table: borrowing IDTable) throws {
        var (created, existing) = (created, existing)
        try unsafe source.visitAll { ids in
            for position in ids.indices {
                let id = unsafe ids[position]
                guard let index = table.index(of: id), table[index].rows > 1 else { continue }
                if id.isExisting {
                    existing.add(row: id.row, ofEntry: index)
                } else {
                    created.add(row: id.row, ofEntry: index)
                }
            }
        }
        self.created = created
        self.existing = existing
    }
}

/// The repeated ids with one outcome: their number, and the most frequent ones.
struct RepeatedIDs {
    private(set) var records = 0
    private(set) var rows = 0
    private(set) var firstRows = FirstRows()
    /// The ids with the most rows first, then by first row.
    private(set) var top: [Candidate] = []

    struct Candidate {
        /// The id, with the tag of its first row.
        var id: PackedID
        var rows: Int
        var firstRows = FirstRows()
        /// The index of its entry, while rows are being collected.
        var entry: Int?
    }

    /// Adds an id with two or more rows.
    mutating func add(_ entry: IDTable.Entry, at index: Int) {
        records += 1
        rows += entry.rows
        func isBehind(_ other: Candidate) -> Bool {
            (other.rows, entry.id.tag) > (entry.rows, other.id.tag)
        }
        if top.count == AnalysisLimits.recordsListed, let last = top.last {
            guard !isBehind(last) else { return }
            top.removeLast()
        }
        let place = top.firstIndex { !isBehind($0) } ?? top.count
        top.insert(Candidate(id: entry.id, rows: entry.rows, entry: index), at: place)
    }

    /// Adds a row of a repeated id.
    mutating func add(row: Int, ofEntry index: Int) {
        firstRows.add(row)
        guard let place = top.firstIndex(where: { $0.entry == index }) else { return }
        top[place].firstRows.add(row)
    }

    /// Forgets the indices of entries, after all of their rows were added.
    mutating func settle() {
        for index in top.indices { top[index].entry = nil }
    }
}

/// The first rows of those added, which arrive in any order.
struct FirstRows {
    /// In ascending order, at most ``AnalysisLimits/rowsListed``.
    private(set) var rows: [Int] = []

    mutating func add(_ row: Int) {
        if rows.count == AnalysisLimits.rowsListed {
            guard let last = rows.last, row < last else { return }
            rows.removeLast()
        }
        let place = rows.lastIndex { $0 < row }.map { $0 + 1 } ?? 0
        rows.insert(row, at: place)
    }
}
