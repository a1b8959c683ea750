import ImportAnalysis
import ImportReports
import TestSupport
import Testing

/// Shares as numbers and as bars.
struct BarAndPercentTests {
    @Test(
        "A share never shows 0% for something, nor 100% for what is not all",
        arguments: [
            (0, 0, "0%"), (0, 5, "0%"), (5, 5, "100%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (1, 2000, "0.1%"),
            (1, 2001, "<0.1%"), (1, .max, "<0.1%"), (.max - 1, .max, ">99.9%"), (.max, .max, "100%"),
            (1999, 2000, ">99.9%"), (1998, 2000, "99.9%"), (3, 2, "150%"), (1, 1, "100%"),
            (5001, 5000, ">100%"), (.max, .max - 1, ">100%"), (2001, 2000, "100.1%"),
        ])
    func percent(part: Int, whole: Int, expected: String) {
        #expect(Share(of: part, in: whole).text == expected)
    }

    @Test("Whatever the counts", .seeded, arguments: Seeds.and(new: 1...4))
    func percentOfAnything(seed: UInt64) {
        var numbers = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let whole = Int.random(in: 1...(Int.max >> Int.random(in: 0...62, using: &numbers)), using: &numbers)
            let part = Int.random(in: 0...whole, using: &numbers)
            let text = Share(of: part, in: whole).text
            #expect((text == "0%") == (part == 0), "\(part) of \(whole)")
            #expect((text == "100%") == (part == whole), "\(part) of \(whole)")
        }
    }

    @Test(
        "The parts of a bar fill it without a gap, and each part that is there can be seen", .seeded,
        arguments: Seeds.and(new: 1...6))
    func segments(seed: UInt64) throws {
        var numbers = SplitMix64(seed: seed)
        for _ in 0..<1000 {
            let counts = (0..<Int.random(in: 1...5, using: &numbers)).map { _ -> Int in
                switch Int.random(in: 0...5, using: &numbers) {
                case 0: 0
                case 1: 1
                case 2: .max
                default: Int.random(in: 0...(Int.max >> Int.random(in: 0...62, using: &numbers)), using: &numbers)
                }
            }
            guard counts.contains(where: { $0 > 0 }) else { continue }
            let bar = BarSegments(counts: counts)
            #expect(bar.segments.count == counts.count)
            var end = 0
            for (count, segment) in zip(counts, bar.segments) {
                #expect((segment == nil) == (count == 0))
                guard let segment else { continue }
                let width = try #require(hundredths(segment.width))
                #expect(hundredths(segment.x) == end, "a gap in \(counts)")
                // At least 1.5%, or a little less if widening the others takes some from a part that has just that.
                #expect(width >= 141, "\(counts)")
                end += width
            }
            #expect(end == 10_000, "\(counts)")
        }
    }

    @Test("No counts, no bar; a bar that is to scale does not say that it is widened")
    func edges() {
        #expect(BarSegments(counts: []).segments.isEmpty)
        #expect(BarSegments(counts: [0, 0]).segments.allSatisfy { $0 == nil })
        #expect(!BarSegments(counts: [1, 1]).hasWidened)
        #expect(BarSegments(counts: [1, 1000]).hasWidened)
        #expect(!BarSegments(counts: [0, 7]).hasWidened)
    }

    /// Converts "12.34%" to 1,234.
    private func hundredths(_ text: String) -> Int? {
        let parts = text.dropLast().split(separator: ".")
        guard text.hasSuffix("%"), parts.count == 2, parts[1].count == 2 else { return nil }
        return Int(parts[0] + parts[1])
    }
}
