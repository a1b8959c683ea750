internal import CLibXML2

/// What the valid pages so far were made of, so that a page of the same parts need not be compared with the grammar again.
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
/// can tell: those are compared for each page. Each page is parsed by libxml2, which finds whatever is not well-formed.
///
/// Nothing is said of a page that has anything else: then all checks are made, and if they find nothing, its parts are
/// known from then on.
///
/// One thread at a time uses it.
@safe
final class KnownParts {
    /// How much is kept, in bytes or so: beyond it, everything is forgotten.
    private let memory: Int
    private let shape: GrammarShape
    private var parser: xmlParserCtxtPtr
    private var names = NameTable()
    private var values = ValueTable()
    private var parts = PartTable()
    private var freedom = PairTable()
    private var references = PageReferences()

    // Of the page at hand.
    private var document: [UInt8] = []
    private var start = 0
    private var open: [OpenElement] = []
    private var text = Text.none
    private var styleSheet: [UInt8] = []
    private var newParts: [PartTable.Place] = []
    /// Whether there is something that only the full check can judge.
    private var isGivenUp = false

    private struct OpenElement {
        var path: PartTable.Place
        /// Where the part has come to.
        var place: PartTable.Place
        var isStyleSheet: Bool
    }

    private enum Text {
        case none, blank, some
    }

    /// Nil if the grammar is not such that parts can be judged by themselves.
    init?(_ grammar: XMLDocument, memory: Int) {
        guard let shape = GrammarShape(of: grammar), let parser = unsafe xmlNewParserCtxt() else { return nil }
        self.shape = shape
        self.memory = memory
        unsafe self.parser = unsafe parser
        listen()
    }

    deinit {
        unsafe xmlFreeParserCtxt(parser)
    }

    enum Judgement {
        /// All parts are known, and the ids are as they must be.
        case valid
        /// The page is well-formed, but has parts that are not known; ``learn()`` takes them in.
        case new
        case unknown
    }

    /// - Parameter document: one that has passed ``EncodingCheck`` and ``TagCheck``.
    func judge(_ document: [UInt8]) -> Judgement {
        if size > memory { forget() }
        self.document = document
        start = document.hasByteOrderMark ? 3 : 0
        open.removeAll(keepingCapacity: true)
        newParts.removeAll(keepingCapacity: true)
        styleSheet.removeAll(keepingCapacity: true)
        (text, isGivenUp) = (.none, false)
        references.begin()
        defer { self.document = [] }
        LibXML2.droppingStrayErrors {
            unsafe document[start...].withUnsafeBytes { bytes in
                _ = unsafe xmlCtxtReadMemory(
                    parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), nil, nil,
                    XMLDocument.options)
            }
        }
        guard unsafe !isGivenUp && parser.pointee.wellFormed != 0 && open.isEmpty else { return .unknown }
        guard newParts.isEmpty else { return .new }
        return references.areWhole ? .valid : .unknown
    }

    /// Takes in the new parts of the page that was judged last, which was found valid.
    func learn() {
        for place in newParts { parts.learn(place, mentions(at: place)) }
    }

    /// In bytes or so.
    private var size: Int { 100 * (parts.count + values.count + names.count) + values.byteCount }

    private func forget() {
        (names, values, parts) = (NameTable(), ValueTable(), PartTable())
        (freedom, references) = (PairTable(), PageReferences())
        // Names are known by where its dictionary has them.
        guard let parser = unsafe xmlNewParserCtxt() else { return }
        unsafe xmlFreeParserCtxt(self.parser)
        unsafe self.parser = unsafe parser
        listen()
    }
}

// MARK: - What the parser tells

