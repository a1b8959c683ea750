import ArgumentParser
import ImportAnalysis
import ImportReports

/// How large `report.md` and `index.md` may be, in bytes.
struct MarkdownLimit: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        guard let bytes = Int(argument), argument.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            bytes >= TemplateSet.smallestPage
        else { return nil }
        self.bytes = bytes
    }
}

extension ReportSettings {
    /// Says why a page in Markdown cannot be made small enough.
    func pageTooLarge(_ page: PageTooLarge) -> CommandFailure {
        let limit = "the limit of \(Wording.grouped(page.limit)) bytes (--markdown-limit)"
        let size = "\(Wording.grouped(page.size)) bytes"
        guard let templateFolder, templates.replaced.contains(page.template) || templates.hasOwnPartials else {
            return CommandFailure(
                .internalFault, "the built-in template \(page.template) makes \(size), over \(limit).")
        }
        let file = "\(templateFolder)/\(page.template)"
        return CommandFailure(
            .cannotWrite,
            page.saysSo
                ? "\(file): it makes \(size) with all left out that can be, over \(limit). Nothing was written."
                : "\(file): it makes \(size), over \(limit), and does not show {{#shortening}}, which would say what was "
                    + "left out. Nothing was written.")
    }
}
