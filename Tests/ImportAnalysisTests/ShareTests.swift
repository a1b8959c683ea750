import ImportAnalysis
import Testing

/// Shares are exact and rounded half up, without floating point.
@Suite struct ShareTests {
    @Test(
        arguments: [
            (0, 0, 0, "0.000000"), (5, 0, 0, "0.000000"), (0, 7, 0, "0.000000"), (1, 1, 1_000_000, "1.000000"),
            (1, 3, 333_333, "0.333333"), (2, 3, 666_667, "0.666667"), (1, 30, 33_333, "0.033333"),
            (1, 2_000_000, 1, "0.000001"), (1, 2_000_001, 0, "0.000000"), (3, 2_000_000, 2, "0.000002"),
            (999_999, 1_000_000, 999_999, "0.999999"), (1_999_999, 2_000_000, 1_000_000, "1.000000"),
            (1, 1_000_000, 1, "0.000001"), (3, 2, 1_500_000, "1.500000"), (.max, .max, 1_000_000, "1.000000"),
            (.max - 1, .max, 1_000_000, "1.000000"), (.max / 2, .max, 500_000, "0.500000"), (1, .max, 0, "0.000000"),
            (.max, 1, .max, "9223372036854.775807"),
        ])
    func roundsHalfUp(_ part: Int, _ whole: Int, _ millionths: Int, _ decimal: String) {
        let share = Share(of: part, in: whole)
        #expect(share.millionths == millionths)
        #expect(share.decimal == decimal)
    }

    @Test func largerPartsHaveLargerShares() {
        let shares = (0...100).map { Share(of: $0, in: 100) }
        #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test(arguments: [(1, 2, 2, 4), (0, 0, 0, 5), (7, 0, 0, 1), (.max, .max, 1, 1), (3, 2, 6, 4)])
    func equalFractionsAreEqualHoweverTheyAreWritten(_ part: Int, _ whole: Int, _ other: Int, _ otherWhole: Int) {
        #expect(Share(of: part, in: whole) == Share(of: other, in: otherWhole))
        #expect(!(Share(of: part, in: whole) < Share(of: other, in: otherWhole)))
    }

    @Test func sharesThatShowAlikeDiffer() {
        #expect(Share(of: 1, in: .max) != Share(of: 2, in: .max))
        #expect(Share(of: .max - 1, in: .max) < Share(of: .max, in: .max))
    }
}
