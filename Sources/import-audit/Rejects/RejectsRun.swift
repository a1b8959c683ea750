import Glibc
import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportReports
import ImportSources

/// Takes the rows of jobs with their records, and writes the rejects and the rows without a result.
struct RejectsRun: PairedRows {
    private let plan: RejectsPlan
    private let root: OutputFolder
    private let `guard`: OutputGuard
    private let inputIdentities: Set<FileIdentity>
    /// The bytes after the last object of the first source, if they must be known in advance.
    private var closing: [UInt8]?

    /// The origins of the source's rows, if an earlier run handed the source back.
    private var origins: Origins?
    private var retry = RetryPlan()
    private var writers: Writers?

    /// What the maps say about the rows of the source.
    private struct Origins {
        /// The sources that were sent first.
        let sources: [ArraySlice<UInt8>]
        /// The origin in them of each row.
        let rows: [RowMap.Target]
        /// The rows as the last map has them, and therefore the source's own column, if it has one.
        let handedBack: ArraySlice<RowMap.Target>
    }

    /// The cells with the names of the sources, by which `reasons.csv` tells them apart.
    private var sourceCells: Set<[UInt8]> = []

    /// All open files.
    private struct Writers {
        var first: FirstSource
        let reasons: ReasonsWriter
        let reasonsFile: PartialFile
        let noResult: RejectWriter
        let annotated: RejectWriter?
        let created: RejectWriter?
        /// In the order of their first rows.
        var rejects: [RejectWriter] = []
        /// The index of the writer for the stem of a file.
        var stems: [String: Int] = [:]

        mutating func add(_ writer: RejectWriter, as stem: String) {
            stems[stem] = rejects.count
            rejects.append(writer)
        }
    }

    /// The properties that all sources must share, because their records go into the same files.
    private struct FirstSource {
        /// If it is CSV without a line end, that of a later source is taken.
        var form: SourceForm
        let encoding: SourceEncoding
        let opening: [UInt8]
        /// The bytes after its last object; nil until they are known.
        var closing: [UInt8]?
    }

    /// Identifies rows that failed with one code and are to be handled alike.
    private struct GroupKey: Hashable {
        var code: ArraySlice<UInt8>?
        var isUnclassified: Bool
        /// For codes beyond the limit: the writer of their rows, with the action in `code`.
        var otherCodesWriter: Int?

        func hash(into hasher: inout Hasher) {
            hasher.combine(isUnclassified)
            hasher.combine(otherCodesWriter)
            // Hashes all bytes at once, because a slice would be hashed byte by byte.
            unsafe code?.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        }
    }

    /// What is known about such rows, looked up once for all of them.
    private struct Group {
        var listed: RetryPlan.Group
        /// The action in the codes file's entry.
        let action: ArraySlice<UInt8>?
        /// The writer that takes them.
        let writer: Int
        /// Whether the group is for codes beyond the limit.
        let isOther: Bool
        var files: Set<ArraySlice<UInt8>> = []
        var lastFile: ArraySlice<UInt8> = []

        mutating func count(in file: ArraySlice<UInt8>) {
            listed.rows += 1
            if file != lastFile {
                lastFile = file
                files.insert(file)
            }
        }
    }
    private var groups: [Group] = []
    private var groupIndices: [GroupKey: Int] = [:]
    private static let mostGroups = 100_000

    init(_ plan: RejectsPlan, root: OutputFolder, guard: OutputGuard) {
        self.plan = plan
        self.root = root
        self.guard = `guard`
        inputIdentities = plan.pairing.sources.identities.union(plan.inputs.compactMap { InputPath($0).identity })
    }

    /// Passes on all rows; nil if they cannot be paired with their records, which has then been reported.
    mutating func run(_ results: RunResults, _ spool: RowSpool) throws -> RetryPlan? {
        var pairing = try RowPairing(
            plan.pairing, results: results, spool: spool, sourceCount: plan.pairing.sources.count())
        try pairing.checkTotals()
        try followMaps(results)
        if plan.layout.batch != nil { try findClosing(pairing) }
        guard try pairing.pair(&self) else { return nil }
        (retry.sources, retry.jobs, retry.succeeded) = (pairing.sources, pairing.jobs, pairing.succeeded)
        if let origins, retry.sourceRows != origins.rows.count {
            throw otherCount(Wording.rowsWord(retry.sourceRows), in: plan.pairing.sources.paths.first ?? "", origins)
        }
        retry.evidence = pairing.evidence
        retry.trustsOrder = plan.pairing.trustsOrder
        retry.sha256OfReasons = try writers?.reasonsFile.finish().sha256
        retry.groups = listedGroups.sorted { ($1.rows, Self.sortKey($0)) < ($0.rows, Self.sortKey($1)) }
        return retry
    }

