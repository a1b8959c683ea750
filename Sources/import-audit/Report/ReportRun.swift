import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportRedaction
import ImportReports
import Synchronization

/// The state shared by the threads of a `report` run: the places of reports, and the results.
///
/// The report of one plain file with one dump is written directly into the output folder. Anything else gets an
/// overview there, and a folder for each job. Which of these applies is known only at the end of the first dump, so its
/// report is begun in the output folder itself.
final class ReportRun: Sendable {
    let settings: ReportSettings
    let collector: Collector
    let root: OutputFolder
    /// The only argument, unless it is a folder: it may contain one dump and nothing else.
    let onlyInput: String?
    let `guard`: OutputGuard
    /// The manifest of an earlier run, if its data about inputs is valid for this one.
    private let known: RunManifest?
    /// Dumps that need a report not because of their own content, but because of other dumps of their jobs.
    private let needed: Set<DocumentOrder>
    /// Inputs that are read again although they have not changed.
    private let readAgain: Set<Int>
    /// Failed rows of jobs that get no report.
    let leftOut: LeftOutRows
    private let state: Lock<State>

    private struct State {
        var folders: JobFolders?
        /// The summary of the only dump.
        var single: JobSummary?
        /// The fingerprint of the file that the only dump came from.
        var singleInput: InputFingerprint?
        /// The state of the input before it was read, if there may be just one.
        var onlyInputState: InputState?
        /// Maps the name of each folder to the dump whose report it contains.
        var owners: [NameDigest: Owner] = [:]
        /// The manifest lines about folders that this run has written.
        var lines: Spool?
        /// The manifest while files are replaced.
        var changes: UnfinishedRunManifest?
        /// Dumps whose pages are made after everything has been read: they have no pages yet, or those of an earlier
        /// run describe other dumps of the job.
        var due: Set<DocumentOrder> = []
        var recorder = RunManifestRecorder()
        /// The size and hash of each document that is not a job.
        var contents: [DocumentOrder: ContentHash] = [:]
    }
    private let fresh = Atomic(0)

    private struct Owner {
        var order: DocumentOrder
        var line: Line

        /// Where the manifest line about the folder is.
        enum Line {
            case earlier
            case written(Spool.Stretch)
        }
    }

    /// - Parameters:
    ///   - onlyInput: the only argument, unless it is a folder.
    ///   - known: the earlier manifest, if its data about inputs is valid for this run.
    ///   - needed: dumps that get a report regardless of their content.
    ///   - readAgain: inputs for which the earlier manifest is not used.
    init(
        settings: ReportSettings, root: OutputFolder, onlyInput: String?, guard: OutputGuard, known: RunManifest?,
        needed: Set<DocumentOrder>, readAgain: Set<Int>
    ) {
        (self.needed, self.readAgain) = (needed, readAgain)
        leftOut = LeftOutRows(in: root.path)
        self.settings = settings
        self.root = root
        self.onlyInput = onlyInput
        self.guard = `guard`
        self.known = known
        // Most of a report's time goes into pages, so summaries may as well be read from a file.
        collector = Collector(folder: root.path, memoryBytes: 4 * 1024 * 1024)
        state = Lock(State())
    }

    /// Returns the folder in which the report of a document is written.
    func folder(for order: DocumentOrder) throws -> OutputFolder {
        mayBeAlone(order) ? root : try folders().stage()
    }

    /// Whether a dump may be the only document.
    func mayBeAlone(_ order: DocumentOrder) -> Bool { onlyInput != nil && order == DocumentOrder(input: 0) }

    /// Returns an audit that finds ids that occur repeatedly in one dump. It spills to disk in the output folder.
    func makeIdentityAudit() -> IdentityAudit {
        IdentityAudit(usesThread: settings.concurrency.allowsHelpers) { [path = root.path] in
            try TemporaryFile(in: path)
        }
    }

    /// The number of documents that this run has read, as opposed to those known from an earlier run.
    var freshCount: Int { fresh.load(ordering: .relaxed) }

