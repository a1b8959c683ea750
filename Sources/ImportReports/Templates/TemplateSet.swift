import Mustache

/// The templates of reports and overviews, checked and ready to render.
public struct TemplateSet: Sendable {
    private let library: MustacheLibrary
    /// Names of the files that are a user's own.
    public let replaced: Set<String>
    /// Some of them are included by others.
    public let hasOwnPartials: Bool

    /// - Parameter files: a user's own files by name, in place of the built-in ones and beside them as partials.
    /// - Throws: ``TemplateFailure`` for a file that cannot be used.
    public init(replacing files: [String: [UInt8]] = [:]) throws(TemplateFailure) {
        Self.registerContentTypes
        var texts: [String: String] = [:]
        for (name, bytes) in BuiltInTemplates.files.merging(files, uniquingKeysWith: { _, own in own }) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw TemplateFailure(file: name, line: nil, message: "The file is not UTF-8.")
            }
            texts[name] = text
        }
        let checker = TemplateChecker(files: texts)
        for name in texts.keys.sorted() where name.hasSuffix(".mustache") { try checker.checkNesting(name) }
        for format in Format.allCases {
            try checker.check(format.fileName, against: ReportModel.shape)
            try checker.check(format.indexFileName, against: OverviewModel.shape)
        }

        var library = MustacheLibrary()
        for (name, text) in texts.sorted(by: { $0.key < $1.key })
        where name.hasSuffix(".mustache") || name.hasSuffix(".css") {
            if name.hasSuffix(".css") { try Self.checkStyle(text, file: name) }
            do {
                // Every partial falls back to the library's own escaping, which is not safe: each file says its own.
                // On a line of its own, which leaves no trace in the output.
                let pragma = "{{% CONTENT_TYPE:\(Self.contentType(of: name))}}\n"
                library.register(try MustacheTemplate(string: pragma + text), named: name)
            } catch let error as MustacheTemplate.ParserError {
                throw TemplateFailure(file: name, line: error.context.lineNumber - 1, message: "\(error.error)")
            } catch {
                throw TemplateFailure(file: name, line: nil, message: "\(error)")
            }
        }
        self.library = library
        hasOwnPartials = !Set(files.keys).isSubset(of: BuiltInTemplates.replaceable)
        replaced = Set(files.keys)
    }

    /// The formats that are made from templates.
    public enum Format: String, Sendable, CaseIterable {
        case markdown, xhtml

        /// The name of a report's template file.
        public var fileName: String {
            switch self {
            case .markdown: "report.md.mustache"
            case .xhtml: "report.xhtml.mustache"
            }
        }

        /// The name of an overview's template file.
        public var indexFileName: String {
            switch self {
            case .markdown: "index.md.mustache"
            case .xhtml: "index.xhtml.mustache"
            }
        }
    }

    /// Renders a report.
    public func render(_ model: ReportModel, as format: Format) -> [UInt8] {
        Array((library.render(model.root, withTemplate: format.fileName) ?? "").utf8)
    }

    /// Renders an overview.
    public func render(_ model: OverviewModel, as format: Format) -> [UInt8] {
        Array((library.render(model.root, withTemplate: format.indexFileName) ?? "").utf8)
    }

    /// The style sheet stands in a page as it is, so that the page is the same read as XML and as HTML.
    private static func checkStyle(_ text: String, file: String) throws(TemplateFailure) {
        // By bytes: a combining mark after `<` would make another character of the two.
        let lines = Array(text.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if let taboo = ["<", "&", "]]>", "{{"].first(where: { line.firstRange(of: Array($0.utf8)) != nil }) {
                throw TemplateFailure(
                    file: file, line: index + 1,
                    message: "A style sheet must not contain “\(taboo)”: it stands inside the page as it is.")
            }
        }
    }

    private static func contentType(of file: String) -> String {
        if file.hasSuffix(".css") { return "TEXT" }
        return file.hasSuffix(".md.mustache") ? "import-audit-markdown" : "import-audit-xml"
    }

    private static let registerContentTypes: Void = {
        MustacheContentTypes.register(XMLContent(), named: "import-audit-xml")
        MustacheContentTypes.register(MarkdownContent(), named: "import-audit-markdown")
    }()
}
