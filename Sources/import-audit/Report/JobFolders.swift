import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportReports
import Synchronization

/// The folder `jobs` of an overview, with a folder for the report of each job.
///
/// A report is written into a temporary folder, `.N.partial`. That folder is moved into place as a whole, or only its
/// files are moved if the job has a folder already.
final class JobFolders: Sendable {
    private let path: String
    private let descriptor: Int32
    private let writesBehind: Bool
    private let abandonment: Abandonment
    private let count = Atomic(0)

    /// - Parameter folder: the folder of the overview.
    init(in folder: OutputFolder, writesBehind: Bool) throws {
        self.writesBehind = writesBehind
        abandonment = folder.abandonedWith
        path = "\(folder.path)/jobs"
        descriptor = try folder.openSubfolder("jobs")
        removePartialFolders()
    }

    /// Removes the folders of unfinished reports, from an earlier run or from this one.
    func removePartialFolders() {
        for name in (try? FolderEntries.names(of: descriptor)) ?? [] {
            let isPartial = name.hasPrefix(".") && name.hasSuffix(".partial")
            if isPartial, Int(name.dropFirst().dropLast(8)) != nil { removePartial(name) }
        }
    }

    deinit {
        close(descriptor)
    }

    /// Creates a temporary folder for a report.
    func stage() throws -> OutputFolder {
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        return try OutputFolder(
            ".\(number).partial", in: descriptor, path: path, writesBehind: writesBehind, isStage: true,
            abandonedWith: abandonment)
    }

    /// Moves a report into the folder of its job.
    ///
    /// - Parameter prepare: called first, with the folder, or nil if it did not exist before, and its path.
    func publish(
        _ report: OutputFolder, as name: String, prepare: (Int32?, String) throws -> Void
    ) throws {
        let isDone = try report.publishWhole(as: name, in: descriptor) { try prepare(nil, "\(path)/\(name)") }
        if isDone { return }
        try report.unlessAbandoned {
            let wasMade = unsafe mkdirat(descriptor, name, 0o777) == 0
            guard wasMade || errno == EEXIST else { throw failure(name) }
            let target = unsafe openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard target >= 0 else { throw failure(name) }
            defer { close(target) }
            let path = "\(path)/\(name)"
            try prepare(wasMade ? nil : target, path)
            try report.publish(into: target, path: path)
        }
    }

    /// Opens a job's folder to replace some of its files.
    func open(_ name: String) throws -> OutputFolder {
        try OutputFolder(name, in: descriptor, path: path, writesBehind: writesBehind, abandonedWith: abandonment)
    }

    /// Whether the files of a job's report are unchanged.
    func holds(_ files: [ReportFile], of name: String, as records: [FileRecord]) -> Bool {
        files.allSatisfy { file in
            guard let expected = records.first(where: { $0.name == file.name })?.content,
                let descriptor = try? openFile(file, of: name)
            else { return false }
            defer { close(descriptor) }
            return (try? ContentHash(ofFile: descriptor, expected: expected.bytes)) == expected
        }
    }

    /// Opens a file of a job's report. The file must exist.
    ///
    /// - Throws: ``CommandFailure`` if it cannot be opened. An overview without its rows would be wrong.
    func openFile(_ file: ReportFile, of name: String) throws(CommandFailure) -> Int32 {
        let opened = unsafe openat(descriptor, "\(name)/\(file.name)", O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard opened >= 0 else { throw failure("\(name)/\(file.name)") }
        return opened
    }

    /// Removes an unfinished report: its files and its folder.
    private func removePartial(_ name: String) {
        let folder = unsafe openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return }
        let ours = Set(
            ReportFormats.every.files.flatMap {
                [$0.name, PartialFile.partialName(of: $0.name), PartialFile.rewrittenName(of: $0.name)]
            })
        for file in (try? FolderEntries.names(of: folder)) ?? [] where ours.contains(file) {
            unsafe unlinkat(folder, file, 0)
        }
        close(folder)
        unsafe unlinkat(descriptor, name, AT_REMOVEDIR)
    }

    /// Opens a job's folder; nil if there is none.
    func openFolder(_ name: String) -> Int32? {
        let folder = unsafe openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        return folder < 0 ? nil : folder
    }

    /// Removes a job's folder if it is empty.
    func removeIfEmpty(_ name: String) {
        unsafe unlinkat(descriptor, name, AT_REMOVEDIR)
    }

    private func failure(_ name: String) -> CommandFailure {
        CommandFailure(.cannotWrite, of: "\(path)/\(name)", SystemFailure.last.description)
    }
}

extension JobSummary {
    /// The name of the folder for the job's report.
    var folderName: String { jobFolderName(jobID: job.jobID, source: source, sha256: sha256) }
}

/// A digest that stands for a folder's name, because there may be a million names.
struct NameDigest: Hashable, BitwiseCopyable {
    private let first: UInt64
    private let second: UInt64

    init(_ name: String) {
        var digest = SHA256()
        var name = name
        name.withUTF8 { bytes in unsafe digest.update(bytes) }
        (first, second) = digest.finishDigest().halves
    }
    func precedes(_ other: NameDigest) -> Bool { (first, second) < (other.first, other.second) }

    /// The position of the digest among all possible digests, from 0 to 1.
    var share: Double { Double(first) / 0x1p64 }
}
