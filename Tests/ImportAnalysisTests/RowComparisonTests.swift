import ImportAnalysis
import TestSupport
import Testing

struct RowComparisonTests {
    private static func outcomes(_ list: [Outcome]) -> RowOutcomes {
        var outcomes = RowOutcomes()
        for outcome in list { outcomes.append(outcome, 1) }
        return outcomes
    }

    @Test("Outcomes are preserved, whatever the lengths of runs", .seeded, arguments: Seeds.and(new: 3))
    func roundTrip(seed: UInt64) {
        var numbers = SplitMix64(seed: seed)
        var outcomes = RowOutcomes()
        var expected: [Outcome] = []
        for _ in 0..<400 {
            let outcome = Outcome.allCases[Int(numbers.next() % 4)]
            let count = Int(numbers.next() % 9) * (numbers.next() % 40 == 0 ? 1000 : 1) + 1
            outcomes.append(outcome, count)
            expected += Array(repeating: outcome, count: count)
        }
        #expect(outcomes.count == expected.count)
        #expect(expected.indices.allSatisfy { outcomes[$0 + 1] == expected[$0] })
        // Across the chunks in which memory is allocated.
        var long = RowOutcomes()
        long.append(.created, 3)
        long.append(.failed, 5_000_000)
        long.append(.existing, 4_000_001)
        #expect(long.count == 9_000_004)
        for (row, outcome) in [
            (3, Outcome.created), (4, .failed), (5_000_003, .failed), (5_000_004, .existing), (9_000_004, .existing),
        ] {
            #expect(long[row] == outcome, "\(row)")
        }
    }

    @Test("Applied rows are compared as created ones are, but not with them")
    func applied() throws {
        let before: [Outcome] = [.applied, .failed, .failed, .unclassified, .applied]
        let after: [Outcome] = [.applied, .applied, .failed, .applied, .failed]
        #expect((1...5).map { Self.outcomes(before)[$0] } == before)
        let compared = try #require(
            RowComparison(before: Self.outcomes(before), after: Self.outcomes(after), total: 5))
        #expect(compared.count(from: .applied, to: .applied) == 1 && compared.count(from: .created, to: .created) == 0)
        #expect(compared.fixed.ranges == [2...2] && compared.newlyFailing.ranges == [5...5])
        let created = Self.outcomes([.created, .failed])
        #expect(RowComparison(before: Self.outcomes(before), after: created, total: 5) == nil)
        #expect(RowComparison(before: created, after: Self.outcomes(before), total: 5) == nil)
    }

    @Test("Counts and ranges are those of a comparison one by one", .seeded, arguments: Seeds.and(new: 9))
    func againstNaive(seed: UInt64) throws {
        var numbers = SplitMix64(seed: seed)
        for length in [0, 1, 3, 4, 5, 64, 1001] {
            for extra in [0, 1, 7] {
                let before = (0..<length).map { _ in Outcome.allCases[Int(numbers.next() % 4)] }
                let after = (0..<length + extra).map { _ in Outcome.allCases[Int(numbers.next() % 4)] }
                let compared = try #require(
                    RowComparison(before: Self.outcomes(before), after: Self.outcomes(after), total: length))
                #expect(compared.compared == length && compared.onlyBefore == 0 && compared.onlyAfter == extra)
                for first in Outcome.allCases {
                    for second in Outcome.allCases {
                        let count = (0..<length).count { before[$0] == first && after[$0] == second }
                        #expect(compared.count(from: first, to: second) == count)
                    }
                }
                let fixed = (0..<length).filter { before[$0] == .failed && [.created, .existing].contains(after[$0]) }
                    .map { $0 + 1 }
                expect(compared.fixed, fixed)
                expect(
                    compared.stillFailing,
                    (0..<length).filter { before[$0] == .failed && after[$0] == .failed }.map { $0 + 1 })
                let undecided = (0..<length).filter { before[$0] == .failed && after[$0] == .unclassified }
                expect(compared.undecided, undecided.map { $0 + 1 })
                expect(
                    compared.newlyFailing,
                    (0..<length).filter { before[$0] != .failed && after[$0] == .failed }.map { $0 + 1 })
            }
        }
    }

    private func expect(_ found: RowRanges, _ rows: [Int]) {
        var ranges: [ClosedRange<Int>] = []
        for row in rows {
            if let last = ranges.last, last.upperBound == row - 1 {
                ranges[ranges.count - 1] = last.lowerBound...row
            } else {
                ranges.append(row...row)
            }
        }
        #expect(found.rows == rows.count)
        #expect(found.rangeCount == ranges.count)
        #expect(found.ranges == Array(ranges.prefix(RowComparison.rangesListed)))
    }
}
