/// A file of a report, as a page lists it.
public struct ReportFile: Sendable, Hashable {
    public var name: String
    /// What is in it, in a few words.
    public var description: String

    public static let xhtml = ReportFile(name: "report.xhtml", description: "this report as a page")
    public static let markdown = ReportFile(name: "report.md", description: "this report in Markdown")
    public static let rows = ReportFile(name: "rows.csv", description: "every row with its outcome")
    public static let failures = ReportFile(
        name: "failures.csv", description: "failed and unclassified rows, all of them")
    public static let codes = ReportFile(name: "codes.csv", description: "the error codes and their rows")
    public static let summary = ReportFile(name: "summary.json", description: "the summary for programs")
    public static let workbook = ReportFile(
        name: "report.xlsx", description: "codes, patterns and failed rows as a workbook")

    // Of an overview.
    public static let indexXHTML = ReportFile(name: "index.xhtml", description: "this overview as a page")
    public static let indexMarkdown = ReportFile(name: "index.md", description: "this overview in Markdown")
    public static let jobs = ReportFile(name: "jobs.csv", description: "every job with its numbers")
    public static let allFailures = ReportFile(
        name: "failures.csv", description: "failed and unclassified rows of all jobs")
    public static let allCodes = ReportFile(name: "codes.csv", description: "the error codes of each job")
    public static let allSummaries = ReportFile(
        name: "summary.json", description: "the summaries of all jobs, for programs")
    public static let indexWorkbook = ReportFile(
        name: "index.xlsx", description: "jobs, codes and failed rows of all jobs as a workbook")
}
