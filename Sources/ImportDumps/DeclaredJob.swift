/// What a dump says about its job, apart from the rows.
///
/// A field that is absent, null or of another JSON type is nil; ``FieldNotes`` tells the last case apart.
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
    /// The job-level error, if it is there and not null; its fields are nil if it is no object.
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

    public init(code: String? = nil, message: String? = nil) {
        self.code = code
        self.message = message
    }
}
