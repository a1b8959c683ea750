import Mustache

/// The templates of reports and overviews, checked and ready to render.
public struct TemplateSet: Sendable {
    private let library: MustacheLibrary
    private let style: String
    /// Names of the files that are a user's own.
    public let replaced: Set<String>
    /// Some of them are included by others.
    public let hasOwnPartials: Bool

    /// What pages are made.
    public enum Pages: Sendable {
        case reports, reportsAndOverviews
    }

    /// - Parameters:
    ///   - files: a user's own files by name, in place of the built-in ones and beside them as partials.
    ///   - pages: what is to be rendered: templates take a while to parse.
    /// - Throws: ``TemplateFailure`` for a file that cannot be used.
    public init(
        replacing files: [String: [UInt8]] = [:], for pages: Pages = .reportsAndOverviews
    ) throws(TemplateFailure) {
        Self.registerContentTypes
        var texts: [String: String] = [:]
        for (name, bytes) in BuiltInTemplates.files.merging(files, uniquingKeysWith: { _, own in own }) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw TemplateFailure(file: name, line: nil, message: "The file is not UTF-8.")
            }
            texts[name] = text
        }
        let style = texts[StyleSheet.file] ?? ""
        let styleHash = StyleSheet.hash(of: style)
        texts[StyleSheet.hashFile] = styleHash
        // The built-in files alone were checked when they were written: a test replaces them by themselves.
        if !files.isEmpty { try Self.check(texts) }
        self.style = style

        var library = MustacheLibrary()
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) where name.hasSuffix(".mustache") {
            if files.isEmpty, pages == .reports, Format.allCases.contains(where: { $0.indexFileName == name }) {
                continue
            }
            do {
                // Every partial falls back to the library's own escaping, which is not safe: each file says its own.
                // On a line of its own, which leaves no trace in the output.
                let pragma = "{{% CONTENT_TYPE:\(Self.contentType(of: name))}}\n"
                let text = StyleSheet.replacePartials(in: text, hash: styleHash)
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

    private static func check(_ texts: [String: String]) throws(TemplateFailure) {
        let checker = TemplateChecker(files: texts)
        for name in texts.keys.sorted() where name.hasSuffix(".mustache") { try checker.checkNesting(name) }
        for format in Format.allCases {
            try checker.check(format.fileName, against: ReportModel.shape)
            try checker.check(format.indexFileName, against: OverviewModel.shape)
        }
        for (name, text) in texts where name.hasSuffix(".css") { try StyleSheet.check(text, file: name) }
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
        render(model.root, format.fileName)
    }

    /// Renders an overview.
    public func render(_ model: OverviewModel, as format: Format) -> [UInt8] {
        render(model.root, format.indexFileName)
    }

    private func render(_ root: ModelObject, _ file: String) -> [UInt8] {
        let page = PageRoot(model: root, style: StyleSheet.Text(renderText: style))
        return Array((library.render(page, withTemplate: file) ?? "").utf8)
    }

    private static func contentType(of file: String) -> String {
        file.hasSuffix(".md.mustache") ? "import-audit-markdown" : "import-audit-xml"
    }

    private static let registerContentTypes: Void = {
        MustacheContentTypes.register(XMLContent(), named: "import-audit-xml")
        MustacheContentTypes.register(MarkdownContent(), named: "import-audit-markdown")
    }()
}
