/// Collects ids and the references to them.
struct ReferenceCheck {
    private struct Reference {
        var id: String
        var offset: Int
        var code: XHTMLProblem.Code
        /// What refers to the id, in words.
        var source: String
    }

    private var faults = FaultLog()
    /// The offset of the first element with each id. The keys are bytes, as in browsers: texts that Unicode considers
    /// equivalent are equal in Swift, but different ids.
    private var ids: [[UInt8]: Int] = [:]
    /// References without a target so far: an id can come later than a reference to it.
    private var references: [Reference] = []

    /// Records the id of an element.
    mutating func define(_ id: String, at offset: Int) {
        let key = Array(id.utf8)
        if let first = ids[key] {
            faults.add(
                Fault(
                    place: .offset(offset), code: .duplicateID,
                    message: "The id \"\(id.shortened)\" is already used by an earlier element. Choose another.",
                    earlier: first))
        } else {
            ids[key] = offset
        }
    }

    /// Records the ids that an attribute lists, separated by white space.
    mutating func note(listed ids: String, by attribute: String, at offset: Int) {
        for id in Self.ids(listed: ids) {
            note(id, .danglingReference, by: "The attribute \"\(attribute)\"", at: offset)
        }
    }

    /// Records a reference to a part of the page. The top of the page always exists.
    mutating func note(fragment: String, by source: String, at offset: Int) {
        if Self.isID(fragment: fragment) {
            note(fragment, .danglingFragment, by: source, at: offset)
        }
    }

    private mutating func note(_ id: String, _ code: XHTMLProblem.Code, by source: String, at offset: Int) {
        // Most references lead back to ids that are already known, and need not be kept.
        if !isDefined(id) {
            references.append(Reference(id: id, offset: offset, code: code, source: source))
        }
    }

    /// Returns the ids of a list, which HTML divides only at ASCII white space.
    static func ids(listed ids: String) -> [String] {
        ids.unicodeScalars.split { " \t\n\u{C}\r".unicodeScalars.contains($0) }.map { String($0) }
    }

    /// Returns whether a fragment refers to an element.
    static func isID(fragment: String) -> Bool { !fragment.isEmpty && fragment.lowercased() != "top" }

    private func isDefined(_ id: String) -> Bool { ids[Array(id.utf8)] != nil }

    /// Returns the faults, once all elements have been seen.
    consuming func finish() -> FaultLog {
        for reference in references where !isDefined(reference.id) && !isDefined(reference.id.percentDecoded) {
            faults.add(
                reference.code, at: reference.offset,
                "\(reference.source) refers to \"\(reference.id.shortened)\", but no element has this id.")
        }
        return faults
    }
}

/// An address in `href`, `src` or `url(…)`, judged without being followed.
struct Address {
    /// Without surrounding spaces and control characters of ASCII, which browsers ignore (WHATWG URL, section 4.4).
    private let text: Substring.UnicodeScalarView

    init(_ text: some StringProtocol) {
        let isPadding = { (scalar: Unicode.Scalar) in scalar.value <= 0x20 }
        var scalars = Substring(text).unicodeScalars.drop(while: isPadding)
        while let last = scalars.last, isPadding(last) {
            scalars.removeLast()
        }
        self.text = scalars
    }

    /// The id after "#", if the address consists of nothing else; empty for "#" alone, which is the top of the page.
    var fragment: String? {
        text.first == "#" ? String(Substring(text.dropFirst())) : nil
    }

    /// The text before a colon that precedes any "/", "?" and "#"; nil for a relative address, which has none.
    ///
    /// It need not look like a scheme. Browsers drop tabs and line ends from "java\nscript:", and other programs may
    /// drop anything else; a relative address has no colon there, by RFC 3986, section 4.2.
    private var scheme: String? {
        let head = text.prefix { !"/?#:".unicodeScalars.contains($0) }
        guard head.endIndex < text.endIndex, text[head.endIndex] == ":" else { return nil }
        return String(Substring(head)).lowercased()
    }

    /// The scheme, if it is not allowed; nil if the reader may follow the address.
    var forbiddenScheme: String? {
        scheme.flatMap { ["http", "https", "mailto"].contains($0) ? nil : String($0).shortened }
    }

    /// Whether it is a part of this page, or an embedded picture or font.
    var isSelfContained: Bool {
        let beginning = String(Substring(text.prefix(16))).lowercased()
        return beginning.hasPrefix("#") || beginning.hasPrefix("data:image/") || beginning.hasPrefix("data:font/")
    }
}

extension String {
    /// The text with %XX decoded, or unchanged if the result is not UTF-8.
    var percentDecoded: String {
        guard contains("%") else { return self }
        var decoded: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(Substring(digits), radix: 16) {
                decoded.append(value)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return String(validating: decoded, as: UTF8.self) ?? self
    }
}
