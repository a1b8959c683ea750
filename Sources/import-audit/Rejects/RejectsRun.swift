import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportReports
import ImportSources

/// Goes through the sources and the rows of their jobs, and writes both heaps.
struct RejectsRun {
    private let plan: RejectsPlan
    private let results: RunResults
    private let spool: RowSpool
    private let root: OutputFolder
    private let `guard`: OutputGuard
    private let sourceCount: Int
    private let inputIdentities: Set<FileIdentity>
    /// What bodies have behind their last objects, where it must be known before.
    private var closings: [[UInt8]] = []

    /// Where the rows of the source come from, if it is what an earlier run handed back.
    private var origins: (sources: [[UInt8]], rows: [RowMap.Target])?
    private var retry = RetryPlan()
    private var evidence: JoinEvidence?
    /// Ids of the job at hand that are still looked for.
    private var idsLeft = 0
    private var writers: Writers?
    private var isUneven = false

    /// All that is written into.
    private struct Writers {
        let first: FirstSource
        let reasons: ReasonsWriter
        let reasonsFile: PartialFile
        let noResult: RejectWriter
        let annotated: RejectWriter?
        let created: RejectWriter?
        /// By action, if they are written by that; else all under nil.
        var rejects: [(action: String?, writer: RejectWriter)] = []
    }

    /// What all sources must have in common, for their records go into the same files.
    private struct FirstSource {
        let form: SourceForm
        let encoding: SourceEncoding
        let opening: [UInt8]
    }

    /// Rows that failed with one code and are to be handled alike.
    private struct GroupKey: Hashable {
        var code: [UInt8]?
        var isUnclassified: Bool
    }
    private var groups: [GroupKey: (group: RetryPlan.Group, files: Set<String>)] = [:]
    private static let mostGroups = 100_000

    init(
        _ plan: RejectsPlan, results: RunResults, spool: RowSpool, root: OutputFolder, guard: OutputGuard,
        sourceCount: Int
    ) throws {
        self.plan = plan
        self.results = results
        self.spool = spool
        self.root = root
        self.guard = `guard`
        self.sourceCount = sourceCount
        inputIdentities = plan.sources.identities.union(plan.inputs.compactMap { InputPath($0).identity })
        guard sourceCount == 1 || sourceCount == results.jobCount else {
            throw CommandFailure(
                .usage,
                "there are \(Wording.grouped(sourceCount)) sources and \(Wording.grouped(results.jobCount)) "
                    + "\(results.jobCount == 1 ? "job" : "jobs"): give one source for all jobs, or one for each in their order."
            )
        }
    }

    /// Pairs all rows with their records; nil if that does not come out even, which was said.
    mutating func pair() throws -> RetryPlan? {
        try checkTotals()
        try followMaps()
        if plan.layout.batch != nil { try findClosings() }
        var sourceIndex = 0
        try plan.sources.visit { stream in
            try reading(stream) { source in
                try pair(source, stream.name, sourceIndex)
                if let sha256 = stream.sha256 { retry.sources[sourceIndex].sha256 = sha256 }
                if !plan.isQuiet { stream.sayNotes(source) }
            }
            sourceIndex += 1
        }
        if isUneven { return nil }
        if let evidence, let doubt = Wording.doubt(evidence) {
            guard plan.trustsOrder else {
                Console.complain("\(plan.sources.names.first ?? ""): \(doubt) \(Wording.trustOrder)")
                return nil
            }
            Console.say("\(doubt) It was paired all the same, because of --trust-order.")
        }
        retry.evidence = evidence
        retry.trustsOrder = plan.trustsOrder
        retry.sha256OfReasons = try writers?.reasonsFile.finish().sha256
        retry.groups = groups.values.map { entry in
            var group = entry.group
            group.files = entry.files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return group
        }.sorted { ($1.rows, Self.sortKey($0)) < ($0.rows, Self.sortKey($1)) }
        return retry
    }

    private static func sortKey(_ group: RetryPlan.Group) -> ExactText {
        ExactText((group.isUnclassified ? "1" : "0") + (group.code ?? ""))
    }

