import GRDB
package import ImportAnalysis
import ImportFoundation

/// Reads what a history says, in one state of it.
package final class HistoryReader {
    private let database: Database
    private var last: LastRuns?
    /// Of the runs that were read last: those before the next job are mostly the same.
    private var codesOfRuns: [ExactText: [HistoryCode: Int]] = [:]

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
        // Jobs of one night mostly have the same runs before them.
        if let last, last.bound <= bound, jobID.map({ !last.ids.contains($0) }) ?? true,
            try !hasJobs(from: last.bound, before: bound)
        {
            return last.runs
        }
        var runs: [EarlierRun] = []
        var ids: [String] = []
        try query(
            """
            SELECT job_id, rows_seen, rows_failed, duration_seconds FROM jobs
            WHERE created_unix < ? AND is_comparable = 1 AND job_id IS NOT ?
            ORDER BY created_unix DESC, job_id DESC LIMIT \(EarlierRuns.most)
            """
        ) { row in
            ids.append(row.text() ?? "")
            runs.append(EarlierRun(rows: row.number(), failed: row.number(), duration: row.integer()))
        } bind: { statement in
            statement.bind(bound)
            statement.bind(jobID)
        }
        let codes = try SQLStatement("SELECT code, is_other, rows FROM job_codes WHERE job_id = ?", in: database)
        var known: [ExactText: [HistoryCode: Int]] = [:]
        for (index, id) in ids.enumerated() where runs[index].failed > 0 {
            if let before = codesOfRuns[ExactText(id)] {
                runs[index].codes = before
            } else {
                codes.bind(id)
                try codes.query { row in
                    var row = row
                    let code = row.text()
                    let isOther = row.flag()
                    runs[index].codes[HistoryCode(code, isOther: isOther)] = row.number()
                    return true
                }
            }
            known[ExactText(id)] = runs[index].codes
        }
        codesOfRuns = known
        let result = EarlierRuns(runs)
        // A result that leaves out a job is only for that job.
        let isOfAll = try jobID.map { try !isThere($0) } ?? true
        last = isOfAll ? LastRuns(bound: bound, ids: Set(ids), runs: result) : nil
        return result
    }

    /// What was read last.
    private struct LastRuns {
        var bound: Int
        var ids: Set<String>
        var runs: EarlierRuns
    }

    private func hasJobs(from start: Int, before end: Int) throws -> Bool {
        guard start < end else { return false }
        return try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT 1 FROM jobs WHERE created_unix >= ? AND created_unix < ?)",
            arguments: [start, end]) ?? true
    }

    private func isThere(_ jobID: String) throws -> Bool {
        try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT 1 FROM jobs WHERE job_id = ?)", arguments: [jobID]) ?? true
    }
}
