package import ImportAnalysis
import ImportFoundation

/// Reads a consistent snapshot of a history.
package final class HistoryReader {
    private let database: SQLDatabase
    /// The runs around the last requested time: the jobs of one archive mostly have similar times.
    private var stretch = RunStretch()
    /// The last result, and the runs of the stretch that it contains.
    private var last: (runs: EarlierRuns, places: Range<Int>)?

    init(_ database: SQLDatabase) {
        self.database = database
    }

    private func query(_ sql: String, _ body: (inout SQLRow) throws -> Void, bind: (SQLStatement) -> Void) throws {
        let statement = try SQLStatement(sql, in: database)
        bind(statement)
        try statement.query { row in
            try body(&row)
            return true
        }
    }

    private static func check(failed: Int, of rows: Int) throws(SQLFailure) {
        guard failed <= rows else { throw SQLFailure(damage: "\(failed) rows of \(rows) failed") }
    }

    /// Returns the number of jobs in the history.
    package func jobCount() throws -> Int {
        try database.integer("SELECT coalesce(sum(jobs), 0) FROM days") ?? 0
    }

    /// Returns the ID of the key of its pseudonyms; nil if there are none.
    package func pseudonymsKey() throws -> String? {
        let key = try database.text("SELECT value FROM about WHERE name = 'pseudonyms'")
        return key == "" ? nil : key
    }

    /// Returns whether rows failed with a code on any day, and if not, the code with the most similar name, if any.
    package func knows(_ code: HistoryCode) throws -> (Bool, near: String?) {
        let (texts, limit) = (HistoryCode.Kind.code.rawValue, 10_000)
        var isKnown = false
        try query("SELECT 1 FROM code_days WHERE kind = ? AND code = ? LIMIT 1") { _ in
            isKnown = true
        } bind: {
            $0.bind(code.kind.rawValue)
            $0.bind(code.text)
        }
        guard !isKnown, code.kind == .code else { return (isKnown, nil) }
        var names: [String] = []
        try query("SELECT DISTINCT code FROM code_days WHERE kind = ? AND length(code) <= 128 LIMIT \(limit)") { row in
            if let name = row.text() { names.append(name) }
        } bind: {
            $0.bind(texts)
        }
        return (false, NearestName.of(code.text, among: names))
    }

    // MARK: - Trends

    package func trends(_ selection: HistorySelection) throws -> HistoryTrends {
        let (first, last) = (HistoryTime.firstDay, HistoryTime.lastDay)
        let until = HistoryTime.text(ofDay: min(last, max(first, selection.until ?? last)))
        let since = HistoryTime.text(ofDay: min(last, max(first, selection.since ?? first)))
        var jobDays: [Int] = []
        try query("SELECT day FROM days WHERE day <> '' AND day <= ? ORDER BY day") { row in
            if let day = row.text().flatMap(HistoryTime.day) { jobDays.append(day) }
        } bind: {
            $0.bind(until)
        }
        let undated = try database.integer("SELECT coalesce(sum(jobs), 0) FROM days WHERE day = ''") ?? 0
        var codes = HistoryCodes(selection, jobDays: jobDays)
        try read(&codes, until: until)
        codes.finish()
        let days = try self.days(selection, since: since, until: until)
        let worst = try WorstDay.days(among: days, limit: HistoryTrends.worstDaysListed).map { day in
            WorstDay(day: day, jobs: try worstJobs(of: day.day, selection.code))
        }
        return HistoryTrends(
            selection: selection, days: days, undatedJobs: undated, codes: codes, worst: worst)
    }

    private func days(_ selection: HistorySelection, since: String, until: String) throws -> [HistoryDay] {
        var days: [HistoryDay] = []
        // The rows of a code count as a share of all rows of the day.
        let failed = selection.code == nil ? "rows_failed" : "coalesce(code_days.rows, 0)"
        let join =
            selection.code == nil
            ? "" : "LEFT JOIN code_days ON code_days.day = days.day AND code_days.kind = ? AND code_days.code = ?"
        try query(
            """
            SELECT days.day, days.jobs, days.rows_seen, \(failed) FROM days \(join)
            WHERE days.day <> '' AND days.day >= ? AND days.day <= ? ORDER BY days.day
            """
        ) { row in
            guard let day = row.text().flatMap(HistoryTime.day) else { return }
            let sums = HistorySums(jobs: row.sum(), rows: row.sum(), failed: row.sum())
            try Self.check(failed: sums.failed, of: sums.rows)
            days.append(HistoryDay(day: day, sums: sums))
        } bind: { statement in
            if let code = selection.code {
                statement.bind(code.kind.rawValue)
                statement.bind(code.text)
            }
            statement.bind(since)
            statement.bind(until)
        }
        return days
    }

    private func read(_ codes: inout HistoryCodes, until: String) throws {
        var gathered = codes
        try query(
            "SELECT kind, code, day, jobs, rows FROM code_days WHERE day <> '' AND day <= ? ORDER BY kind, code, day"
        ) { row in
            let kind = HistoryCode.Kind(rawValue: row.number()) ?? .other
            let code = HistoryCode(kind: kind, text: row.text() ?? "")
            guard let day = row.text().flatMap(HistoryTime.day) else { return }
            gathered.add(code, day: day, jobs: row.sum(), rows: row.sum())
        } bind: {
            $0.bind(until)
        }
        codes = gathered
    }

    private func worstJobs(of day: Int, _ code: HistoryCode?) throws -> [HistoryJob] {
        var jobs: [HistoryJob] = []
        let failed = code == nil ? "rows_failed" : "job_codes.rows"
        let join =
            code == nil ? "" : "JOIN job_codes ON job_codes.job_id = jobs.job_id AND is_other = ? AND code IS ?"
        try query(
            """
            SELECT jobs.job_id, source, rows_seen, \(failed) FROM jobs \(join) WHERE day = ? AND rows_failed > 0
            ORDER BY \(failed) DESC, jobs.job_id LIMIT \(HistoryTrends.jobsOfWorstDay)
            """
        ) { row in
            let job = HistoryJob(
                jobID: row.text() ?? "", source: row.text() ?? "", rows: row.number(), failed: row.number())
            try Self.check(failed: job.failed, of: job.rows)
            jobs.append(job)
        } bind: { statement in
            if let code {
                statement.bind(code.kind == .other)
                statement.bind(code.code)
            }
            statement.bind(HistoryTime.text(ofDay: day))
        }
        return jobs
    }

    // MARK: - Earlier runs

    /// Returns the runs before a job, without the job itself.
    ///
    /// - Parameter created: seconds since 1970-01-01; nil if the job does not say, for the latest runs of all.
    package func earlierRuns(than created: Int?, without jobID: String?) throws -> EarlierRuns {
        let bound = created ?? Int.max
        if !stretch.hasRuns(before: bound) {
            stretch = try readStretch(around: bound)
            last = nil
        }
        let end = stretch.end(before: bound)
        let candidates = max(0, end - EarlierRuns.most - 1)..<end
        // The job itself may be in the history with an earlier time than its dump has now.
        let own = jobID.flatMap { stretch.place(of: ExactText($0), in: candidates) }
        let places = own == nil ? max(0, end - EarlierRuns.most)..<end : candidates
        if own == nil, let last, last.places == places { return last.runs }
        try readCodes(places)
        // The latest run comes first.
        let result = EarlierRuns(places.reversed().filter { $0 != own }.map { stretch.runs[$0].run })
        last = own == nil ? (result, places) : nil
        return result
    }

    private func readStretch(around bound: Int) throws -> RunStretch {
        func read(_ condition: String, limit: Int) throws -> [RunStretch.Entry] {
            var entries: [RunStretch.Entry] = []
            try query(
                """
                SELECT job_id, created_unix, rows_seen, rows_failed, duration_seconds FROM jobs
                WHERE is_comparable = 1 AND created_unix \(condition) LIMIT \(limit)
                """
            ) { row in
                let id = ExactText(row.text() ?? "")
                let time = row.integer() ?? 0
                let run = EarlierRun(rows: row.number(), failed: row.number(), duration: row.declaredCount())
                try Self.check(failed: run.failed, of: run.rows)
                entries.append(RunStretch.Entry(id: id, time: time, run: run))
            } bind: { statement in
                statement.bind(bound)
            }
            return entries
        }
        let before = try read("< ? ORDER BY created_unix DESC, job_id DESC", limit: RunStretch.before)
        let after = try read(">= ? ORDER BY created_unix, job_id", limit: RunStretch.after)
        return RunStretch(
            runs: before.reversed() + after, beginsHistory: before.count < RunStretch.before,
            endsHistory: after.count < RunStretch.after)
    }

    /// Reads the codes of the runs at these places that do not have theirs yet.
    private func readCodes(_ places: Range<Int>) throws {
        var statement: SQLStatement?
        for place in places where !stretch.runs[place].hasCodes {
            stretch.runs[place].hasCodes = true
            guard stretch.runs[place].run.failed > 0 else { continue }
            let codes =
                try statement
                ?? SQLStatement("SELECT code, is_other, rows FROM job_codes WHERE job_id = ?", in: database)
            statement = codes
            codes.bind(stretch.runs[place].id.text)
            try codes.query { row in
                let code = row.text()
                let isOther = row.flag()
                stretch.runs[place].run.codes[HistoryCode(code, isOther: isOther)] = row.number()
                return true
            }
        }
    }
}

/// Comparable runs of a history in the order of their times, without gaps.
private struct RunStretch {
    struct Entry {
        var id: ExactText
        var time: Int
        var run: EarlierRun
        var hasCodes = false
    }

    /// How many runs are read before a time, and from that time on. Before it, this is one more than requested, because
    /// the job itself may be among them, and some more in case the next requested time is earlier.
    static let before = EarlierRuns.most + 1 + 256
    static let after = 512

    var runs: [Entry] = []
    /// Whether no runs exist before these, and none after them.
    var beginsHistory = false
    var endsHistory = false

    /// Returns whether it contains all runs before a time, as far as they are requested.
    func hasRuns(before bound: Int) -> Bool {
        guard !runs.isEmpty || beginsHistory && endsHistory else { return false }
        // There may be more runs at the last time.
        if !endsHistory, let last = runs.last, bound > last.time { return false }
        return beginsHistory || end(before: bound) > EarlierRuns.most
    }

    /// Returns the end of the runs before a time.
    func end(before bound: Int) -> Int {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].time < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func place(of id: ExactText, in places: Range<Int>) -> Int? { places.first { runs[$0].id == id } }
}
