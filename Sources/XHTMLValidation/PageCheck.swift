/// Checks that a grammar cannot express, or that apply regardless of the grammar, in one pass over the elements.
struct PageCheck {
    private var references = ReferenceCheck()
    private var faults = FaultLog()
    /// The depth of the link around the current element, if there is one.
    private var linkDepth: Int?
    private let styleSheets: StyleSheetMemory

    private init(styleSheets: StyleSheetMemory) {
        self.styleSheets = styleSheets
    }

    static func faults(in document: XMLDocument, styleSheets: StyleSheetMemory) -> FaultLog {
        var check = PageCheck(styleSheets: styleSheets)
        document.forEachElement(withTextOf: "style") { check.visit($0) }
        check.faults.append(check.references.finish())
        return check.faults
    }

    private mutating func visit(_ element: XMLElement) {
        checkNesting(of: element)
        for attribute in element.attributes {
            switch AttributeRole(of: attribute.name, on: element.name) {
            case .id: references.define(attribute.value, at: element.offset)
            case .references: references.note(listed: attribute.value, by: attribute.name, at: element.offset)
            case .link: checkLink(attribute, of: element)
            case .resource: checkResource(attribute, of: element)
            case .style:
                checkStyle(StyleSheet(attribute.value), named: "The attribute \"\(attribute.name)\"", of: element)
            case nil: break
            }
        }
        if let styleSheet = element.text {
            checkStyle(styleSheets.read(styleSheet), named: "The style sheet", of: element)
        }
    }

    private mutating func checkNesting(of element: XMLElement) {
        if let depth = linkDepth, element.depth <= depth {
            linkDepth = nil
        }
        guard element.name == "a" else { return }
        if linkDepth == nil {
            linkDepth = element.depth
        } else {
            faults.add(
                .nestedLink, at: element.offset, "<a> is inside another <a>. Close the outer link before this one.")
        }
    }

    private mutating func checkLink(_ attribute: XMLElement.Attribute, of element: XMLElement) {
        let address = Address(attribute.value)
        if let scheme = address.forbiddenScheme {
            faults.add(
                .unsafeLink, at: element.offset,
                "The attribute \"\(attribute.name)\" of <\(element.name.shortened)> has the scheme \"\(scheme):\". "
                    + "Only http, https, mailto and relative addresses are allowed.")
        } else if let fragment = address.fragment {
            references.note(fragment: fragment, by: "The attribute \"\(attribute.name)\"", at: element.offset)
        }
    }

    private mutating func checkResource(_ attribute: XMLElement.Attribute, of element: XMLElement) {
        let address = Address(attribute.value)
        if let fragment = address.fragment {
            references.note(fragment: fragment, by: "The attribute \"\(attribute.name)\"", at: element.offset)
        } else if !address.isSelfContained {
            faults.add(
                .externalResource, at: element.offset,
                "The attribute \"\(attribute.name)\" of <\(element.name.shortened)> would load "
                    + "\"\(attribute.value.shortened)\". The page must contain everything itself, as data:image/….")
        }
    }

    private mutating func checkStyle(_ style: StyleSheet, named source: String, of element: XMLElement) {
        for problem in style.problems {
            faults.add(.externalResource, at: element.offset, "\(source) of <\(element.name.shortened)> \(problem)")
        }
        for fragment in style.fragments {
            references.note(fragment: fragment, by: source, at: element.offset)
        }
    }
}
