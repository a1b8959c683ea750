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

    let grammar: XHTMLGrammar

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
        if let fault = Self.fault(beforeParsing: document) {
            faults.add(fault)
        } else if let parsed = XMLDocument.parse(document, faults: &faults) {
            faults.append(PageCheck.faults(in: parsed, styleSheets: grammar.styleSheets))
            GrammarCheck.check(parsed, against: grammar, faults: &faults)
        }
        return faults.problems(in: document)
    }

    /// What a parser must not see.
    static func fault(beforeParsing document: [UInt8]) -> Fault? {
        EncodingCheck.fault(in: document) ?? TagCheck.fault(in: document)
    }
}

/// Checks pages one after another, most of which are made of the same parts: what it finds is what ``XHTMLValidator``
/// finds, and the grammar is asked only about parts that no page before had.
///
/// One thread at a time uses it.
package final class PageSeries {
    private let validator: XHTMLValidator
    private let memory: Int
    /// Nil before the second page, and where no part can be judged by itself.
    private var parts: KnownParts?
    private var count = 0
    /// How many of the pages were checked as if they were the only one.
    package private(set) var wholeChecks = 0

    /// - Parameter memory: how much is kept of parts, in bytes or so.
    package init(grammar: XHTMLGrammar, memory: Int = 8 * 1024 * 1024) {
        validator = XHTMLValidator(grammar: grammar)
        self.memory = memory
    }

    /// All that is wrong with a page, sorted by line; empty if it is valid.
    package func problems(in page: [UInt8]) -> [XHTMLProblem] {
        count += 1
        // There may be no other page, and learning takes time.
        if count == 2 { parts = validator.grammar.document.flatMap { KnownParts($0, memory: memory) } }
        guard let judgement = parts?.judge(page) else { return check(page) }
        if case .valid = judgement { return [] }
        let problems = check(page)
        if problems.isEmpty, case .new = judgement { parts?.learn() }
        return problems
    }

    private func check(_ page: [UInt8]) -> [XHTMLProblem] {
        wholeChecks += 1
        return validator.problems(in: page)
    }
}
