import GRDB
private import Glibc

/// A history: an SQLite file with all jobs that were added. Its contents depend only on their dumps.
///
/// SQLite never opens a file that is not a history, because it might change it.
package final class HistoryFile {
    private let queue: DatabaseQueue
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
            var configuration = Configuration()
            configuration.busyMode = .timeout(Double(waitSeconds))
            configuration.foreignKeysEnabled = false
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA cache_size = -\(Self.cacheKibibytes)")
                // Reading must be allowed to write, because it rolls back what a crashed process left behind.
                if purpose == .reading { try database.execute(sql: "PRAGMA query_only = 1") }
            }
            do {
                errno = 0
                queue = try DatabaseQueue(path: path, configuration: configuration)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT && errno == EIO {
                // SQLite calls a file damaged if a read fails, and there is no connection that could be asked.
                throw HistoryFault.cannotRead(unsafe String(cString: strerror(EIO)))
            }
            let version = try queue.read { database in
                try Self.explaining(database, waitSeconds) { try Self.version(database) }
            }
            if purpose == .adding, version < steps.count {
                try queue.writeWithoutTransaction { database in
                    try Self.explaining(database, waitSeconds) {
                        try database.inTransaction(.immediate) {
                            try Self.migrate(database, steps)
                            return .commit
                        }
                    }
                }
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
            var result: Result?
            try queue.writeWithoutTransaction { database in
                try Self.explaining(database, waitSeconds) {
                    try database.inTransaction(.immediate) {
                        let writer = try HistoryWriter(database)
                        result = try body(writer)
                        try writer.finish()
                        return .commit
                    }
                }
            }
            guard let result else { throw HistoryFault.cannotWrite("nothing was added") }
            return result
        } catch let error as DatabaseError {
            throw Self.fault(error, waitSeconds)
        }
    }

    /// Reads a consistent snapshot, whatever other processes add in the meantime.
    package func read<Result>(_ body: (HistoryReader) throws -> Result) throws(HistoryFault) -> Result {
        do {
            return try queue.read { database in
                try Self.explaining(database, waitSeconds) { try body(HistoryReader(database)) }
            }
        } catch {
            throw Self.fault(error, waitSeconds)
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

    private static func version(_ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    /// Updates the schema to its current version, unless another process has done so in the meantime.
    private static func migrate(_ database: Database, _ steps: [String]) throws {
        let version = try version(database)
        guard version < steps.count else { return }
        if version == 0 {
            // The file was empty or missing, and must still be.
            guard try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0 else {
                throw HistoryFault.foreign
            }
            try database.execute(sql: "PRAGMA application_id = \(HistorySchema.applicationID)")
        }
        for step in steps[version...] { try database.execute(sql: step) }
        try database.execute(sql: "PRAGMA user_version = \(steps.count)")
    }

    /// Makes errors of SQLite explain themselves while the connection still knows the error of the system.
    private static func explaining<Result>(
        _ database: Database, _ waitSeconds: Int, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw fault(error, waitSeconds, system: database.systemError(behind: error))
        }
    }

    /// - Parameter system: the error of the system behind it, if there is one.
    private static func fault(_ error: any Error, _ waitSeconds: Int, system: String? = nil) -> HistoryFault {
        if let fault = error as? HistoryFault { return fault }
        guard let error = error as? DatabaseError else { return .damaged("\(error)") }
        let reason = system ?? error.message ?? "error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: return .locked(seconds: waitSeconds)
        case .SQLITE_NOTADB: return .notSQLite
        case .SQLITE_CORRUPT where system != nil: return .cannotRead(reason)
        case .SQLITE_IOERR where [.SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ].contains(error.extendedResultCode):
            return .cannotRead(reason)
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_NOMEM,
            .SQLITE_AUTH, .SQLITE_TOOBIG:
            return .cannotWrite(reason)
        default: return .damaged(reason)
        }
    }
}
