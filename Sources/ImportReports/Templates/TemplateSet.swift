private import CBuiltInTemplates

/// The templates of reports and overviews, checked and ready to render.
package struct TemplateSet: Sendable {
    private let pages: [String: CompiledTemplate]
    private let style: [UInt8]
    /// The names of the user's own files.
    package let replaced: Set<String>
    /// Whether the user's own files include partials that are not built in.
    package let hasOwnPartials: Bool
    /// The names of the user's own templates that do not replace a built-in one and that no page includes.
    package let unused: [String]

    /// The pages to render.
    package enum Pages: Sendable {
        case reports, reportsAndOverviews
    }

    /// - Parameters:
    ///   - files: the user's own files by name, which replace built-in ones or are further partials.
    ///   - pages: the pages to render; parsing more templates than necessary takes time.
    /// - Throws: ``TemplateFailure`` for a file that cannot be used.
    package init(
        replacing files: [String: [UInt8]] = [:], for pages: Pages = .reportsAndOverviews
    ) throws(TemplateFailure) {
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
        // The built-in files alone need no check: a test replaces each of them with itself.
        if !files.isEmpty { try Self.check(texts) }
        self.style = Array(style.utf8)

        var nodes: [String: [TemplateNode]] = [:]
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) where name.hasSuffix(".mustache") {
            nodes[name] = try TemplateParser.nodes(of: text, file: name, styleHash: styleHash)
        }
        var compiler = TemplateCompiler(files: nodes)
        var compiled: [String: CompiledTemplate] = [:]
        for format in Format.allCases {
            compiled[format.fileName] = try compiler.compile(format.fileName, for: ReportModel.descriptions)
            // Most runs audit one dump, which needs no overview.
            if files.isEmpty, pages == .reports { continue }
            compiled[format.indexFileName] = try compiler.compile(format.indexFileName, for: OverviewModel.descriptions)
        }
        self.pages = compiled
        var isIncluded: Set<String> = []
        if !files.isEmpty {
            for format in Format.allCases {
                for page in [format.fileName, format.indexFileName] { Self.follow(page, in: nodes, &isIncluded) }
            }
        }
        unused = files.keys.filter {
            $0.hasSuffix(".mustache") && !isIncluded.contains($0) && !BuiltInTemplates.replaceable.contains($0)
        }.sorted()
        hasOwnPartials = !Set(files.keys).isSubset(of: BuiltInTemplates.replaceable)
        replaced = Set(files.keys)
    }

    /// Adds a template and those that it includes.
    private static func follow(_ file: String, in files: [String: [TemplateNode]], _ found: inout Set<String>) {
        guard found.insert(file).inserted else { return }
        func visit(_ nodes: [TemplateNode]) {
            for node in nodes {
                switch node {
                case .partial(let name, _): follow(name, in: files, &found)
                case .section(_, _, let inside): visit(inside)
                case .text, .variable, .styleSheet: break
                }
            }
        }
        visit(files[file] ?? [])
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
    package enum Format: String, Sendable, CaseIterable {
        case markdown, xhtml

        /// The name of a report's template file.
        package var fileName: String {
            switch self {
            case .markdown: "report.md.mustache"
            case .xhtml: "report.xhtml.mustache"
            }
        }

        /// The name of an overview's template file.
        package var indexFileName: String {
            switch self {
            case .markdown: "index.md.mustache"
            case .xhtml: "index.xhtml.mustache"
            }
        }
    }

    /// The style sheet of pages in XHTML.
    package var styleSheet: [UInt8] { style }

    /// Renders a report.
    ///
    /// - Throws: ``PageTooLarge`` for a page that only a user's own template can make.
    package func page(_ model: ReportModel, as format: Format) throws(PageTooLarge) -> [UInt8] {
        try render(model.root, format.fileName)
    }

    /// Renders an overview.
    ///
    /// - Throws: ``PageTooLarge``, as for a report.
    package func page(_ model: OverviewModel, as format: Format) throws(PageTooLarge) -> [UInt8] {
        try render(model.root, format.indexFileName)
    }

    /// Renders a report with templates whose pages cannot be too large, such as the built-in ones.
    package func render(_ model: ReportModel, as format: Format) -> [UInt8] { (try? page(model, as: format)) ?? [] }

    /// Renders an overview in the same way.
    package func render(_ model: OverviewModel, as format: Format) -> [UInt8] { (try? page(model, as: format)) ?? [] }

    private func render(_ root: ModelObject, _ file: String) throws(PageTooLarge) -> [UInt8] {
        var page: [UInt8] = []
        page.reserveCapacity(64 * 1024)
        guard pages[file]?.render(root, style: style, to: &page) != false else {
            throw PageTooLarge(template: file, size: nil, limit: CompiledTemplate.pageBytes, saysSo: true)
        }
        return page
    }
}

