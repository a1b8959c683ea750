import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportReports

/// The plan of `report`: options resolved, templates checked, nothing read or written yet.
struct ReportPlan {
    private let options: RunOptions
    private let output: String
    private var settings: ReportSettings
    private let isFresh: Bool
    private let isForced: Bool
    private let isDryRun: Bool
    /// Whether the report is printed. If so, messages do not mention the folder, because it will be removed.
    private let isPrinted: Bool
    private let optionFiles: [String]
    private let pack: PackTarget?
    /// How the source is paired with rows; nil if no source is given.
    private let pairing: PairingOptions?
    /// The history that the jobs are added to, if any.
    private let history: HistoryAccess?

    /// - Parameters:
    ///   - isFresh: whether to do everything again, regardless of what an earlier run left.
    ///   - isForced: whether to replace files that this program did not write.
    ///   - isDryRun: whether to write nothing, and to print what would be written.
    ///   - optionFiles: files that options name, which must not be replaced either.
    ///   - pack: the place of the pack, if any.
    ///   - pairing: how the source is paired with rows; nil if no source is given.
    ///   - isPrinted: whether messages do not mention the folder, because it will be removed.
    ///   - history: the history that the jobs are added to, if any.
    init(
        options: RunOptions, output: String, settings: ReportSettings, isFresh: Bool, isForced: Bool,
        isDryRun: Bool = false, optionFiles: [String], pack: PackTarget? = nil, pairing: PairingOptions? = nil,
        isPrinted: Bool = false, history: HistoryAccess? = nil
    ) {
        self.history = history
        self.isPrinted = isPrinted
        self.pairing = pairing
        self.isForced = isForced
        self.isDryRun = isDryRun
        self.optionFiles = optionFiles
        self.pack = pack
        self.options = options
        self.output = output
        self.settings = settings
        self.isFresh = isFresh
    }

    func run() throws -> ExitStatus {
        var plan = self
        return try plan.start()
    }

