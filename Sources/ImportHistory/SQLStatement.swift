private import CSQLite

/// A prepared statement that is run many times. Binding its parameters allocates nothing.
///
/// It belongs to one connection, and only one thread at a time may use it.
@safe
final class SQLStatement {
    private let database: SQLDatabase
    private let raw: OpaquePointer
    private var next: Int32 = 1
    /// The first error of binding a parameter, which would be NULL then.
    private var bindingFailure: SQLFailure?

    /// - Parameter sql: one statement.
    init(_ sql: String, in database: SQLDatabase) throws(SQLFailure) {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v2(database.handle, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let raw = unsafe prepared else { throw database.failure(code) }
        self.database = database
        unsafe self.raw = raw
    }

    deinit {
        unsafe sqlite3_finalize(raw)
    }

    /// Returns the SQL that inserts a row into a table, with a parameter for each column.
    static func insertion(into table: String, _ columns: [String], or clause: String = "") -> String {
        let parameters = columns.map { _ in "?" }.joined(separator: ", ")
        return "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(parameters)) \(clause)"
    }

    /// Binds the next parameter.
    func bind(_ number: Int?) {
        noteBinding(
            unsafe number.map { unsafe sqlite3_bind_int64(raw, next, Int64($0)) } ?? sqlite3_bind_null(raw, next))
    }

    func bind(_ flag: Bool) { bind(flag ? 1 : 0) }

    func bind(bits: UInt64?) { bind(bits.map { Int(Int64(bitPattern: $0)) }) }

    func bind(_ text: String?) {
        guard var text else { return noteBinding(unsafe sqlite3_bind_null(raw, next)) }
        let code = text.withUTF8 { bytes in
            // SQLite copies the text. An empty text may have no address, which would mean NULL.
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                return unsafe sqlite3_bind_text64(
                    raw, next, bytes.baseAddress ?? Self.empty, UInt64(bytes.count), copied, UInt8(SQLITE_UTF8))
            }
        }
        noteBinding(code)
    }

    private func noteBinding(_ code: Int32) {
        if code != SQLITE_OK, bindingFailure == nil { bindingFailure = database.failure(code) }
        next += 1
    }

    nonisolated(unsafe) private static let empty: UnsafePointer<CChar> = unsafe UnsafePointer(
        UnsafeMutablePointer<CChar>.allocate(capacity: 1))

    /// Runs a statement that returns no rows; returns whether it changed any.
    @discardableResult
    func run() throws(SQLFailure) -> Bool {
        defer { reset() }
        guard try step() == nil else { return false }
        return unsafe sqlite3_changes(database.handle) > 0
    }

    /// Passes the rows of a query to `body`, which returns whether it wants more.
    func query(_ body: (inout SQLRow) throws -> Bool) throws {
        defer { reset() }
        while var row = try step() {
            let wantsMore = try body(&row)
            try row.check()
            guard wantsMore else { return }
        }
    }

    /// Passes the first row of a query to `body`; returns nil if there is none.
    func first<Value>(_ body: (inout SQLRow) -> Value?) throws(SQLFailure) -> Value? {
        defer { reset() }
        guard var row = try step() else { return nil }
        let value = body(&row)
        try row.check()
        return value
    }

    private func step() throws(SQLFailure) -> SQLRow? {
        if let bindingFailure { throw bindingFailure }
        let code = unsafe sqlite3_step(raw)
        switch code {
        case SQLITE_ROW: return unsafe SQLRow(raw)
        case SQLITE_DONE: return nil
        default: throw database.failure(code)
        }
    }

    private func reset() {
        unsafe sqlite3_reset(raw)
        next = 1
        bindingFailure = nil
    }
}

/// The current row of a query, read from its first column to its last.
@safe
struct SQLRow {
    private let raw: OpaquePointer
    private var next: Int32 = 0
    private var isDamaged = false
    private var failure: SQLFailure?

    fileprivate init(_ raw: OpaquePointer) {
        unsafe self.raw = raw
    }

    /// Returns a whole number; nil for NULL. Anything else in its place is damage.
    mutating func integer() -> Int? {
        defer { next += 1 }
        switch unsafe sqlite3_column_type(raw, next) {
        case SQLITE_NULL: return nil
        case SQLITE_INTEGER: return Int(unsafe sqlite3_column_int64(raw, next))
        default:
            isDamaged = true
            return nil
        }
    }

    /// Returns a number of rows, bytes or the like of one job; 0 for NULL. Numbers that no job in a history can have
    /// are damage, and so is anything else: thousands of valid ones can be added without overflow.
    mutating func number() -> Int { number(upTo: 1 << 53) }

    /// Returns a sum over jobs; 0 for NULL. A few such numbers can be added without overflow.
    mutating func sum() -> Int { number(upTo: 1 << 60) }

    private mutating func number(upTo limit: Int) -> Int {
        let number = integer() ?? 0
        guard 0...limit ~= number else {
            isDamaged = true
            return 0
        }
        return number
    }

    /// Returns a count that a job declared, which is any number but a negative one; nil for NULL.
    mutating func declaredCount() -> Int? {
        guard let count = integer() else { return nil }
        if count < 0 { isDamaged = true }
        return max(0, count)
    }

    /// - Throws: if a column that was read has a value that it cannot have.
    fileprivate func check() throws(SQLFailure) {
        if let failure { throw failure }
        if isDamaged { throw SQLFailure(damage: "a table has a number that it cannot have") }
    }

    mutating func flag() -> Bool { number() != 0 }

    mutating func bits() -> UInt64? { integer().map { UInt64(bitPattern: Int64($0)) } }

    mutating func text() -> String? {
        defer { next += 1 }
        guard unsafe sqlite3_column_type(raw, next) != SQLITE_NULL else { return nil }
        guard let bytes = unsafe sqlite3_column_text(raw, next) else {
            // Without memory for it, a text would be taken for NULL.
            failure = SQLFailure(SQLITE_NOMEM)
            return nil
        }
        let count = Int(unsafe sqlite3_column_bytes(raw, next))
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}
