/// What a dump says about its job, apart from the rows.
///
/// A field that is absent, null or of another JSON type is nil; ``FieldNotes`` tells the last case apart.
public struct DeclaredJob: Sendable, Equatable {
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

/// The job-level error of an import.
public struct JobError: Sendable, Equatable {
    public var code: String?
    public var message: String?

    public init(code: String? = nil, message: String? = nil) {
        self.code = code
        self.message = message
    }
}
