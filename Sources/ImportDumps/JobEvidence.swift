import ImportFoundation

/// The data of a dump about its job, apart from the rows.
///
/// A field that is absent or null is nil. If it has another JSON type than the API defines, a text is the JSON text of
/// the value and a count is nil; ``FieldNotes`` shows the difference.
package struct DeclaredJob: Sendable, Equatable {
    /// Known only once the dump was read to its end.
    package var kind = JobKind.import
    package var jobID: String?
    package var status: String?
    package var total: Int?
    package var processed: Int?
    package var succeeded: Int?
    package var failed: Int?
    package var createdAt: String?
    package var updatedAt: String?
    package var expiresAt: String?
    /// The job-level error, if present and not null. If it is not an object, its value is the message.
    package var error: JobError?

    package init() {}
}

/// What a job does with its rows.
package enum JobKind: String, Sendable, CaseIterable {
    /// Rows create records or match existing ones.
    case `import`
    /// A bulk update or a bulk delete: rows are applied. Its response has neither an id nor a status.
    case bulk
}

/// The job-level error of an import.
package struct JobError: Sendable, Equatable {
    package var code: String?
    package var message: String?
    /// The other members, as the text of one JSON object; nil if there are none.
    package var details: String?

    package init(code: String? = nil, message: String? = nil, details: String? = nil) {
        self.code = code
        self.message = message
        self.details = details
    }
}

/// What follows in an object that has the id of a job.
enum RestOfObject {
    /// The other fields of a job, or the object breaks off.
    case job
    /// Nothing of the kind: it is a record with the id of a job, but not the job itself.
    case record
    /// More than can be read twice.
    case tooMuch
}

/// The evidence of whether an object is an import job, or another response that was saved by mistake.
struct JobEvidence {
    var hasJobID = false
    var hasStatusText = false
    var hasTotal = false
    var hasResultsArray = false
    /// Whether that array is not empty.
    var hasRows = false
    /// Whether the key `summary` has an object: bulk updates and bulk deletes have it, import jobs do not.
    var hasSummary = false
    /// The number of such keys, whatever their values, and the contents of the last one.
    var summaryCount = 0
    var summary = DeclaredJob()
    /// The number of rows with a `status`, which rows of bulk jobs have. Not all are counted.
    var rowsWithStatus = 0
    /// Whether there was a member, or at least its key.
    var hasMember = false
    /// Whether there were members that rows have and jobs do not: `created` or `existing`, and `id`.
    var hasRowFlag = false
    /// Whether `created` or `existing` was true or false, as in rows.
    var hasOutcome = false
    var hasID = false
    /// Whether there was a member that log records have and API error responses do not, such as `level`.
    var isLogRecord = false
    /// The top level's `message`, or an `error` that is a string: an API error response has one.
    var message: String?
    /// The output of this program that the top level's `format` names.
    var ownOutput: OwnOutput?
    /// The level of the object among those around the position; see ``Surroundings``.
    var level = 1
    /// What the rest of the object shows, if it has an id but no other field of a job; nil if that was not looked at.
    var rest: RestOfObject?

    /// Whether there are a job's own fields, or the results of a job.
    var isJob: Bool {
        if hasJobID || (hasStatusText && hasTotal) { return true }
        return hasResultsArray
    }

    /// Whether there is more than a status and a total, which other objects have too. A job inside another object needs
    /// more.
    var isStrong: Bool { hasJobID || hasResultsArray }

    /// Whether it is a row without its job.
    func isRow(job: DeclaredJob) -> Bool {
        !isJob && (hasRowFlag || (hasID && job.error != nil))
    }

    /// Whether it is certain that it is such a row: other objects have an id and the time when they were created, too.
    var isRowWithOutcome: Bool { !isJob && hasOutcome && hasID }

    /// Whether it is a bulk job.
    var isBulk: Bool {
        hasResultsArray && !hasJobID && !hasStatusText && !hasTotal && (hasSummary || rowsWithStatus > 0)
    }

    /// Returns what the job declares, according to its kind.
    func declared(by job: DeclaredJob) -> DeclaredJob {
        guard isBulk else { return job }
        var job = job
        job.kind = .bulk
        job.total = summary.total
        job.processed = nil
        job.succeeded = summary.succeeded
        job.failed = summary.failed
        return job
    }

    func errorMessage(job: DeclaredJob) -> String? {
        message ?? job.error?.message ?? job.error?.code
    }

    /// Notes a member that jobs do not have, and the first byte of its value.
    mutating func note(unknown key: Span<UInt8>, _ first: UInt8) {
        switch key.count {
        case 2 where key.spells("id"): hasID = true
        case 7 where key.spells("created"), 8 where key.spells("existing"):
            hasRowFlag = true
            if first == UInt8(ascii: "t") || first == UInt8(ascii: "f") { hasOutcome = true }
        case 2 where key.spells("ts"), 3 where key.spells("lvl") || key.spells("msg"), 4 where key.spells("time"),
            5 where key.spells("level"), 6 where key.spells("logger") || key.spells("stream"),
            8 where key.spells("severity"), 9 where key.spells("levelname"), 10 where key.spells("@timestamp"):
            isLogRecord = true
        default: break
        }
    }
}
