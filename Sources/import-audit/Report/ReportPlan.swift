import Glibc
import ImportAnalysis
import ImportDumps
import ImportReports

/// What `report` is to do: options resolved, templates checked, nothing read or written yet.
struct ReportPlan {
    private let options: RunOptions
    private let output: String
    private let settings: ReportSettings
    private let isFresh: Bool
    private let pack: PackTarget?

    /// - Parameters:
    ///   - isFresh: does everything anew, whatever an earlier run left.
    ///   - pack: where the audit is packed to, if it is.
    init(
        options: RunOptions, output: String, settings: ReportSettings, isFresh: Bool, pack: PackTarget? = nil
    ) {
        self.pack = pack
        self.options = options
        self.output = output
        self.settings = settings
        self.isFresh = isFresh
    }

    func run() throws -> ExitStatus {
        let root = try OutputFolder(output, writesBehind: settings.writesBehind)
        // Whether a zip can be written is to show before hours have gone by.
        _ = try pack?.begin()
        // Standard input cannot be read twice, as might be needed.
        var earlier =
            isFresh || !settings.isRepeatable || options.inputs.contains("-") ? nil : earlierManifest(in: root)
        while true {
            let run = ReportRun(settings: settings, root: root, mayBeSingle: mayBeSingle, earlier: earlier)
            let inputs = try InputRun(
                options: options, collector: run.collector, hashing: true, names: settings.names)
            let end = try inputs.run(settings.redaction) { try ReportHandler(run) }
            if let single = run.single {
                let status = say(single)
                return try write(packContents(of: single), of: root) ?? status
            }
            var overview = OverviewReport(run: run, root: root, results: run.collector.results())
            switch end {
            case .interrupted(let isQuiet):
                run.discard()
                let isBegun = overview.results.jobCount > 0
                // A thread that still waits might yet write: only what is in its place stays.
                if isQuiet, isBegun { try overview.leave(keeping: earlier) }
                Console.say(
                    isBegun
                        ? "Interrupted. What was finished is in \(output); the same command again goes on from there."
                        : "Interrupted. Nothing was written.")
                return .interrupted
            case .done where overview.results.jobCount == 0 && mayBeSingle:
                return overview.results.status
            case .done:
                if overview.isUnchanged(since: earlier) {
                    say(unchanged: overview)
                    let status = try status(of: overview)
                    return try write(overview.packContents(), of: root) ?? status
                }
                if try overview.finish() {
                    say(overview)
                    let status = try status(of: overview)
                    return try write(overview.packContents(), of: root) ?? status
                }
                // A dump counts now whose report was not kept, for another one counted before.
                earlier = nil
            }
        }
    }

    /// One file, as far as one can see: it may hold one dump, and nothing else.
    private var mayBeSingle: Bool {
        guard options.inputs.count == 1, let input = options.inputs.first else { return false }
        var status = stat()
        return unsafe stat(input, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR
    }

    private func earlierManifest(in root: OutputFolder) -> Manifest? {
        do throws(Manifest.Unusable) {
            return try Manifest(in: root, options: settings.fingerprint)
        } catch {
            switch error {
            case .absent: break
            case .different:
                Console.say("\(output) was written by another version or with other options: everything is done anew.")
            case .broken:
                Console.say("\(output)/\(Manifest.file) cannot be read: everything is done anew.")
            }
            return nil
        }
    }

    private func say(_ single: JobSummary) -> ExitStatus {
        if !options.isQuiet {
            let verdict = Verdict(single)
            Console.say("\(verdict.word). \(verdict.sentence)")
            Console.say("Written to \(output): \(settings.formats.files.map { $0.name }.joined(separator: ", "))")
        }
        let conclusion = settings.conclusion(on: single)
        conclusion.complain()
        return (single.salvage == nil ? ExitStatus.done : .inputNotReadWhole).orWorse(conclusion.status)
    }

    private func status(of overview: OverviewReport) throws -> ExitStatus {
        let conclusion = try overview.conclusion()
        conclusion.complain()
        return overview.results.status.orWorse(conclusion.status)
    }

    private func say(_ overview: OverviewReport) {
        guard !options.isQuiet else { return }
        Console.say("\(overview.verdict.word). \(overview.verdict.sentence)")
        let jobs = overview.results.jobCount
        Console.say(
            "Written to \(output): \(overview.fileNames.joined(separator: ", "))"
                + (jobs == 0 ? "" : ", and the report of each job under jobs"))
        if overview.takenUpCount > 0 {
            Console.say("\(Wording.grouped(overview.takenUpCount)) inputs were as before and were not read again.")
        }
    }

    private func say(unchanged overview: OverviewReport) {
        guard !options.isQuiet else { return }
        Console.say("Nothing has changed: \(output) is as it was.")
    }
}

// MARK: - The pack

extension ReportPlan {
    /// Packs the audit, if that is wanted; nil unless it was interrupted.
    private func write(_ contents: @autoclosure () throws -> PackContents, of root: OutputFolder) throws -> ExitStatus?
    {
        guard let pack else { return nil }
        do {
            let written = try AuditPack(target: pack, root: root, settings: settings).write(try contents())
            if !options.isQuiet {
                let files = written.files == 1 ? "1 file" : "\(Wording.grouped(written.files)) files"
                Console.say("Packed into \(pack.path): \(files). SHA-256 of the zip:")
                Console.say(written.sha256)
            }
            return nil
        } catch is Interrupted {
            Console.say("Interrupted. The audit is in \(output); \(pack.path) was not written.")
            return .interrupted
        }
    }

    private func packContents(of single: JobSummary) throws -> PackContents {
        let file = options.inputs.first.flatMap { $0 == "-" ? nil : InputPath($0) }
        let whole = single.sha256.map { (single.bytes, $0) }
        let found = try file.flatMap { try InputFingerprint(of: $0, whole: whole)?.shown(under: settings.names) }
        return PackContents(
            paths: AuditPaths(single: settings.formats.files),
            forEachInput: { body in try body(PackInput(single, isCounting: true)) },
            forEachFile: { body in
                guard let found else { return }
                try body(PackedFile(path: found.path, bytes: found.bytes, sha256: found.sha256))
            })
    }
}
