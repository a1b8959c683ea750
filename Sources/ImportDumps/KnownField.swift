/// The fields that the API defines for an import job, by where they stand.
public enum KnownField: Int, Sendable, CaseIterable {
    case jobID, status, total, processed, succeeded, failed, createdAt, updatedAt, expiresAt, jobError, results
    case jobErrorCode, jobErrorMessage
    case row, rowID, rowCreated, rowExisting, rowError
    case rowErrorCode, rowErrorMessage
    // Of bulk jobs.
    case summary, summaryTotal, summarySucceeded, summaryFailed, rowStatus, rowRecord

    /// Whether only bulk jobs have it.
    var isOfBulkJobs: Bool { rawValue >= KnownField.summary.rawValue }

    /// The field's path, as in `results[].error.code`.
    public var path: String {
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
    public var expectedType: String {
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
public enum ObjectLevel: Int, Sendable, CaseIterable {
    case job, jobError, row, rowError, summary

    /// What stands before a field's name in its path.
    public var pathPrefix: String {
        switch self {
        case .job: ""
        case .jobError: "error."
        case .row: "results[]."
        case .rowError: "results[].error."
        case .summary: "summary."
        }
    }
}

/// What a value turned out to be.
public enum FoundType: Int, Sendable, CaseIterable {
    case null, boolean, number, string, object, array
    /// A number that is no count: negative, with a fraction, or beyond 2^63 − 1.
    case numberThatIsNoCount
    /// A string that is no RFC 3339 date-time.
    case stringThatIsNoDateTime

    public var words: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .object: "an object"
        case .array: "an array"
        case .numberThatIsNoCount: "a number that is no count"
        case .stringThatIsNoDateTime: "a string that is no date-time"
        }
    }
}
