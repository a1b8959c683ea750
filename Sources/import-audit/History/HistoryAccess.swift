import Glibc
import ImportAnalysis
import ImportDumps
import ImportHistory
import ImportInputs
import ImportReports

/// The history that a command names, with the messages for when it cannot be used.
struct HistoryAccess {
    let path: String
    let waitSeconds: Int

    init(_ path: String, waitSeconds: Int) throws(CommandFailure) {
        guard !path.isEmpty else { throw CommandFailure(.usage, "The name of the history is empty.") }
        guard path != "-" else {
            throw CommandFailure(.usage, "A history is a file, not a stream. For a file called -, write ./-")
        }
        self.path = path
        self.waitSeconds = waitSeconds
    }

    /// Fails if the history is one of the inputs. An empty file can be both, and must not become a history then.
    func checkIsNoInput(_ inputs: [String]) throws(CommandFailure) {
        guard let own = InputPath(path).identity else { return }
        for input in inputs where input != "-" && InputPath(input).identity == own {
            throw CommandFailure(.cannotWrite, of: path, "this is an input; choose another file for the history")
        }
    }

    /// Fails if the history would be where the command writes one of its files.
    func checkIsNoOutput(in folder: String, _ names: [String]) throws(CommandFailure) {
        let (own, name) = OutputFile.folderAndName(of: path)
        let isOutput = names.contains {
            [$0, PartialFile.partialName(of: $0), PartialFile.rewrittenName(of: $0)].contains(name)
        }
        guard isOutput else { return }
        guard let own = InputPath(own).resolved, own == InputPath(folder).resolved else { return }
        throw CommandFailure(
            .cannotWrite, of: path, "the report has a file with this name there; choose another file for the history")
    }

    /// Fails for a random key, with which each value would get a new pseudonym every night.
    static func checkKey(_ mark: RedactionMark?) throws(CommandFailure) {
        guard let mark, !mark.isKeyed else { return }
        throw CommandFailure(
            .usage,
            "--redact needs --redact-key-file here, because a random key gives different pseudonyms in every run")
    }

    /// Fails if the file is not a history, or if the folder does not exist.
    func checkBeforeReading() throws(CommandFailure) {
        do throws(HistoryFault) {
            _ = try HistoryFile(path, for: .reading, waitSeconds: waitSeconds)
        } catch {
            if error != .notThere { throw failure(error) }
        }
    }

    func reading<Result>(_ body: (HistoryReader) throws -> Result) throws -> Result {
        do {
            return try HistoryFile(path, for: .reading, waitSeconds: waitSeconds).read(body)
        } catch let fault as HistoryFault {
            throw failure(fault)
        }
    }

    /// Adds all jobs of some runs, in one transaction.
    ///
    /// - Parameter isMadeEmpty: whether a history that does not exist is created even if there is no job for it.
    func add(_ runs: [RunResults], _ mark: RedactionMark?, isMadeEmpty: Bool = false) throws -> HistoryTally {
        do {
            if !isMadeEmpty, try isNotThere(), let tally = try Self.tallyWithoutJobs(runs) { return tally }
            let history = try HistoryFile(path, for: .adding, waitSeconds: waitSeconds)
            var tally = HistoryTally()
            try history.add { writer in
                try writer.begin(pseudonymsOf: mark?.keyID)
                for run in runs { try run.visitByID { try tally.add($0, to: writer) } }
            }
            tally.all = try history.read { try $0.jobCount() }
            return tally
        } catch let fault as HistoryFault {
            throw failure(fault)
        } catch is Interrupted {
            throw CommandFailure(.interrupted, "Interrupted. Nothing was added.")
        }
    }

    private func isNotThere() throws(HistoryFault) -> Bool {
        do throws(HistoryFault) {
            _ = try HistoryFile(path, for: .reading, waitSeconds: waitSeconds)
            return false
        } catch {
            guard error == .notThere else { throw error }
            return true
        }
    }

