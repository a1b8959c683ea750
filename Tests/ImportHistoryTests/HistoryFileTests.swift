import Foundation
import ImportAnalysis
import ImportDumps
import ImportHistory
import TestSupport
import Testing

/// The file of a history: its schema versions, and what it stores for a job.
struct HistoryFileTests {
    private static func job(_ id: String, source: String = "a.json", failed: Int = 0, updated: String = "10:00:00")
        -> JobSummary
    {
        var declared = DeclaredJob()
        declared.jobID = id
        declared.status = "complete"
        declared.createdAt = "2026-03-04T09:00:00Z"
        declared.updatedAt = "2026-03-04T\(updated)Z"
        declared.total = 10
        var rows = RowCounts()
        rows.created = 10 - failed
        rows.failed = failed
        rows.missing = 0
        let codes =
            failed == 0
            ? []
            : [
                CodeSummary(
                    code: "c", rows: failed, share: Share(of: failed, in: 10), firstRow: 1, lastRow: failed,
                    messages: [], messageCount: 0, positions: nil)
            ]
        return JobSummary(
            job: declared, source: source, bytes: 100, sha256: nil, rows: rows, failedByCode: codes, findings: [],
            results: .complete, salvage: nil)
    }

    private func add(_ jobs: [JobSummary], to path: String, steps: [String] = HistorySchema.steps) throws {
        let history = try HistoryFile(path, for: .adding, waitSeconds: 5, steps: steps)
        try history.add { writer in
            try writer.begin(pseudonymsOf: nil)
            for job in jobs { _ = try writer.add(job) }
        }
    }

    private func count(_ path: String, steps: [String] = HistorySchema.steps) throws -> Int {
        try HistoryFile(path, for: .reading, waitSeconds: 5, steps: steps).read { try $0.jobCount() }
    }

    @Test("A fault of whoever reads a history is not a fault of the history")
    func otherFaults() throws {
        struct Interrupted: Error {}
        let space = try Workspace()
        let path = space["h.sqlite"]
        try add([Self.job("1")], to: path)
        let history = try HistoryFile(path, for: .reading, waitSeconds: 5)
        #expect(throws: Interrupted.self) { try history.read { _ in throw Interrupted() } }
        #expect(throws: HistoryFault.notSQLite) { try history.read { _ in throw HistoryFault.notSQLite } }
        #expect(try history.read { try $0.jobCount() } == 1)
    }

