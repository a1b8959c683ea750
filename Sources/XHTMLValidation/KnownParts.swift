/// The parts of all valid pages so far, so that a page made of these need not be checked against the grammar again.
///
/// A **part** is an element without the contents of its children: the names of all its ancestors (its *path*) and its
/// own; its attributes, with their values, except values that the grammar does not restrict (``GrammarShape``) and that
/// no other check looks at (``AttributeRole``); and its direct content in order: elements by their names, comments, and
/// whether each text is blank. All text of a style sheet belongs to the part.
///
/// **Why a page is valid if each of its parts was in a page that libxml2 found valid.** ``GrammarShape`` has ensured
/// two things. First, no place has two patterns for elements of the same name. So there is one pattern for the root,
/// one for each name of a child in it, and so on: the path of an element determines the pattern that it must match.
/// Second, patterns for the content of an element consist of elements and `text`, which matches any text; so whether an
/// element matches its pattern depends on its attributes, on the order of elements and text in it, and on whether each
/// child matches the pattern for its name. All but the last belong to its part. In the page from which the part is
/// known, an element with the same part and the same path, and so with the same pattern, did match. The values that a
/// part leaves out make no difference, because the pattern accepts any. By induction from the innermost elements
/// outward, each element of the page matches its pattern, including the root.
///
/// The other checks (``PageCheck``) are about a link inside a link, which the path shows; about addresses and what a
/// style sheet loads, which the values in the part show; and about ids and references to them, which no part can show
/// by itself: those are compared for each page.
///
/// **Why it is well-formed.** ``MarkupCursor`` accepts only what every parser reads in the same way: it looks at each
/// byte of text and of values, and each end tag closes the innermost open element. What remains is that an element has
/// no attribute twice, which its part shows; that namespaces are declared as allowed, as those in force were in a valid
/// page (``NamespaceScopes``); and libxml2's limits, which depend on the path, or are far from what is accepted here.
/// If a page is written in another way, libxml2 judges all of it.
///
/// A page with anything else is not judged here: all checks are made, and if they find nothing, its parts are known
/// from then on.
struct KnownParts {
    /// Larger pages always get the full check.
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
    /// Start tags, as written, in which no attribute may have any value. By path and scope, each leads to its element.
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
        /// The place in the table that the part has reached.
        var place: PartTable.Place
        var scope: UInt32
        /// The number of namespace declarations in its tag.
        var declarations: Int
        var isStyleSheet: Bool
        var isEmpty: Bool
        /// Its name as written.
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

    /// The approximate size in bytes.
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
    /// Reads a page; false if only the full check can decide.
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

    /// Returns the element of a tag, and whether the tag always means the same in its place.
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

    /// Reads a style sheet, whose whole text belongs to its part.
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

    /// Adds the text that was just read to the part of the innermost element.
    private mutating func addText() {
        guard text != .none, let last = open.indices.last else { return }
        open[last].place = parts.place(after: .text(isBlank: text == .blank), from: open[last].place)
        text = .none
    }
}

// MARK: - Attributes

extension KnownParts {
    /// Returns whether neither the grammar nor another check looks at the value of an attribute.
    private mutating func isFree(_ attribute: UInt32, on element: UInt32) -> Bool {
        let answer = freedom.number(of: UInt64(element), UInt64(attribute), new: 3)
        guard answer == 3 else { return answer == 1 }
        let isFree =
            shape.isFree(names[attribute].attributeName, on: names[element].elementName)
            && AttributeRole(of: names[attribute].attributeName, on: names[element].local) == nil
        freedom.replace(UInt64(element), UInt64(attribute), by: isFree ? 1 : 2)
        return isFree
    }

    /// Returns what a part mentions, from the steps that lead to its end.
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
        // The text of a style sheet is the last step.
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

    /// Adds what the value of an attribute mentions, as ``PageCheck`` does.
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
    /// The value of an attribute, decoded from how it is written in a plain page.
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
