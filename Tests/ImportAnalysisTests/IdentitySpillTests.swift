import ImportAnalysis
import ImportDumps
import TestSupport
import Testing

/// More ids than fit in memory: budgets, hashes and threads do not change the result.
@Suite struct IdentitySpillTests {
    static let budgets: [IDBudget] = [
        .usual, .tiny,
        IDBudget(blockIDs: 1, partitionBits: 1, chunkIDs: 1, tableIDs: 1, textBytes: 600),
        IDBudget(blockIDs: 64, partitionBits: 4, chunkIDs: 7, tableIDs: 1000, textBytes: 2000),
        IDBudget(blockIDs: 100, partitionBits: 9, chunkIDs: 50, tableIDs: 10, textBytes: 4096),
    ]

    @Test("The same result as a dictionary, with any budget, with and without a thread", .seeded, arguments: budgets)
    func dictionary(budget: IDBudget) throws {
        for seed in Seeds.and(new: 0...5) {
            let rows = Self.randomRows(seed: seed, count: seed >= 5 ? 3000 : 300)
            let expected = Self.reference(rows)
            let json = job(rows: rows.map { $0.json })
            for usesThread in [false, true] {
                let spills = CountingSpills()
                let found = try identify(
                    json, budget: budget, hashing: IDHashing(seed, ~seed), usesThread: usesThread, spills: spills)
                #expect(found == expected, "seed \(seed), thread \(usesThread)")
                #expect(spills.living == 0)
                if budget.chunkIDs < 10 { #expect(spills.made > 0) }
            }
        }
    }

    @Test("Different ids with the same hash are still distinguished", arguments: budgets)
    func oneHash(budget: IDBudget) throws {
        // With this hashing, every id that begins with zeros hashes to 0.
        let ids = (0..<40).map { "00000000-0000-0000-9abc-0000000000\($0 + 10)" }
        let rows = (0..<200).map { Row(id: ids[$0 * $0 % 40], isCreated: $0 % 3 == 0) }
        let found = try identify(job(rows: rows.map { $0.json }), budget: budget, hashing: IDHashing(0, 0))
        #expect(found == Self.reference(rows))
        #expect(found.existingShared.records > 0)
    }

    @Test("One id in a million rows", arguments: [IDBudget.usual, .tiny])
    func oneID(budget: IDBudget) throws {
        let count = budget.blockIDs < 100 ? 20_000 : 1_000_000
        let id = "0a1b2c3d-4e5f-4678-9abc-def012345678"
        let audit = IdentityAudit(budget: budget, hashing: IDHashing(3, 4), usesThread: true) {
            CountingSpills().make()
        }
        let run = RowRun(firstRow: 1, count: count, facts: .existing, id: TextRange(offset: 0, count: 36), idStride: 0)
        try audit.consume(run, text: Array(id.utf8).span)
        let rows = Array(1...20)
        #expect(
            try audit.finish().existingShared
                == SharedRecords(
                    records: 1, rows: count, firstRows: rows,
                    top: [SharedRecord(id: id, rows: count, firstRows: rows)]))
        // The next dump starts without it.
        #expect(try audit.finish() == IdentitySummary())
    }

    @Test("A spill without room ends the audit with its error", arguments: [false, true], ["%", "not a UUID %"])
    func noRoom(usesThread: Bool, pattern: String) throws {
        let rows = (0..<400).map { number -> String in
            let digits = "0a1b2c3d-4e5f-4678-9abc-def012345\(number + 100)"
            return #"{"id":"\#(pattern.replacing("%", with: digits))","created":true}"#
        }
        for room in [0, 100, 5000] {
            let spills = CountingSpills(room: room)
            #expect(throws: (any Error).self) {
                try identify(job(rows: rows), budget: .tiny, usesThread: usesThread, spills: spills)
            }
            #expect(spills.living == 0)
        }
    }

    // MARK: - A second opinion

    struct Row {
        var id: String
        var isCreated: Bool

        var json: String { #"{"id":"\#(id)","\#(isCreated ? "created" : "existing")":true}"# }
    }

    private static func randomRows(seed: UInt64, count: Int) -> [Row] {
        var numbers = SplitMix64(seed: seed)
        let pool = (0..<count).map { number -> String in
            let bits = String(numbers.next() >> 16 | 1 << 47, radix: 16)
            return number % 5 == 0 ? "id \(number)" : "0a1b2c3d-4e5f-4678-9abc-\(bits)"
        }
        // The first ids are frequent.
        return (0..<count).map { _ in
            let limit = Bool.random(using: &numbers) ? count : 1 + count / 50
            let id = pool[Int.random(in: 0..<limit, using: &numbers)]
            return Row(
                id: id.count == 36 && numbers.next() % 8 == 0 ? id.uppercased() : id,
                isCreated: Bool.random(using: &numbers))
        }
    }

    private static func reference(_ rows: [Row]) -> IdentitySummary {
        func shared(_ isCreated: Bool) -> SharedRecords {
            var rowsByID: [String: [Int]] = [:]
            for (index, row) in rows.enumerated() where row.isCreated == isCreated {
                let id = row.id.count == 36 ? row.id.lowercased() : row.id
                rowsByID[id, default: []].append(index + 1)
            }
            let repeated = rowsByID.filter { $0.value.count > 1 }
            let all = repeated.values.flatMap { $0 }.sorted()
            let top = repeated.sorted { ($1.value.count, $0.value[0]) < ($0.value.count, $1.value[0]) }.prefix(20)
            return SharedRecords(
                records: repeated.count, rows: all.count, firstRows: Array(all.prefix(20)),
                top: top.map { SharedRecord(id: $0, rows: $1.count, firstRows: Array($1.prefix(20))) })
        }
        return IdentitySummary(createdRepeated: shared(true), existingShared: shared(false))
    }
}
