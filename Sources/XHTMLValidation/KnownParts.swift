/// The parts of all valid pages so far, so that a page of the same parts need not be checked against the grammar again.
///
/// A **part** is an element without what is inside its children: the names of all elements around it (its *path*) and its
/// own; its attributes, with the values of all but those that the grammar lets have any value (``GrammarShape``) and that
/// no other check looks at (``AttributeRole``); and what comes directly in it, one after another: elements by their names,
/// comments, and text, of which is told whether it is blank. Of a style sheet, all of the text belongs to the part.
///
/// **Why a page is valid if each of its parts was in a page that libxml2 found valid.** ``GrammarShape`` has made sure of
/// two things. First, no place has two patterns for elements of one name. So there is one pattern for the root, one for a
/// child of each name in it, and so on: the path of an element tells which pattern it has to fit. Second, patterns for
/// the inside of an element are made of elements and `text`, which stands for any text; so whether an element fits its
/// pattern depends on its attributes, on the order of elements and text in it, and on whether each child fits the pattern
/// for its name. All but the last is its part. In the page from which the part is known, an element with the same part
/// and the same path, so with the same pattern, did fit it. The values that a part leaves out make no difference, for the
/// pattern takes any. By induction from the innermost elements outwards, each element of the page fits its pattern, and
/// the root does.
///
/// The other checks (``PageCheck``) are about a link inside a link, which the path tells; about addresses, and about what
/// a style sheet loads, which the values in the part tell; and about ids and what refers to them, which no part alone
/// can tell: those are compared for each page.
///
/// **Why it is well-formed.** ``MarkupCursor`` takes only what every parser takes in the same way: it looks at each byte of
/// text and of values, and elements are closed in the order in which they were opened. What is left is that an element
/// has no attribute twice, which its part tells; that namespaces are declared as they may be, of which those in force
/// were so in a valid page (``NamespaceScopes``); and libxml2's limits, which depend on the path, or are far from what is
/// taken here. Where a page is written in another way, libxml2 judges all of it.
///
/// Nothing is said of a page that has anything else: then all checks are made, and if they find nothing, its parts are
/// known from then on.
struct KnownParts {
    /// Larger pages are not checked here.
    private static let largestPage = 4 * 1024 * 1024
    private static let mostAttributes = 200

    /// The approximate number of bytes kept: beyond it, everything is dropped.
    private let memory: Int
    private let shape: GrammarShape
    private var names = NameTable()
    private var scopes = NamespaceScopes()
    private var values = ValueTable()
    private var parts = PartTable()
    private var freedom = PairTable()
    private var references = PageReferences()
    /// Start tags that have no attribute with any value, as they are written, by path and scope: where they lead.
    private var tags = ValueTable()
    private var tagPlaces = PairTable()
    private var knownTags: [OpenElement] = []

    // Of the current page.
    private var open: [OpenElement] = []
    private var text = MarkupCursor.Text.none
    private var attributes: [MarkupCursor.Attribute] = []
    private var newParts: [PartTable.Place] = []
    private var newScopes: [UInt32] = []

    private struct OpenElement {
        var name: UInt32
        var path: PartTable.Place
        /// The position in the part.
        var place: PartTable.Place
        var scope: UInt32
        /// In its tag.
        var declarations: Int
        var isStyleSheet: Bool
        var isEmpty: Bool
        /// Its name as it is written.
        var written: Range<Int>
    }

    /// Nil if the grammar does not allow checking parts separately.
    init?(_ grammar: XMLDocument, memory: Int) {
        guard let shape = GrammarShape(of: grammar) else { return nil }
        self.shape = shape
        self.memory = memory
    }

    enum Judgement {
        /// All parts are known, and the ids are valid.
        case valid
        /// The page is well-formed, but has unknown parts; ``learn()`` adds them.
        case new
        case unknown
    }

    mutating func judge(_ document: [UInt8]) -> Judgement {
        if size > memory { forget() }
        open.removeAll(keepingCapacity: true)
        newParts.removeAll(keepingCapacity: true)
        newScopes.removeAll(keepingCapacity: true)
        text = .none
        references.begin()
        guard document.count <= Self.largestPage, (try? UTF8Span(validating: document.span)) != nil else {
            return .unknown
        }
        let isPlain = unsafe document.withUnsafeBufferPointer { bytes in
            var cursor = unsafe MarkupCursor(bytes)
            return read(&cursor)
        }
        guard isPlain else { return .unknown }
        guard newParts.isEmpty, newScopes.isEmpty else { return .new }
        return references.areWhole ? .valid : .unknown
    }

    /// Adds the new parts of the last page, which was found valid.
    mutating func learn() {
        for place in newParts { parts.learn(place, mentions(at: place)) }
        for scope in newScopes { scopes.learn(scope) }
    }

