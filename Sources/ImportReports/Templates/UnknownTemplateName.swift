import ImportAnalysis

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
        if let nearest = NearestName.of(wrong, among: known.sorted()) {
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
}