    /// Counts the jobs that no history takes; nil if there are others.
    private static func tallyWithoutJobs(_ runs: [RunResults]) throws -> HistoryTally? {
        struct Found: Error {}
        var tally = HistoryTally()
        do {
            for run in runs {
                try run.visitByID { job in
                    if Interruption.isRequested { throw Interrupted() }
                    guard tally.leavesOut(job) else { throw Found() }
                }
            }
            tally.isMade = false
            return tally
        } catch is Found {
            return nil
        }
    }

    /// Adds the jobs of a report, then evaluates the history.
    ///
    /// - Returns: the trends of the history, and those jobs of the report that are unlike the runs before them.
    func addForReport(
        _ results: RunResults, _ mark: RedactionMark?
    ) throws -> (trends: TrendsReport, unusual: Set<JobIdentity>) {
        _ = try add([results], mark, isMadeEmpty: true)
        return try reading { reader in
            let trends = TrendsReport(
                try reader.trends(HistorySelection()), by: nil, redactedBy: try reader.pseudonymsKey())
            var unusual: Set<JobIdentity> = []
            try results.visitByTime(comparing: reader) { job, earlier, _ in
                guard job.job.jobID != nil, let identity = JobIdentity(job) else { return }
                if UnusualRun.isUnusual(job, after: earlier) { unusual.insert(identity) }
            }
            return (trends, unusual)
        }
    }

    private func failure(_ fault: HistoryFault) -> CommandFailure {
        let status: ExitStatus =
            switch fault {
            case .notThere: .noInput
            case .notSQLite, .foreign, .newer, .otherPseudonyms: .usage
            case .locked, .cannotWrite: .cannotWrite
            case .damaged: .inputNotReadWhole
            case .cannotRead: .noInput
            }
        return CommandFailure(status, of: path, fault.explanation)
    }
}

extension RunResults {
    /// Hands over all jobs. Those of a ledger come roughly in the order of their ids.
    func visitByID(_ body: (JobSummary) throws -> Void) throws {
        if let ledger { return try ledger.visitByID(body) }
        for index in 0..<jobCount { try body(try job(index)) }
    }

    private struct TimedJob: BitwiseCopyable {
        var time: Int
        var index: Int
    }

    /// Hands over all jobs with the runs before them and with their places, ordered by creation time, jobs without a
    /// time last. Jobs created at about the same time have nearly the same runs before them.
    fileprivate func visitByTime(
        comparing reader: HistoryReader, _ body: (JobSummary, EarlierRuns, _ place: Int) throws -> Void
    ) throws {
        let sort = ExternalSort<TimedJob>(in: TemporaryFolder.parent) {
            ($0.time, $0.index) < ($1.time, $1.index)
        }
        for index in 0..<jobCount {
            let time =
                try ledger?.glance(index)?.second ?? HistoryTime(createdAt: job(index).job.createdAt)?.seconds
            try sort.append(TimedJob(time: time ?? .max, index: index))
        }
        let sorted = try sort.sorted()
        for number in 0..<sorted.count {
            if Interruption.isRequested { throw Interrupted() }
            let place = try sorted.element(number).index
            let job = try job(place)
            let created = HistoryTime(createdAt: job.job.createdAt)?.seconds
            try body(job, reader.earlierRuns(than: created, without: job.job.jobID), place)
        }
    }
}

extension RunResults {
    /// Hands over each job with the runs before it and with its place among the jobs, in any order.
    ///
    /// - Parameter mark: the mark of the jobs' pseudonyms, which must be those of the history.
    func visit(
        comparing history: HistoryAccess, _ mark: RedactionMark?,
        _ body: (JobSummary, EarlierRuns, _ place: Int) throws -> Void
    ) throws {
        try HistoryAccess.checkKey(mark)
        try history.reading { reader in
            let key = try reader.pseudonymsKey()
            if key != mark?.keyID, try reader.jobCount() > 0 {
                throw HistoryFault.otherPseudonyms(history: key, new: mark?.keyID)
            }
            try visitByTime(comparing: reader, body)
        }
    }
}
