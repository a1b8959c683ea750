/// Checks documents against a grammar, and what a grammar cannot express: ids, references, links, resources.
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

    /// Creates a validator. It costs nothing, because the grammar is already compiled.
    package init(grammar: XHTMLGrammar) {
        self.grammar = grammar
    }

    /// Returns everything that is wrong with a document, sorted by line; empty if it is valid.
    ///
    /// A document that is not well-formed is not checked further. Among the children of one element, the grammar
    /// reports only the first wrong one.
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

    /// Returns a fault because of which a parser must not see the document.
    static func fault(beforeParsing document: [UInt8]) -> Fault? {
        EncodingCheck.fault(in: document) ?? TagCheck.fault(in: document)
    }
}

/// Checks a series of pages, most of which are made of the same parts. It finds what ``XHTMLValidator`` finds, but
/// consults the grammar only about parts that no previous page had.
///
/// Only one thread at a time may use it.
package final class PageSeries {
    private let validator: XHTMLValidator
    private let memory: Int
    /// Nil before the second page, and if parts cannot be judged separately.
    private var parts: KnownParts?
    private var count = 0
    /// The number of pages that were checked in full.
    package private(set) var wholeChecks = 0

    /// - Parameter memory: the approximate number of bytes that are kept about parts.
    package init(grammar: XHTMLGrammar, memory: Int = 8 * 1024 * 1024) {
        validator = XHTMLValidator(grammar: grammar)
        self.memory = memory
    }

    /// Returns everything that is wrong with a page, sorted by line; empty if it is valid.
    package func problems(in page: [UInt8]) -> [XHTMLProblem] {
        count += 1
        // Learning takes time, and there may be only one page.
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