    @Test("A history of an earlier version is brought up to date, and keeps its jobs")
    func migration() throws {
        let space = try Workspace()
        let path = space["h.sqlite"]
        try add([Self.job("1")], to: path)
        let later = HistorySchema.steps + ["ALTER TABLE jobs ADD COLUMN later INTEGER; CREATE TABLE more (x TEXT)"]
        // The file is read without a change until something is added.
        #expect(try count(path, steps: later) == 1)
        try add([Self.job("2")], to: path, steps: later)
        #expect(try count(path, steps: later) == 2)
        // This version refuses the file and changes nothing.
        let bytes = try space.bytes("h.sqlite")
        for purpose in [HistoryFile.Purpose.reading, .adding] {
            #expect(throws: HistoryFault.newer(version: HistorySchema.version + 1)) {
                _ = try HistoryFile(path, for: purpose, waitSeconds: 5)
            }
        }
        #expect(try space.bytes("h.sqlite") == bytes)
    }

    @Test("Jobs are found to be new, updated or there already, in whatever order these come")
    func mixture() throws {
        let space = try Workspace()
        let path = space["h.sqlite"]
        try add((1...6).map { Self.job("\($0)", failed: $0 % 3) }, to: path)
        let history = try HistoryFile(path, for: .adding, waitSeconds: 5)
        var changes: [HistoryWriter.Change] = []
        try history.add { writer in
            try writer.begin(pseudonymsOf: nil)
            for job in [
                Self.job("1", failed: 1), Self.job("7"), Self.job("2", failed: 2), Self.job("3"), Self.job("8"),
                Self.job("9"), Self.job("4", failed: 3, updated: "11:00:00"),
                Self.job("4", failed: 3, updated: "11:00:00"),
                Self.job("7"), Self.job("5", failed: 2, updated: "09:30:00"),
            ] {
                changes.append(try writer.add(job))
            }
        }
        #expect(
            changes == [
                .alreadyThere, .new, .alreadyThere, .alreadyThere, .new, .new, .updated, .alreadyThere, .alreadyThere,
                .updated,
            ])
        #expect(try count(path) == 9)
    }

    @Test("A step that fails changes nothing")
    func failingMigration() throws {
        let space = try Workspace()
        let path = space["h.sqlite"]
        try add([Self.job("1")], to: path)
        let bytes = try space.bytes("h.sqlite")
        #expect(throws: HistoryFault.self) {
            try add(
                [], to: path, steps: HistorySchema.steps + ["CREATE TABLE more (x TEXT); CREATE TABLE jobs (y TEXT)"])
        }
        #expect(try space.bytes("h.sqlite") == bytes)
        #expect(try count(path) == 1)
    }

    @Test("What throws while jobs are added leaves all as it was")
    func rollback() throws {
        struct Stop: Error {}
        let space = try Workspace()
        let path = space["h.sqlite"]
        try add([Self.job("1")], to: path)
        let history = try HistoryFile(path, for: .adding, waitSeconds: 5)
        #expect(throws: Stop.self) {
            try history.add { writer in
                _ = try writer.add(Self.job("2"))
                throw Stop()
            }
        }
        #expect(try count(path) == 1)
    }

    @Test(
        "Numbers that a history cannot have are damage, or do no harm, in any column",
        .needs(.program("sqlite3")))
    func numbers() throws {
        let space = try Workspace()
        let path = space["h.sqlite"]
        var dump = Self.job("j", failed: 3)
        dump.findings = [Finding(.restored("total-mismatch", .warning), "x", count: 1)]
        let jobs = [dump, Self.job("j", source: "b.json", failed: 2, updated: "09:30:00")]
        try add(jobs + (0..<20).map { Self.job("e\($0)", failed: 1) }, to: path)
        let columns = try space.shell(
            """
            sqlite3 h.sqlite "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'"
            """)
        let values = [
            "-1", "9223372036854775807", "-9223372036854775808", "1e300", "'x'", "''", "x'00ff'", "1.5", "NULL",
        ]
        var damaged: Set<String> = []
        for column in columns.split(separator: "\n").map({ $0.split(separator: "|") }) {
            let (table, name) = (column[0], column[1])
            for value in values {
                let copy = space["copy.sqlite"]
                // What the schema itself refuses is tried as well, and changes nothing.
                _ = try space.shell(
                    """
                    cp h.sqlite copy.sqlite; sqlite3 copy.sqlite "UPDATE OR IGNORE \(table) SET \(name) = \(value)" || true
                    """)
                do {
                    try HistoryFile(copy, for: .reading, waitSeconds: 5).read { reader in
                        _ = try reader.earlierRuns(than: nil, without: "j")
                        for code in [nil, HistoryCode(kind: .code, text: "c")] {
                            let trends = try reader.trends(HistorySelection(code: code))
                            #expect(trends.days.allSatisfy { 0...$0.sums.rows ~= $0.sums.failed }, "\(column) \(value)")
                        }
                    }
                    try add([Self.job("j", failed: 4, updated: "12:00:00")], to: copy)
                } catch let fault as HistoryFault {
                    // In the table `about`, a value is the key of pseudonyms.
                    #expect(!fault.explanation.isEmpty)
                    if case .damaged = fault { damaged.insert("\(table).\(name) \(value)") }
                }
            }
        }
        #expect(damaged.isSuperset(of: ["days.rows_failed -1", "days.rows_seen 1e300", "jobs.rows_failed 'x'"]))
    }

    @Test(
        "Jobs with numbers that add up to more than fits are damage", .needs(.program("sqlite3")),
        arguments: [(1 << 53) + 1, 1 << 60, Int.max])
    func sums(number: Int) throws {
        let space = try Workspace()
        let path = space["h.sqlite"]
        try add([Self.job("a", failed: 3), Self.job("b", failed: 3)], to: path)
        let columns = ["created", "existing", "applied", "failed", "unclassified"].map { "rows_\($0) = \(number)" }
        try space.shell(#"sqlite3 h.sqlite "UPDATE jobs SET \#(columns.joined(separator: ", "))""#)
        let bytes = try space.bytes("h.sqlite")
        #expect(throws: HistoryFault.damaged("a table has a number that it cannot have")) {
            try add(["a", "b"].map { Self.job($0, failed: 4, updated: "12:00:00") }, to: path)
        }
        #expect(try space.bytes("h.sqlite") == bytes)
    }

    @Test("What a dump declares, and by how much its rows differ, can be any number")
    func declared() throws {
        let space = try Workspace()
        let path = space["h.sqlite"]
        var job = Self.job("a", failed: 3)
        (job.job.total, job.rows.missing) = (.max, .max - job.rows.seen)
        job.findings = [Finding(.restored("rows-missing", .critical), "x", count: .max)]
        try add([job], to: path)
        try add([Self.job("a", failed: 4, updated: "12:00:00"), job], to: path)
        #expect(try count(path) == 1)
    }

    @Test("Sums of days that adding cannot keep are damage, and nothing is added", .needs(.program("sqlite3")))
    func daySums() throws {
        let space = try Workspace()
        let path = space["h.sqlite"]
        for (number, changes) in [(1 << 60, "rows_failed"), (Int.max, "rows_seen"), (-5_000_000, "rows_created")] {
            try space.shell("rm -f h.sqlite")
            try add([Self.job("a", failed: 3)], to: path)
            try space.shell(#"sqlite3 h.sqlite "UPDATE days SET \#(changes) = \#(number)""#)
            #expect(throws: HistoryFault.damaged("the sums of its days do not follow from its jobs")) {
                try add([Self.job("b", failed: 4)], to: path)
            }
        }
    }

    @Test(
        "Tables, views and triggers of someone else are damage, before any of them is used",
        .needs(.program("sqlite3")), .timeLimit(.minutes(10)))
    func foreignSchema() throws {
        let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT"
        let views = "trend_by_day trend_by_week trend_by_month".split(separator: " ").map { "DROP VIEW \($0);" }
        let changes = [
            "\(views.joined()) DROP TABLE days; CREATE VIEW days AS \(endless) '2025-01-01' AS day, '' AS week, '' AS month, "
                + "1 AS jobs, 0 AS jobs_with_failed_rows, 1 AS rows_seen, 0 AS rows_created, 0 AS rows_existing, "
                + "0 AS rows_applied, 0 AS rows_failed, 0 AS rows_unclassified FROM c",
            "CREATE TRIGGER t AFTER INSERT ON jobs BEGIN DELETE FROM jobs WHERE job_id = 'a'; END",
            "\(views.joined()) DROP TABLE days",
            "ALTER TABLE days ADD COLUMN more INTEGER GENERATED ALWAYS AS (jobs + 1)",
        ]
        for change in changes {
            let space = try Workspace()
            try add([Self.job("a", failed: 3)], to: space["h.sqlite"])
            try space.shell(#"sqlite3 h.sqlite "\#(change)""#)
            let bytes = try space.bytes("h.sqlite")
            for purpose in [HistoryFile.Purpose.reading, .adding] {
                let fault = #expect(throws: HistoryFault.self, "\(change)") {
                    _ = try HistoryFile(space["h.sqlite"], for: purpose, waitSeconds: 5)
                }
                guard case .damaged? = fault else {
                    Issue.record("\(change): \(String(describing: fault))")
                    continue
                }
            }
            #expect(try space.bytes("h.sqlite") == bytes)
        }
        // Other objects do no harm.
        let space = try Workspace()
        try add([Self.job("a", failed: 3)], to: space["h.sqlite"])
        try space.shell(
            #"sqlite3 h.sqlite "CREATE VIEW own AS SELECT 1; CREATE TABLE notes (x); CREATE INDEX i ON jobs (status)""#)
        try add([Self.job("b")], to: space["h.sqlite"])
        #expect(try count(space["h.sqlite"]) == 2)
    }

    @Test("A text that SQLite cannot take ends the addition, and is not left out")
    func longText() throws {
        let space = try Workspace()
        let path = space["h.sqlite"]
        var job = Self.job("1")
        // One byte more than Debian's SQLite takes.
        job.job.status = String(repeating: "x", count: 1_000_000_001)
        #expect(throws: HistoryFault.cannotWrite("string or blob too big")) { try add([Self.job("0"), job], to: path) }
        #expect(try count(path) == 0)
    }

    @Test("Of the same dump under two names, and of two that cannot be told apart, the same one is kept in any order")
    func ties() throws {
        let space = try Workspace()
        var unlike = Self.job("1", failed: 2)
        unlike.failedByCode[0].firstRow = 5
        unlike.failedByCode[0].lastRow = 9
        var identified = Self.job("1", failed: 2)
        identified.identity = IdentitySummary()
        let jobs = [
            Self.job("1", failed: 2), Self.job("1", source: "b.json", failed: 2), unlike, identified,
            Self.job("1", failed: 3, updated: "09:30:00"),
        ]
        var contents: Set<String> = []
        for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 3, 1, 4], [3, 4, 1, 0, 2], [1, 1, 2, 4, 3, 0, 0]] {
            let name = order.map { String($0) }.joined() + ".sqlite"
            for index in order { try add([jobs[index]], to: space[name]) }
            contents.insert(try space.shell("sqlite3 \(name) .dump"))
        }
        #expect(contents.count == 1)
        #expect(contents.first?.contains("b.json") == true)
    }

    @Test("More dumps of a job than are told apart, in any order", .needs(.program("sqlite3")))
    func manyDumps() throws {
        let space = try Workspace()
        let jobs = (0..<60).map { number in
            Self.job("1", source: "\(number).json", failed: number % 10, updated: "09:\(10 + number % 50):00")
        }
        try add(jobs, to: space["a.sqlite"])
        for job in jobs.reversed() { try add([job], to: space["b.sqlite"]) }
        let dumps = try ["a", "b"].map { try space.shell("sqlite3 \($0).sqlite .dump") }
        #expect(dumps[0] == dumps[1])
        #expect(
            try space.shell("sqlite3 a.sqlite 'SELECT dumps, (SELECT count(*) FROM snapshots) + 1 FROM jobs'")
                == "50|50\n")
    }
}