    /// Fails for jobs of which it cannot be said which records are theirs.
    private func checkTotals() throws {
        for index in 0..<results.jobCount {
            let job = try results.job(index)
            if let total = job.job.total, total < job.rows.seen {
                throw CommandFailure(
                    .notPassed, of: job.source,
                    "the job has a total of \(Wording.rowsWord(total)), but results of \(Wording.rowsWord(job.rows.seen)): "
                        + "which record a result belongs to cannot be known. Nothing was written.")
            }
            guard job.job.total == nil, sourceCount == 1, index + 1 < results.jobCount else { continue }
            throw CommandFailure(
                .notPassed, of: job.source,
                "the dump does not say how many rows the job had: where the next job begins in the source cannot be known. "
                    + "Nothing was written.")
        }
    }

    /// Finds out where the rows of the source come from, through all tries.
    private mutating func followMaps() throws {
        guard !plan.maps.isEmpty, let source = plan.sources.paths.first else { return }
        var total = plan.firstRow - 1
        for index in 0..<results.jobCount {
            guard let rows = try results.job(index).job.total else {
                throw CommandFailure(
                    .notPassed,
                    "a dump does not say how many rows its job had: --map cannot be followed. Nothing was written.")
            }
            total += rows
        }
        let (rows, map) = try plan.maps[...].follow(total: total, sentAs: source)
        origins = (map.sources.map { Array($0.utf8) }, rows)
        retry.maps = plan.maps.map { $0.name }
    }

    /// What is said of a row of the source: where it comes from, if that is known.
    private func placed(_ row: RejectRow, _ name: [UInt8]) -> (row: RejectRow, source: [UInt8]) {
        guard let origins else { return (row, name) }
        let origin = origins.rows[row.sourceRow - 1]
        var row = row
        row.sourceRow = origin.row
        return (row, origins.sources[origin.source])
    }

    private mutating func findClosings() throws {
        try plan.sources.visit { stream in
            try reading(stream) { source in
                if source.form.isTable || source.form == .jsonLines { return closings.append([]) }
                _ = try source.skip(.max)
                closings.append(source.closing)
            }
        }
    }

    private func reading(_ stream: SourceFiles.Stream, _ body: (SourceReader) throws -> Void) throws {
        do {
            try body(try stream.reader(plan.sourceOptions))
        } catch let fault as SourceFault {
            // Without rows it can be read, but they do not come out even.
            let hasNoRows =
                switch fault.reason {
                case .empty, .onlyHeader: true
                case .workbook(let workbook): workbook.hasNoRows
                default: false
                }
            throw CommandFailure(
                hasNoRows ? .notPassed : .inputNotReadWhole, of: stream.name,
                "\(fault.explanation) Nothing was written.")
        }
    }

    // MARK: - One source

    private mutating func pair(_ source: SourceReader, _ name: String, _ sourceIndex: Int) throws {
        try begin(source, name)
        retry.sources.append(RetryPlan.Source(name: name, sha256: nil, rows: 0))
        let shown = Array(name.utf8)
        // Rows before the first job belong to none.
        for _ in 1..<plan.firstRow {
            guard try source.next() else { break }
            try leave(source, shown, RejectRow(sourceRow: source.row, outcome: "no-result"))
        }
        let jobs = sourceCount == 1 ? 0..<results.jobCount : sourceIndex..<sourceIndex + 1
        var totals: [(name: String, rows: Int)] = []
        var isShort = false
        for index in jobs {
            let job = try results.job(index)
            let first = source.row + 1
            let rows = try take(job, order: try results.order(ofJob: index), source, shown)
            let total = job.job.total ?? rows
            isShort = isShort || rows < total
            totals.append((job.job.jobID.map { "job \($0)" } ?? job.source, total))
            retry.jobs.append(
                RetryPlan.Job(
                    dump: job.source, sha256: job.sha256, jobID: job.job.jobID, source: sourceIndex,
                    firstSourceRow: total > 0 ? first : nil, rows: total))
        }
        let rest = try source.skip(.max)
        retry.sources[sourceIndex].rows = source.row
        retry.sources[sourceIndex].sha256 = source.finishHash()
        if rest > 0 || isShort {
            isUneven = true
            Console.complain(
                Wording.uneven(source: name, rows: source.row, jobs: totals, firstRow: plan.firstRow))
            return
        }
        if source.blankLines > 0, !plan.isQuiet {
            Console.say("\(name): \(Wording.passedOver(source.blankLines, source.form))")
        }
        if sourceIndex == sourceCount - 1 { try finish(source) }
    }

