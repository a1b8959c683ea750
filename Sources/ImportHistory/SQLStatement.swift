import GRDB
private import GRDBSQLite
private import Glibc

/// A prepared statement that is run many times. Binding its parameters allocates nothing.
///
/// It belongs to one connection, and only one thread at a time may use it.
@safe
final class SQLStatement {
    private let statement: Statement
    private let database: Database
    private var raw: OpaquePointer { unsafe statement.sqliteStatement }
    private var next: Int32 = 1

    init(_ sql: String, in database: Database) throws {
        self.database = database
        statement = try database.makeStatement(sql: sql)
    }

    /// Returns the SQL that inserts a row into a table, with a parameter for each column.
    static func insertion(into table: String, _ columns: [String], or clause: String = "") -> String {
        let parameters = columns.map { _ in "?" }.joined(separator: ", ")
        return "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(parameters)) \(clause)"
    }

    /// Binds the next parameter.
    func bind(_ number: Int?) {
        if let number {
            unsafe sqlite3_bind_int64(raw, next, Int64(number))
        } else {
            unsafe sqlite3_bind_null(raw, next)
        }
        next += 1
    }

    func bind(_ flag: Bool) { bind(flag ? 1 : 0) }

    func bind(bits: UInt64?) { bind(bits.map { Int(Int64(bitPattern: $0)) }) }

    func bind(_ text: String?) {
        if var text {
            text.withUTF8 { bytes in
                // SQLite copies the text. An empty text may have no address, which would mean NULL.
                unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                    let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                    unsafe sqlite3_bind_text64(
                        raw, next, bytes.baseAddress ?? Self.empty, UInt64(bytes.count), copied, UInt8(SQLITE_UTF8))
                }
            }
        } else {
            unsafe sqlite3_bind_null(raw, next)
        }
        next += 1
    }

    nonisolated(unsafe) private static let empty: UnsafePointer<CChar> = unsafe UnsafePointer(
        UnsafeMutablePointer<CChar>.allocate(capacity: 1))

    /// Runs a statement that returns no rows; returns whether it changed any.
    @discardableResult
    func run() throws -> Bool {
        defer { reset() }
        guard unsafe sqlite3_step(raw) == SQLITE_DONE else { throw failure }
        return unsafe sqlite3_changes(sqlite3_db_handle(raw)) > 0
    }

    /// Passes the rows of a query to `body`, which returns whether it wants more.
    func query(_ body: (SQLRow) throws -> Bool) throws {
        defer { reset() }
        while true {
            switch unsafe sqlite3_step(raw) {
            case SQLITE_ROW:
                guard try body(unsafe SQLRow(raw)) else { return }
            case SQLITE_DONE: return
            default: throw failure
            }
        }
    }

    func reset() {
        unsafe sqlite3_reset(raw)
        next = 1
    }

    private var failure: DatabaseError {
        let handle = unsafe sqlite3_db_handle(raw)
        return DatabaseError(
            resultCode: ResultCode(rawValue: unsafe sqlite3_extended_errcode(handle)),
            message: unsafe String(cString: sqlite3_errmsg(handle)))
    }
}

extension Database {
    /// Describes the error of the system behind a failure of this connection; nil if it is unknown.
    ///
    /// SQLite calls a file damaged if a read fails with EIO, ENXIO or ERANGE, although a later read may succeed
    /// (`SQLITE_IOERR_CORRUPTFS`). It knows the last error of the file itself; its `sqlite3_system_errno` may be that
    /// of a later call.
    func systemError(behind error: DatabaseError) -> String? {
        var number: CInt = 0
        switch error.resultCode {
        case .SQLITE_FULL: number = ENOSPC
        case .SQLITE_IOERR, .SQLITE_CORRUPT:
            guard let connection = unsafe sqliteConnection else { return nil }
            unsafe sqlite3_file_control(connection, "main", SQLITE_FCNTL_LAST_ERRNO, &number)
            if error.resultCode == .SQLITE_CORRUPT, ![EIO, ENXIO, ERANGE].contains(number) { return nil }
        default: return nil
        }
        return number == 0 ? nil : unsafe String(cString: strerror(number))
    }
}

/// The current row of a query, read from its first column to its last.
@safe
struct SQLRow {
    private let raw: OpaquePointer
    private var next: Int32 = 0

    fileprivate init(_ raw: OpaquePointer) {
        unsafe self.raw = raw
    }

    mutating func integer() -> Int? {
        defer { next += 1 }
        guard unsafe sqlite3_column_type(raw, next) != SQLITE_NULL else { return nil }
        return Int(unsafe sqlite3_column_int64(raw, next))
    }

    mutating func number() -> Int { integer() ?? 0 }

    mutating func flag() -> Bool { number() != 0 }

    mutating func bits() -> UInt64? { integer().map { UInt64(bitPattern: Int64($0)) } }

    mutating func text() -> String? {
        defer { next += 1 }
        guard let bytes = unsafe sqlite3_column_text(raw, next) else { return nil }
        let count = Int(unsafe sqlite3_column_bytes(raw, next))
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}
