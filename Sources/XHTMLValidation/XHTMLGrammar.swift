internal import CLibXML2

/// A compiled RELAX NG grammar (XML syntax), ready to check any number of documents, on any number of threads.
@safe
package final class XHTMLGrammar: Sendable {
    /// Why bytes cannot be used as a grammar.
    package struct Failure: Error, Sendable, Equatable {
        /// What is wrong, sorted by line; never empty.
        package var problems: [XHTMLProblem]
    }

    // Only read after init: libxml2 keeps the whole state of a validation in the validation's own context.
    nonisolated(unsafe) let schema: xmlRelaxNGPtr

    /// The names that the grammar knows, for better messages.
    let vocabulary: GrammarVocabulary

    /// The bytes that it was compiled from.
    private let bytes: [UInt8]

    /// The style sheet of the previous page, which most likely is also that of the next.
    let styleSheets = StyleSheetMemory()

    /// Compiles a grammar.
    ///
    /// It must be a single file: `include` and `externalRef` are refused, because they load files. The limits and the
    /// rules for encodings and document types are those of ``XHTMLValidator``.
    ///
    /// - Throws: ``Failure`` with everything that is wrong with it.
    package init(_ bytes: [UInt8]) throws(Failure) {
        var faults = FaultLog()
        if let fault = EncodingCheck.fault(in: bytes) ?? TagCheck.fault(in: bytes) {
            faults.add(fault)
            throw Failure(problems: faults.problems(in: bytes))
        }
        guard let document = XMLDocument.parse(bytes, faults: &faults) else {
            throw Failure(problems: faults.problems(in: bytes))
        }
        let vocabulary = GrammarVocabulary(of: document, faults: &faults)
        PatternCheck.check(document, faults: &faults)
        guard faults.isEmpty, let schema = unsafe Self.compile(document, faults: &faults) else {
            throw Failure(problems: faults.problems(in: bytes))
        }
        unsafe self.schema = unsafe schema
        self.vocabulary = vocabulary
        self.bytes = bytes
    }

    /// The grammar, parsed as a document.
    var document: XMLDocument? {
        var faults = FaultLog()
        return XMLDocument.parse(bytes, faults: &faults)
    }

    deinit {
        unsafe xmlRelaxNGFree(schema)
    }

    private static func compile(_ document: XMLDocument, faults: inout FaultLog) -> xmlRelaxNGPtr? {
        let schema = unsafe withUnsafeMutablePointer(to: &faults) { faults in
            unsafe LibXML2.collectingStrayErrors(into: faults, with: collectGrammarError) { () -> xmlRelaxNGPtr? in
                // The context works on a copy of the tree.
                guard let parser = unsafe xmlRelaxNGNewDocParserCtxt(document.tree) else { return nil }
                defer { unsafe xmlRelaxNGFreeParserCtxt(parser) }
                unsafe clibxml2_on_grammar_error(parser, collectGrammarError, faults)
                return unsafe xmlRelaxNGParse(parser)
            }
        }
        if unsafe schema == nil, faults.isEmpty {
            faults.add(.grammar, at: 0, "The grammar could not be compiled.")
        }
        if !faults.isEmpty, let schema = unsafe schema {
            // libxml2 may continue after an error, with a grammar that means something else.
            unsafe xmlRelaxNGFree(schema)
            return nil
        }
        return unsafe schema
    }
}

private let collectGrammarError: clibxml2_error_callback = { context, error in
    guard let error = unsafe error, unsafe error.pointee.level.rawValue >= XML_ERR_ERROR.rawValue,
        let faults = unsafe context?.assumingMemoryBound(to: FaultLog.self)
    else { return }
    let message = unsafe String(copying: error.pointee.message) ?? "unknown error"
    let line = unsafe max(1, Int(error.pointee.line))
    unsafe faults.pointee.add(Fault(place: .line(line), code: .grammar, message: "In the grammar: \(message)"))
}

/// Compiles the patterns of a grammar to find broken ones, which libxml2 does only when a document needs them.
enum PatternCheck {
    static func check(_ grammar: XMLDocument, faults: inout FaultLog) {
        var found = FaultLog()
        grammar.forEachElement(withTextOf: "param") { element in
            let isPattern = element.attributes.contains { $0.name == "name" && $0.value == "pattern" }
            guard isPattern, let pattern = element.text, !compiles(pattern) else { return }
            found.add(
                .grammar, at: element.offset,
                "The pattern \"\(pattern.shortened)\" is not a valid regular expression of XML Schema.")
        }
        faults.append(found)
    }

    private static func compiles(_ pattern: String) -> Bool {
        LibXML2.droppingStrayErrors {
            var bytes = Array(pattern.utf8) + [0]
            guard let compiled = unsafe xmlRegexpCompile(&bytes) else { return false }
            unsafe xmlRegFreeRegexp(compiled)
            return true
        }
    }
}

/// libxml2 as a whole: its initialization, and its habit of writing to stderr.
enum LibXML2 {
    /// Initialized once, before any thread uses it: libxml2 builds its tables of types on first use and without a lock.
    private static let isReady: Bool = {
        xmlInitParser()
        xmlSchemaInitTypes()
        return xmlRelaxNGInitTypes() == 0
    }()

    /// Runs the body with this thread's stray errors collected instead of printed.
    ///
    /// Errors go to the handler of a context if they have one. Others (dangling IDREFs, a broken grammar, a broken
    /// pattern in it) go to the handler of the thread, which prints them by default.
    static func collectingStrayErrors<Result>(
        into context: UnsafeMutableRawPointer?,
        with callback: clibxml2_error_callback?,
        _ body: () -> Result
    ) -> Result {
        precondition(isReady, "libxml2 was built without RELAX NG data types")
        let before = unsafe clibxml2_redirect_errors(callback, context)
        // Restores the handler for a host program that uses libxml2 for other things on the same thread.
        defer { unsafe clibxml2_restore_errors(before) }
        return body()
    }
}

extension LibXML2 {
    /// Runs the body with this thread's stray errors dropped, for calls whose result says everything.
    static func droppingStrayErrors<Result>(_ body: () -> Result) -> Result {
        unsafe collectingStrayErrors(into: nil, with: dropError, body)
    }
}

private let dropError: clibxml2_error_callback = { _, _ in }

extension String {
    /// Copies libxml2's text, without the line end of its messages; nil for a null pointer.
    init?(copying text: UnsafePointer<CChar>?) {
        guard let text = unsafe text else { return nil }
        self = unsafe String(cString: text)
        while last?.isWhitespace == true {
            removeLast()
        }
    }

    /// Copies a name or a value; nil for a null pointer.
    init?(copying text: UnsafePointer<xmlChar>?) {
        guard let text = unsafe text else { return nil }
        self = unsafe String(cString: text)
    }
}
