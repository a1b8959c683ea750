/// The names of elements and attributes that a grammar has anywhere, so that a message can say "not here" or "nowhere".
struct GrammarVocabulary: Sendable {
    private var elements: Set<String> = []
    private var attributes: Set<String> = []
    /// Whether the grammar has name classes other than plain names, and may allow more than it names.
    private var isOpen = false

    /// Reads the names, and refuses what would load another file.
    init(of grammar: XMLDocument, faults: inout FaultLog) {
        var found = FaultLog()
        grammar.forEachElement { element in
            guard element.namespace == XMLElement.relaxNG else { return }
            // "svg:rect" is counted as "rect": the namespace is not needed for a hint.
            let name = element.attributes.first { $0.name == "name" }?.value.split(separator: ":").last.map(String.init)
            switch (element.name, name) {
            case ("element", let name?): elements.insert(name)
            case ("attribute", let name?): attributes.insert(name)
            case ("name", _), ("anyName", _), ("nsName", _): isOpen = true
            case ("include", _), ("externalRef", _):
                found.add(
                    .externalResource, at: element.offset,
                    "<\(element.name)> loads another file. Put the whole grammar into one.")
            default: break
            }
        }
        faults.append(found)
    }

    /// Whether some element of this name may be somewhere.
    func mayContain(element name: String) -> Bool {
        isOpen || elements.contains(name)
    }

    /// Whether some element may have an attribute of this local name.
    func mayContain(attribute name: String) -> Bool {
        isOpen || attributes.contains(name)
    }
}
