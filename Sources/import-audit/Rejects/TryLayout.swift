import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports

/// What was sent in a try, and where in it the rows of each job are.
struct TryLayout {
    /// The index of what was sent, and how many of its rows come before those of the job.
    typealias Place = (sent: Int, start: Int)

    private(set) var sent: [Sent] = []
    /// For each job of the try.
    private(set) var jobs: [Place] = []

    /// - Parameter map: the map that was made from the dumps of this try; nil for the last try.
    /// - Throws: if the map was made from other dumps.
    init(of attempt: Try, by map: RowMap?) throws {
        if let map, let plan = map.plan {
            sent = plan.sources.map { Sent(name: $0.name, rows: $0.rows) }
            jobs = try Self.partners(of: attempt, in: plan, map.name).map {
                (plan.jobs[$0].source, plan.jobs[$0].start)
            }
        } else if let map {
            try takeOneSource(attempt, map)
        } else {
            try takeJobs(of: attempt)
        }
    }

    /// Creates the layout of a try about whose files nothing is known.
    init(ofJobs attempt: Try) throws {
        try takeJobs(of: attempt)
    }

    private mutating func takeJobs(of attempt: Try) throws {
        for (index, job) in attempt.jobs.enumerated() {
            // The file that was sent may tell how many rows a single job had.
            sent.append(Sent(name: nil, rows: attempt.jobs.count == 1 ? job.total : try attempt.rows(of: job)))
            jobs.append((index, 0))
        }
    }

    // MARK: - With plan.json

    /// Returns, for each job of the try, the index of the same job in the plan: that with the same dump, or else with
    /// the same id.
    private static func partners(of attempt: Try, in plan: RowMap.Plan, _ map: String) throws -> [Int] {
        let hashes = Set(attempt.jobs.compactMap { $0.summary.sha256 })
        if plan.jobs.contains(where: { $0.sha256.map { !hashes.contains($0) } ?? false }) {
            throw CommandFailure(
                .notPassed, of: map,
                "the map was made from another dump than \(attempt.name): their SHA-256 differ. Give tries and maps in their order."
            )
        }
        guard attempt.jobs.count == plan.jobs.count else {
            throw CommandFailure(
                .notPassed, of: map,
                "the map was made from \(jobsWord(plan.jobs.count)), but \(attempt.name) has \(jobsWord(attempt.jobs.count))."
            )
        }
        // Of jobs that are alike in what identifies them, the first one comes first.
        var byHash = Dictionary(grouping: plan.jobs.indices.reversed()) { plan.jobs[$0].sha256 }
        var partners = attempt.jobs.map { job in job.summary.sha256.flatMap { byHash[$0]?.popLast() } }
        let taken = Set(partners.compactMap { $0 })
        var byID = Dictionary(grouping: plan.jobs.indices.reversed().filter { !taken.contains($0) }) {
            plan.jobs[$0].jobID.map { ExactText($0) }
        }
        for (index, job) in attempt.jobs.enumerated() where partners[index] == nil {
            let partner = byID[job.summary.job.jobID.map { ExactText($0) }]?.popLast()
            guard let partner, plan.jobs[partner].sha256 == nil || job.summary.sha256 == nil else { continue }
            partners[index] = partner
        }
        return try partners.enumerated().map { index, partner in
            let job = attempt.jobs[index]
            guard let partner else {
                throw CommandFailure(.notPassed, of: map, "the map was not made from \(job.summary.source).")
            }
            let (rows, known) = (try attempt.rows(of: job), plan.jobs[partner].rows)
            guard rows == known else {
                throw CommandFailure(
                    .notPassed, of: map,
                    "the map belongs to a job of \(Wording.rowsWord(known)), but \(job.summary.source) has "
                        + "\(Wording.rowsWord(rows)).")
            }
            return partner
        }
    }

    private static func jobsWord(_ count: Int) -> String { count == 1 ? "1 job" : "\(Wording.grouped(count)) jobs" }

    // MARK: - Without plan.json

