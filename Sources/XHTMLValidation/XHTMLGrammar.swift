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