/// A Markdown page that exceeds its limit even with everything optional left out, or a page of any kind that is too large
/// to be made.
package struct PageTooLarge: Error, Sendable, Equatable {
    /// The file name of its template.
    package var template: String
    /// The size of the page with everything optional left out, in bytes; nil for a page that was not finished.
    package var size: Int?
    /// The limit, in bytes.
    package var limit: Int
    /// Whether the page says that it was shortened, which it must.
    package var saysSo: Bool
}

extension TemplateSet {
    /// The smallest limit that the built-in templates can keep to, in bytes.
    package static let smallestPage = 1000

    /// Renders a report in Markdown, shortened if necessary.
    ///
    /// - Parameters:
    ///   - limit: the limit in bytes, at least ``smallestPage``; nil for none.
    ///   - model: makes the report's model with the limits that it is given.
    /// - Throws: ``PageTooLarge`` if even the shortest page exceeds the limit, as may happen with a user's own
    ///   template.
    package func renderMarkdown(
        within limit: Int?, _ model: (ModelLimits) -> ReportModel
    ) throws(PageTooLarge) -> [UInt8] {
        try fit(limit, Format.markdown.fileName) { (limits) throws(PageTooLarge) in
            let model = model(limits)
            return (try page(model, as: .markdown), model.root)
        }
    }

    /// Renders an overview in Markdown, shortened if necessary.
    ///
    /// - Parameters:
    ///   - limit: the limit in bytes, at least ``smallestPage``; nil for none.
    ///   - model: makes the overview's model with the limits that it is given.
    /// - Throws: ``PageTooLarge``, as for a report.
    package func renderMarkdown(
        within limit: Int?, _ model: (ModelLimits) -> OverviewModel
    ) throws(PageTooLarge) -> [UInt8] {
        try fit(limit, Format.markdown.indexFileName) { (limits) throws(PageTooLarge) in
            let model = model(limits)
            return (try page(model, as: .markdown), model.root)
        }
    }

    /// Finds the widest limits with which a page is small enough, by binary search: for 16 of them, 4 or 5 pages are
    /// rendered.
    private func fit(
        _ limit: Int?, _ template: String,
        _ render: (ModelLimits) throws(PageTooLarge) -> (page: [UInt8], root: ModelObject)
    ) throws(PageTooLarge) -> [UInt8] {
        let whole = try render(.page).page
        guard let limit, whole.count > limit else { return whole }
        let tightening = ModelLimits.tightening(to: limit)
        var found: (page: [UInt8], root: ModelObject)?
        var smallest = whole.count
        var (low, high) = (0, tightening.count)
        while low < high {
            let middle = (low + high) / 2
            let shortened = try render(tightening[middle])
            smallest = min(smallest, shortened.page.count)
            if shortened.page.count <= limit {
                found = shortened
                high = middle
            } else {
                low = middle + 1
            }
        }
        guard let found else {
            throw PageTooLarge(template: template, size: smallest, limit: limit, saysSo: true)
        }
        // A page that omits something without saying so would look complete.
        guard found.page.contains(found.root.shorteningSentence) else {
            throw PageTooLarge(template: template, size: whole.count, limit: limit, saysSo: false)
        }
        return found.page
    }
}

extension ModelObject {
    /// The sentence about what was left out, in Markdown.
    fileprivate var shorteningSentence: [UInt8] {
        guard case .object(let shortening) = self["shortening"], case .text(let text) = shortening["sentence"]
        else { return [] }
        return Array(MarkdownText.escape(text).utf8)
    }
}

/// A template that cannot be used, and why.
package struct TemplateFailure: Error, Sendable, Equatable {
    /// The template's file name.
    package var file: String
    /// Counted from 1; nil if the failure is about the whole file.
    package var line: Int?
    /// What is wrong and what to do, as a sentence for people.
    package var message: String

    package init(file: String, line: Int?, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    /// For templates that include each other, or nest sections, so often that they would take any time.
    static func tooLarge(_ file: String, line: Int? = nil) -> TemplateFailure {
        TemplateFailure(
            file: file, line: line,
            message:
                "With everything that it includes, the template is too large: include files less often, or nest fewer "
                + "sections.")
    }
}

/// The files of the folder `Templates`, which are part of the binary.
package enum BuiltInTemplates {
    /// The files' bytes by name.
    package static let files: [String: [UInt8]] = {
        var files: [String: [UInt8]] = [:]
        var index = 0
        while true {
            let file = unsafe built_in_template_at(index)
            guard let name = unsafe file.name, let bytes = unsafe file.bytes else { return files }
            files[unsafe String(cString: name)] = unsafe Array(UnsafeBufferPointer(start: bytes, count: file.count))
            index += 1
        }
    }()

    /// The grammar that every page must satisfy (RELAX NG). It cannot be replaced.
    package static var grammar: [UInt8] { files["report.rng"] ?? [] }

    /// The files that a user's template folder may replace.
    package static let replaceable: Set<String> = Set(
        files.keys.filter { $0 != "report.rng" && $0 != "trends.css" && !$0.hasPrefix("explore.") })
}
