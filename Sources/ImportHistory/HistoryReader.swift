import GRDB
package import ImportAnalysis
import ImportFoundation

/// Reads what a history says, in one state of it.
package final class HistoryReader {
    private let database: Database
    /// The runs around the times that were asked for last: jobs of one archive are mostly of times near each other.
    private var stretch = RunStretch()
    /// The latest answer, and which runs of the stretch it has.
    private var last: (runs: EarlierRuns, places: Range<Int>)?

    init(_ database: Database) {
        self.database = database
    }

    private func query(_ sql: String, _ body: (inout SQLRow) throws -> Void, bind: (SQLStatement) -> Void) throws {
        let statement = try SQLStatement(sql, in: database)
        bind(statement)
        try statement.query { row in
            var row = row
            try body(&row)
            return true
        }
    }

    /// Jobs that are in it.
    package func jobCount() throws -> Int {
        try Int.fetchOne(database, sql: "SELECT coalesce(sum(jobs), 0) FROM days") ?? 0
    }

    /// The key of its pseudonyms; nil if there are none.
    package func pseudonymsKey() throws -> String? {
        let key = try String.fetchOne(database, sql: "SELECT value FROM about WHERE name = 'pseudonyms'")
        return key == "" ? nil : key
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
        let undated = try Int.fetchOne(database, sql: "SELECT coalesce(sum(jobs), 0) FROM days WHERE day = ''") ?? 0
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
        // The rows of a code are a share of all rows that the day has.
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
            days.append(
                HistoryDay(day: day, sums: HistorySums(jobs: row.number(), rows: row.number(), failed: row.number())))
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
            gathered.add(code, day: day, jobs: row.number(), rows: row.number())
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
            jobs.append(
                HistoryJob(
                    jobID: row.text() ?? "", source: row.text() ?? "", rows: row.number(), failed: row.number()))
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

    /// The runs before a job, without the job itself.
    ///
    /// - Parameter created: seconds since 1970-01-01; nil if the job does not say, for the latest ones of all.
    package func earlierRuns(than created: Int?, without jobID: String?) throws -> EarlierRuns {
        let bound = created ?? Int.max
        if !stretch.hasRuns(before: bound) {
            stretch = try readStretch(around: bound)
            last = nil
        }
        let end = stretch.end(before: bound)
        let candidates = max(0, end - EarlierRuns.most - 1)..<end
        // The job itself has an earlier time if its dump says another one now.
        let own = jobID.flatMap { stretch.place(of: ExactText($0), in: candidates) }
        let places = own == nil ? max(0, end - EarlierRuns.most)..<end : candidates
        if own == nil, let last, last.places == places { return last.runs }
        try readCodes(places)
        // The latest one first.
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
                entries.append(
                    RunStretch.Entry(
                        id: id, time: time,
                        run: EarlierRun(rows: row.number(), failed: row.number(), duration: row.integer())))
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

    /// Reads the codes of those runs of the stretch of which that was not done yet.
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
                var row = row
                let code = row.text()
                let isOther = row.flag()
                stretch.runs[place].run.codes[HistoryCode(code, isOther: isOther)] = row.number()
                return true
            }
        }
    }
}

/// Comparable runs of a history in the order of their times, without a gap.
private struct RunStretch {
    struct Entry {
        var id: ExactText
        var time: Int
        var run: EarlierRun
        var hasCodes = false
    }

    /// How many are read before a time: one more than is asked for, because the job itself may be among them, and some in
    /// case that the next time is an earlier one; and from that time on.
    static let before = EarlierRuns.most + 1 + 256
    static let after = 512

    var runs: [Entry] = []
    /// Whether there are none before these, and none after them.
    var beginsHistory = false
    var endsHistory = false

    /// Whether it has all runs that there are before a time, as far as they are asked for.
    func hasRuns(before bound: Int) -> Bool {
        guard !runs.isEmpty || beginsHistory && endsHistory else { return false }
        // There may be more of the last time.
        if !endsHistory, let last = runs.last, bound > last.time { return false }
        return beginsHistory || end(before: bound) > EarlierRuns.most
    }

    /// Where the runs before a time end.
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
