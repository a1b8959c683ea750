private import Glibc

/// The keys of the top-level object that the reader acts on.
enum JobKey: Equatable {
    case field(KnownField)
    /// Not a field of jobs: API error responses have it.
    case message
    /// Not a field of imports: bulk jobs have it.
    case summary
    /// Not a field of jobs: output of this program has it.
    case format

    init?(_ key: Span<UInt8>) {
        switch key.count {
        case 5 where key.spells("total"): self = .field(.total)
        case 5 where key.spells("error"): self = .field(.jobError)
        case 6 where key.spells("job_id"): self = .field(.jobID)
        case 6 where key.spells("status"): self = .field(.status)
        case 6 where key.spells("failed"): self = .field(.failed)
        case 6 where key.spells("format"): self = .format
        case 7 where key.spells("results"): self = .field(.results)
        case 7 where key.spells("message"): self = .message
        case 7 where key.spells("summary"): self = .summary
        case 9 where key.spells("processed"): self = .field(.processed)
        case 9 where key.spells("succeeded"): self = .field(.succeeded)
        case 10 where key.spells("created_at"): self = .field(.createdAt)
        case 10 where key.spells("updated_at"): self = .field(.updatedAt)
        case 10 where key.spells("expires_at"): self = .field(.expiresAt)
        default: return nil
        }
    }

    /// The key's text.
    var name: String {
        switch self {
        case .field(let field): field.path
        case .message: "message"
        case .summary: "summary"
        case .format: "format"
        }
    }

    /// Whether rows never have members with this name.
    @inline(__always)
    static func isOfRowsNever(_ key: Span<UInt8>) -> Bool {
        isOfJobsAlone(key) || (key.count == 5 && key.spells("total"))
    }

    /// Whether only jobs have members with this name, and neither rows nor errors do.
    @inline(__always)
    static func isOfJobsAlone(_ key: Span<UInt8>) -> Bool {
        switch key.count {
        case 6: key.spells("job_id")
        case 7: key.spells("results")
        default: false
        }
    }
}

/// The keys of a row that the reader acts on.
enum RowKey: UInt8 {
    case id, created, existing, error
    /// Not fields of imports: rows of bulk jobs have them.
    case status, record

    @inline(__always)
    init?(_ key: Span<UInt8>) {
        switch key.count {
        case 2 where key.spells("id"): self = .id
        case 5 where key.spells("error"): self = .error
        case 6 where key.spells("status"): self = .status
        case 6 where key.spells("record"): self = .record
        case 7 where key.spells("created"): self = .created
        case 8 where key.spells("existing"): self = .existing
        default: return nil
        }
    }
}

/// The keys of the summary of a bulk job.
enum SummaryKey {
    case total, succeeded, failed

    init?(_ key: Span<UInt8>) {
        switch key.count {
        case 5 where key.spells("total"): self = .total
        case 6 where key.spells("failed"): self = .failed
        case 9 where key.spells("succeeded"): self = .succeeded
        default: return nil
        }
    }
}

/// The `status` of a row in a bulk job.
enum RowStatus {
    case ok, error

    @inline(__always)
    init?(_ text: Span<UInt8>) {
        switch text.count {
        case 2 where text.spells("ok"): self = .ok
        case 5 where text.spells("error"): self = .error
        default: return nil
        }
    }
}

/// The keys of an error, the job's or a row's.
enum ErrorKey: UInt8 {
    case code, message

    @inline(__always)
    init?(_ key: Span<UInt8>) {
        switch key.count {
        case 4 where key.spells("code"): self = .code
        case 7 where key.spells("message"): self = .message
        default: return nil
        }
    }
}

extension Span<UInt8> {
    /// Whether these are the bytes of `literal`, which must have the same length.
    @inline(__always)
    func spells(_ literal: StaticString) -> Bool {
        unsafe withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe memcmp(start, literal.utf8Start, literal.utf8CodeUnitCount) == 0
        }
    }
}

/// The fields that the API defines for a job, by their position in it.
package enum KnownField: Int, Sendable, CaseIterable {
    case jobID, status, total, processed, succeeded, failed, createdAt, updatedAt, expiresAt, jobError, results
    case jobErrorCode, jobErrorMessage
    case row, rowID, rowCreated, rowExisting, rowError
    case rowErrorCode, rowErrorMessage
    // Of bulk jobs.
    case summary, summaryTotal, summarySucceeded, summaryFailed, rowStatus, rowRecord

    /// Whether only bulk jobs have it.
    var isOfBulkJobs: Bool { rawValue >= KnownField.summary.rawValue }

    /// The field's path, as in `results[].error.code`.
    package var path: String {
        switch self {
        case .jobID: "job_id"
        case .status: "status"
        case .total: "total"
        case .processed: "processed"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .createdAt: "created_at"
        case .updatedAt: "updated_at"
        case .expiresAt: "expires_at"
        case .jobError: "error"
        case .results: "results"
        case .jobErrorCode: "error.code"
        case .jobErrorMessage: "error.message"
        case .row: "results[]"
        case .rowID: "results[].id"
        case .rowCreated: "results[].created"
        case .rowExisting: "results[].existing"
        case .rowError: "results[].error"
        case .rowErrorCode: "results[].error.code"
        case .rowErrorMessage: "results[].error.message"
        case .summary: "summary"
        case .summaryTotal: "summary.total"
        case .summarySucceeded: "summary.succeeded"
        case .summaryFailed: "summary.failed"
        case .rowStatus: "results[].status"
        case .rowRecord: "results[].record"
        }
    }

    /// The JSON type that the API defines for it, in words.
    package var expectedType: String {
        switch self {
        case .total, .processed, .succeeded, .failed, .summaryTotal, .summarySucceeded, .summaryFailed: "a whole number"
        case .createdAt, .updatedAt, .expiresAt: "an RFC 3339 date-time"
        case .jobID, .status, .jobErrorCode, .jobErrorMessage, .rowID, .rowErrorCode, .rowErrorMessage, .rowStatus:
            "a string"
        case .jobError, .row, .rowError, .summary, .rowRecord: "an object"
        case .results: "an array"
        case .rowCreated, .rowExisting: "true or false"
        }
    }
}

/// The objects of a dump whose keys are known.
package enum ObjectLevel: Int, Sendable, CaseIterable {
    case job, jobError, row, rowError, summary

    /// The part of a field's path before its name.
    package var pathPrefix: String {
        switch self {
        case .job: ""
        case .jobError: "error."
        case .row: "results[]."
        case .rowError: "results[].error."
        case .summary: "summary."
        }
    }
}

/// The type of a value that was found.
package enum FoundType: Int, Sendable, CaseIterable {
    case null, boolean, number, string, object, array
    /// A number that is not a count: negative, with a fraction, or beyond 2^63 − 1.
    case numberThatIsNoCount
    /// A string that is not an RFC 3339 date-time.
    case stringThatIsNoDateTime

    package var words: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .object: "an object"
        case .array: "an array"
        case .numberThatIsNoCount: "a number that is not a count"
        case .stringThatIsNoDateTime: "a string that is not a date-time"
        }
    }
}