    /// Adds a document that is not a job.
    ///
    /// - Parameter content: the document's size and hash, if it was read completely.
    func add(
        _ input: UnreadableInput, _ order: DocumentOrder, _ status: ExitStatus, content: ContentHash? = nil
    ) throws {
        fresh.wrappingAdd(1, ordering: .relaxed)
        try collector.add(input, order, status)
        note(content, of: order)
    }

    private func note(_ content: ContentHash?, of order: DocumentOrder) {
        if let content { state.withLock { $0.contents[order] = content } }
    }

    /// Returns the size and hash of a document that is not a job; nil if it was not read completely.
    func content(of order: DocumentOrder) -> ContentHash? { state.withLock { $0.contents[order] } }

    /// The summary of the only dump, once its report is in place.
    var single: JobSummary? { state.withLock { $0.single } }

    /// The fingerprint of the file that the only dump came from; nil for standard input.
    var singleInput: InputFingerprint? { state.withLock { $0.singleInput } }

    func noteSingleInput(_ input: InputFingerprint?) { state.withLock { $0.singleInput = input } }

    /// Notes the state of an input that may be the only one, before it is read.
    func noteOnlyInput(as inputState: InputState?) {
        if onlyInput != nil { state.withLock { $0.onlyInputState = inputState } }
    }

    /// The state of the only input before it was read.
    var onlyInputState: InputState? { state.withLock { $0.onlyInputState } }

    /// Whether a document is the only one, wherever it is in its input.
    func isAlone(_ order: DocumentOrder, _ reading: DumpReading, _ position: DocumentPosition) -> Bool {
        guard mayBeAlone(order) else { return false }
        if case .job(let dump) = reading, dump.isAlone { return true }
        return position == .whole
    }

    /// Moves a report into place, if the dump counts.
    ///
    /// - Parameters:
    ///   - isAlone: whether the dump is the only document.
    ///   - hasPages: whether it includes its pages. If not, they are made after everything has been read.
    func publish(
        _ summary: JobSummary, _ report: OutputFolder, _ order: DocumentOrder, isAlone: Bool, hasPages: Bool
    ) throws {
        if isAlone {
            try publishAlone(summary, report)
            return state.withLock { $0.single = summary }
        }
        fresh.wrappingAdd(1, ordering: .relaxed)
        let name = summary.folderName
        let folders = try folders()
        // Done before taking the collector's lock, so that other threads need not wait.
        let files = try report.finishAndClose()
        try collector.add(summary, order) { standing in
            guard standing != .superseded else { return }
            try beginChanges()
            try folders.publish(report, as: name) { (folder, path) in
                if let folder, !owns(name) {
                    let (names, place) = (settings.formats.files.map { $0.name }, Self.place(name))
                    try `guard`.check(names, in: place, folder, path: path)
                    // Files of other formats.
                    let stale = try `guard`.earlier?.files(in: place).filter { !names.contains($0.name) } ?? []
                    for name in `guard`.remove(stale, from: folder) {
                        Console.say(OutputGuard.sayingChanged("\(path)/\(name)"))
                    }
                }
                try note(files, of: name, for: order)
                if !hasPages { state.withLock { _ = $0.due.insert(order) } }
            }
        }
    }

    /// Whether a dump gets a report in a separate folder.
    func getsReport(_ summary: JobSummary, _ order: DocumentOrder) -> Bool {
        settings.jobReports.includes(summary) || needed.contains(order)
    }

    /// Adds a job that gets no report.
    ///
    /// - Parameter keep: keeps its failed rows.
    func leaveOut(_ summary: JobSummary, _ order: DocumentOrder, keep: (LeftOutRows) throws -> Void) throws {
        fresh.wrappingAdd(1, ordering: .relaxed)
        try collector.add(summary, order) { standing in
            if standing != .superseded, settings.needsFailedRows(of: summary) { try keep(leftOut) }
        }
    }