    /// The groups for the plan, with those of codes beyond the limit combined.
    private var listedGroups: [RetryPlan.Group] {
        var listed = groups.filter { !$0.isOther }
        if var others = groups.first(where: { $0.isOther }) {
            for group in groups.filter({ $0.isOther }).dropFirst() {
                others.listed.rows += group.listed.rows
                others.files.formUnion(group.files)
            }
            listed.append(others)
        }
        return listed.map { group in
            var listed = group.listed
            listed.files = group.files.sorted { $0.lexicographicallyPrecedes($1) }
                .map { String(decoding: $0, as: UTF8.self) }
            return listed
        }
    }

    private static func sortKey(_ group: RetryPlan.Group) -> ExactText {
        ExactText((group.isUnclassified ? "1" : "0") + (group.code ?? ""))
    }

    /// Determines where the rows of the source come from, through all tries.
    private mutating func followMaps(_ results: RunResults) throws {
        guard let last = plan.maps.last, let source = plan.pairing.sources.paths.first else { return }
        guard try plan.pairing.sources.count() == 1 else {
            throw CommandFailure(.usage, of: source, "--map needs one source for all jobs. Nothing was written.")
        }
        // The last job without a total gets the rest of the source, whose rows only the map knows.
        var total: Int? = plan.pairing.firstRow - 1
        for index in 0..<results.jobCount {
            let rows = try results.job(index).job.total
            total = rows.flatMap { rows in total.map { $0.clampedAdding(rows) } }
        }
        let sent = [Sent(name: source, rows: total)]
        let handedBack = try last.origins(of: sent)[0]
        var chain = try MapChain(plan.maps)
        try chain.followMiddle()
        let rows = try chain.follow(sent)[0]
        origins = Origins(sources: chain.sources.map { Array($0.utf8)[...] }, rows: rows, handedBack: handedBack)
        retry.maps = plan.maps.map { $0.name }
    }

    /// A source has another number of rows than were handed back. A dump that says how many its job had shows that before.
    private func otherCount(_ found: String, in source: String, _ origins: Origins) -> CommandFailure {
        let rows = origins.rows.count
        return CommandFailure(
            .notPassed, of: source,
            "it has \(found), but \(Wording.rowsWord(rows)) \(rows == 1 ? "was" : "were") handed back. Is this the file that "
                + "was sent? Nothing was written.")
    }

    /// Returns the row and the source's name, both replaced by those of its origin if that is known.
    private func placed(
        _ row: RejectRow, _ name: ArraySlice<UInt8>, _ source: SourceReader
    ) throws -> (row: RejectRow, source: ArraySlice<UInt8>) {
        guard let origins else { return (row, name) }
        let index = row.sourceRow - 1
        guard index < origins.rows.count else {
            throw otherCount(
                "a row \(Wording.grouped(row.sourceRow))", in: String(decoding: name, as: UTF8.self), origins)
        }
        let known = origins.handedBack[origins.handedBack.startIndex + index].row
        if let own = RejectLayout.ownRow(of: source), own != known {
            throw CommandFailure(
                .notPassed, of: String(decoding: name, as: UTF8.self),
                "row \(Wording.grouped(row.sourceRow)) has the \(RejectLayout.columns[0]) \(Wording.grouped(own)), but was handed "
                    + "back with \(Wording.grouped(known)): the rows were put in another order, or others were sent. --map "
                    + "needs them in the order in which they were handed back. Without it, rows have their numbers in this "
                    + "file. Nothing was written.")
        }
        let origin = origins.rows[index]
        var row = row
        row.sourceRow = origin.row
        return (row, origins.sources[origin.source])
    }

    /// Reads the first source to its end, which each batch of JSON needs.
    private mutating func findClosing(_ pairing: RowPairing) throws {
        try plan.pairing.sources.visitFirst { stream in
            try pairing.reading(stream) { source in
                guard source.form == .jsonArray || source.form == .requestBody else { return }
                _ = try source.skip(.max)
                closing = source.closing
            }
        }
    }

    // MARK: - One row

    /// A row that failed or is unclassified.
    mutating func reject(_ source: SourceReader, _ name: ArraySlice<UInt8>, _ row: RejectRow) throws {
        var (row, name) = try placed(row, name, source)
        retry.rejects += 1
        let isUnclassified = row.outcome == Outcome.unclassified.rawValue
        let key = GroupKey(code: row.code, isUnclassified: isUnclassified)
        guard let index = try groupIndices[key] ?? group(key, source), let writers else { return }
        row.action = groups[index].action
        let writer = writers.rejects[groups[index].writer]
        try writer.append(row, source)
        try writers.annotated?.append(row, source)
        try writers.reasons.append(row, in: writer.currentName, at: writer.position, source: name)
        groups[index].count(in: writer.currentName)
    }

