import ArgumentParser
import Glibc
import ImportAnalysis
import ImportReports

/// A report of which one file is printed to standard output, and no folder stays: `report --stdout`.
///
/// It is written into a temporary folder first, so that a report that cannot be completed is not printed by half.
struct PrintedReport {
    /// The formats that can be printed: all that are text.
    static let formats = ReportFormat.allCases.filter { $0 != .xlsx }

    /// Their names, as help and messages list them.
    static let names = formats.map { $0.rawValue }.joined(separator: ", ")

    let format: ReportFormat

    /// - Parameter name: what the user gave as a format.
    init(named name: String) throws {
        format = try ReportFormat.named(name)
        guard Self.formats.contains(format) else {
            throw ValidationError("“\(shownText(name))” cannot be printed. Choose from \(Self.names).")
        }
    }

    /// The file that is printed: that of an overview if there is one. Of the tables it is that of the failed rows.
    private var names: [String] {
        switch format {
        case .csv: [ReportFile.allFailures.name, ReportFile.failures.name]
        default: [format.overviewFiles(hasFailures: true)[0].name, format.jobFiles[0].name]
        }
    }

    /// Runs `report` into a temporary folder, and prints what it wrote there.
    ///
    /// - Parameter report: writes into the folder of that path.
    func run(_ report: (String) throws -> ExitStatus) throws -> ExitStatus {
        let folder = try TemporaryFolder.make()
        let (status, file): (ExitStatus, Int32)
        do {
            // The reader of the output may end and so end this program: the folder is removed before.
            defer { TemporaryFolder.remove(folder) }
            status = try report(folder)
            file = status == .interrupted ? -1 : open(in: folder)
        }
        guard file >= 0 else { return status }
        defer { close(file) }
        try Self.print(file)
        return status
    }

    /// The file to print; -1 if the report has none.
    private func open(in folder: String) -> Int32 {
        for name in names {
            let file = unsafe Glibc.open("\(folder)/\(name)", O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
            if file >= 0 { return file }
        }
        return -1
    }

    private static func print(_ file: Int32) throws {
        do {
            try readPieces(of: file) { try Console.Output().write($0) }
        } catch let error as SystemFailure {
            throw CommandFailure(.cannotWrite, "the report cannot be read back: \(error.description)")
        }
    }
}
