import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportReports

/// The plan of `report`: options resolved, templates checked, nothing read or written yet.
struct ReportPlan {
    let options: RunOptions
    let output: String
    private(set) var settings: ReportSettings
    private let isFresh: Bool
    let isForced: Bool
    private let isDryRun: Bool
    /// Whether the report is printed. If so, messages do not mention the folder, because it will be removed.
    let isPrinted: Bool
    private let optionFiles: [String]
    let pack: PackTarget?
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
        let `guard` = OutputGuard(earlier: dryRun == nil ? earlier : nil, isForced: isForced)
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
        if let reread, let status = try readLinesAndHistory(reread, place, &lacking) { return status }
        // Standard input cannot be read a second time, which may become necessary.
        let known =
            // With a selection, it is also not known what was left out of inputs that are not read again.
            isFresh || dryRun != nil || !settings.isRepeatable || options.inputs.contains("-")
                || settings.selector != nil ? nil : usable(earlier)
        var rounds = ReportRounds(
            plan: self, root: root, place: place, dryRun: dryRun, guard: `guard`, known: known, reread: reread,
            lacking: lacking)
        return try rounds.run()
    }

    /// Reads the inputs for the lines of sources and for the history, as far as they are requested. Returns a status if the
    /// run ends there.
    ///
    /// - Parameter lacking: gets what could not be read.
    private mutating func readLinesAndHistory(
        _ reread: RereadInputs, _ place: OutputPlace?, _ lacking: inout ReadingProblems
    ) throws -> ExitStatus? {
        if let pairing {
            switch try SourceLines.find(pairing, for: options, settings, leavingOut: place, reread: reread) {
            case .found(let lines, let problems): (settings.lines, lacking) = (lines, problems)
            case .refused: return .notPassed
            case .interrupted:
                Console.say("Interrupted. Nothing was written.")
                return .interrupted
            }
        }
        if let history, !isDryRun {
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
        return nil
    }

    /// The only argument, unless it is a folder: it may contain a single dump and nothing else.
    var onlyInput: String? {
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
}