    /// Takes the rows of a job from the source; returns how many records there were for it.
    private mutating func take(
        _ job: JobSummary, order: DocumentOrder, _ source: SourceReader, _ name: [UInt8]
    ) throws -> Int {
        var rows = spool.rows(of: order)
        idsLeft = JoinEvidence.idsLookedFor
        let jobID = job.job.jobID.map { Array($0.utf8) }
        let total = job.job.total
        var row = 0
        // Behind a stretch without a whole row, it is not known how many rows it held, unless all add up.
        var isLost = false
        while let run = try rows.next() {
            if Interruption.isRequested { throw Interrupted() }
            if run.isDamaged, job.rows.seen != total { isLost = true }
            if isLost { continue }
            if run.isDamaged {
                for _ in 0..<run.count {
                    guard try source.next() else { return row }
                    row += 1
                    try leave(
                        source, name, RejectRow(sourceRow: source.row, jobID: jobID, row: row, outcome: "no-result"))
                }
                continue
            }
            guard run.outcome == .failed || run.outcome == .unclassified else {
                let taken = try succeed(run, rows, from: row, jobID, source)
                row += taken
                if taken < run.count { return row }
                continue
            }
            var ids = run.ids ?? 0..<0
            for _ in 0..<run.count {
                guard try source.next() else { return row }
                row += 1
                let id = rows.nextID(&ids)
                try reject(
                    source, name,
                    RejectRow(
                        sourceRow: source.row, jobID: jobID, row: row,
                        outcome: run.outcome.rawValue,
                        code: run.code.map { rows.span($0) { [UInt8](span: $0) } },
                        message: run.message.map { rows.span($0) { [UInt8](span: $0) } },
                        recordID: id.map { rows.span($0) { [UInt8](span: $0) } }))
            }
        }
        // What the job has and the dump does not say. Without a total, the last job of a source has all that is left.
        while row < total ?? .max, try source.next() {
            row += 1
            try leave(source, name, RejectRow(sourceRow: source.row, jobID: jobID, row: row, outcome: "no-result"))
        }
        return row
    }

    private mutating func succeed(
        _ run: SpooledRows.Run, _ rows: SpooledRows, from row: Int, _ jobID: [UInt8]?, _ source: SourceReader
    ) throws -> Int {
        let listsRows = writers?.annotated != nil || writers?.created != nil
        guard listsRows || run.ids != nil && idsLeft > 0 else {
            let taken = try source.skip(run.count)
            retry.succeeded += taken
            return taken
        }
        var ids = run.ids ?? 0..<0
        var taken = 0
        while taken < run.count, try source.next() {
            taken += 1
            let id = rows.nextID(&ids)
            if let id, idsLeft > 0 {
                idsLeft -= 1
                rows.span(id) { evidence?.look(forID: $0, in: source) }
            }
            guard listsRows else { continue }
            let entry = placed(
                RejectRow(
                    sourceRow: source.row, jobID: jobID, row: row + taken, outcome: run.outcome.rawValue,
                    recordID: id.map { rows.span($0) { [UInt8](span: $0) } }), []
            ).row
            try writers?.annotated?.append(entry, source)
            try writers?.created?.append(entry, source)
        }
        retry.succeeded += taken
        return taken
    }

    // MARK: - One row

    /// A row that failed or is unclassified.
    private mutating func reject(_ source: SourceReader, _ name: [UInt8], _ row: RejectRow) throws {
        var (row, name) = placed(row, name)
        if let message = row.message { evidence?.look(for: message.span, in: source) }
        let isUnclassified = row.outcome == Outcome.unclassified.rawValue
        let key = GroupKey(code: row.code, isUnclassified: isUnclassified)
        let code = row.code.map { String(decoding: $0, as: UTF8.self) }
        var entry: CodeBook.Entry?
        if let known = groups[key] {
            entry = known.group.entry
        } else if !isUnclassified {
            entry = plan.codes?.standing(of: code).entry
        }
        row.action = entry?.action?.rawValue
        retry.rejects += 1
        guard let writer = try writer(of: row.action, source) else { return }
        let file = writer.nextName
        try writer.append(row, source)
        try writers?.annotated?.append(row, source)
        try writers?.reasons.append(row, in: file, at: writer.position, source: name)
        // Of floods of codes not each has a line in the plan, but each row is counted there.
        let isListed = groups[key] != nil || groups.count < Self.mostGroups
        let listed = isListed ? key : GroupKey(code: Array(CodeSummary.otherCodes.utf8), isUnclassified: false)
        groups[
            listed,
            default: (
                RetryPlan.Group(
                    code: isListed ? code : CodeSummary.otherCodes, isUnclassified: isListed && isUnclassified, rows: 0,
                    files: [], entry: isListed ? entry : nil), []
            )
        ].group.rows += 1
        groups[listed]?.files.insert(file)
    }

