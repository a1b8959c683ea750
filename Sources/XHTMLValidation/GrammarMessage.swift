internal import CLibXML2

/// The message for a validation error. libxml2 reports the state of its automaton; people need to know what to do.
struct GrammarMessage {
    let text: String

    init(_ vocabulary: GrammarVocabulary, _ error: xmlError, _ element: xmlNodePtr?) {
        let subject = unsafe Subject(copying: element)
        let first = unsafe String(copying: error.str1)?.shortened ?? ""
        let code = unsafe xmlRelaxNGValidErr(rawValue: UInt32(max(0, error.code)))
        switch code {
        case XML_RELAXNG_ERR_EXTRACONTENT where subject.parent != nil:
            // libxml2 blames the first child that the last of several alternatives could not match.
            text =
                "<\(subject.parent ?? "?")> contains more than it may: this <\(subject.name)>, or what follows it, "
                + "is not allowed here."
        case XML_RELAXNG_ERR_ELEMWRONG, XML_RELAXNG_ERR_ELEMNAME, XML_RELAXNG_ERR_EXTRACONTENT,
            XML_RELAXNG_ERR_ELEMNONS, XML_RELAXNG_ERR_ELEMWRONGNS, XML_RELAXNG_ERR_ELEMEXTRANS:
            text = Self.misplaced(subject, vocabulary)
        case XML_RELAXNG_ERR_TEXTWRONG:
            text = "Text is not allowed directly inside <\(subject.name)>. Put it into an element, or remove it."
        case XML_RELAXNG_ERR_INVALIDATTR:
            text = Self.wrongAttribute(first, of: subject, vocabulary)
        case XML_RELAXNG_ERR_ATTRVALID:
            let needs = Self.needs[subject.name].map { " It needs \($0)." } ?? ""
            text =
                "The attributes of <\(subject.name)> are wrong: one is missing, or has a value that is not allowed."
                + needs
        case XML_RELAXNG_ERR_NOELEM:
            text = "<\(subject.name)> is not complete: an element that it must have is missing."
        case XML_RELAXNG_ERR_CONTENTVALID:
            text = "The content of <\(subject.name)> is not what is allowed there."
        default:
            let message = unsafe String(copying: error.message)?.shortened ?? "unknown error"
            text = "The page does not match the grammar: \(message)"
        }
    }

    private static func misplaced(_ subject: Subject, _ vocabulary: GrammarVocabulary) -> String {
        let name = subject.name
        let place = subject.parent.map { "inside <\($0)>" } ?? "as the root of the file"
        if subject.namespace.isEmpty {
            let namespace = name == "svg" ? XMLElement.svg : XMLElement.xhtml
            return
                "<\(name)> has no namespace. Put xmlns=\"\(namespace)\" on <\(subject.parent == nil ? name : "html")>."
        }
        if name == "svg", subject.namespace == XMLElement.xhtml {
            return "<svg> is in the namespace of XHTML here. Put xmlns=\"\(XMLElement.svg)\" on it."
        }
        if name != name.lowercased(), vocabulary.mayContain(element: name.lowercased()) {
            return "<\(name)> is not allowed \(place): names are lower-case in XHTML. Write <\(name.lowercased())>."
        }
        if subject.parent == nil, name == "html" {
            return "<html> is in the namespace \"\(subject.namespace)\". Write xmlns=\"\(XMLElement.xhtml)\"."
        }
        if !vocabulary.mayContain(element: name) {
            return "<\(name)> is not allowed anywhere. Remove it, or use another element."
        }
        let here = subject.parent == nil ? "" : "at this place "
        return "<\(name)> is not allowed \(here)\(place). Move it, or use another element."
    }

    private static func wrongAttribute(_ name: String, of subject: Subject, _ vocabulary: GrammarVocabulary) -> String {
        if name.lowercased().hasPrefix("on") {
            return "The attribute \"\(name)\" of <\(subject.name)> is not allowed: it would run script. Remove it."
        }
        if !vocabulary.mayContain(attribute: name) {
            let advice =
                vocabulary.mayContain(attribute: name.lowercased())
                ? "Write \"\(name.lowercased())\": names are lower-case." : "Remove it."
            return "The attribute \"\(name)\" of <\(subject.name)> is not allowed. \(advice)"
        }
        let value = subject.attributes[name].map { "its value \"\($0.shortened)\"" } ?? "its value"
        return "The attribute \"\(name)\" of <\(subject.name)> is not allowed there, or \(value) is not."
    }