    /// Whether plain jobs get no report, whatever else is found, and only their failed rows are needed, as CSV.
    var leavesOutPlainJobs: Bool {
        settings.jobReports.leavesOutPlainJobs && needed.isEmpty && !settings.isVerbose && settings.lines == nil
            && !settings.formats.contains(.xlsx) && !settings.formats.contains(.explore)
    }

    /// Adds plain jobs, which get no report.
    func leaveOut(_ jobs: PlainJobBatch.Contents) throws {
        fresh.wrappingAdd(jobs.orders.count, ordering: .relaxed)
        try collector.add(jobs)
        try leftOut.keep(jobs)
    }

    /// Returns the name of a job's folder in the manifest.
    private static func place(_ name: String) -> String { "jobs/\(name)" }

    /// Whether this run has written into the folder of that name.
    func owns(_ name: String) -> Bool {
        state.withLock { state in
            if case .written = state.owners[NameDigest(name)]?.line { true } else { false }
        }
    }

    /// Notes in the manifest which files of a job's folder are moved into place now. Other files in the folder stay
    /// listed: pages of another dump of the job, until they are written again.
    private func note(_ files: [PackedFile], of name: String, for order: DocumentOrder) throws {
        var records: [ExactText: FileRecord] = [:]
        if case .folder(_, let before) = RunManifestLine(try line(about: name).dropLast()) {
            let names = Set(settings.formats.files.map { ExactText($0.name) })
            for file in before where names.contains(ExactText(file.name)) { records[ExactText(file.name)] = file }
        }
        for file in files { records[ExactText(file.path)] = FileRecord(file) }
        let line = RunManifestLine.folder(
            Self.place(name), files: records.sorted { $0.key < $1.key }.map { $0.value }
        ).bytes
        try state.withLock { state in
            try state.changes?.add(line)
            if state.lines == nil { state.lines = Spool(in: root.path) }
            guard let stretch = try state.lines?.append(line) else { return }
            state.owners[NameDigest(name)] = Owner(order: order, line: .written(stretch))
        }
    }

    /// Returns the manifest line about the folder of a job, as this run or an earlier one wrote it.
    func line(about name: String) throws -> [UInt8] {
        try state.withLock { state in
            guard case .written(let stretch) = state.owners[NameDigest(name)]?.line else {
                return try `guard`.earlier?.line(about: Self.place(name)) ?? []
            }
            return [UInt8](try state.lines?.read(stretch) ?? [])
        }
    }

    /// Replaces some files of a job's report.
    func republish(_ report: OutputFolder, as name: String, _ order: DocumentOrder) throws {
        try note(try report.finish(), of: name, for: order)
        try report.publish()
    }

    /// Notes in the manifest that files are about to change, before the first of them does.
    func beginChanges() throws {
        let planned =
            onlyInput == nil || state.withLock({ $0.folders != nil })
            ? settings.formats.overviewFiles() : settings.formats.files
        try state.withLock { state in
            guard state.changes == nil else { return }
            state.changes = try UnfinishedRunManifest(
                in: root, earlier: `guard`.earlier, planned: planned.map { $0.name })
        }
    }

    /// Whether no file has been replaced yet.
    var isUntouched: Bool { state.withLock { $0.changes == nil } }

    /// Removes unfinished files after all threads have ended.
    func discard() {
        root.discard()
        state.withLock { $0.folders?.removePartialFolders() }
    }

    /// Removes unfinished files while a thread may still be working, and keeps it from beginning others.
    func abandon() { root.abandon() }

    /// Whether results of an earlier run may be reused for unchanged inputs.
    var takesUp: Bool { known != nil }

    /// Whether pages must be made after everything has been read, apart from those of jobs with several dumps.
    var hasDue: Bool { state.withLock { !$0.due.isEmpty } }

    /// Returns the folder of all jobs, which is created on first use.
    func folders() throws -> JobFolders {
        try state.withLock { state in
            if let folders = state.folders { return folders }
            let files = settings.formats.overviewFiles().map { $0.name } + [RunManifest.file]
            try root.check(files, `guard`, as: RunManifest.root)
            let folders = try JobFolders(in: root, writesBehind: settings.concurrency.allowsHelpers)
            root.keep()
            state.folders = folders
            return folders
        }
    }

