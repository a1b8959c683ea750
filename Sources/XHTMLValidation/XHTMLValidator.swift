/// Checks documents against a grammar, and beyond what a grammar can say: ids, references, links, resources.
///
/// The document may be hostile. Nothing is loaded, no entity is expanded, size and depth are bounded, and nothing is
/// printed. Whatever the grammar allows, a valid document
/// - is UTF-8, and has no document type but `<!DOCTYPE html>`, and no processing instruction;
/// - has unique ids, and its fragment links and its references by id (`aria-labelledby`, `headers`, …) lead to one;
/// - has no link in a link, and links only to http, https, mailto and relative addresses;
/// - loads nothing from elsewhere, neither by an attribute such as `src` nor from its style sheets.
package struct XHTMLValidator: Sendable {
    /// The largest document, in bytes: 64 MiB.
    package static let maximumSize = 64 * 1024 * 1024

    /// How deep elements may be nested.
    package static let maximumDepth = 250

    /// How many attributes one tag may have.
    package static let maximumAttributes = 256

    /// How many namespace declarations may be in force at one place.
    package static let maximumNamespaces = 64

    /// How many problems are reported. When there are more, a last one, ``XHTMLProblem/Code/more``, says how many.
    package static let maximumProblems = FaultLog.limit

    private let grammar: XHTMLGrammar

    /// Creates a validator. It costs nothing: the grammar has been compiled.
    package init(grammar: XHTMLGrammar) {
        self.grammar = grammar
    }

    /// All that is wrong with a document, sorted by line; empty if it is valid.
    ///
    /// A document that is not well-formed is checked no further. Of the children of one element, the grammar reports
    /// the first wrong one only.
    package func problems(in document: [UInt8]) -> [XHTMLProblem] {
        var faults = FaultLog()
        if let fault = EncodingCheck.fault(in: document) ?? TagCheck.fault(in: document) {
            faults.add(fault)
        } else if let parsed = XMLDocument.parse(document, faults: &faults) {
            faults.append(PageCheck.faults(in: parsed, styleSheets: grammar.styleSheets))
            GrammarCheck.check(parsed, against: grammar, faults: &faults)
        }
        return faults.problems(in: document)
    }
}