    /// Adds the group for a row that is the first of its kind, and returns the group's index.
    private mutating func group(_ key: GroupKey, _ source: SourceReader) throws -> Int? {
        let code = key.code.map { String(decoding: $0, as: UTF8.self) }
        let entry = key.isUnclassified ? nil : plan.codes?.standing(of: code).entry
        guard let writer = try writer(for: entry, source) else { return nil }
        // Codes beyond the limit have no line of their own in the plan. Their rows are still counted there, together
        // with others that are handled in the same way.
        let isListed = groupIndices.count < Self.mostGroups
        let action = entry?.action.map { Array($0.rawValue.utf8)[...] }
        let known =
            isListed
            ? GroupKey(code: key.code.map { Array($0)[...] }, isUnclassified: key.isUnclassified)
            : GroupKey(code: action, isUnclassified: false, otherCodesWriter: writer)
        if let index = groupIndices[known] { return index }
        groupIndices[known] = groups.count
        groups.append(
            Group(
                listed: RetryPlan.Group(
                    code: isListed ? code : CodeSummary.otherCodes, isUnclassified: known.isUnclassified,
                    rows: 0, files: [], entry: isListed ? entry : nil),
                action: action, writer: writer, isOther: !isListed))
        return groups.count - 1
    }

    /// A row that the dump says nothing about.
    mutating func leave(_ source: SourceReader, _ name: ArraySlice<UInt8>, _ row: RejectRow) throws {
        let (row, name) = try placed(row, name, source)
        retry.noResult += 1
        guard let writers else { return }
        try writers.noResult.append(row, source)
        try writers.annotated?.append(row, source)
        try writers.reasons.append(
            row, in: writers.noResult.currentName, at: writers.noResult.position, source: name)
    }

    var takesSucceeded: Bool { plan.annotates || plan.listsCreated }

    mutating func succeed(_ source: SourceReader, _ row: RejectRow) throws {
        let (row, _) = try placed(row, [], source)
        try writers?.annotated?.append(row, source)
        try writers?.created?.append(row, source)
    }

    // MARK: - Files

    mutating func begin(_ job: JobSummary, _ order: DocumentOrder, source index: Int) {}

    mutating func begin(_ source: SourceReader, _ name: String) throws {
        var cell: [UInt8] = []
        cell.appendCell(Array(name.utf8)[...], CSVOptions(isRaw: plan.layout.isRaw))
        guard sourceCells.insert(cell).inserted else {
            throw CommandFailure(
                .usage, of: name,
                "\(ReasonsWriter.name) could not tell this source from another one. Run each with its own job. Nothing was "
                    + "written.")
        }
        if let first = writers?.first {
            guard first.form.canShareFile(with: source.form), first.encoding == source.encoding else {
                throw CommandFailure(
                    .notPassed, of: name,
                    "the source has another header or another form than \(plan.pairing.sources.names.first ?? "the first one"): "
                        + "their rows cannot be in the same files. Run each with its own job. Nothing was written.")
            }
            try checkMembers(source.opening, first.opening, name)
            if case .csv(let own) = first.form, own.lineEnd == nil, case .csv(var form) = source.form {
                // Between records of two sources without line ends, there is a line feed.
                form.lineEnd = form.lineEnd ?? .feed
                writers?.first.form = .csv(form)
            }
            return
        }
        if plan.annotates, !source.form.isTable {
            throw CommandFailure(.usage, of: name, "--annotated needs a CSV or XLSX source; this is JSON.")
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
        if plan.division == .none { _ = try writer(for: nil, source) }
    }

    mutating func end(_ source: SourceReader, _ name: String) throws {
        guard let first = writers?.first else { return }
        if let closing, first.closing == nil, closing != source.closing {
            throw CommandFailure(.inputNotReadWhole, of: name, InputState.complaint)
        }
        if let known = first.closing { return try checkMembers(source.closing, known, name) }
        writers?.first.closing = source.closing
    }

    /// Fails if the members of a request body besides its objects are not those of the first one.
    private func checkMembers(_ found: [UInt8], _ first: [UInt8], _ name: String) throws {
        guard JSONText.withoutSpace(found) != JSONText.withoutSpace(first) else { return }
        throw CommandFailure(
            .notPassed, of: name,
            "the members of this request body besides its objects are not the same as in "
                + "\(plan.pairing.sources.names.first ?? "the first one"): their rows cannot be in the same files. "
                + "Run each with its own job. Nothing was written.")
    }

    private static func unplain(_ layout: RejectLayout) -> RejectLayout {
        var layout = layout
        layout.isPlain = false
        return layout
    }

    /// The writer for rejects whose code has this entry in the codes file.
    private mutating func writer(for entry: CodeBook.Entry?, _ source: SourceReader) throws -> Int? {
        let stem = plan.division.stem(for: entry)
        if let index = writers?.stems[stem] { return index }
        let begin = { [self] (name: String) in try self.begin(name) }
        writers?.add(RejectWriter(stem, like: source, closing: closing, plan.layout, begin: begin), as: stem)
        return writers?.stems[stem]
    }

    private func begin(_ name: String) throws -> PartialFile {
        if let identity = InputPath("\(plan.output)/\(name)").identity, inputIdentities.contains(identity) {
            throw CommandFailure(
                .cannotWrite,
                "\(plan.output)/\(name) is an input, and the output would overwrite it: choose another folder with -o. "
                    + "Nothing was written")
        }
        try root.check([name], `guard`, as: RunManifest.root)
        return try root.begin(name)
    }

    mutating func finish(_ source: SourceReader) throws {
        guard let writers else { return }
        for writer in writers.rejects {
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