    /// A row of which the dump says nothing.
    private mutating func leave(_ source: SourceReader, _ name: [UInt8], _ row: RejectRow) throws {
        let (row, name) = placed(row, name)
        retry.noResult += 1
        guard let writer = writers?.noResult else { return }
        let file = writer.nextName
        try writer.append(row, source)
        try writers?.annotated?.append(row, source)
        try writers?.reasons.append(row, in: file, at: writer.position, source: name)
    }

    // MARK: - Files

    private mutating func begin(_ source: SourceReader, _ name: String) throws {
        if let first = writers?.first {
            guard first.form == source.form, first.encoding == source.encoding, first.opening == source.opening else {
                throw CommandFailure(
                    .notPassed, of: name,
                    "the source has another header or another form than \(plan.sources.names.first ?? "the first one"): "
                        + "their rows cannot go into the same files. Run each with its own job. Nothing was written.")
            }
            return
        }
        evidence = JoinEvidence(names: source.form.columnNames)
        if plan.annotates, !source.form.isTable {
            throw CommandFailure(.usage, of: name, "--annotated is about CSV and XLSX sources; this is JSON.")
        }
        let begin = { [self] (name: String) in try self.begin(name) }
        var single = plan.layout
        single.batch = nil
        let reasonsFile = try self.begin(ReasonsWriter.name)
        writers = Writers(
            first: FirstSource(form: source.form, encoding: source.encoding, opening: source.opening),
            reasons: ReasonsWriter(reasonsFile, isRaw: plan.layout.isRaw), reasonsFile: reasonsFile,
            noResult: RejectWriter("no-result", like: source, closing: nil, single, begin: begin),
            annotated: plan.annotates
                ? RejectWriter(
                    "annotated", like: source, closing: nil, Self.unplain(single), hasIDs: true, begin: begin) : nil,
            created: plan.listsCreated
                ? RejectWriter("created", like: source, closing: nil, Self.unplain(single), hasIDs: true, begin: begin)
                : nil)
        if !plan.byAction {
            writers?.rejects = [
                (nil, RejectWriter("rejects", like: source, closing: closings.first, plan.layout, begin: begin))
            ]
        }
    }

    private static func unplain(_ layout: RejectLayout) -> RejectLayout {
        var layout = layout
        layout.isPlain = false
        return layout
    }

    private mutating func writer(of action: String?, _ source: SourceReader) throws -> RejectWriter? {
        guard plan.byAction else { return writers?.rejects.first?.writer }
        if let known = writers?.rejects.first(where: { $0.action == action }) { return known.writer }
        let begin = { [self] (name: String) in try self.begin(name) }
        let writer = RejectWriter(
            "rejects-\(action ?? "no-action")", like: source, closing: closings.first, plan.layout, begin: begin)
        writers?.rejects.append((action, writer))
        return writer
    }

    private func begin(_ name: String) throws -> PartialFile {
        if let identity = InputPath("\(root.path)/\(name)").identity, inputIdentities.contains(identity) {
            throw CommandFailure(
                .cannotWrite,
                "\(root.path)/\(name) is an input, and the output would be written over it: choose another folder with -o. "
                    + "Nothing was written")
        }
        try root.check([name], `guard`, as: RunManifest.root)
        return try root.begin(name)
    }

    private mutating func finish(_ source: SourceReader) throws {
        guard let writers else { return }
        for (_, writer) in writers.rejects {
            try writer.finish(source)
            retry.files += writer.files
        }
        for writer in [writers.noResult, writers.annotated, writers.created] {
            guard let writer else { continue }
            try writer.finish(source)
            retry.files += writer.files
        }
        try writers.reasons.finish()
    }
}
