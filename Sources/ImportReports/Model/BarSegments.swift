/// The parts of one stacked bar, as percentages of its width.
package struct BarSegments {
    /// In the order of the counts; nil where there is nothing to draw.
    package private(set) var segments: [(x: String, width: String)?] = []
    /// Some part is drawn wider than its share.
    package private(set) var hasWidened = false

    /// In hundredths of a percent: the whole bar, and the least that can be seen.
    private static let whole = 10_000
    private static let least = 150

    package init(counts: [Int]) {
        let sum = counts.reduce(Int128(0)) { $0 + Int128($1) }
        func isSmall(_ count: Int) -> Bool {
            count > 0 && Int128(count) * Int128(Self.whole) < sum * Int128(Self.least)
        }
        let small = counts.count { isSmall($0) }
        hasWidened = small > 0
        let room = Int128(Self.whole - small * Self.least)
        let large = counts.reduce(Int128(0)) { $0 + (isSmall($1) ? 0 : Int128($1)) }
        var x = 0
        var before: Int128 = 0
        for count in counts {
            guard count > 0 else {
                segments.append(nil)
                continue
            }
            var width = Self.least
            if !isSmall(count) {
                // From the sums, so that rounding leaves no gap at the end.
                width = Int((before + Int128(count)) * room / large - before * room / large)
                before += Int128(count)
            }
            segments.append((Self.percent(x), Self.percent(width)))
            x += width
        }
    }

    /// The width of a bar that stands for `count`, with the largest as the whole width.
    static func width(_ count: Int, largest: Int) -> String {
        guard largest > 0 else { return percent(0) }
        return percent(max(1, Int(Int128(count) * Int128(whole) / Int128(largest))))
    }

    /// Hundredths of a percent, for an attribute of SVG.
    static func percent(_ hundredths: Int) -> String {
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)%"
    }
}