    /// Approximately, in bytes.
    private var size: Int {
        100 * (parts.count + values.count + names.count + scopes.count + tags.count + knownTags.count)
            + values.byteCount + tags.byteCount
    }

    private mutating func forget() {
        (names, scopes, values, parts) = (NameTable(), NamespaceScopes(), ValueTable(), PartTable())
        (freedom, references) = (PairTable(), PageReferences())
        (tags, tagPlaces, knownTags) = (ValueTable(), PairTable(), [])
    }
}

// MARK: - Reading a page

extension KnownParts {
    /// False if only the full check can decide.
    private mutating func read(_ cursor: inout MarkupCursor) -> Bool {
        guard cursor.skipProlog() else { return false }
        var declarations = 0
        repeat {
            if cursor.isAtEndTag {
                guard let element = open.last, cursor.endTag(element.written) else { return false }
                declarations -= element.declarations
                end()
            } else if cursor.isAtComment {
                guard !open.isEmpty, cursor.comment() else { return false }
                addText()
                open[open.count - 1].place = parts.place(after: .comment, from: open[open.count - 1].place)
            } else {
                guard begin(&cursor), let element = open.last else { return false }
                declarations += element.declarations
                guard declarations <= XHTMLValidator.maximumNamespaces else { return false }
                if element.isStyleSheet {
                    guard element.isEmpty || readStyleSheet(&cursor) else { return false }
                }
                if element.isEmpty {
                    declarations -= element.declarations
                    end()
                }
            }
            guard !open.isEmpty else { break }
            guard let next = cursor.text() else { return false }
            if next == .some || text == .none { text = next }
        } while true
        return cursor.isAtEnd()
    }

    private mutating func begin(_ cursor: inout MarkupCursor) -> Bool {
        guard open.count < XHTMLValidator.maximumDepth, size <= 2 * memory, let end = cursor.endOfStartTag() else {
            return false
        }
        addText()
        let scope = open.last?.scope ?? 0
        let outer = open.last?.path ?? PartTable.root
        let start = cursor.index
        let key = UInt64(outer) << 32 | UInt64(scope)
        let tag = unsafe tags.find(cursor[start..<end])
        if let tag, let known = tagPlaces.find(key, UInt64(tag)) {
            var element = knownTags[Int(known) - 1]
            element.written = start + 1..<start + 1 + element.written.count
            cursor.skip(to: end)
            enter(element)
            return true
        }
        attributes.removeAll(keepingCapacity: true)
        guard let (name, isEmpty) = cursor.startTag(&attributes), attributes.count <= Self.mostAttributes,
            let (element, isConstant) = makeElement(name, outer, scope, cursor)
        else { return false }
        var entered = element
        entered.isEmpty = isEmpty
        enter(entered)
        if isConstant {
            knownTags.append(entered)
            _ = tagPlaces.number(
                of: key, UInt64(unsafe tags.number(of: cursor[start..<end])), new: UInt32(knownTags.count))
        }
        return true
    }

    /// The element of a tag, and whether the tag always means the same in its place.
    private mutating func makeElement(
        _ written: Range<Int>, _ outer: PartTable.Place, _ outerScope: UInt32, _ cursor: MarkupCursor
    ) -> (OpenElement, isConstant: Bool)? {
        var scope = outerScope
        var declarations = 0
        for attribute in attributes where unsafe NamespaceScopes.declares(cursor[attribute.name]) {
            declarations += 1
            scope = unsafe scopes.scope(
                declaring: values.number(of: cursor[attribute.name]), values.number(of: cursor[attribute.value]),
                in: scope)
        }
        let writtenNumber = unsafe values.number(of: cursor[written])
        guard let name = names.number(of: writtenNumber, in: scope, isAttribute: false, scopes, values) else {
            return nil
        }
        let path = parts.place(after: .inside(name), from: outer)
        var place = path
        var isConstant = true
        for attribute in attributes {
            let raw = unsafe cursor[attribute.name]
            if unsafe declarations > 0 && NamespaceScopes.declares(raw) { continue }
            let rawNumber = unsafe values.number(of: raw)
            guard let number = names.number(of: rawNumber, in: scope, isAttribute: true, scopes, values) else {
                return nil
            }
            place = parts.place(after: .attribute(number), from: place)
            if isFree(number, on: name) {
                isConstant = false
            } else {
                place = parts.place(after: .value(unsafe values.number(of: cursor[attribute.value])), from: place)
            }
        }
        return (
            OpenElement(
                name: name, path: path, place: place, scope: scope, declarations: declarations,
                isStyleSheet: names[name].isStyleSheet, isEmpty: false, written: written), isConstant
        )
    }

