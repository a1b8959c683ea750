import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports
import Spreadsheets

/// The workbook of a job that is being written to a file. Its errors name the file.
struct JobWorkbookFile: RowSink {
    let file: PartialFile
    private let settings: ReportSettings
    private var workbook: JobWorkbook

    /// - Parameter places: the places of failed rows in the source.
    init(in folder: OutputFolder, settings: ReportSettings, places: (any RowPlaces)? = nil) throws {
        let file = try folder.begin(ReportFile.workbook.name)
        self.file = file
        self.settings = settings
        workbook = try file.naming {
            try JobWorkbook(
                at: file.workbookPlace, codes: settings.userRules.codes, hasLines: settings.lines != nil, places: places
            )
        }
    }

    mutating func beginRows(of job: DeclaredJob) throws {
        try file.naming { try workbook.beginRows(of: job) }
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        try file.naming { try workbook.consume(runs, text: text) }
    }

    /// - Parameter ruleResults: the results of the user's rules, if this is the only job.
    func finish(_ summary: JobSummary, ruleResults: RuleResults?) throws {
        try file.naming {
            try workbook.finish(
                summary, ruleResults: ruleResults, toolVersion: toolVersion, files: settings.formats.files)
        }
    }

    /// Rewrites a job's workbook, with the data about its other dumps.
    ///
    /// - Parameter earlier: the previous workbook, open for reading.
    func finish(_ summary: JobSummary, failedRowsFrom earlier: Int32) throws {
        try file.naming { try workbook.copyFailures(from: WorkbookFile(descriptor: earlier)) }
        try finish(summary, ruleResults: nil)
    }
}

/// The workbook of an overview that is being written to a file.
struct OverviewWorkbookFile {
    private let file: PartialFile
    private var workbook: OverviewWorkbook

    init(in folder: OutputFolder, userRules: UserRules, hasLines: Bool) throws {
        let file = try folder.begin(ReportFile.indexWorkbook.name)
        self.file = file
        workbook = try file.naming {
            try OverviewWorkbook(at: file.workbookPlace, codes: userRules.codes, hasLines: hasLines)
        }
    }

    /// - Parameter failures: the job's own workbook, open for reading.
    mutating func append(_ job: JobSummary, report: ReportPlace?, failures: Int32?) throws {
        try file.naming {
            try workbook.append(job, report: report, failures: failures.map { WorkbookFile(descriptor: $0) })
        }
    }

    func append(_ input: UnreadableInput) throws {
        try file.naming { try workbook.append(input) }
    }

    func finish(_ overview: OverviewBuilder, ruleResults: RuleResults, files: [ReportFile]) throws {
        try file.naming {
            try workbook.finish(overview, ruleResults: ruleResults, toolVersion: toolVersion, files: files)
        }
    }
}

extension PartialFile {
    /// Runs `work`, which writes a workbook into this file, and makes its errors name the file.
    func naming<Result>(_ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch let failure as SpreadsheetFailure {
            throw CommandFailure(.cannotWrite, of: path, failure.explanation)
        } catch let failure as ReadFailure {
            throw CommandFailure(.cannotWrite, of: path, "cannot read the workbook of a job: \(failure.description)")
        }
    }
}

extension SpreadsheetFailure {
    var explanation: String {
        switch reason {
        case .libraryAbsent:
            "workbooks need libxlsxwriter, which is not on this machine (on Debian: apt install libxlsxwriter4)"
        case .system(let errorNumber): SystemFailure(errorNumber: errorNumber).description
        case .library(let words): "the workbook cannot be written: \(words)"
        case .incomplete:
            "the workbook was not written completely, as happens when the disk is full: it takes three times the space "
                + "of its cells"
        case .unreadable(let errorNumber):
            "cannot read the workbook back: \(SystemFailure(errorNumber: errorNumber).description)"
        }
    }
}
