private import CSQLite
private import Glibc

/// An open SQLite file. Only one thread at a time may use it.
@safe
final class SQLDatabase {
    /// The connection, for the statements of this module.
    let handle: OpaquePointer

    /// Opens a file. SQLite reads it only when the first statement runs.
    ///
    /// - Parameters:
    ///   - isCreated: whether the file is created if it is missing.
    ///   - waitSeconds: how long each statement waits for another process, up to 86,400.
    convenience init(_ path: String, isCreated: Bool, waitSeconds: Int) throws(SQLFailure) {
        // SQLite would take `:memory:` and `file:…` for databases that are not files with these names.
        try self.init(named: path.hasPrefix("/") ? path : "./" + path, isCreated, waitSeconds)
    }

    /// Returns an empty database that is not in a file.
    static func inMemory() throws(SQLFailure) -> SQLDatabase { try SQLDatabase(named: ":memory:", true, 0) }

    private init(named name: String, _ isCreated: Bool, _ waitSeconds: Int) throws(SQLFailure) {
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(name, &opened, isCreated ? flags | SQLITE_OPEN_CREATE : flags, nil)
        guard let handle = unsafe opened else { throw SQLFailure(code) }
        guard code == SQLITE_OK else {
            defer { unsafe sqlite3_close_v2(handle) }
            throw unsafe SQLFailure(code, of: handle)
        }
        unsafe self.handle = handle
        unsafe sqlite3_busy_timeout(handle, Int32(clamping: waitSeconds * 1000))
        // The file may come from anyone. https://www.sqlite.org/security.html recommends this for such files.
        try execute("PRAGMA trusted_schema = 0; PRAGMA cell_size_check = 1")
    }

    deinit {
        unsafe sqlite3_close_v2(handle)
    }

    /// Runs statements that return no rows.
    func execute(_ sql: String) throws(SQLFailure) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// Returns the first column of the first row; nil if it is NULL or if there is no row.
    func integer(_ sql: String) throws(SQLFailure) -> Int? {
        try SQLStatement(sql, in: self).first { $0.integer() }
    }

    func text(_ sql: String) throws(SQLFailure) -> String? {
        try SQLStatement(sql, in: self).first { $0.text() }
    }

    /// Reads a consistent snapshot, whatever other processes write in the meantime.
    func reading<Result>(_ body: () throws -> Result) throws -> Result {
        try transaction("BEGIN", body)
    }

    /// Writes everything that `body` writes, or nothing if it throws.
    func writing<Result>(_ body: () throws -> Result) throws -> Result {
        // A transaction that became a writing one later could fail although another process has finished in time.
        try transaction("BEGIN IMMEDIATE", body)
    }

    private func transaction<Result>(_ begin: String, _ body: () throws -> Result) throws -> Result {
        try execute(begin)
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // SQLite has already rolled back after some errors. If this fails, closing the file does it, or the next
            // process that opens it.
            if unsafe sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// Explains an error of the last call, while the connection still knows its cause.
    func failure(_ code: Int32) -> SQLFailure { unsafe SQLFailure(code, of: handle) }
}

/// An error of SQLite.
struct SQLFailure: Error {
    enum Cause {
        /// Another process was writing and did not finish in time.
        case busy
        case notDatabase
        case damaged
        case cannotRead
        case cannotWrite
    }

    let cause: Cause
    let reason: String

    /// Contents that the program cannot have written.
    init(damage reason: String) {
        (cause, self.reason) = (.damaged, reason)
    }

    /// An error without a connection that could be asked about it.
    init(_ code: Int32) {
        self.init(code, unsafe String(cString: sqlite3_errstr(code)), errorNumber: 0)
    }

    fileprivate init(_ code: Int32, of handle: OpaquePointer) {
        let message = unsafe String(cString: sqlite3_errmsg(handle))
        // The last error of the file itself: `sqlite3_system_errno` may be that of a later call.
        var number: CInt = 0
        unsafe sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &number)
        self.init(code, message, errorNumber: number)
    }

    /// - Parameters:
    ///   - code: an extended result code.
    ///   - errorNumber: the last error of the system, for this file; 0 if there was none.
    private init(_ code: Int32, _ message: String, errorNumber: CInt) {
        func system(_ number: CInt) -> String? { number == 0 ? nil : unsafe String(cString: strerror(number)) }
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: (cause, reason) = (.busy, message)
        case SQLITE_NOTADB: (cause, reason) = (.notDatabase, message)
        // SQLite calls a file damaged if a read fails with one of these, although a later read may succeed
        // (`SQLITE_IOERR_CORRUPTFS`).
        case SQLITE_CORRUPT where [EIO, ENXIO, ERANGE].contains(errorNumber):
            (cause, reason) = (.cannotRead, system(errorNumber) ?? message)
        case SQLITE_IOERR where [Self.readFailed, Self.readFellShort].contains(code):
            (cause, reason) = (.cannotRead, system(errorNumber) ?? message)
        case SQLITE_IOERR: (cause, reason) = (.cannotWrite, system(errorNumber) ?? message)
        case SQLITE_FULL: (cause, reason) = (.cannotWrite, system(ENOSPC) ?? message)
        case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_NOMEM, SQLITE_AUTH, SQLITE_TOOBIG:
            (cause, reason) = (.cannotWrite, message)
        default: (cause, reason) = (.damaged, message)
        }
    }

    // Macros that Swift does not import.
    private static let readFailed = SQLITE_IOERR | 1 << 8
    private static let readFellShort = SQLITE_IOERR | 2 << 8
}
