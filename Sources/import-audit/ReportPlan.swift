import ImportAnalysis
import ImportDumps
import ImportReports
import XHTMLValidation

/// What `report` is to do: options resolved, templates checked, nothing read or written yet.
struct ReportPlan {
    private let input: String
    private let output: String
    private let formats: ReportFormats
    private let templates: TemplateSet
    private let templateFolder: String?
    private let csv: CSVOptions
    private let isStrict: Bool

    init(
        input: String, output: String, formats: ReportFormats, templateFolder: String?, csv: CSVOptions, isStrict: Bool
    ) throws(CommandFailure) {
        self.input = input
        self.output = output
        self.formats = formats
        self.templateFolder = templateFolder
        self.csv = csv
        self.isStrict = isStrict
        let ownFiles = try templateFolder.map { (folder) throws(CommandFailure) in
            try TemplateFolder(folder).files()
        }
        do throws(TemplateFailure) {
            templates = try TemplateSet(replacing: ownFiles ?? [:])
        } catch {
            guard let templateFolder, ownFiles?[error.file] != nil else {
                throw CommandFailure(.internalFault, "the built-in template \(error.place): \(error.message)")
            }
            throw CommandFailure(.usage, "\(templateFolder)/\(error.place): \(error.message)")
        }
    }

    func run() throws -> ExitStatus {
        let file = try InputFile(input)
        let folder = try OutputFolder(output)
        var pass = try ReportPass(formats: formats, csv: csv, folder: folder)
        switch try DumpReader.ofCommand(hashing: true).read(from: file.source, into: &pass) {
        case .notAJob(let other):
            throw CommandFailure(.inputNotReadWhole, "\(input): \(other.explanation) Nothing was written.")
        case .job(let dump):
            if isStrict, let fault = dump.fault {
                throw CommandFailure(.inputNotReadWhole, "\(input): \(fault.refusal) Nothing was written.")
            }
            let summary = try pass.finish(dump: dump, source: input)
            try writePages(of: summary, to: folder)
            // Last, so that who finds a new summary finds all other files new.
            if formats.contains(.json) {
                var all = Summary()
                all.append(summary)
                try folder.write(SummaryJSON.render(all), as: "summary.json")
            }
            try folder.publish()
            let verdict = Verdict(summary)
            Console.say("\(verdict.word). \(verdict.sentence)")
            Console.say("Written to \(output): \(formats.files.map { $0.name }.joined(separator: ", "))")
            return dump.fault == nil ? .done : .inputNotReadWhole
        }
    }

    private func writePages(of summary: JobSummary, to folder: OutputFolder) throws {
        guard !formats.isDisjoint(with: [.markdown, .xhtml]) else { return }
        func model(without page: ReportFile) -> ReportModel {
            ReportModel(summary, toolVersion: toolVersion, files: formats.files.filter { $0 != page })
        }
        if formats.contains(.xhtml) {
            let page = templates.render(model(without: .xhtml), as: .xhtml)
            try check(page)
            try folder.write(page, as: ReportFile.xhtml.name)
        }
        if formats.contains(.markdown) {
            try folder.write(templates.render(model(without: .markdown), as: .markdown), as: ReportFile.markdown.name)
        }
    }

    /// No page takes its place that is not valid.
    private func check(_ page: [UInt8]) throws(CommandFailure) {
        guard let (problem, line) = try PageValidator().firstProblem(of: page) else { return }
        let place = "line \(problem.line) of the page: \(problem.message) That line reads: \(line)"
        let own = templates.replaced.intersection([TemplateSet.Format.xhtml.fileName, "report.css"]).sorted()
        guard let templateFolder, !own.isEmpty || templates.hasOwnPartials else {
            throw CommandFailure(.internalFault, "the built-in template makes a page that is not valid: \(place)")
        }
        let names = own.isEmpty ? "the partials" : own.joined(separator: " and ")
        throw CommandFailure(
            .usage, "\(templateFolder): \(names) make a page that is not valid, at \(place). Nothing was written.")
    }
}
