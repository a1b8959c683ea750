internal import CLibXML2

/// Observes the parser while it builds the tree: where elements begin, what is refused, what is not well-formed.
struct ParseObserver {
    private(set) var faults = FaultLog()
    /// Whether the tree is not worth checking.
    var isRefused: Bool { isStopped || hasSyntaxError }

    /// Whether parsing was abandoned because of the document type, the depth or the namespaces.
    private var isStopped = false
    private var hasSyntaxError = false
    /// Whether an error threw the parser out of step, so that every further error is a consequence.
    private var isDerailed = false

    private let document: [UInt8]
    private let start: Int

    /// - Parameter start: the offset at which libxml2 began to read.
    init(document: [UInt8], start: Int) {
        self.document = document
        self.start = start
    }

    /// Replaces libxml2's event handlers with the observer's, which call the original ones where the tree needs them.
    ///
    /// The parser's field `_private` must point to the observer as long as the parser runs.
    static func install(in parser: xmlParserCtxtPtr) {
        guard let events = unsafe parser.pointee.sax else { return }
        unsafe events.pointee.internalSubset = { context, name, publicID, systemID in
            guard let parser = unsafe parserContext(context), let observer = unsafe observer(of: parser) else { return }
            let hasIDs = unsafe publicID != nil || systemID != nil
            unsafe observer.pointee.documentType(
                name: String(copying: name)?.shortened ?? "", hasIDs: hasIDs, endingAt: parser)
        }
        unsafe events.pointee.startElementNs = {
            context, name, prefix, namespace, namespaceCount, namespaces, count, defaulted, attributes in
            unsafe xmlSAX2StartElementNs(
                context, name, prefix, namespace, namespaceCount, namespaces, count, defaulted, attributes)
            guard let parser = unsafe parserContext(context), let observer = unsafe observer(of: parser) else { return }
            unsafe observer.pointee.startTag(endingAt: parser)
        }
        // Not passed on: the grammar does not see processing instructions, and no other check looks at them.
        unsafe events.pointee.processingInstruction = { context, target, _ in
            guard let parser = unsafe parserContext(context), let observer = unsafe observer(of: parser) else { return }
            unsafe observer.pointee.processingInstruction(String(copying: target)?.shortened ?? "", endingAt: parser)
        }
        unsafe clibxml2_on_parse_error(parser) { context, error in
            guard let parser = unsafe parserContext(context), let observer = unsafe observer(of: parser),
                let error = unsafe error
            else { return }
            unsafe observer.pointee.error(error.pointee, in: parser)
        }
    }

    // MARK: Events

    /// `<!DOCTYPE html>` is all that a page needs, and the only document type accepted: no identifiers, nothing in
    /// brackets.
    private mutating func documentType(name: String, hasIDs: Bool, endingAt parser: xmlParserCtxtPtr) {
        let end = unsafe offset(in: parser)
        // libxml2 2.9 reads declarations in brackets even after the ">", where XML has none (XML 1.0, section 2.8).
        let rest = document.dropFirst(end)
        let hasSubset = rest.first != UInt8(ascii: ">") || rest.dropFirst().first == UInt8(ascii: "[")
        guard name != "html" || hasIDs || hasSubset else { return }
        let reason =
            if hasSubset {
                "The document type contains declarations in brackets."
            } else if hasIDs {
                "The document type refers to an external DTD."
            } else {
                "The document type is \"\(name)\"."
            }
        refuse(.doctype, at: tagStart(before: end), "\(reason) Write <!DOCTYPE html>, or none.")
        unsafe xmlStopParser(parser)
    }

    private mutating func startTag(endingAt parser: xmlParserCtxtPtr) {
        let begin = tagStart(before: unsafe offset(in: parser))
        guard let element = unsafe parser.pointee.node else { return }
        unsafe element.startTagOffset = begin
        if unsafe parser.pointee.nodeNr > XHTMLValidator.maximumDepth {
            refuse(
                .tooDeep, at: begin, "Elements are nested more than \(XHTMLValidator.maximumDepth) deep from here on.")
            unsafe xmlStopParser(parser)
        }
        // libxml2 searches all namespaces in force for each element. (Each takes two entries in its table.)
        if unsafe parser.pointee.nsNr > 2 * XHTMLValidator.maximumNamespaces {
            refuse(.tooManyAttributes, at: begin, "There are too many namespace declarations. Remove those not needed.")
            unsafe xmlStopParser(parser)
        }
    }

    private mutating func processingInstruction(_ target: String, endingAt parser: xmlParserCtxtPtr) {
        faults.add(
            .processingInstruction, at: tagStart(before: unsafe offset(in: parser)),
            "The processing instruction <?\(target)?> is not allowed: it could load or run something. Remove it.")
    }

    private mutating func error(_ error: xmlError, in parser: xmlParserCtxtPtr) {
        // Validity errors concern DTDs and xml:id. Here, the grammar decides what is valid.
        guard unsafe error.level.rawValue >= XML_ERR_ERROR.rawValue, !isStopped,
            unsafe error.domain != Int32(XML_FROM_VALID.rawValue)
        else { return }
        if !isDerailed {
            let fault = unsafe SyntaxError(copying: error)
            hasSyntaxError = true
            isDerailed = !fault.leavesStructureIntact
            faults.add(.notWellFormed, at: unsafe offset(in: parser), fault.message)
        }
        if isDerailed {
            // Ends the parse as soon as possible, and again if libxml2 resets this. xmlStopParser would free the input
            // to which the parser's functions still point when they report an error. Continuing would take quadratic
            // time for a comment full of "--", because libxml2 copies the whole comment for each.
            unsafe parser.pointee.disableSAX = 1
            unsafe parser.pointee.instate = XML_PARSER_EOF
        }
    }

    // MARK: Help

    private mutating func refuse(_ code: XHTMLProblem.Code, at offset: Int, _ message: String) {
        guard !isStopped else { return }
        isStopped = true
        faults.add(code, at: offset, message)
    }

    /// Returns how far the parser has read, as an offset in the document.
    private func offset(in parser: xmlParserCtxtPtr) -> Int {
        start + max(0, unsafe Int(xmlByteConsumed(parser)))
    }

    /// Returns the nearest "<" before the offset. A tag contains no other, because attribute values must not contain
    /// one.
    private func tagStart(before offset: Int) -> Int {
        var index = min(offset, document.count) - 1
        while index > 0, document[index] != UInt8(ascii: "<") {
            index -= 1
        }
        return max(0, index)
    }
}

private func parserContext(_ context: UnsafeMutableRawPointer?) -> xmlParserCtxtPtr? {
    unsafe context?.assumingMemoryBound(to: xmlParserCtxt.self)
}

/// The pointer outlives the parse: it comes from `withUnsafeMutablePointer` around it.
private func observer(of parser: xmlParserCtxtPtr) -> UnsafeMutablePointer<ParseObserver>? {
    unsafe parser.pointee._private?.assumingMemoryBound(to: ParseObserver.self)
}
