/// What the value of an attribute does on a page, for the attributes whose values do something.
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

    /// nil for attributes that are mere text, and for all that the checks do not know.
    init?(of attribute: String, on element: XMLElement) {
        guard let role = Self.roles[attribute] else { return nil }
        // Elements other than links load what they refer to: link, base, and in SVG use, image, gradients, patterns.
        let isLink = element.name == "a" || element.name == "area"
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
        // In SVG these are CSS by another way, escapes and all.
        for name in [
            "clip-path", "cursor", "fill", "filter", "marker", "marker-end", "marker-mid", "marker-start", "mask",
            "stroke",
        ] {
            roles[name] = .style
        }
        return roles
    }()
}
