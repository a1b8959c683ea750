/// A file of a report, as a page lists it.
package struct ReportFile: Sendable, Hashable {
    package var name: String
    /// What the file contains, in a few words.
    package var description: String

    package init(name: String, description: String) {
        self.name = name
        self.description = description
    }

    package static let xhtml = ReportFile(name: "report.xhtml", description: "this report as a page")
    package static let markdown = ReportFile(name: "report.md", description: "this report in Markdown")
    package static let rows = ReportFile(name: "rows.csv", description: "every row with its outcome")
    package static let failures = ReportFile(
        name: "failures.csv", description: "failed and unclassified rows, all of them")
    package static let codes = ReportFile(name: "codes.csv", description: "the error codes and their rows")
    package static let summary = ReportFile(name: "summary.json", description: "the summary for programs")
    package static let workbook = ReportFile(
        name: "report.xlsx", description: "codes, patterns and failed rows as a workbook")

    package static let explore = ReportFile(
        name: "explore.html", description: "failed and unclassified rows to search, sort and filter")

    /// The style sheet of reports and overviews, to which pages link under this name.
    package static let styleSheet = ReportFile(name: StyleSheet.file, description: "how the page looks")

    // Files of a history.
    package static let trendsXHTML = ReportFile(name: "trends.xhtml", description: "the trends as a page")
    package static let trendsMarkdown = ReportFile(name: "trends.md", description: "the trends in Markdown")
    package static let trendsCSV = ReportFile(
        name: "trends.csv", description: "the numbers of each period, of all rows and by code")

    // Files of an overview.
    package static let indexXHTML = ReportFile(name: "index.xhtml", description: "this overview as a page")
    package static let indexMarkdown = ReportFile(name: "index.md", description: "this overview in Markdown")
    package static let jobs = ReportFile(name: "jobs.csv", description: "every job with its numbers")
    package static let allFailures = ReportFile(
        name: "failures.csv", description: "failed and unclassified rows of all jobs")
    package static let allCodes = ReportFile(name: "codes.csv", description: "the error codes of each job")
    package static let allSummaries = ReportFile(
        name: "summary.json", description: "the summaries of all jobs, for programs")
    package static let indexWorkbook = ReportFile(
        name: "index.xlsx", description: "jobs, codes and failed rows of all jobs as a workbook")
    package static let indexExplore = ReportFile(
        name: "explore.html", description: "failed and unclassified rows of all jobs to search, sort and filter")
}

/// The version of this package, as its reports name it.
package enum ToolVersion {
    package static let current = "0.2.0"
}

/// The destination of a report's bytes.
package protocol ReportOutput {
    /// Appends bytes.
    mutating func write(_ bytes: Span<UInt8>) throws

    /// Discards everything that was written.
    mutating func restart() throws

    /// Passes everything that was written through `transform`, piece by piece and in order, and replaces it with what
    /// `transform` appends to its second argument.
    mutating func rewrite(_ transform: (Span<UInt8>, inout [UInt8]) -> Void) throws
}

/// Keeps a report in memory.
package struct MemoryOutput: ReportOutput {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func write(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe self.bytes.append(contentsOf: $0) }
    }

    package mutating func restart() {
        bytes.removeAll(keepingCapacity: true)
    }

    package mutating func rewrite(_ transform: (Span<UInt8>, inout [UInt8]) -> Void) {
        var result: [UInt8] = []
        transform(bytes.span, &result)
        bytes = result
    }
}
