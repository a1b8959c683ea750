import ArgumentParser
import Glibc
import ImportAnalysis
import ImportReports

/// A report of which one file is printed to standard output, without leaving a folder: `report --stdout`.
///
/// It is first written into a temporary folder, so that an incomplete report is not printed.
struct PrintedReport {
    /// The formats that can be printed: all text formats.
    static let formats = ReportFormat.allCases.filter { $0 != .xlsx }

    /// Their names, as help and messages list them.
    static let names = formats.map { $0.rawValue }.joined(separator: ", ")

    let format: ReportFormat

    /// - Parameter name: the format as the user gave it.
    init(named name: String) throws {
        if let known = ReportFormat(rawValue: name), !Self.formats.contains(known) {
            throw ValidationError("“\(shownText(name))” cannot be printed. Choose from \(Self.names).")
        }
        format = try ReportFormat.named(name, among: Self.formats)
    }

    /// The possible names of the file to print, the overview's first. Of the CSV files, it is the one with the failed
    /// rows.
    private var names: [String] {
        switch format {
        case .csv: [ReportFile.allFailures.name, ReportFile.failures.name]
        default: [format.overviewFiles(hasFailures: true)[0].name, format.jobFiles[0].name]
        }
    }

    /// Runs `report` into a temporary folder, and prints what it wrote there.
    ///
    /// - Parameter report: writes the report into the folder at the given path.
    func run(_ report: (String) throws -> ExitStatus) throws -> ExitStatus {
        let folder = try TemporaryFolder.make()
        let (status, file): (ExitStatus, Int32)
        do {
            // Removes the folder before printing, because this program ends if the reader of its output does.
            defer { TemporaryFolder.remove(folder) }
            status = try report(folder)
            file = status == .interrupted ? -1 : open(in: folder)
        }
        guard file >= 0 else { return status }
        defer { close(file) }
        try Self.print(file)
        return status
    }

    /// Opens the file to print; -1 if the report has none.
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
