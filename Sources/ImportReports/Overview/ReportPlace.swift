/// Where the report of a job is, as seen from the folder of the overview.
package struct ReportPlace: Sendable, Equatable {
    /// The report's folder with `/` between and behind its parts, such as `jobs/abc/`.
    package var folder: String
    /// The files that are in it.
    package var files: [ReportFile]

    package init(folder: String, files: [ReportFile]) {
        self.folder = folder
        self.files = files
    }

    /// The path of the page that a person opens: `report.xhtml`, or `report.md` where that is the only one.
    package var page: String? { page(of: [.xhtml, .markdown]) }

    /// The path of the first of these pages that is written.
    func page(of pages: [ReportFile]) -> String? {
        pages.first { files.contains($0) }.map { folder + $0.name }
    }
}
