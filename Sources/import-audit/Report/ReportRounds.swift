import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportReports

/// Reads the inputs of `report` and finishes its files, usually in one round. Another round reads again what turns out
/// to be missing: the report of a dump that counts only because of what was read after it, or of one that changed.
struct ReportRounds {
    private let plan: ReportPlan
    private let root: OutputFolder
    private let place: OutputPlace?
    private let dryRun: DryRun?
    private let reread: RereadInputs?
    /// What the lines of sources and the history lack.
    private let lacking: ReadingProblems

    private var `guard`: OutputGuard
    /// The manifest of an earlier run, if its data about inputs is valid for the next round.
    private var known: RunManifest?
    /// Dumps that need a report because of other dumps of their jobs.
    private var needed: Set<DocumentOrder> = []
    /// Inputs that are read again although they have not changed.
    private var readAgain: Set<Int> = []

    private var settings: ReportSettings { plan.settings }
    private var isQuiet: Bool { plan.options.isQuiet }

    /// - Parameters:
    ///   - place: the folder that is written into; its files are not read as inputs.
    ///   - dryRun: the temporary folder, if nothing is to be written.
    ///   - known: the manifest of an earlier run, if its data about inputs is valid for this one.
    ///   - reread: the inputs as another reading before has seen them, if there was one.
    ///   - lacking: what that reading could not read.
    init(
        plan: ReportPlan, root: OutputFolder, place: OutputPlace?, dryRun: DryRun?, guard: OutputGuard,
        known: RunManifest?, reread: RereadInputs?, lacking: ReadingProblems
    ) {
        self.plan = plan
        self.root = root
        self.place = place
        self.dryRun = dryRun
        self.reread = reread
        self.lacking = lacking
        self.guard = `guard`
        self.known = known
    }

    mutating func run() throws -> ExitStatus {
        while true {
            if let status = try readOnce() { return status }
        }
    }

    /// Reads the inputs. Returns nil if another round is needed.
    private mutating func readOnce() throws -> ExitStatus? {
        let run = ReportRun(
            settings: settings, root: root, onlyInput: plan.onlyInput, guard: `guard`, known: known, needed: needed,
            readAgain: readAgain)
        var inputs = try InputRun(
            options: plan.options, collector: run.collector, hashing: true, names: settings.names, output: place)
        inputs.reread = reread
        settings.selector?.restart()
        let end = try inputs.run(settings.redaction, settings.selector) { try ReportHandler(run) }
        if let single = run.single { return try finish(single, run) }
        var results = try run.collector.results()
        results.selection = settings.selector?.result
        var overview = OverviewReport(run: run, root: root, results: results)
        if !isQuiet {
            overview.results.ownOutputs.say()
            settings.selector?.say()
        }
        if case .interrupted(let isQuiet) = end { return try leave(overview, run, isQuiet: isQuiet) }
        if let status = try refuseEmpty(overview) { return status }
        let isUnchanged = try overview.isUnchanged(since: known)
        if !isUnchanged {
            guard try overview.isEverythingInPlace() else {
                try prepareRound(after: overview)
                return nil
            }
            do {
                if case .interrupted(let isQuiet) = try complete(&overview, run) {
                    return try leave(overview, run, isQuiet: isQuiet)
                }
            } catch let lacking as LackingRows {
                // Something has changed, so pages of jobs with several dumps are written again.
                if lacking.inputs.isSubset(of: readAgain) { known = nil }
                readAgain.formUnion(lacking.inputs)
                try prepareRound(needing: overview.neededReports())
                return nil
            }
        }
        return try finish(overview, isUnchanged: isUnchanged)
    }

    /// Returns the status if no job was found: an earlier audit is worth more than one about nothing, as of a folder that
    /// is not mounted.
    private func refuseEmpty(_ overview: OverviewReport) throws -> ExitStatus? {
        guard overview.results.jobCount == 0,
            plan.onlyInput != nil || settings.selector != nil || overview.results.unreadableCount == 0
        else { return nil }
        try overview.results.sayWhatWasNotRead()
        if !isQuiet, plan.onlyInput == nil || settings.selector != nil {
            let reason = settings.selector == nil ? Wording.noJobs : Wording.noJobSelected
            Console.say("\(reason) Nothing was written.")
        }
        return try status(of: overview).orWorse(lacking.status)
    }

    /// Prepares another round, because a dump counts now whose report was not kept: another dump counted before.
    private mutating func prepareRound(after overview: OverviewReport) throws {
        let withoutResults = try overview.inputsWithoutResults()
        let reports = try overview.neededReports()
        if known == nil, reports.isSubset(of: needed) {
            throw CommandFailure(
                .inputNotReadWhole,
                "the inputs change while they are read; run the command again when nothing writes to them")
        }
        if known != nil, !withoutResults.isSubset(of: readAgain) {
            readAgain.formUnion(withoutResults)
        } else {
            // The inputs changed meanwhile.
            (known, readAgain) = (nil, [])
        }
        try prepareRound(needing: reports)
    }

    /// Prepares another round.
    ///
    /// - Parameter reports: the dumps that need a report. Those that earlier rounds needed are still needed: what is in
    ///   place now was made because of that.
    private mutating func prepareRound(needing reports: Set<DocumentOrder>) throws {
        needed.formUnion(reports)
        // The files that this run has written so far are in the manifest, too.
        `guard` = OutputGuard(earlier: try RunManifest(in: root) ?? `guard`.earlier, isForced: plan.isForced)
    }

