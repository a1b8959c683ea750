internal import CLibXML2

/// A compiled RELAX NG grammar (XML syntax), ready to check any number of documents, from any number of threads.
@safe
package final class XHTMLGrammar: Sendable {
    /// Why bytes are no usable grammar.
    package struct Failure: Error, Sendable, Equatable {
        /// What is wrong, sorted by line; never empty.
        package var problems: [XHTMLProblem]
    }

    // Only ever read after init: libxml2 keeps all state of a validation in the validation's own context.
    nonisolated(unsafe) let schema: xmlRelaxNGPtr

    /// The names that the grammar knows, for better messages.
    let vocabulary: GrammarVocabulary

    /// What it was compiled from.
    private let bytes: [UInt8]

    /// The style sheet of the page before, which most likely is that of the next.
    let styleSheets = StyleSheetMemory()

    /// Compiles a grammar.
    ///
    /// It must be one file: `include` and `externalRef` are refused, because they load files. The limits and the rules
    /// for encodings and document types are those of ``XHTMLValidator``.
    ///
    /// - Throws: ``Failure`` with all that is wrong with it.
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

    /// The grammar as a document.
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
            // libxml2 may go on after an error, with a grammar that means something else.
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

/// Compiles the patterns of a grammar, to find broken ones: libxml2 does so only when a document comes to them.
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

/// The library as a whole: its start, and its habit of writing to stderr.
enum LibXML2 {
    /// Filled once, before any thread uses it: libxml2 builds its tables of types on first use and without a lock.
    private static let isReady: Bool = {
        xmlInitParser()
        xmlSchemaInitTypes()
        return xmlRelaxNGInitTypes() == 0
    }()

    /// Runs the body with this thread's stray errors collected instead of printed.
    ///
    /// Errors go to the handler of a context where there is one. Those that have none (dangling IDREFs, a broken
    /// grammar, a broken pattern in it) go to a handler of the thread, which by default prints them.
    static func collectingStrayErrors<Result>(
        into context: UnsafeMutableRawPointer?,
        with callback: clibxml2_error_callback?,
        _ body: () -> Result
    ) -> Result {
        precondition(isReady, "libxml2 was built without RELAX NG data types")
        let before = unsafe clibxml2_redirect_errors(callback, context)
        // Restored for a host program that uses libxml2 for other things on the same thread.
        defer { unsafe clibxml2_restore_errors(before) }
        return body()
    }
}

extension LibXML2 {
    /// Runs the body with this thread's stray errors dropped, where the result says all.
    static func droppingStrayErrors<Result>(_ body: () -> Result) -> Result {
        unsafe collectingStrayErrors(into: nil, with: dropError, body)
    }
}

private let dropError: clibxml2_error_callback = { _, _ in }

extension String {
    /// A copy of libxml2's text, without the line end that its messages carry; nil for a null pointer.
    init?(copying text: UnsafePointer<CChar>?) {
        guard let text = unsafe text else { return nil }
        self = unsafe String(cString: text)
        while last?.isWhitespace == true {
            removeLast()
        }
    }

    /// A copy of a name or a value; nil for a null pointer.
    init?(copying text: UnsafePointer<xmlChar>?) {
        guard let text = unsafe text else { return nil }
        self = unsafe String(cString: text)
    }
}
