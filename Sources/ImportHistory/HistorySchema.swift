import ImportFoundation

/// The tables of a history. `Docs/history.md` describes them.
///
/// Views use only SQL that both SQLite and DuckDB support: DuckDB parses all of them when it opens the file.
///
/// No table has a rowid, so the contents of a file do not depend on the order in which jobs were added.
package enum HistorySchema {
    /// Marks the file as one of this program, in SQLite's header, where the command `file` finds it.
    package static let applicationID = OwnOutput.historyMark.reduce(Int32(0)) { $0 << 8 | Int32($1) }

    /// The steps that update a file from each version to the next: from nothing to 1, from 1 to 2 and so on.
    package static let steps = [version1]

    /// The current version.
    package static var version: Int { steps.count }

    private static let version1 = """
        CREATE TABLE about (
          name TEXT NOT NULL PRIMARY KEY,
          value TEXT NOT NULL
        ) WITHOUT ROWID;
        INSERT INTO about VALUES ('format', 'import-audit.history');
        CREATE TABLE jobs (
          job_id TEXT NOT NULL PRIMARY KEY,
          source TEXT NOT NULL,
          status TEXT,
          day TEXT,
          created_at TEXT,
          updated_at TEXT,
          created_unix INTEGER,
          duration_seconds INTEGER,
          bytes INTEGER NOT NULL,
          total INTEGER,
          processed INTEGER,
          succeeded INTEGER,
          failed INTEGER,
          rows_seen INTEGER NOT NULL,
          rows_created INTEGER NOT NULL,
          rows_existing INTEGER NOT NULL,
          rows_applied INTEGER NOT NULL,
          rows_failed INTEGER NOT NULL,
          rows_unclassified INTEGER NOT NULL,
          rows_missing INTEGER,
          findings_critical INTEGER NOT NULL,
          findings_warning INTEGER NOT NULL,
          findings_note INTEGER NOT NULL,
          results TEXT NOT NULL,
          is_comparable INTEGER NOT NULL,
          is_salvaged INTEGER NOT NULL,
          ids_compared INTEGER NOT NULL,
          dumps INTEGER,
          outcomes INTEGER
        ) WITHOUT ROWID;
        CREATE TABLE job_codes (
          job_id TEXT NOT NULL REFERENCES jobs,
          position INTEGER NOT NULL,
          code TEXT,
          is_other INTEGER NOT NULL,
          rows INTEGER NOT NULL,
          rows_at_least INTEGER NOT NULL,
          first_row INTEGER NOT NULL,
          last_row INTEGER NOT NULL,
          message_patterns INTEGER,
          PRIMARY KEY (job_id, position)
        ) WITHOUT ROWID;
        CREATE TABLE job_patterns (
          job_id TEXT NOT NULL REFERENCES jobs,
          code_position INTEGER NOT NULL,
          position INTEGER NOT NULL,
          pattern TEXT,
          rows INTEGER NOT NULL,
          rows_at_least INTEGER NOT NULL,
          first_row INTEGER NOT NULL,
          last_row INTEGER NOT NULL,
          example TEXT,
          example_row INTEGER NOT NULL,
          PRIMARY KEY (job_id, code_position, position)
        ) WITHOUT ROWID;
        CREATE TABLE job_findings (
          job_id TEXT NOT NULL REFERENCES jobs,
          position INTEGER NOT NULL,
          finding TEXT NOT NULL,
          severity TEXT NOT NULL,
          count INTEGER NOT NULL,
          message TEXT NOT NULL,
          PRIMARY KEY (job_id, position)
        ) WITHOUT ROWID;
        CREATE TABLE snapshots (
          job_id TEXT NOT NULL REFERENCES jobs,
          dump TEXT NOT NULL,
          source TEXT,
          status TEXT,
          updated_at TEXT,
          bytes INTEGER,
          total INTEGER,
          processed INTEGER,
          succeeded INTEGER,
          failed INTEGER,
          rows_created INTEGER,
          rows_existing INTEGER,
          rows_applied INTEGER,
          rows_failed INTEGER,
          rows_unclassified INTEGER,
          is_salvaged INTEGER,
          codes INTEGER,
          outcomes INTEGER,
          PRIMARY KEY (job_id, dump)
        ) WITHOUT ROWID;
        CREATE TABLE days (
          day TEXT NOT NULL PRIMARY KEY,
          week TEXT NOT NULL,
          month TEXT NOT NULL,
          jobs INTEGER NOT NULL,
          jobs_with_failed_rows INTEGER NOT NULL,
          rows_seen INTEGER NOT NULL,
          rows_created INTEGER NOT NULL,
          rows_existing INTEGER NOT NULL,
          rows_applied INTEGER NOT NULL,
          rows_failed INTEGER NOT NULL,
          rows_unclassified INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE code_days (
          kind INTEGER NOT NULL,
          code TEXT NOT NULL,
          day TEXT NOT NULL,
          jobs INTEGER NOT NULL,
          rows INTEGER NOT NULL,
          PRIMARY KEY (kind, code, day)
        ) WITHOUT ROWID;
        CREATE VIEW trend_by_day AS
          SELECT day, jobs, rows_seen, rows_failed,
            CASE WHEN rows_seen > 0 THEN 1.0 * rows_failed / rows_seen END AS share
          FROM days WHERE day <> '';
        CREATE VIEW trend_by_week AS
          SELECT week, sum(jobs) AS jobs, sum(rows_seen) AS rows_seen,
            sum(rows_failed) AS rows_failed,
            CASE WHEN sum(rows_seen) > 0 THEN 1.0 * sum(rows_failed) / sum(rows_seen) END AS share
          FROM days WHERE day <> '' GROUP BY week;
        CREATE VIEW trend_by_month AS
          SELECT month, sum(jobs) AS jobs, sum(rows_seen) AS rows_seen,
            sum(rows_failed) AS rows_failed,
            CASE WHEN sum(rows_seen) > 0 THEN 1.0 * sum(rows_failed) / sum(rows_seen) END AS share
          FROM days WHERE day <> '' GROUP BY month;
        CREATE VIEW codes_by_day AS
          SELECT CASE kind WHEN 1 THEN code END AS code, kind = 2 AS is_other, day, jobs, rows
          FROM code_days WHERE day <> '';
        CREATE VIEW codes_seen AS
          SELECT CASE kind WHEN 1 THEN code END AS code, kind = 2 AS is_other, min(day) AS first_day,
            max(day) AS last_day, count(*) AS days, sum(jobs) AS jobs, sum(rows) AS rows
          FROM code_days AS each WHERE day <> '' GROUP BY kind, each.code;
        CREATE VIEW dumps AS
          SELECT job_id, source, status, updated_at, bytes, rows_failed, 1 AS counts FROM jobs
          UNION ALL
          SELECT job_id, source, status, updated_at, bytes, rows_failed, 0 FROM snapshots;
        """

    /// Created after the first jobs, because sorting many keys takes less time than inserting each.
    static let indexes = """
        CREATE INDEX IF NOT EXISTS jobs_by_time ON jobs (created_unix);
        CREATE INDEX IF NOT EXISTS jobs_by_failed_rows ON jobs (day, rows_failed) WHERE rows_failed > 0;
        CREATE INDEX IF NOT EXISTS job_codes_by_code ON job_codes (code);
        CREATE INDEX IF NOT EXISTS job_findings_by_finding ON job_findings (finding);
        """
}