    /// Writes the pages that depend on all inputs, and the overview.
    private func complete(_ overview: inout OverviewReport, _ run: ReportRun) throws -> WorkerPool.End {
        try run.beginChanges()
        let end = try CombinedPages(run, overview.results).write()
        guard case .done = end else { return end }
        do {
            try overview.finish()
            return .done
        } catch is Interrupted {
            return .interrupted(isQuiet: true)
        }
    }

    /// Ends a run after Ctrl-C: finished work stays, and the next run continues from it.
    ///
    /// - Parameter isQuiet: whether all threads have ended.
    private func leave(_ overview: OverviewReport, _ run: ReportRun, isQuiet: Bool) throws -> ExitStatus {
        let isBegun = overview.results.jobCount > 0
        if isQuiet {
            run.discard()
            if isBegun { try overview.leave() }
        } else {
            // A thread that still waits might write later: only published files stay.
            run.abandon()
        }
        Console.say(
            isBegun && dryRun == nil
                ? "Interrupted. Finished reports are in \(plan.output); run the same command again to continue."
                : "Interrupted. Nothing was written.")
        return .interrupted
    }

    // MARK: The end of a run

    /// Ends a run that found a single dump, whose report is in place.
    private func finish(_ single: JobSummary, _ run: ReportRun) throws -> ExitStatus {
        try dryRun?.check(root)
        let status = say(single).orWorse(run.collector.status).orWorse(lacking.status)
        lacking.say(except: ReadingProblems(single))
        return try end(status) { try packContents(of: single, run) }
    }

    private func finish(_ overview: OverviewReport, isUnchanged: Bool) throws -> ExitStatus {
        try dryRun?.check(root)
        if isUnchanged { say(unchanged: overview) } else { say(overview) }
        // The reason for a status other than 0.
        if overview.results.status != .done { try overview.results.sayWhatWasNotRead() }
        let status = try status(of: overview).orWorse(lacking.status)
        // Collecting the problems of the report means reading all jobs again.
        if !lacking.sentences.isEmpty { lacking.say(except: try overview.results.problems()) }
        return try end(status) { try overview.packContents(of: root) }
    }

    /// Packs the audit, or says what would be written.
    private func end(_ status: ExitStatus, _ contents: () throws -> PackContents) throws -> ExitStatus {
        if let dryRun {
            try dryRun.say(root, pack: plan.pack)
            return status
        }
        return try write(contents) ?? status
    }

    private func say(_ single: JobSummary) -> ExitStatus {
        if !isQuiet {
            let verdict = Verdict(single)
            Console.say("\(verdict.word). \(verdict.sentence)")
            if dryRun == nil, !plan.isPrinted {
                let files = settings.formats.files.map { $0.name }
                Console.say("Written to \(plan.output): \(files.joined(separator: ", "))")
            }
        }
        if isQuiet, let salvage = single.salvage { Console.say("\(single.source): \(salvage.message)") }
        let ruleResults = settings.ruleResults(on: single)
        ruleResults.complain()
        return (single.salvage == nil ? ExitStatus.done : .inputNotReadWhole).orWorse(ruleResults.status)
    }

    private func status(of overview: OverviewReport) throws -> ExitStatus {
        let ruleResults = try overview.ruleResults()
        ruleResults.complain()
        return overview.results.status.orWorse(ruleResults.status)
    }

    private func say(_ overview: OverviewReport) {
        guard !isQuiet else { return }
        Console.say("\(overview.verdict.word). \(overview.verdict.sentences)")
        if dryRun != nil || plan.isPrinted { return }
        let jobs = overview.results.jobCount
        Console.say(
            "Written to \(plan.output): \(overview.fileNames.joined(separator: ", "))"
                + reportsWritten(overview.reportCount, of: jobs))
        if overview.takenUpCount > 0 {
            Console.say(
                overview.takenUpCount == 1
                    ? "1 input has not changed and was not read again."
                    : "\(Wording.grouped(overview.takenUpCount)) inputs have not changed and were not read again.")
        }
    }

    private func reportsWritten(_ reports: Int, of jobs: Int) -> String {
        switch reports {
        case 0: ""
        case jobs: ", and the report of each job under jobs"
        case 1: ", and the report of one of \(Wording.grouped(jobs)) jobs under jobs"
        default: ", and the reports of \(Wording.grouped(reports)) of \(Wording.grouped(jobs)) jobs under jobs"
        }
    }

    private func say(unchanged overview: OverviewReport) {
        guard !isQuiet else { return }
        Console.say("Nothing has changed in \(plan.output).")
    }

    // MARK: The pack

    /// Packs the audit if requested. Returns nil unless packing was interrupted.
    private func write(_ contents: () throws -> PackContents) throws -> ExitStatus? {
        guard let pack = plan.pack else { return nil }
        do {
            let written = try AuditPack(target: pack, root: root, settings: settings).write(try contents())
            if !isQuiet {
                let files = written.files == 1 ? "1 file" : "\(Wording.grouped(written.files)) files"
                Console.say("Packed into \(pack.path): \(files). SHA-256 of the zip:")
                Console.say(written.sha256)
            }
            return nil
        } catch is Interrupted {
            Console.say("Interrupted. The audit is in \(plan.output); \(pack.path) was not written.")
            return .interrupted
        }
    }

    private func packContents(of single: JobSummary, _ run: ReportRun) throws -> PackContents {
        let found = run.singleInput
        return PackContents(
            paths: AuditPaths(single: settings.formats.files), manifest: try RunManifest.written(in: root),
            forEachInput: { body in try body(PackInput(single, isCounting: true)) },
            forEachFile: { body in
                if let found { try body(PackedFile(path: found.path, bytes: found.bytes, sha256: found.sha256)) }
                for file in settings.lines?.files ?? [] { try body(file) }
            })
    }
}