    private mutating func enter(_ element: OpenElement) {
        if let last = open.indices.last {
            open[last].place = parts.place(after: .child(element.name), from: open[last].place)
        }
        if element.declarations > 0, !scopes.isKnown(element.scope) { newScopes.append(element.scope) }
        open.append(element)
    }

    /// All of what is in a style sheet belongs to its part.
    private mutating func readStyleSheet(_ cursor: inout MarkupCursor) -> Bool {
        guard let range = cursor.verbatimText(), cursor.isAtEndTag else { return false }
        let value = unsafe values.number(of: cursor[range])
        open[open.count - 1].place = parts.place(after: .value(value), from: open[open.count - 1].place)
        return true
    }

    private mutating func end() {
        addText()
        var element = open.removeLast()
        if element.isStyleSheet, element.isEmpty {
            element.place = parts.place(
                after: .value(unsafe values.number(of: UnsafeBufferPointer(start: nil, count: 0))), from: element.place)
        }
        switch parts.mentions(at: element.place) {
        case .none: newParts.append(element.place)
        case .some(nil): break
        case .some(let mentions?): references.add(mentions)
        }
    }

    /// Goes on with the part of the innermost element past the text that has come.
    private mutating func addText() {
        guard text != .none, let last = open.indices.last else { return }
        open[last].place = parts.place(after: .text(isBlank: text == .blank), from: open[last].place)
        text = .none
    }
}

// MARK: - Attributes

extension KnownParts {
    /// Whether neither the grammar nor another check looks at the value of an attribute.
    private mutating func isFree(_ attribute: UInt32, on element: UInt32) -> Bool {
        let answer = freedom.number(of: UInt64(element), UInt64(attribute), new: 3)
        guard answer == 3 else { return answer == 1 }
        let isFree =
            shape.isFree(names[attribute].attributeName, on: names[element].elementName)
            && AttributeRole(of: names[attribute].attributeName, on: names[element].local) == nil
        freedom.replace(UInt64(element), UInt64(attribute), by: isFree ? 1 : 2)
        return isFree
    }

    /// What a part mentions, from the steps that lead to its end.
    private mutating func mentions(at end: PartTable.Place) -> PartMentions {
        var steps: [PartTable.Step] = []
        var element = NameTable.Name(local: "", namespace: "")
        var place = end
        while place != PartTable.root {
            let arrival = parts.arrivals[Int(place)]
            if case .inside(let name) = arrival.step {
                element = names[name]
                break
            }
            steps.append(arrival.step)
            place = arrival.from
        }
        var mentioned = PartMentions()
        // Its text comes last.
        if element.isStyleSheet, case .value(let text)? = steps.first {
            references.note(StyleSheet(values.text(text)).fragments, in: &mentioned)
            steps.removeFirst()
        }
        var attribute: UInt32?
        for step in steps.reversed() {
            switch step {
            case .attribute(let name): attribute = name
            case .value(let value):
                guard let name = attribute else { continue }
                note(values.text(value).decoded, of: names[name].attributeName, on: element, in: &mentioned)
            case .inside, .child, .text, .comment: break
            }
        }
        return mentioned
    }

    /// Notes what the value of an attribute mentions, as ``PageCheck`` does.
    private mutating func note(
        _ value: String, of attribute: String, on element: NameTable.Name, in mentioned: inout PartMentions
    ) {
        switch AttributeRole(of: attribute, on: element.local) {
        case .id: mentioned.ids.append(references.number(of: value))
        case .references:
            for id in ReferenceCheck.ids(listed: value) { references.add(id, to: &mentioned) }
        case .link, .resource: references.note(Address(value).fragment.map { [$0] } ?? [], in: &mentioned)
        case .style: references.note(StyleSheet(value).fragments, in: &mentioned)
        case nil: break
        }
    }
}

extension String {
    /// The value of an attribute, as it is written in a plain page.
    fileprivate var decoded: String {
        guard utf8.contains(where: { $0 == UInt8(ascii: "&") || $0 < 0x20 }) else { return self }
        var decoded = String.UnicodeScalarView()
        var rest = unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "&", let end = rest.firstIndex(of: ";") else {
                decoded.append(scalar.value < 0x20 ? " " : scalar)
                continue
            }
            let name = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
            let isHexadecimal = name.hasPrefix("#x")
            switch name {
            case "amp": decoded.append("&")
            case "lt": decoded.append("<")
            case "gt": decoded.append(">")
            case "quot": decoded.append("\"")
            case "apos": decoded.append("'")
            default:
                let digits = name.dropFirst(isHexadecimal ? 2 : 1)
                guard let scalar = UInt32(digits, radix: isHexadecimal ? 16 : 10).flatMap({ Unicode.Scalar($0) })
                else { continue }
                decoded.append(scalar)
            }
        }
        return String(decoded)
    }
}
