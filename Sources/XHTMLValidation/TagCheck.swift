/// Limits the attributes of each tag before a parser sees them.
///
/// libxml2 compares each attribute, and each namespace declaration, with all earlier ones of the same tag. A single tag
/// of a few megabytes would keep it busy for hours.
enum TagCheck {
    /// Returns the fault of the first tag with too many attributes.
    ///
    /// In a well-formed document, this reads tags as a parser does. At the first place where it does not, the parser
    /// stops, so misreading the rest does not matter.
    static func fault(in document: [UInt8]) -> Fault? {
        var scanner = Scanner(document: document)
        while let tag = scanner.skipToTag() {
            if scanner.countAttributes() > XHTMLValidator.maximumAttributes {
                return Fault(
                    place: .offset(tag), code: .tooManyAttributes,
                    message: "This tag has more than \(XHTMLValidator.maximumAttributes) attributes.")
            }
        }
        return nil
    }
}

private struct Scanner {
    let document: [UInt8]
    private var index = 0

    init(document: [UInt8]) {
        self.document = document
    }

    /// Moves to the next start or end tag, past comments, CDATA and the like, and returns the offset of its "<".
    mutating func skipToTag() -> Int? {
        while index < document.count {
            guard document[index] == UInt8(ascii: "<") else {
                index += 1
                continue
            }
            let start = index
            index += 1
            guard index < document.count else { return start }
            switch document[index] {
            case UInt8(ascii: "!") where document[start...].starts(with: "<!--".utf8):
                skip(from: start + 4, past: "-->")
            case UInt8(ascii: "!") where document[start...].starts(with: "<![CDATA[".utf8):
                skip(from: start + 9, past: "]]>")
            case UInt8(ascii: "?"):
                skip(from: start + 2, past: "?>")
            default:
                return start
            }
        }
        return nil
    }

    /// Moves to the end of the tag and returns the number of equals signs outside quotation marks.
    mutating func countAttributes() -> Int {
        var count = 0
        var quote: UInt8?
        while index < document.count {
            let byte = document[index]
            index += 1
            switch (quote, byte) {
            case (nil, UInt8(ascii: ">")): return count
            case (nil, UInt8(ascii: "=")): count += 1
            case (nil, UInt8(ascii: "\"")), (nil, UInt8(ascii: "'")): quote = byte
            case (byte?, _): quote = nil
            default: break
            }
        }
        return count
    }

    private mutating func skip(from start: Int, past end: String) {
        let end = Array(end.utf8)
        index = start
        while index < document.count, !document[index...].starts(with: end) {
            index += 1
        }
        index = min(index + end.count, document.count)
    }
}

/// What the value of an attribute does on a page, for attributes whose values have an effect.
enum AttributeRole {
    /// Names the element.
    case id
    /// Names other elements by id.
    case references
    /// Leads somewhere when the reader follows it.
    case link
    /// Is loaded with the page.
    case resource
    /// Is CSS.
    case style

    /// Nil for attributes that are mere text, and for all that the checks do not know.
    ///
    /// - Parameter element: the element's local name.
    init?(of attribute: String, on element: String) {
        // The grammar allows a single address there: that of the style sheet next to the page.
        if element == "link", attribute == "href" { return nil }
        guard let role = Self.roles[attribute] else { return nil }
        // Elements other than links load what they refer to: link, base, and in SVG use, image, gradients, patterns.
        let isLink = element == "a" || element == "area"
        self = role == .link && attribute.hasSuffix("href") && !isLink ? .resource : role
    }

    private static let roles: [String: AttributeRole] = {
        var roles: [String: AttributeRole] = ["id": .id, "style": .style]
        for name in [
            "aria-activedescendant", "aria-controls", "aria-describedby", "aria-details", "aria-errormessage",
            "aria-flowto", "aria-labelledby", "aria-owns", "for", "form", "headers", "list", "popovertarget",
        ] {
            roles[name] = .references
        }
        for name in ["action", "cite", "formaction", "href", "longdesc", "ping", "xlink:href"] {
            roles[name] = .link
        }
        for name in ["background", "classid", "codebase", "data", "manifest", "poster", "src", "srcdoc", "srcset"] {
            roles[name] = .resource
        }
        // In SVG, these are another way to write CSS, including its escapes.
        for name in [
            "clip-path", "cursor", "fill", "filter", "marker", "marker-end", "marker-mid", "marker-start", "mask",
            "stroke",
        ] {
            roles[name] = .style
        }
        return roles
    }()
}