    /// The required attributes of elements. libxml2 does not say which one is missing.
    private static let needs = [
        "data": "value",
        "img": "alt, and src with a picture as data:image/png;base64,… (or gif, jpeg, webp, avif)",
        "meta": "charset=\"utf-8\", or one of the known names and content, or a Content-Security-Policy and content",
        "meter": "value, a number",
    ]
}

/// The element that an error is about.
private struct Subject {
    var name = "?"
    var namespace = ""
    var parent: String?
    var attributes: [String: String] = [:]

    init(copying element: xmlNodePtr?) {
        guard let element = unsafe element else { return }
        name = unsafe String(copying: element.pointee.name)?.shortened ?? name
        namespace = unsafe String(copying: element.pointee.ns?.pointee.href)?.shortened ?? ""
        if let parent = unsafe element.pointee.parent, unsafe parent.pointee.type == XML_ELEMENT_NODE {
            self.parent = unsafe String(copying: parent.pointee.name)?.shortened
        }
        var attribute = unsafe element.pointee.properties
        while let current = unsafe attribute {
            attributes[unsafe String(copying: current.pointee.name) ?? ""] = unsafe current.value
            unsafe attribute = unsafe current.pointee.next
        }
    }
}

/// The names of elements and attributes anywhere in a grammar, so that a message can say "not here" or "nowhere".
struct GrammarVocabulary: Sendable {
    private var elements: Set<String> = []
    private var attributes: Set<String> = []
    /// Whether the grammar has name classes other than plain names, so that it may allow more than it names.
    private var isOpen = false

    /// Reads the names and refuses anything that would load another file.
    init(of grammar: XMLDocument, faults: inout FaultLog) {
        var found = FaultLog()
        grammar.forEachElement { element in
            guard element.namespace == XMLElement.relaxNG else { return }
            // "svg:rect" counts as "rect": a hint does not need the namespace.
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

    /// Returns whether an element of this name may occur anywhere.
    func mayContain(element name: String) -> Bool {
        isOpen || elements.contains(name)
    }

    /// Returns whether any element may have an attribute of this local name.
    func mayContain(attribute name: String) -> Bool {
        isOpen || attributes.contains(name)
    }
}

/// Validates a tree against a grammar.
enum GrammarCheck {
    /// Adds the grammar's objections to the document to the faults of other checks.
    static func check(_ document: XMLDocument, against grammar: XHTMLGrammar, faults: inout FaultLog) {
        var findings = GrammarFindings(vocabulary: grammar.vocabulary)
        let status = unsafe withUnsafeMutablePointer(to: &findings) { findings in
            unsafe LibXML2.collectingStrayErrors(into: findings, with: collect) { () -> Int32 in
                guard let validation = unsafe xmlRelaxNGNewValidCtxt(grammar.schema) else { return -1 }
                defer { unsafe xmlRelaxNGFreeValidCtxt(validation) }
                unsafe clibxml2_on_validation_error(validation, collect, findings)
                return unsafe xmlRelaxNGValidateDoc(validation, document.tree)
            }
        }
        faults.append(findings.faults)
        if status != 0, faults.isEmpty {
            // A page is never valid just because an error was not reported.
            faults.add(.grammar, at: 0, "The page does not match the grammar; the reason is unknown (\(status)).")
        }
    }
}

private let collect: clibxml2_error_callback = { context, error in
    guard let findings = unsafe context?.assumingMemoryBound(to: GrammarFindings.self), let error = unsafe error else {
        return
    }
    unsafe findings.pointee.add(error.pointee)
}

/// Collects libxml2's validation errors as messages.
private struct GrammarFindings {
    let vocabulary: GrammarVocabulary
    private(set) var faults = FaultLog()

    init(vocabulary: GrammarVocabulary) {
        self.vocabulary = vocabulary
    }

    mutating func add(_ error: xmlError) {
        // A grammar may declare ids as xsd:ID. The reference check reports such errors with better messages.
        guard unsafe error.level.rawValue >= XML_ERR_ERROR.rawValue,
            unsafe error.domain != Int32(XML_FROM_VALID.rawValue)
        else { return }
        // The consequence of an error further inside, which was already reported.
        let isConsequence = unsafe error.code == Int32(XML_RELAXNG_ERR_CONTENTVALID.rawValue)
        guard !isConsequence || faults.isEmpty else { return }
        let element = unsafe error.node?.assumingMemoryBound(to: xmlNode.self).enclosingElement
        if let offset = unsafe element?.startTagOffset {
            faults.add(.grammar, at: offset, unsafe GrammarMessage(vocabulary, error, element).text)
        } else {
            let line = unsafe max(1, Int(error.line))
            faults.add(
                Fault(
                    place: .line(line), code: .grammar, message: unsafe GrammarMessage(vocabulary, error, element).text)
            )
        }
    }
}
