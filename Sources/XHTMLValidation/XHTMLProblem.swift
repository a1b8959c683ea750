/// One thing that is wrong with a document, and where.
package struct XHTMLProblem: Sendable, Hashable {
    /// The line, from 1; that of the start tag for a problem of an element or its attributes.
    package var line: Int

    /// The column, from 1, counted in Unicode scalars; nil where only the line is known.
    package var column: Int?

    /// What kind of problem it is.
    package var code: Code

    /// One or two sentences, for people. They may quote the document, at most a line of it and with control characters
    /// shown as "?"; in every other way, they are as hostile as the document.
    package var message: String

    /// Creates a problem.
    package init(line: Int, column: Int? = nil, code: Code, message: String) {
        self.line = line
        self.column = column
        self.code = code
        self.message = message
    }
}

extension XHTMLProblem {
    /// The kind of a problem, identified by a stable name. More may be added.
    package struct Code: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// The stable name, such as `danglingFragment`.
        package let rawValue: String

        /// Creates a code from its name.
        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        package var description: String { rawValue }

        /// Not XML 1.0 with namespaces. Nothing else can be checked in this case.
        package static let notWellFormed = Code(rawValue: "notWellFormed")
        /// Not UTF-8 throughout, or declared as something else.
        package static let encoding = Code(rawValue: "encoding")
        /// A document type declaration other than `<!DOCTYPE html>`.
        package static let doctype = Code(rawValue: "doctype")
        /// A processing instruction, such as `xml-stylesheet`.
        package static let processingInstruction = Code(rawValue: "processingInstruction")
        /// Larger than ``XHTMLValidator/maximumSize``.
        package static let tooLarge = Code(rawValue: "tooLarge")
        /// Elements nested deeper than ``XHTMLValidator/maximumDepth``.
        package static let tooDeep = Code(rawValue: "tooDeep")
        /// More than ``XHTMLValidator/maximumAttributes`` or ``XHTMLValidator/maximumNamespaces``.
        package static let tooManyAttributes = Code(rawValue: "tooManyAttributes")
        /// Not allowed by the grammar; or, for a grammar itself, not a usable one.
        package static let grammar = Code(rawValue: "grammar")
        /// An id that an earlier element already has.
        package static let duplicateID = Code(rawValue: "duplicateID")
        /// A link to a part of the page that is not there.
        package static let danglingFragment = Code(rawValue: "danglingFragment")
        /// An attribute such as `aria-labelledby` that names an id that is not there.
        package static let danglingReference = Code(rawValue: "danglingReference")
        /// A link inside a link.
        package static let nestedLink = Code(rawValue: "nestedLink")
        /// A link with a scheme other than http, https and mailto.
        package static let unsafeLink = Code(rawValue: "unsafeLink")
        /// Something that a browser would load from elsewhere.
        package static let externalResource = Code(rawValue: "externalResource")
        /// The last problem of a list that was cut, which says how many more there are.
        package static let more = Code(rawValue: "more")
    }
}