extension KnownParts {
    /// Puts this in the place of what would build a tree.
    private func listen() {
        unsafe parser.pointee._private = Unmanaged.passUnretained(self).toOpaque()
        guard let events = unsafe parser.pointee.sax else { return }
        unsafe events.pointee.startDocument = nil
        unsafe events.pointee.endDocument = nil
        unsafe events.pointee.reference = nil
        unsafe events.pointee.internalSubset = { context, name, publicID, systemID in
            guard let parts = unsafe knownParts(context) else { return }
            let hasIDs = unsafe publicID != nil || systemID != nil
            unsafe parts.documentType(name: String(copying: name) ?? "", hasIDs: hasIDs)
        }
        unsafe events.pointee.startElementNs = {
            context, name, _, namespace, _, _, count, _, attributes in
            guard let parts = unsafe knownParts(context), let name = unsafe name else { return }
            unsafe parts.begin(name, namespace, attributes, count: Int(count))
        }
        unsafe events.pointee.endElementNs = { context, _, _, _ in
            unsafe knownParts(context)?.end()
        }
        let characters: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<xmlChar>?, Int32) -> Void = {
            context, text, count in
            guard let parts = unsafe knownParts(context), let text = unsafe text else { return }
            unsafe parts.add(UnsafeBufferPointer(start: text, count: Int(count)))
        }
        // libxml2 asks what is blank only if these two differ.
        unsafe events.pointee.characters = unsafe characters
        unsafe events.pointee.ignorableWhitespace = unsafe characters
        unsafe events.pointee.comment = { context, _ in unsafe knownParts(context)?.comment() }
        unsafe events.pointee.cdataBlock = { context, _, _ in unsafe knownParts(context)?.giveUp() }
        unsafe events.pointee.processingInstruction = { context, _, _ in unsafe knownParts(context)?.giveUp() }
        unsafe clibxml2_on_parse_error(parser) { context, error in
            guard let parts = unsafe knownParts(context), let error = unsafe error,
                unsafe error.pointee.level.rawValue >= XML_ERR_ERROR.rawValue
            else { return }
            parts.giveUp()
        }
    }

    private func documentType(name: String, hasIDs: Bool) {
        let end = start + max(0, unsafe Int(xmlByteConsumed(parser)))
        guard name == "html", !hasIDs, end < document.count, document[end] == UInt8(ascii: ">") else {
            giveUp()
            // Before any declaration is read: entities made of entities would be gone through one by one.
            return unsafe xmlStopParser(parser)
        }
    }

    private func begin(
        _ name: UnsafePointer<xmlChar>, _ namespace: UnsafePointer<xmlChar>?,
        _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, count: Int
    ) {
        guard !isGivenUp else { return }
        // Namespaces in force are counted whatever they are for.
        guard open.count < XHTMLValidator.maximumDepth, size <= 2 * memory,
            unsafe parser.pointee.nsNr <= 2 * XHTMLValidator.maximumNamespaces
        else { return giveUp() }
        let name = unsafe names.number(of: name, namespace)
        var path = PartTable.root
        if let last = open.indices.last {
            guard !open[last].isStyleSheet else { return giveUp() }
            addText()
            open[last].place = parts.place(after: .child(name), from: open[last].place)
            path = open[last].path
        }
        path = parts.place(after: .inside(name), from: path)
        var place = path
        for index in 0..<count {
            // Five pointers each: the local name, the prefix, the namespace, and the two ends of the value.
            guard let attribute = unsafe attributes.map({ unsafe $0 + 5 * index }), let local = unsafe attribute[0],
                let value = unsafe attribute[3], let end = unsafe attribute[4]
            else { return giveUp() }
            let attributeName = unsafe names.number(of: local, attribute[2])
            place = parts.place(after: .attribute(attributeName), from: place)
            if isFree(attributeName, on: name) { continue }
            let bytes = unsafe UnsafeBufferPointer(start: value, count: end - value)
            place = unsafe parts.place(after: .value(values.number(of: bytes)), from: place)
        }
        open.append(OpenElement(path: path, place: place, isStyleSheet: names[name].isStyleSheet))
    }

    private func end() {
        guard !isGivenUp, let element = open.last else { return }
        if element.isStyleSheet {
            // What the text is says whether there is any.
            text = .none
            let value = unsafe styleSheet.withUnsafeBufferPointer { unsafe values.number(of: $0) }
            open[open.count - 1].place = parts.place(after: .value(value), from: element.place)
            styleSheet.removeAll(keepingCapacity: true)
        } else {
            addText()
        }
        let place = open.removeLast().place
        switch parts.mentions(at: place) {
        case .none: newParts.append(place)
        case .some(nil): break
        case .some(let mentions?): references.add(mentions)
        }
    }

    private func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !isGivenUp, let element = open.last else { return }
        if element.isStyleSheet {
            unsafe styleSheet.append(contentsOf: bytes)
        } else if text != .some {
            text = unsafe bytes.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 || $0 == 0x0D } ? .blank : .some
        }
    }

    private func comment() {
        // Comments beside the root are nothing to the grammar.
        guard !isGivenUp, let element = open.last else { return }
        guard !element.isStyleSheet else { return giveUp() }
        addText()
        open[open.count - 1].place = parts.place(after: .comment, from: open[open.count - 1].place)
    }

    /// Goes on with the part of the innermost element past the text that has come.
    private func addText() {
        guard text != .none, let last = open.indices.last else { return }
        open[last].place = parts.place(after: .text(isBlank: text == .blank), from: open[last].place)
        text = .none
    }

    /// Ends the parse: nothing is said of the page.
    private func giveUp() {
        isGivenUp = true
        unsafe parser.pointee.disableSAX = 1
        unsafe parser.pointee.instate = XML_PARSER_EOF
    }
}

/// The pointer is that of the object which owns the parser.
private func knownParts(_ context: UnsafeMutableRawPointer?) -> KnownParts? {
    guard let parser = unsafe context?.assumingMemoryBound(to: xmlParserCtxt.self),
        let parts = unsafe parser.pointee._private
    else { return nil }
    return unsafe Unmanaged<KnownParts>.fromOpaque(parts).takeUnretainedValue()
}

// MARK: - Attributes

extension KnownParts {
    /// Whether neither the grammar nor another check looks at the value of an attribute.
    private func isFree(_ attribute: UInt32, on element: UInt32) -> Bool {
        let answer = freedom.number(of: UInt64(element), UInt64(attribute), new: 3)
        guard answer == 3 else { return answer == 1 }
        let isFree =
            shape.isFree(names[attribute].attributeName, on: names[element].elementName)
            && AttributeRole(of: names[attribute].attributeName, on: names[element].local) == nil
        freedom.replace(UInt64(element), UInt64(attribute), by: isFree ? 1 : 2)
        return isFree
    }

    /// What a part mentions, from the steps that lead to its end.
    private func mentions(at end: PartTable.Place) -> PartMentions {
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
    private func note(
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
    /// The value of an attribute, which libxml2 hands out with each `&` as a reference.
    fileprivate var decoded: String {
        guard utf8.contains(UInt8(ascii: "&")) else { return self }
        return split(separator: "&#38;", omittingEmptySubsequences: false).joined(separator: "&")
    }
}
