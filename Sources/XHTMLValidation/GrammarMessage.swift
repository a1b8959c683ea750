internal import CLibXML2

/// Words for an error of validation. libxml2 says what it expected of its automaton; people need to know what to do.
struct GrammarMessage {
    let text: String

    init(_ vocabulary: GrammarVocabulary, _ error: xmlError, _ element: xmlNodePtr?) {
        let subject = unsafe Subject(copying: element)
        let first = unsafe String(copying: error.str1)?.shortened ?? ""
        let code = unsafe xmlRelaxNGValidErr(rawValue: UInt32(max(0, error.code)))
        switch code {
        case XML_RELAXNG_ERR_EXTRACONTENT where subject.parent != nil:
            // libxml2 blames the first child that the last of several alternatives could not take.
            text =
                "<\(subject.parent ?? "?")> holds more than it may: this <\(subject.name)>, or what follows it, "
                + "is not allowed at its place."
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
                "The attributes of <\(subject.name)> do not fit: one is missing, or has a value that is not allowed."
                + needs
        case XML_RELAXNG_ERR_NOELEM:
            text = "<\(subject.name)> is not complete: an element that it must have is missing."
        case XML_RELAXNG_ERR_CONTENTVALID:
            text = "The content of <\(subject.name)> is not what is allowed there."
        default:
            let message = unsafe String(copying: error.message)?.shortened ?? "unknown error"
            text = "The page does not fit the grammar: \(message)"
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
            return "<\(name)> is not allowed, neither here nor elsewhere. Remove it, or use another element."
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

    /// What elements cannot do without. libxml2 does not say which attribute is missing.
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
