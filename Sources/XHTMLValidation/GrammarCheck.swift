internal import CLibXML2

/// Validates a tree against a grammar.
enum GrammarCheck {
    /// Adds what the grammar has against the document to the faults that other checks have found.
    static func check(_ document: XMLDocument, against grammar: XHTMLGrammar, faults: inout FaultLog) {
        var findings = GrammarFindings(vocabulary: grammar.vocabulary)
        let status = unsafe withUnsafeMutablePointer(to: &findings) { findings in
            unsafe LibXML2.collectingStrayErrors(into: findings, with: collect) { () -> Int32 in
                guard let validation = unsafe xmlRelaxNGNewValidCtxt(grammar.schema) else { return -1 }
                defer { unsafe xmlRelaxNGFreeValidCtxt(validation) }
                unsafe clibxml2_on_validation_error(validation, collect, findings)
                return unsafe xmlRelaxNGValidateDoc(validation, document.tree)
            }
        }
        faults.append(findings.faults)
        if status != 0, faults.isEmpty {
            // Never "valid" because of an error that nobody reported.
            faults.add(.grammar, at: 0, "The page does not fit the grammar; the reason is unknown (\(status)).")
        }
    }
}

private let collect: clibxml2_error_callback = { context, error in
    guard let findings = unsafe context?.assumingMemoryBound(to: GrammarFindings.self), let error = unsafe error else {
        return
    }
    unsafe findings.pointee.add(error.pointee)
}

/// Collects libxml2's errors of validation, in words.
private struct GrammarFindings {
    let vocabulary: GrammarVocabulary
    private(set) var faults = FaultLog()

    init(vocabulary: GrammarVocabulary) {
        self.vocabulary = vocabulary
    }

    mutating func add(_ error: xmlError) {
        // A grammar may declare ids as xsd:ID. The check of references has said all about them, and says it better.
        guard unsafe error.level.rawValue >= XML_ERR_ERROR.rawValue,
            unsafe error.domain != Int32(XML_FROM_VALID.rawValue)
        else { return }
        // The consequence of an error further inside, which has been reported.
        let isConsequence = unsafe error.code == Int32(XML_RELAXNG_ERR_CONTENTVALID.rawValue)
        guard !isConsequence || faults.isEmpty else { return }
        let element = unsafe error.node?.assumingMemoryBound(to: xmlNode.self).enclosingElement
        if let offset = unsafe element?.startTagOffset {
            faults.add(.grammar, at: offset, unsafe GrammarMessage(vocabulary, error, element).text)
        } else {
            let line = unsafe max(1, Int(error.line))
            faults.add(
                Fault(
                    place: .line(line), code: .grammar, message: unsafe GrammarMessage(vocabulary, error, element).text)
            )
        }
    }
}
