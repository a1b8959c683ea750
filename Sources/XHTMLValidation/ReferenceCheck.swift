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
                    message: "The id \"\(id.shortened)\" is already used by an earlier element. Choose another.",
                    earlier: first))
        } else {
            ids[key] = offset
        }
    }

    /// An attribute names ids, with white space between them.
    mutating func note(listed ids: String, by attribute: String, at offset: Int) {
        for id in Self.ids(listed: ids) {
            note(id, .danglingReference, by: "The attribute \"\(attribute)\"", at: offset)
        }
    }

    /// Something leads to a part of the page. The top of the page is always there.
    mutating func note(fragment: String, by source: String, at offset: Int) {
        if Self.isID(fragment: fragment) {
            note(fragment, .danglingFragment, by: source, at: offset)
        }
    }

    private mutating func note(_ id: String, _ code: XHTMLProblem.Code, by source: String, at offset: Int) {
        // Most references lead back, to what is known already, and need not be kept.
        if !isDefined(id) {
            references.append(Reference(id: id, offset: offset, code: code, source: source))
        }
    }

    static func ids(listed ids: String) -> [String] { ids.split(whereSeparator: \.isWhitespace).map { String($0) } }

    /// Whether a fragment leads to an element.
    static func isID(fragment: String) -> Bool { !fragment.isEmpty && fragment.lowercased() != "top" }

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

/// What is written in `href`, `src` or `url(…)`, judged without being followed.
struct Address {
    /// Without white space and control characters around it: browsers ignore them there.
    private let text: Substring.UnicodeScalarView

    init(_ text: some StringProtocol) {
        let isPadding = { (scalar: Unicode.Scalar) in scalar.value <= 0x20 || scalar.properties.isWhitespace }
        var scalars = Substring(text).unicodeScalars.drop(while: isPadding)
        while let last = scalars.last, isPadding(last) {
            scalars.removeLast()
        }
        self.text = scalars
    }

    /// The id after "#", if the address is nothing else; empty for "#" alone, which is the top of the page.
    var fragment: String? {
        text.first == "#" ? String(Substring(text.dropFirst())) : nil
    }

    /// What is before a colon that comes before any "/", "?" and "#"; nil if there is none, so the address is relative.
    ///
    /// It is not required to look like a scheme. Browsers drop tabs and line ends from "java\nscript:", and what else
    /// some program drops is anybody's guess; a relative address has no colon there, by RFC 3986, section 4.2.
    private var scheme: String? {
        let head = text.prefix { !"/?#:".unicodeScalars.contains($0) }
        guard head.endIndex < text.endIndex, text[head.endIndex] == ":" else { return nil }
        return String(Substring(head)).lowercased()
    }

    /// nil if the reader may follow it, or else the scheme that is not allowed.
    var forbiddenScheme: String? {
        scheme.flatMap { ["http", "https", "mailto"].contains($0) ? nil : String($0).shortened }
    }

    /// Whether it is a part of this page, or a picture or font carried in it.
    var isSelfContained: Bool {
        let beginning = String(Substring(text.prefix(16))).lowercased()
        return beginning.hasPrefix("#") || beginning.hasPrefix("data:image/") || beginning.hasPrefix("data:font/")
    }
}

extension String {
    /// With %XX decoded; itself if that does not give UTF-8.
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
