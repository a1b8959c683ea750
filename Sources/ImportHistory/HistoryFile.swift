private import Glibc

/// A history: an SQLite file with all jobs that were added. Its contents depend only on their dumps.
///
/// SQLite never opens a file that is not a history, because it might change it.
package final class HistoryFile {
    private let database: SQLDatabase
    private let waitSeconds: Int

    package enum Purpose: Sendable {
        /// The file is created if it is missing.
        case adding
        case reading
    }

    /// The size of SQLite's page cache, in KiB.
    private static let cacheKibibytes = 64 * 1024

    /// - Parameters:
    ///   - waitSeconds: how long to wait for another process that is writing.
    ///   - steps: the steps of the schema.
    package init(
        _ path: String, for purpose: Purpose, waitSeconds: Int, steps: [String] = HistorySchema.steps
    ) throws(HistoryFault) {
        self.waitSeconds = waitSeconds
        let header = try Self.header(of: path)
        if header == nil, purpose == .reading { throw HistoryFault.notThere }
        if let header { try Self.check(header, steps.count) }
        do {
            database = try SQLDatabase(path, isCreated: purpose == .adding, waitSeconds: waitSeconds)
            try database.execute("PRAGMA cache_size = -\(Self.cacheKibibytes)")
            // Reading must be allowed to write, because it rolls back what a crashed process left behind.
            if purpose == .reading { try database.execute("PRAGMA query_only = 1") }
            let version = try database.reading { try Self.checkedVersion(database, steps) }
            if purpose == .adding, version < steps.count {
                try database.writing { try Self.migrate(database, steps) }
            } else if version == 0 {
                throw HistoryFault.notThere
            }
        } catch {
            throw Self.fault(error, waitSeconds)
        }
    }

    /// Adds everything that `body` adds, or nothing if it throws.
    package func add<Result>(_ body: (HistoryWriter) throws -> Result) throws -> Result {
        do {
            return try database.writing {
                let writer = try HistoryWriter(database)
                let result = try body(writer)
                try writer.finish()
                return result
            }
        } catch let failure as SQLFailure {
            throw Self.fault(failure, waitSeconds)
        }
    }

    /// Reads a consistent snapshot, whatever other processes add in the meantime.
    ///
    /// - Throws: ``HistoryFault``, or whatever `body` throws.
    package func read<Result>(_ body: (HistoryReader) throws -> Result) throws -> Result {
        do {
            return try database.reading { try body(HistoryReader(database)) }
        } catch let failure as SQLFailure {
            throw Self.fault(failure, waitSeconds)
        }
    }

    // MARK: - What the file is

    private struct Header {
        var isSQLite: Bool
        var applicationID: Int32
        var version: Int
    }

    /// Reads the header of the file; nil if the file is empty or missing.
    private static func header(of path: String) throws(HistoryFault) -> Header? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .cannotRead(unsafe String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .notSQLite }
        var bytes = [UInt8](repeating: 0, count: 100)
        var count = 0
        while count < bytes.count {
            let read = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(descriptor, buffer.baseAddress.map { unsafe $0 + count }, buffer.count - count, count)
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw .cannotRead(unsafe String(cString: strerror(errno))) }
            if read == 0 { break }
            count += read
        }
        guard count > 0 else { return nil }
        func number(_ start: Int) -> UInt32 { bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        return Header(
            isSQLite: count == 100 && bytes.starts(with: "SQLite format 3\0".utf8),
            applicationID: Int32(bitPattern: number(68)), version: Int(number(60)))
    }

    private static func check(_ header: Header, _ known: Int) throws(HistoryFault) {
        guard header.isSQLite else { throw .notSQLite }
        guard header.applicationID == HistorySchema.applicationID, header.version > 0 else { throw .foreign }
        guard header.version <= known else { throw .newer(version: header.version) }
    }

    private static func version(_ database: SQLDatabase) throws -> Int {
        try database.integer("PRAGMA user_version") ?? 0
    }

    /// Returns the version of the schema after checking that the tables are those of that version: a view or a trigger of
    /// someone else might never end, or change what is added.
    private static func checkedVersion(_ database: SQLDatabase, _ steps: [String]) throws -> Int {
        let version = try version(database)
        guard version > 0, version <= steps.count else { return version }
        let model = try SQLDatabase.inMemory()
        for step in steps[..<version] { try model.execute(step) }
        let (expected, tables) = (try Self.tables(model), try Self.tables(database))
        for (name, sql) in expected.sorted(by: { $0.key < $1.key }) where tables[name] != sql {
            throw HistoryFault.damaged("its table \(name) is not the one that import-audit makes")
        }
        guard try database.integer("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'") == 0 else {
            throw HistoryFault.damaged("it has triggers, which import-audit does not make")
        }
        return version
    }

    /// Returns the SQL of all tables by name.
    private static func tables(_ database: SQLDatabase) throws -> [String: String] {
        var tables: [String: String] = [:]
        try SQLStatement("SELECT name, sql FROM sqlite_master WHERE type = 'table'", in: database).query { row in
            if let name = row.text(), let sql = row.text() { tables[name] = sql }
            return true
        }
        return tables
    }

    /// Updates the schema to its current version, unless another process has done so in the meantime.
    private static func migrate(_ database: SQLDatabase, _ steps: [String]) throws {
        let version = try version(database)
        guard version < steps.count else { return }
        if version == 0 {
            // The file was empty or missing, and must still be.
            guard try database.integer("SELECT count(*) FROM sqlite_master") == 0 else {
                throw HistoryFault.foreign
            }
            try database.execute("PRAGMA application_id = \(HistorySchema.applicationID)")
        }
        _ = try checkedVersion(database, steps)
        for step in steps[version...] { try database.execute(step) }
        try database.execute("PRAGMA user_version = \(steps.count)")
    }

    private static func fault(_ error: any Error, _ waitSeconds: Int) -> HistoryFault {
        if let fault = error as? HistoryFault { return fault }
        guard let failure = error as? SQLFailure else { return .damaged("\(error)") }
        switch failure.cause {
        case .busy: return .locked(seconds: waitSeconds)
        case .notDatabase: return .notSQLite
        case .damaged: return .damaged(failure.reason)
        case .cannotRead: return .cannotRead(failure.reason)
        case .cannotWrite: return .cannotWrite(failure.reason)
        }
    }
}
