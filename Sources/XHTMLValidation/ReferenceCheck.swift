/// Ids and what refers to them.
struct ReferenceCheck {
    private struct Reference {
        var id: String
        var offset: Int
        var code: XHTMLProblem.Code
        /// What refers to it, in words.
        var source: String
    }

    private var faults = FaultLog()
    /// Where each id was first given. By its bytes, as browsers have it: two texts that Unicode takes for equivalent are
    /// one to Swift, and two ids to them.
    private var ids: [[UInt8]: Int] = [:]
    /// Those that may still turn out well: an id can come later than what refers to it.
    private var references: [Reference] = []

    /// An element has an id.
    mutating func define(_ id: String, at offset: Int) {
        let key = Array(id.utf8)
        if let first = ids[key] {
            faults.add(
                Fault(
                    place: .offset(offset), code: .duplicateID,
                    message: "The id \"\(id.shortened)\" is taken by an earlier element. Choose another.",
                    earlier: first))
        } else {
            ids[key] = offset
        }
    }

    /// An attribute names ids, with white space between them.
    mutating func note(listed ids: String, by attribute: String, at offset: Int) {
        for id in ids.split(whereSeparator: \.isWhitespace) {
            note(String(id), .danglingReference, by: "The attribute \"\(attribute)\"", at: offset)
        }
    }

    /// Something leads to a part of the page. The top of the page is always there.
    mutating func note(fragment: String, by source: String, at offset: Int) {
        if !fragment.isEmpty, fragment.lowercased() != "top" {
            note(fragment, .danglingFragment, by: source, at: offset)
        }
    }

    private mutating func note(_ id: String, _ code: XHTMLProblem.Code, by source: String, at offset: Int) {
        // Most references lead back, to what is known already, and need not be kept.
        if !isDefined(id) {
            references.append(Reference(id: id, offset: offset, code: code, source: source))
        }
    }

    private func isDefined(_ id: String) -> Bool { ids[Array(id.utf8)] != nil }

    /// The faults, once all elements have been seen.
    consuming func finish() -> FaultLog {
        for reference in references where !isDefined(reference.id) && !isDefined(reference.id.percentDecoded) {
            faults.add(
                reference.code, at: reference.offset,
                "\(reference.source) refers to \"\(reference.id.shortened)\", but no element has this id.")
        }
        return faults
    }
}
