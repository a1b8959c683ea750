/// Finds what someone may have meant by a name that is none.
package enum NearestName {
    /// The name that takes the fewest edits to come to, at most a third of its length; nil if none is near.
    package static func of(_ text: String, among names: [String]) -> String? {
        let wrong = Array(text.utf8)
        guard wrong.count <= 64 else { return nil }
        let near = names.map { (distance: edits(from: wrong, to: Array($0.utf8)), name: $0) }
            .filter { $0.distance <= max(1, $0.name.utf8.count / 3) }
        return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// Letters to insert, to leave out or to change, and neighbours to exchange.
    private static func edits(from first: [UInt8], to second: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for (row, letter) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var cost = min(
                    last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == second[column - 1], other == first[row - 1] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[second.count]
    }
}
