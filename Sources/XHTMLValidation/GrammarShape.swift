/// The properties of a grammar that decide whether pages can be checked part by part (``KnownParts``).
///
/// It is *plain* if the names of an element and of its ancestors determine the pattern that the element must match, and
/// if only patterns of attributes restrict text. Then whether an element matches depends on little outside the element.
struct GrammarShape {
    /// The name of an element, preceded by its namespace and a space.
    typealias ElementName = String

    /// The attributes without a namespace that may have any value, by element.
    private var freeAttributes: [ElementName: Set<String>] = [:]

    /// Nil if the grammar is not plain.
    ///
    /// - Parameter grammar: a grammar that libxml2 has compiled.
    init?(of grammar: XMLDocument) {
        guard let root = Pattern.root(of: grammar), root.isPattern("grammar") else { return nil }
        var reader = ContentReader()
        var start: Pattern?
        for pattern in root.children {
            switch pattern.name {
            case "start":
                guard start == nil else { return nil }
                start = pattern
            case "define":
                // Two definitions of the same name would be combined.
                guard let name = pattern["name"], reader.defines.updateValue(pattern, forKey: name) == nil else {
                    return nil
                }
            default: return nil
            }
        }
        guard let start else { return nil }
        // All elements that occur, from the root on.
        var waiting = [start]
        var seen: Set<ObjectIdentifier> = []
        while let element = waiting.popLast() {
            guard let content = reader.content(of: element) else { return nil }
            for child in content.elements.values where seen.insert(ObjectIdentifier(child)).inserted {
                waiting.append(child)
            }
            if element === start { continue }
            guard let name = element.elementName else { return nil }
            let free = Set(content.attributes.filter { $0.value }.keys)
            // If an element has several patterns, an attribute is free only if it is free in all of them.
            freeAttributes[name] = freeAttributes[name].map { $0.intersection(free) } ?? free
        }
    }

    /// Returns whether an attribute may have any value, on an element that may have it at all.
    func isFree(_ attribute: String, on element: ElementName) -> Bool {
        freeAttributes[element]?.contains(attribute) == true
    }
}

/// An element of a grammar.
private final class Pattern {
    let name: String
    private let namespace: String
    private let attributes: [XMLElement.Attribute]
    /// By prefix.
    private let namespaces: [String: String]
    /// The namespace of elements that are named without a prefix.
    private let elementNamespace: String
    var children: [Pattern] = []

    private init(_ element: XMLElement, in parent: Pattern?) {
        name = element.name
        namespace = element.namespace
        attributes = element.attributes
        namespaces = (parent?.namespaces ?? [:]).merging(element.declaredNamespaces) { $1 }
        elementNamespace = element.attributes.first { $0.name == "ns" }?.value ?? parent?.elementNamespace ?? ""
    }

    /// Returns the root pattern with everything in it.
    static func root(of grammar: XMLDocument) -> Pattern? {
        var open: [Pattern] = []
        grammar.forEachElement { element in
            open.removeLast(max(0, open.count - element.depth))
            let pattern = Pattern(element, in: open.last)
            open.last?.children.append(pattern)
            open.append(pattern)
        }
        return open.first
    }

    func isPattern(_ name: String) -> Bool { self.name == name && isPattern }

    var isPattern: Bool { namespace == XMLElement.relaxNG }

    /// The value of an attribute, without surrounding white space.
    subscript(attribute: String) -> String? {
        guard let value = attributes.first(where: { $0.name == attribute })?.value else { return nil }
        let isBlank: (UInt8) -> Bool = { $0 <= UInt8(ascii: " ") }
        guard value.utf8.contains(where: isBlank) else { return value }
        let bytes = value.utf8.drop(while: isBlank)
        return String(
            decoding: bytes.prefix(bytes.count - bytes.reversed().prefix(while: isBlank).count), as: UTF8.self)
    }

    /// The name of the elements that a pattern describes; nil if there is none, or more than one.
    var elementName: GrammarShape.ElementName? {
        guard isPattern("element"), let name = self["name"] else { return nil }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return "\(elementNamespace) \(name)" }
        return namespaces[String(parts[0])].map { "\($0) \(parts[1])" }
    }
}

/// Determines what may be directly in an element, in any order.
private struct ContentReader {
    struct Content {
        /// The pattern of each child, by name.
        var elements: [GrammarShape.ElementName: Pattern] = [:]
        /// Whether an attribute may have any value.
        var attributes: [String: Bool] = [:]
        fileprivate var defines: Set<String> = []
    }

    var defines: [String: Pattern] = [:]

    /// Returns the content of an element; nil if it is not plain.
    func content(of element: Pattern) -> Content? {
        var content = Content()
        return element.children.allSatisfy { read($0, into: &content) } ? content : nil
    }

    private func read(_ pattern: Pattern, into content: inout Content) -> Bool {
        guard pattern.isPattern else { return false }
        switch pattern.name {
        case "text", "empty":
            return true
        case "optional", "zeroOrMore", "oneOrMore", "choice", "group":
            return pattern.children.allSatisfy { read($0, into: &content) }
        case "ref":
            guard let name = pattern["name"], let define = defines[name] else { return false }
            guard content.defines.insert(name).inserted else { return true }
            return define.children.allSatisfy { read($0, into: &content) }
        case "element":
            // If two patterns in one place have the same name, only an element's content decides which of them it
            // matches.
            guard let name = pattern.elementName else { return false }
            let earlier = content.elements.updateValue(pattern, forKey: name)
            return earlier == nil || earlier === pattern
        case "attribute":
            guard let name = pattern["name"], pattern["ns"] == nil, pattern.children.allSatisfy(isPlainValue) else {
                return false
            }
            // A name with a prefix may be written with another prefix.
            let isFree = isAnyText(pattern.children) && !name.utf8.contains(UInt8(ascii: ":"))
            content.attributes[name] = content.attributes[name] != false && isFree
            return true
        default:
            // This includes patterns that restrict text, and names that stand for many.
            return false
        }
    }

    /// Returns whether the patterns of a value allow any text.
    private func isAnyText(_ patterns: [Pattern]) -> Bool {
        guard let pattern = patterns.first else { return true }
        guard patterns.count == 1 else { return false }
        guard pattern.name == "ref" else { return pattern.name == "text" }
        return pattern["name"].flatMap { defines[$0] }.map { isAnyText($0.children) } ?? false
    }

    /// Types of values that depend on more than the value: on other attributes, or on the namespaces in force.
    private static let contextual: Set = ["ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NOTATION", "QName"]

    private func isPlainValue(_ pattern: Pattern) -> Bool {
        guard pattern.isPattern else { return false }
        switch pattern.name {
        case "text", "empty", "param": return true
        case "data", "value":
            return !Self.contextual.contains(pattern["type"] ?? "") && pattern.children.allSatisfy(isPlainValue)
        case "choice", "group", "optional": return pattern.children.allSatisfy(isPlainValue)
        case "ref":
            return pattern["name"].flatMap { defines[$0] }?.children.allSatisfy(isPlainValue) ?? false
        default: return false
        }
    }
}