    /// Lets the jobs take their rows from one source, one after another, if the lines of the map show that they did.
    private mutating func takeOneSource(_ attempt: Try, _ map: RowMap) throws {
        let unknown = map.needsPlan("which rows of a source the jobs of \(attempt.name) had")
        guard map.sources.count <= 1 else {
            throw map.needsPlan(
                "which of the \(Wording.grouped(map.sources.count)) sources each job of \(attempt.name) had")
        }
        var (start, filled): (Int, [Int]) = (map.jobless, [])
        for (index, job) in attempt.jobs.enumerated() {
            jobs.append((0, start))
            let rows = try attempt.rows(of: job)
            start = start.clampedAdding(rows)
            if rows > 0 { filled.append(index) }
        }
        sent = [Sent(name: map.sources.first, rows: start)]
        var ids: [ExactText: Int] = [:]
        for index in filled {
            let known = ids.updateValue(index, forKey: ExactText(attempt.jobs[index].summary.job.jobID ?? ""))
            if known != nil { throw unknown }
        }
        var isOne = filled.count <= 1
        for stretch in map.stretches {
            guard let index = ids[ExactText(stretch.job)] ?? ids[ExactText(stretch.job.withoutFormulaGuard)] else {
                throw CommandFailure(
                    .notPassed, of: map.name,
                    "the map has rows of the job \(shownText(stretch.job)), which \(attempt.name) does not have. Give tries and "
                        + "maps in their order.")
            }
            guard stretch.distance == jobs[index].start else { throw unknown }
            isOne = isOne || index != filled[0]
        }
        if !isOne { throw unknown }
    }
}

/// All rows that were sent in the first try, as one sequence.
struct RowSpace {
    let count: Int
    /// The number of rows before those of each job.
    let starts: [Int]
    let sources: [(name: String, start: Int, rows: Int)]
    private var indices: [ExactText: Int] = [:]
    private let map: String

    /// - Parameter map: the map that was made from the dumps of the first try.
    /// - Throws: if more rows are claimed than the dumps and the map together have.
    init(_ first: Try, _ map: RowMap) throws {
        let layout = try TryLayout(of: first, by: map)
        let total = try first.total()
        // The map has a line for each row without a result, so no more memory is needed than there are rows and lines.
        let unseen = total - first.jobs.reduce(0) { $0.clampedAdding($1.summary.rows.seen) }
        guard unseen <= map.rowCount else {
            throw CommandFailure(
                .notPassed, of: map.name,
                "\(first.name) has a total of \(Wording.rowsWord(total)), of which \(Wording.grouped(unseen)) have no result, but the "
                    + "map has only \(Wording.rowsWord(map.rowCount)): rejects lists each row without a result.")
        }
        var (sources, count): ([(name: String, start: Int, rows: Int)], Int) = ([], 0)
        for (index, sent) in layout.sent.enumerated() {
            let rows = sent.rows ?? 0
            guard count.clampedAdding(rows) - total <= map.rowCount else {
                throw CommandFailure(
                    .notPassed, of: map.plan?.name ?? map.name,
                    "sources[\(index)].rows is \(Wording.grouped(rows)), but the jobs have \(Wording.rowsWord(total)), and the map lists "
                        + "\(Wording.rowsWord(map.rowCount)). Was the file edited?")
            }
            sources.append((sent.name ?? "", count, rows))
            indices[ExactText(sent.name ?? "")] = index
            count += rows
        }
        self.sources = sources
        self.count = count
        self.map = map.name
        starts = layout.jobs.map { sources[$0.sent].start + $0.start }
    }

    /// Returns the indices of these sources in ``sources``.
    func indices(of names: [String]) throws -> [Int] {
        try names.map { name in
            guard let index = indices[ExactText(name)] else {
                throw CommandFailure(
                    .notPassed, of: map, "the maps lead to \(shownText(name)), which was not sent in the first try.")
            }
            return index
        }
    }

    /// Returns the number of a row among all rows, from 1 on.
    ///
    /// - Parameter source: its index in ``sources``.
    func row(_ row: Int, of source: Int) throws -> Int {
        guard row <= sources[source].rows else {
            throw CommandFailure(
                .notPassed, of: map,
                "the maps lead to row \(Wording.grouped(row)) of \(shownText(sources[source].name)), which the first try does not "
                    + "have.")
        }
        return sources[source].start + row
    }
}
