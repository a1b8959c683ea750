import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportReports
import ImportSources

/// A run of `rejects`: reads the dumps, then goes through the sources and their rows side by side.
///
///     dumps    →  rows in a temporary file   ┐
///                                            ├→ rejects, no-result, reasons; published if all adds up
///     sources  →  records, one at a time     ┘
struct RejectsPlan {
    let inputs: [String]
    let pairing: PairingOptions
    let output: String
    let codes: CodeBook?
    let layout: RejectLayout
    let division: RejectDivision
    let annotates: Bool
    let listsCreated: Bool
    let isStrict: Bool
    let isQuiet: Bool
    let isForced: Bool
    let isDryRun: Bool
    let optionFiles: [String]
    /// The maps of the earlier tries, the first one first.
    let maps: [RowMap]
    let concurrency: Concurrency

    /// The names that files of a run may have, apart from those of batches, actions and owners.
    static let names = [
        "rejects.csv", "rejects.json", "no-result.csv", "no-result.json", "annotated.csv", "created.csv",
        "created.json", "rejects.xlsx", "no-result.xlsx", "annotated.xlsx", "created.xlsx",
        ReasonsWriter.name, "plan.md", "plan.json",
    ]
    /// The beginnings of the names of files for one batch, action or owner.
    static let namesOfParts = ["rejects-", "no-result-", "annotated-", "created-"]

    func run() throws -> ExitStatus {
        let dryRun = isDryRun ? try DryRun(of: output, isForced: isForced) : nil
        let root = try OutputFolder(dryRun?.folder ?? output, writesBehind: concurrency.allowsHelpers)
        let earlier = try dryRun.map { $0.earlier } ?? RunManifest(in: root)
        let `guard` = OutputGuard(earlier: dryRun == nil ? earlier : nil, isForced: isForced)
        try protect(earlier)
        try `guard`.refuseReport(earlier, in: output)
        try pairing.sources.refuseRepeated()
        if let dryRun {
            try dryRun.check(Self.names + [RunManifest.file])
            try dryRun.target.map { try refuseChanged(in: $0, earlier) }
        } else {
            try root.check(Self.names + [RunManifest.file], `guard`, as: RunManifest.root)
            try refuseChanged(in: root, earlier)
            try root.removePartialFiles()
        }

        let folder = TemporaryFolder.parent
        let collector = Collector(folder: folder)
        let spool = try RowSpool(in: folder)
        let outputPlace = OutputPlace(
            folder: output,
            files: try (earlier?.files(in: RunManifest.root).map { $0.name } ?? []) + [RunManifest.file],
            jobFiles: [])
        let place = OutputPlace(outputPlace, sent: pairing.sources.identities)
        let run = try InputRun(
            inputs, isQuiet: isQuiet, concurrency, hashing: true, output: place
        ) { (collector.jobs, collector.problems) }
        let keepsIDs = annotates || listsCreated
        let end = try run.run { [concurrency, isStrict] in
            SpoolingHandler(
                SummaryHandler(collector: collector, concurrency: concurrency, isStrict: isStrict, isVerbose: false),
                spool, keepsAllIDs: keepsIDs)
        }
        guard case .done = end else { return .interrupted }
        let results = try collector.results()
        if !isQuiet { results.ownOutputs.say() }
        try results.sayWhatWasNotRead()
        guard results.jobCount > 0 else {
            throw CommandFailure(
                results.status == .done ? .inputNotReadWhole : results.status,
                "there is no import job with rows to hand back")
        }

        var rejects = RejectsRun(self, root: root, guard: `guard`)
        guard let plan = try rejects.run(results, spool) else {
            root.discard()
            return .notPassed
        }
        try publish(plan, root, `guard`)
        try dryRun?.check(root)
        let status = results.status
        try Console.write(
            Wording.reconciliation(
                source: plan.sourceRows, succeeded: plan.succeeded, rejects: plan.rejects, noResult: plan.noResult)
                + "\n")
        if let evidence = plan.evidence { try Console.write(Wording.evidence(evidence.all) + "\n") }
        try Console.write(
            Wording.plan(plan.actions.map { ($0.action, $0.isGuess, $0.rows, false) }, noResult: plan.noResult) + "\n")
        if let dryRun {
            try dryRun.say(root)
        } else if !isQuiet {
            let files = plan.files.map { "\($0.name) (\(Wording.rowsWord($0.rows)))" }
            Console.say(
                "Written to \(output): "
                    + (files.prefix(8) + (files.count > 8 ? ["\(Wording.grouped(files.count - 8)) more"] : [])
                    + [ReasonsWriter.name, "plan.md", "plan.json"]).joined(separator: ", "))
        }
        return status
    }

    /// Fails if an input would be replaced.
    private func protect(_ earlier: RunManifest?) throws {
        try InputProtection(folder: output, names: Self.names, jobNames: [], earlier: earlier).check(
            inputs, options: pairing.sources.paths + optionFiles,
            output: OutputPlace(folder: output, files: [], jobFiles: []))
    }

    /// Fails if a file that someone has edited would be replaced.
    private func refuseChanged(in root: OutputFolder, _ earlier: RunManifest?) throws {
        if isForced { return }
        for file in try earlier?.files(in: RunManifest.root) ?? [] {
            guard let content = file.content, let descriptor = try root.openFile(file.name) else { continue }
            defer { close(descriptor) }
            if try naming("\(output)/\(file.name)", ContentHash(ofFile: descriptor)) != content {
                throw CommandFailure(
                    .cannotWrite,
                    "\(output)/\(file.name) was changed since import-audit wrote it; nothing was replaced. Choose another "
                        + "folder with -o, or replace it with --force")
            }
        }
    }

    /// Writes the plan, and moves all files into place.
    private func publish(
        _ plan: RetryPlan, _ root: OutputFolder, _ guard: OutputGuard
    ) throws {
        try root.write(plan.markdown(), as: "plan.md")
        try root.write(plan.json(), as: "plan.json")
        let written = try root.finish()
        if Interruption.isRequested { throw Interrupted() }
        let changes = try UnfinishedRunManifest(in: root, earlier: `guard`.earlier, planned: written.map { $0.path })
        let manifest = try root.begin(RunManifest.file)
        let header = RunManifestHeader(
            options: "rejects", jobOptions: "rejects", documents: 0, toolVersion: toolVersion)
        try manifest.write((RunManifestLine.header(header).bytes + ReportRun.rootLine(written)).span)
        try `guard`.removeStale(in: root, keeping: Set(written.map { $0.path })) { _ in false }
        try root.publish()
        _ = changes
    }
}
