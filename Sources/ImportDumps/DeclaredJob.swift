/// What a dump says about its job, apart from the rows.
///
/// A field that is absent or null is nil. Of another JSON type than the API defines, a text is the JSON text of what is
/// there and a count is nil; ``FieldNotes`` tells both apart.
public struct DeclaredJob: Sendable, Equatable {
    /// Known once the dump was read to its end.
    public var kind = JobKind.import
    public var jobID: String?
    public var status: String?
    public var total: Int?
    public var processed: Int?
    public var succeeded: Int?
    public var failed: Int?
    public var createdAt: String?
    public var updatedAt: String?
    public var expiresAt: String?
    /// The job-level error, if it is there and not null; what it says is its message if it is no object.
    public var error: JobError?

    public init() {}
}

/// What a job does with its rows.
public enum JobKind: String, Sendable, CaseIterable {
    /// Rows create records or match existing ones.
    case `import`
    /// A bulk update or a bulk delete: rows are applied. Its answer has neither an id nor a status.
    case bulk
}

/// The job-level error of an import.
public struct JobError: Sendable, Equatable {
    public var code: String?
    public var message: String?
    /// The members that it has besides them, as the text of one JSON object; nil if there are none.
    public var details: String?

    public init(code: String? = nil, message: String? = nil, details: String? = nil) {
        self.code = code
        self.message = message
        self.details = details
    }
}
