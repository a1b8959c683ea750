import ImportAnalysis
import ImportDumps
import ImportRedaction
import ImportReports
import Synchronization

/// What the threads of a run of `report` share: where reports go, and what was found out.
///
/// One plain file with one dump is reported straight into the folder. Anything else gets an overview there, and a folder
/// for each job. Which it is shows only at the end of the first dump, so the report of that one begins in the folder
/// itself.
final class ReportRun: Sendable {
    let settings: ReportSettings
    let collector: Collector
    private let root: OutputFolder
    /// Whether one dump may be all there is: one argument, and no folder.
    private let mayBeSingle: Bool
    /// What an earlier run left.
    private let earlier: Manifest?
    private let state: Mutex<State>

    private struct State {
        var folders: JobFolders?
        /// The report of the only dump.
        var single: JobSummary?
        /// Whose report is in the folder of a name.
        var owners: [NameDigest: DocumentOrder] = [:]
        /// Dumps whose report, as an earlier run left it, speaks of other dumps of the job.
        var combined: Set<DocumentOrder> = []
        var recorder = ManifestRecorder()
        /// Of what is no job.
        var contents: [DocumentOrder: ContentHash] = [:]
    }
    private let fresh = Atomic(0)

    init(settings: ReportSettings, root: OutputFolder, mayBeSingle: Bool, earlier: Manifest?) {
        self.settings = settings
        self.root = root
        self.mayBeSingle = mayBeSingle
        self.earlier = earlier
        // Most of a report's time goes into pages: summaries may as well come from a file.
        collector = Collector(folder: root.path, resultsInMemory: 2048)
        state = Mutex(State())
    }

    /// Where the report of a document is written.
    func folder(for order: DocumentOrder) throws -> OutputFolder {
        mayBeSingle && order == DocumentOrder(input: 0) ? root : try folders().stage()
    }

    /// Looks for ids that come back in one dump. What does not fit into memory goes where the reports do.
    func makeIdentityAudit() -> IdentityAudit {
        IdentityAudit(usesThread: settings.writesBehind) { [path = root.path] in try TemporaryFile(in: path) }
    }

    /// Documents that were read, and not known before.
    var freshCount: Int { fresh.load(ordering: .relaxed) }

    /// Takes in what is no job.
    ///
    /// - Parameter content: what was read of it, if all was.
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

    /// What was read of something that is no job; nil if not all was.
    func content(of order: DocumentOrder) -> ContentHash? { state.withLock { $0.contents[order] } }

    /// Takes the manifest of the earlier run away: what it speaks of is about to change.
    func invalidateEarlier() {
        earlier?.invalidate(in: root)
    }

    /// The report of the only dump, if it is that.
    var single: JobSummary? { state.withLock { $0.single } }

    /// Whether a dump is all there is.
    func isAlone(_ order: DocumentOrder, _ position: DocumentPosition) -> Bool {
        mayBeSingle && order == DocumentOrder(input: 0) && position == .whole
    }

    /// Moves a report into its place, if the dump counts.
    func publish(
        _ summary: JobSummary, _ report: OutputFolder, _ order: DocumentOrder, _ position: DocumentPosition
    ) throws {
        if isAlone(order, position) {
            try report.publish()
            return state.withLock { $0.single = summary }
        }
        fresh.wrappingAdd(1, ordering: .relaxed)
        let name = summary.folderName
        let folders = try folders()
        try collector.add(summary, order) { standing in
            guard standing != .superseded else { return }
            invalidateEarlier()
            try folders.publish(report, as: name)
            state.withLock { $0.owners[NameDigest(name)] = order }
        }
    }

    /// Ends the run if what it refuses is all there is.
    func refuseWhole(
        _ name: String, _ reason: String, _ order: DocumentOrder, _ position: DocumentPosition
    ) throws(CommandFailure) {
        guard isAlone(order, position) else { return }
        throw CommandFailure(.inputNotReadWhole, "\(name): \(reason) Nothing was written.")
    }

    /// Removes the files that are being written, of threads that will not come to it.
    func discard() {
        root.discard()
        state.withLock { $0.folders?.removePartialFolders() }
    }

    /// The folder of all jobs, which is made when the first of them needs it.
    func folders() throws -> JobFolders {
        try state.withLock { state in
            if let folders = state.folders { return folders }
            let folders = try JobFolders(in: root, writesBehind: settings.writesBehind)
            root.keep()
            state.folders = folders
            return folders
        }
    }

    /// Whether a report that was taken up speaks of other dumps of its job.
    func wasCombined(_ order: DocumentOrder) -> Bool {
        state.withLock { $0.combined.contains(order) }
    }

    /// Whether the report of a document is in its place.
    func isInPlace(_ order: DocumentOrder, _ name: String) -> Bool {
        state.withLock { $0.owners[NameDigest(name)] == order }
    }
}

// MARK: - What is known from an earlier run

extension ReportRun {
    /// Takes up what an earlier run found in an input, if that is as it was; false if it is to be read.
    func takeUp(_ input: InputPath, size: Int?, number: Int) throws -> Bool {
        guard let earlier, let size, earlier.knows(settings.names.shown(input.shown), ofSize: size),
            let found = try InputFingerprint(of: input)?.shown(under: settings.names),
            let documents = try earlier.documents(of: found)
        else { return false }
        let folders = try folders()
        for document in documents {
            switch document {
            case .unreadable(let input, let entry, let document, let content, let status):
                let order = DocumentOrder(input: number, entry: entry, document: document)
                try collector.add(input, order, status)
                note(content, of: order)
            case .job(let summary, let entry, let document, let counted, let combined):
                let order = DocumentOrder(input: number, entry: entry, document: document)
                let name = summary.folderName
                let isThere = counted && folders.holds(settings.formats.files, of: name)
                try collector.add(summary, order) { _ in
                    // What this run has written there is another dump's report.
                    state.withLock { state in
                        guard isThere, state.owners[NameDigest(name)] == nil else { return }
                        state.owners[NameDigest(name)] = order
                        if combined { state.combined.insert(order) }
                    }
                }
            }
        }
        state.withLock { $0.recorder.note(found, number: number, isTakenUp: true) }
        return true
    }

    /// Notes that an input was read.
    ///
    /// - Parameter whole: the size and the hash of its only dump, if there is just one.
    func note(_ input: InputPath, whole: (bytes: Int, sha256: String)?, number: Int) throws {
        guard single == nil, settings.isRepeatable,
            let found = try InputFingerprint(of: input, whole: whole)?.shown(under: settings.names)
        else { return }
        state.withLock { $0.recorder.note(found, number: number, isTakenUp: false) }
    }

    /// What this run leaves for the next.
    var recorder: ManifestRecorder { state.withLock { $0.recorder } }
}

extension JobSummary {
    /// The name of the folder for the job's report.
    var folderName: String { jobFolderName(jobID: job.jobID, source: source, sha256: sha256) }
}

/// Stands for a folder's name, of which there may be a million.
struct NameDigest: Hashable {
    private let first: UInt64
    private let second: UInt64

    init(_ name: String) {
        var digest = SHA256()
        var name = name
        name.withUTF8 { bytes in unsafe digest.update(bytes) }
        (first, second) = digest.finishDigest().halves
    }
}
