/// A page in Markdown that is over its limit whatever is left out of it.
public struct PageTooLarge: Error, Sendable, Equatable {
    /// The file name of its template.
    public var template: String
    /// Its size with all left out that can be, in bytes.
    public var size: Int
    /// In bytes.
    public var limit: Int
    /// Whether the page says that it was shortened, which it must.
    public var saysSo: Bool
}

extension TemplateSet {
    /// The smallest limit that the built-in templates can keep to, in bytes.
    public static let smallestPage = 1000

    /// Renders a report in Markdown, shortened if it must be.
    ///
    /// - Parameters:
    ///   - limit: in bytes, at least ``smallestPage``; nil for none.
    ///   - model: makes the report's model with the limits that it is given.
    /// - Throws: ``PageTooLarge`` if even the shortest is over the limit, as it may be by a template of a user's own.
    public func renderMarkdown(
        within limit: Int?, _ model: (ModelLimits) -> ReportModel
    ) throws(PageTooLarge) -> [UInt8] {
        try fit(limit, Format.markdown.fileName) { limits in
            let model = model(limits)
            return (render(model, as: .markdown), model.root)
        }
    }

    /// Renders an overview in Markdown, shortened if it must be.
    ///
    /// - Parameters:
    ///   - limit: in bytes, at least ``smallestPage``; nil for none.
    ///   - model: makes the overview's model with the limits that it is given.
    /// - Throws: ``PageTooLarge``, as for a report.
    public func renderMarkdown(
        within limit: Int?, _ model: (ModelLimits) -> OverviewModel
    ) throws(PageTooLarge) -> [UInt8] {
        try fit(limit, Format.markdown.indexFileName) { limits in
            let model = model(limits)
            return (render(model, as: .markdown), model.root)
        }
    }

    /// Looks for the widest limits by which a page is small enough, by halves: with 16 of them, 4 or 5 pages are made.
    private func fit(
        _ limit: Int?, _ template: String, _ render: (ModelLimits) -> (page: [UInt8], root: ModelObject)
    ) throws(PageTooLarge) -> [UInt8] {
        let whole = render(.page).page
        guard let limit, whole.count > limit else { return whole }
        let tightening = ModelLimits.tightening(to: limit)
        var found: (page: [UInt8], root: ModelObject)?
        var smallest = whole.count
        var (low, high) = (0, tightening.count)
        while low < high {
            let middle = (low + high) / 2
            let shortened = render(tightening[middle])
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
        // A page that is short of something and does not say so would be taken for whole.
        guard found.page.contains(found.root.shorteningSentence) else {
            throw PageTooLarge(template: template, size: whole.count, limit: limit, saysSo: false)
        }
        return found.page
    }
}

extension ModelObject {
    /// What is said of what was left out, as it stands in Markdown.
    fileprivate var shorteningSentence: [UInt8] {
        guard case .object(let shortening) = values["shortening"], case .text(let text) = shortening.values["sentence"]
        else { return [] }
        return Array(MarkdownText.escape(text).utf8)
    }
}
