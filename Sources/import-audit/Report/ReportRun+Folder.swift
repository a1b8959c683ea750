import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportReports

// Manages the files of this run and of earlier runs in the folder itself.

extension ReportRun {
    /// Moves the report of the only dump into place.
    func publishAlone(_ summary: JobSummary, _ report: OutputFolder) throws {
        let names = settings.formats.files.map { $0.name }
        try root.check(names + [RunManifest.file], `guard`, as: RunManifest.root)
        let files = try report.finish()
        try beginChanges()
        let manifest = try report.begin(RunManifest.file)
        var bytes = opening(documents: 1)
        var input: InputFingerprint?
        do {
            input = try fingerprint(of: summary)
            noteSingleInput(input)
            // With a random key, no other run can recognize an input.
            if !settings.isRepeatable { input = nil }
        } catch let failure as CommandFailure {
            complain(thatHashIsMissing: failure, of: InputPath(onlyInput ?? ""))
        }
        bytes +=
            RunManifestLine.input(
                path: input?.path ?? "", bytes: input?.bytes, sha256: input?.sha256, documents: 1
            ).bytes
        bytes += RunManifestLine.job(entry: 0, document: 0, counted: true, combined: false).bytes
        bytes += SummaryJSON.renderLine(summary) + [UInt8(ascii: "\n")]
        bytes += Self.rootLine(files)
        try manifest.write(bytes.span)
        try `guard`.removeStale(in: root, keeping: Set(names)) { _ in false }
        try report.publish()
    }

    /// Returns the fingerprint of the file that the only dump came from; nil for standard input.
    private func fingerprint(of single: JobSummary) throws -> InputFingerprint? {
        // A pipe must be opened only once.
        guard let onlyInput, InputPath(onlyInput).identity != nil else { return nil }
        let whole = single.sha256.map { (single.bytes, $0) }
        return try InputFingerprint(of: InputPath(onlyInput), whole: whole, as: onlyInputState)?.shown(
            under: settings.names)
    }

    /// Returns the fingerprint of an input; nil if it cannot be read, because reading the input will then show why.
    func fingerprintIfReadable(_ input: InputPath) throws -> InputFingerprint? {
        do {
            return try InputFingerprint(of: input)
        } catch is CommandFailure {
            return nil
        }
    }

    /// Reports that the manifest lacks the hash of an input, whose report is complete, because it cannot be computed.
    func complain(thatHashIsMissing failure: CommandFailure, of input: InputPath) {
        Console.complain(
            "\(settings.names.shown(input.shown)): the manifest has no hash of it, because it could not be read again: "
                + failure.reason)
        collector.noteChange()
    }

    /// Returns the manifest lines about the run and about the files that were sent.
    func opening(documents: Int) -> [UInt8] {
        let header = RunManifestHeader(
            options: settings.fingerprint, jobOptions: settings.jobFingerprint, documents: documents,
            toolVersion: toolVersion)
        let sources = settings.lines?.files ?? []
        return RunManifestLine.header(header).bytes + sources.flatMap { RunManifestLine.source($0).bytes }
    }

    /// Returns the manifest line about the files in the folder itself.
    static func rootLine(_ files: [PackedFile]) -> [UInt8] {
        RunManifestLine.folder(RunManifest.root, files: files.map { FileRecord($0) }.sorted { $0.name < $1.name }).bytes
    }

    /// Writes the lines about the folders of jobs.
    func writeLines(about names: [String], to file: PartialFile) throws {
        var bytes: [UInt8] = []
        for name in names {
            bytes += try line(about: name)
            guard bytes.count > 256 * 1024 else { continue }
            try file.write(bytes.span)
            bytes.removeAll(keepingCapacity: true)
        }
        try file.write(bytes.span)
    }

    /// Writes the lines about all folders that this run and earlier ones have written into.
    func writeAllLines(to file: PartialFile) throws {
        try guardOfAll().earlier?.forEachFolder { folder, files in
            try file.write(RunManifestLine.folder(folder, files: files).bytes.span)
        }
    }

    /// Returns a guard that also knows the files that this run has written: the report of a dump is stale if another
    /// dump has superseded it since.
    func guardOfAll() throws -> OutputGuard {
        OutputGuard(earlier: try RunManifest(in: root) ?? `guard`.earlier, isForced: `guard`.isForced)
    }

    /// Whether an earlier run has left files that this one does not write.
    func hasStale(keeping names: Set<String>, jobs isKept: (String) -> Bool) throws -> Bool {
        guard let earlier = `guard`.earlier else { return false }
        var isStale = try earlier.files(in: RunManifest.root).contains { !names.contains($0.name) }
        try earlier.forEachFolder { place, _ in
            if place != RunManifest.root, !isKept(String(place.dropFirst("jobs/".count))) { isStale = true }
        }
        return isStale
    }

    /// Whether the files in the folder itself are still as an earlier run wrote them.
    func holdsAll(_ files: [ReportFile]) throws -> Bool {
        let records = try `guard`.earlier?.files(in: RunManifest.root) ?? []
        return files.allSatisfy { file in
            guard let expected = records.first(where: { $0.name == file.name })?.content,
                let descriptor = (try? root.openFile(file.name)) ?? nil
            else { return false }
            defer { close(descriptor) }
            return (try? ContentHash(ofFile: descriptor, expected: expected.bytes)) == expected
        }
    }
}