    private mutating func start() throws -> ExitStatus {
        Interruption.listenForTermination()
        try checkInputsCanBeReadTwice()
        let dryRun = isDryRun ? try DryRun(of: output, isForced: isForced) : nil
        let root = try OutputFolder(dryRun?.folder ?? output, writesBehind: settings.concurrency.allowsHelpers)
        // The manifest of the folder that is, or would be, written into.
        let earlier = try dryRun.map { $0.earlier } ?? RunManifest(in: root)
        try protectInputs(earlier)
        var `guard` = OutputGuard(earlier: dryRun == nil ? earlier : nil, isForced: isForced)
        try `guard`.refuseRejects(earlier, in: output)
        // A file in the way is reported now, not after hours of reading.
        if let dryRun {
            if onlyInput == nil { try dryRun.check(overviewFiles + [RunManifest.file]) }
            try pack?.check()
        } else {
            if onlyInput == nil {
                try root.check(overviewFiles + [RunManifest.file], `guard`, as: RunManifest.root)
            } else {
                try root.checkPartials(settings.formats.files.map { $0.name } + [RunManifest.file], `guard`)
            }
            _ = try pack?.begin()
            try root.removePartialFiles()
        }
        let outputPlace = OutputPlace(
            folder: output,
            files: try overviewFiles
                + OutputNames.ofReports.filter { name in
                    try earlier?.files(in: RunManifest.root).contains { $0.name == name } == true
                } + [RunManifest.file], jobFiles: ReportFormats.every.files.map { $0.name })
        let place = pairing.map { OutputPlace(outputPlace, sent: $0.sources.identities) } ?? outputPlace
        if dryRun == nil { try checkJobs(root, `guard`, place) }
        // What lines and the history lack is reported, even if the report itself has it.
        var lacking = ReadingProblems()
        // All passes must see the same dumps.
        let reread = pairing == nil && history == nil ? nil : RereadInputs(names: settings.names)
        if let pairing, let reread {
            switch try SourceLines.find(pairing, for: options, settings, leavingOut: place, reread: reread) {
            case .found(let lines, let problems): (settings.lines, lacking) = (lines, problems)
            case .refused: return .notPassed
            case .interrupted:
                Console.say("Interrupted. Nothing was written.")
                return .interrupted
            }
        }
        if let history, dryRun == nil {
            guard
                let results = try RunResults(
                    of: options, looksForIdentity: true, redaction: settings.redaction, leavingOut: place,
                    reread: reread)
            else {
                Console.say("Interrupted. Nothing was written.")
                return .interrupted
            }
            lacking.add(try results.problems())
            let (trends, unusual) = try history.addForReport(results, settings.redaction?.mark)
            (settings.history, settings.unusualJobs) = (trends, unusual)
        }
        // Standard input cannot be read a second time, which may become necessary.
        var known =
            // With a selection, it is also not known what was left out of inputs that are not read again.
            isFresh || dryRun != nil || !settings.isRepeatable || options.inputs.contains("-")
                || settings.selector != nil ? nil : usable(earlier)
        var needed: Set<DocumentOrder> = []
        var readAgain: Set<Int> = []
        while true {
            let run = ReportRun(
                settings: settings, root: root, onlyInput: onlyInput, guard: `guard`, known: known, needed: needed,
                readAgain: readAgain)
            var inputs = try InputRun(
                options: options, collector: run.collector, hashing: true, names: settings.names, output: place)
            inputs.reread = reread
            settings.selector?.restart()
            var end = try inputs.run(settings.redaction, settings.selector) { try ReportHandler(run) }
            if let single = run.single {
                try dryRun?.check(root)
                let status = say(single).orWorse(run.collector.status).orWorse(lacking.status)
                lacking.say(except: ReadingProblems(single))
                if let dryRun {
                    try dryRun.say(root, pack: pack)
                    return status
                }
                return try write(packContents(of: single, run, root), of: root) ?? status
            }
            var results = try run.collector.results()
            results.selection = settings.selector?.result
            var overview = OverviewReport(run: run, root: root, results: results)
            if !options.isQuiet {
                overview.results.ownOutputs.say()
                settings.selector?.say()
            }
            if case .done = end {
                // An earlier audit is worth more than one about nothing, as of a folder that is not mounted.
                if overview.results.jobCount == 0,
                    onlyInput != nil || settings.selector != nil || overview.results.unreadableCount == 0
                {
                    try overview.results.sayWhatWasNotRead()
                    if !options.isQuiet, onlyInput == nil || settings.selector != nil {
                        let reason = settings.selector == nil ? Wording.noJobs : Wording.noJobSelected
                        Console.say("\(reason) Nothing was written.")
                    }
                    return try status(of: overview).orWorse(lacking.status)
                }
                let isUnchanged = try overview.isUnchanged(since: known)
                if !isUnchanged, try !overview.isEverythingInPlace() {
                    // A dump counts now whose report was not kept, because another dump counted before.
                    let lacking = try overview.inputsWithoutResults()
                    let lackingReports = try overview.neededReports()
                    if known == nil, lackingReports.isSubset(of: needed) {
                        throw CommandFailure(
                            .inputNotReadWhole,
                            "the inputs change while they are read; run the command again when nothing writes to them")
                    }
                    if known != nil, !lacking.isSubset(of: readAgain) {
                        readAgain.formUnion(lacking)
                    } else {
                        // The inputs changed meanwhile.
                        (known, readAgain) = (nil, [])
                    }
                    // Reports that earlier rounds needed are still needed: what is in place now was made because of
                    // that.
                    needed.formUnion(lackingReports)
                    // The files that this run has written so far are in the manifest, too.
                    `guard` = OutputGuard(earlier: try RunManifest(in: root) ?? `guard`.earlier, isForced: isForced)
                    continue
                }
                do {
                    if !isUnchanged { end = try complete(&overview, run) }
                } catch let lacking as LackingRows {
                    // Something has changed, so pages of jobs with several dumps are written again.
                    if lacking.inputs.isSubset(of: readAgain) { known = nil }
                    readAgain.formUnion(lacking.inputs)
                    needed.formUnion(try overview.neededReports())
                    `guard` = OutputGuard(earlier: try RunManifest(in: root) ?? `guard`.earlier, isForced: isForced)
                    continue
                }
                if case .done = end {
                    try dryRun?.check(root)
                    if isUnchanged { say(unchanged: overview) } else { say(overview) }
                    // The reason for a status other than 0.
                    if overview.results.status != .done { try overview.results.sayWhatWasNotRead() }
                    let status = try status(of: overview).orWorse(lacking.status)
                    // Collecting the problems of the report means reading all jobs again.
                    if !lacking.sentences.isEmpty { lacking.say(except: try overview.results.problems()) }
                    if let dryRun {
                        try dryRun.say(root, pack: pack)
                        return status
                    }
                    return try write(overview.packContents(of: root), of: root) ?? status
                }
            }
            if case .interrupted(let isQuiet) = end { return try leave(overview, run, isQuiet: isQuiet) }
        }
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
            isBegun && !isDryRun
                ? "Interrupted. Finished reports are in \(output); run the same command again to continue."
                : "Interrupted. Nothing was written.")
        return .interrupted
    }

    /// The only argument, unless it is a folder: it may contain a single dump and nothing else.
    private var onlyInput: String? {
        guard options.inputs.count == 1, let input = options.inputs.first else { return nil }
        var status = stat()
        return unsafe stat(input, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR ? input : nil
    }

    /// Fails if a dump can be read only once, but is to be read for another purpose before the report.
    private func checkInputsCanBeReadTwice() throws(CommandFailure) {
        if let history {
            try HistoryAccess.checkKey(settings.redaction?.mark)
            try history.checkBeforeReading()
        }
        guard let option = pairing != nil ? "--source" : history != nil ? "--history" : nil else { return }
        // Missing inputs are reported elsewhere.
        let once = options.inputs.first { name in name == "-" || InputPath(name).isReadableOnce }
        guard let once else { return }
        throw CommandFailure(
            .usage,
            "with \(option), the dumps are read twice, but \(once == "-" ? "standard input" : settings.names.shown(once)) can be read only once: "
                + "save it in a file first.")
    }

    private var overviewFiles: [String] {
        settings.formats.overviewFiles().map { $0.name }
    }

    /// Fails if an input would be replaced.
    private func protectInputs(_ earlier: RunManifest?) throws(CommandFailure) {
        let own = onlyInput == nil ? [] : settings.formats.files.map { $0.name }
        let protection = try InputProtection(
            folder: output, names: overviewFiles + own + [RunManifest.file],
            jobNames: ReportFormats.every.files.map { $0.name }, others: pack?.files ?? [], earlier: earlier,
            shown: settings.names)
        try protection.check(
            options.inputs, options: optionFiles + [history?.path].compactMap { $0 },
            output: OutputPlace(folder: output, files: [], jobFiles: []))
        try history?.checkIsNoInput(options.inputs)
        try history?.checkIsNoOutput(in: output, OutputNames.ofReports)
    }

    /// Fails if a job's report would replace files that this program did not write. The jobs' folders are known only
    /// after the dumps have been read, so if there are such files at all, the dumps are read an additional time.
    private func checkJobs(_ root: OutputFolder, _ guard: OutputGuard, _ place: OutputPlace?) throws {
        let obstructed = try `guard`.obstructedJobs(in: root, files: settings.formats.files.map { $0.name })
        // Inputs that cannot be read twice are checked when their reports are published.
        guard !obstructed.isEmpty,
            options.inputs.allSatisfy({ InputPath($0).identity != nil || AuditFolder.isFolder($0) })
        else { return }
        let collector = Collector(folder: root.path, combinesSnapshots: false)
        let reading = try InputRun(
            options: options, collector: collector, hashing: true, names: settings.names, output: place)
        let settings = settings
        let end = try reading.run(settings.redaction) {
            SummaryHandler(
                collector: collector, concurrency: settings.concurrency, isStrict: settings.isStrict, isVerbose: false)
        }
        let results = try collector.results()
        guard case .done = end, onlyInput == nil || results.jobCount + results.unreadableCount > 1 else { return }
        for index in 0..<results.jobCount where try settings.jobReports.includes(results.job(index)) {
            if let failure = obstructed[ExactText(try results.job(index).folderName)] { throw failure }
        }
    }

    /// Returns the manifest, if its data about inputs is valid for this run.
    private func usable(_ manifest: RunManifest?) -> RunManifest? {
        guard let manifest else { return nil }
        if manifest.isUsable(jobOptions: settings.jobFingerprint) { return manifest }
        if manifest.isBroken {
            Console.say("\(output)/\(RunManifest.file) cannot be read: everything is done again.")
        } else if !manifest.header.isUnfinished, onlyInput == nil || manifest.header.documents != 1 {
            Console.say("\(output) was written by another version or with other options: everything is done again.")
        }
        return nil
    }

    private func say(_ single: JobSummary) -> ExitStatus {
        if !options.isQuiet {
            let verdict = Verdict(single)
            Console.say("\(verdict.word). \(verdict.sentence)")
            if !isDryRun, !isPrinted {
                Console.say("Written to \(output): \(settings.formats.files.map { $0.name }.joined(separator: ", "))")
            }
        }
        if options.isQuiet, let salvage = single.salvage { Console.say("\(single.source): \(salvage.message)") }
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
        guard !options.isQuiet else { return }
        Console.say("\(overview.verdict.word). \(overview.verdict.sentences)")
        if isDryRun || isPrinted { return }
        let jobs = overview.results.jobCount
        Console.say(
            "Written to \(output): \(overview.fileNames.joined(separator: ", "))"
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
        guard !options.isQuiet else { return }
        Console.say("Nothing has changed in \(output).")
    }
}

// MARK: - The pack

extension ReportPlan {
    /// Packs the audit if requested. Returns nil unless packing was interrupted.
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

    private func packContents(
        of single: JobSummary, _ run: ReportRun, _ root: OutputFolder
    ) throws -> PackContents {
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
