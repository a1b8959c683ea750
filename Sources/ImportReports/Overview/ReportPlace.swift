/// Where the report of a job is, as seen from the folder of the overview.
public struct ReportPlace: Sendable, Equatable {
    /// The report's folder with `/` between and behind its parts, such as `jobs/abc/`.
    public var folder: String
    /// The files that are in it.
    public var files: [ReportFile]

    public init(folder: String, files: [ReportFile]) {
        self.folder = folder
        self.files = files
    }

    /// The path of the page that a person opens: `report.xhtml`, or `report.md` where that is the only one.
    public var page: String? { page(of: [.xhtml, .markdown]) }

    /// The path of the first of these pages that is written.
    func page(of pages: [ReportFile]) -> String? {
        pages.first { files.contains($0) }.map { folder + $0.name }
    }
}
