/// A name of a template that the model does not have at its place, and what its author may have meant.
struct UnknownTemplateName {
    private let parts: [String]
    private let scopes: [[String: ModelShape]]

    /// - Parameters:
    ///   - parts: the name, without its dots.
    ///   - scopes: the names that are known at the place, the outermost ones first.
    init(_ parts: [String], in scopes: [[String: ModelShape]]) {
        self.parts = parts
        self.scopes = scopes
    }

    /// Which part is unknown, the nearest known name, and all names that are known there.
    var explanation: String {
        let (known, before) = knownNames
        let wrong = parts.dropFirst(before.count).first ?? ""
        let name = ReportModelBuilder.shortened(parts.joined(separator: "."))
        var sentence = "The name “\(name)” is not known here."
        if let nearest = Self.nearest(to: wrong, in: known) {
            let whole = (before + [nearest] + parts.dropFirst(before.count + 1)).joined(separator: ".")
            sentence += " Perhaps “\(whole)” is meant."
        }
        let place = before.isEmpty ? "Known are" : "In “\(before.joined(separator: "."))” there are"
        let names = known.sorted().joined(separator: ", ")
        return known.isEmpty
            ? "\(sentence) “\(before.joined(separator: "."))” has no names of its own."
            : "\(sentence) \(place): \(names)."
    }

    /// The names at the place of the first part that is unknown, and the parts before it.
    private var knownNames: (names: Set<String>, before: [String]) {
        let outermost = Set(scopes.flatMap { $0.keys })
        guard let first = parts.first, let scope = scopes.last(where: { $0[first] != nil }) else {
            return (outermost, [])
        }
        var shape = scope[first]
        for (index, part) in parts.enumerated().dropFirst() {
            guard case .section(let inner)? = shape else { return ([], Array(parts[..<index])) }
            guard let next = inner[part] else { return (Set(inner.keys), Array(parts[..<index])) }
            shape = next
        }
        return (outermost, [])
    }

    /// The name that takes the fewest changes; nil if none is near. Of several, the first in order.
    private static func nearest(to name: String, in known: Set<String>) -> String? {
        // No name of the model is as long, and a distance takes time by the square of it.
        guard name.utf8.count <= 40 else { return nil }
        let most = max(1, name.utf8.count / 3)
        return known.sorted().map { ($0, distance(name, $0)) }.filter { $0.1 <= most }.min { $0.1 < $1.1 }?.0
    }

    /// How many letters must be put in, taken out, replaced, or swapped with their neighbour.
    private static func distance(_ first: String, _ second: String) -> Int {
        let (a, b) = (Array(first.utf8), Array(second.utf8))
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