    /// Whether the pages of a dump must be made after everything has been read, even if its job has no other dumps.
    func isDue(_ order: DocumentOrder) -> Bool { state.withLock { $0.due.contains(order) } }

    /// Whether the report of a document is in place.
    func isInPlace(_ order: DocumentOrder, _ name: String) -> Bool {
        state.withLock { $0.owners[NameDigest(name)]?.order == order }
    }
}

// MARK: - What is known from an earlier run

extension ReportRun {
    /// Reuses the results of an earlier run for an unchanged input; false if it must be read.
    func takeUp(_ input: InputPath, size: Int?, number: Int) throws -> Bool {
        guard let known, let size, !readAgain.contains(number),
            try known.knows(settings.names.shown(input.shown), ofSize: size),
            let found = try fingerprintIfReadable(input)?.shown(under: settings.names),
            let documents = try known.documents(of: found), !isSingle(documents)
        else { return false }
        let folders = try folders()
        func hasReport(_ summary: JobSummary) throws -> Bool {
            try settings.jobReports.includes(summary) || !known.files(in: Self.place(summary.folderName)).isEmpty
        }
        for case .job(let summary, _, _, counted: true, _) in documents {
            guard try hasReport(summary) else {
                // Its failed rows were not kept separately.
                if settings.needsFailedRows(of: summary) { return false }
                continue
            }
            let name = summary.folderName
            // A report that someone has changed is made again.
            guard folders.holds(settings.formats.files, of: name, as: try known.files(in: Self.place(name))) else {
                return false
            }
        }
        for document in documents {
            switch document {
            case .unreadable(let input, let entry, let document, let content, let status):
                let order = DocumentOrder(input: number, entry: entry, document: document)
                try collector.add(input, order, status)
                note(content, of: order)
            case .job(let summary, let entry, let document, let counted, let combined):
                let order = DocumentOrder(input: number, entry: entry, document: document)
                let name = summary.folderName
                let isThere = try counted && hasReport(summary)
                try collector.add(summary, order) { _ in
                    // If this run has written into the folder, it contains another dump's report.
                    state.withLock { state in
                        guard isThere, state.owners[NameDigest(name)] == nil else { return }
                        state.owners[NameDigest(name)] = Owner(order: order, line: .earlier)
                        if combined { state.due.insert(order) }
                    }
                }
            }
        }
        state.withLock { $0.recorder.note(found, number: number, isTakenUp: true) }
        return true
    }

    /// Whether an input is one dump and nothing else. If it is also the only input, it gets a report without an
    /// overview.
    private func isSingle(_ documents: [RunManifest.Document]) -> Bool {
        guard onlyInput != nil, documents.count == 1, case .job(_, let entry, let document, _, _)? = documents.first
        else { return false }
        return entry == 0 && document == 0
    }

    /// Notes that an input was read.
    ///
    /// - Parameter whole: the size and hash of its only dump; nil if it has none or several.
    func note(
        _ input: InputPath, whole: (bytes: Int, sha256: String)?, as inputState: InputState?, number: Int
    ) throws {
        guard single == nil, settings.isRepeatable else { return }
        let found: InputFingerprint?
        do {
            found = try InputFingerprint(of: input, whole: whole, as: inputState)?.shown(under: settings.names)
        } catch let failure as CommandFailure {
            return complain(thatHashIsMissing: failure, of: input)
        }
        guard let found else { return }
        state.withLock { $0.recorder.note(found, number: number, isTakenUp: false) }
    }

    /// Notes an output of this program. In an archive, another thread may note the archive itself.
    func noteOwnOutput(_ order: DocumentOrder) {
        if order.entry > 0 { state.withLock { $0.recorder.noteOwnOutput(inInput: order.input) } }
    }

    /// The recorder of the manifest for the next run.
    var recorder: RunManifestRecorder { state.withLock { $0.recorder } }
}
