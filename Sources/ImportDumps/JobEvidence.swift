/// What shows whether an object is an import job, or one of the answers that are saved beside them by mistake.
struct JobEvidence {
    var hasJobID = false
    var hasStatusText = false
    var hasTotal = false
    var hasResultsArray = false
    /// The key `summary` with an object: bulk updates and bulk deletes have it, import jobs do not.
    var hasSummary = false
    /// Rows with a `status` of their own, which those of bulk answers have.
    var rowsWithStatus = 0
    /// The top level's `message`, or an `error` that is a string: an error answer has one.
    var message: String?
    /// What the top level's `format` names, if this program wrote it.
    var ownOutput: OwnOutput?

    /// A job's own fields, or the results of one.
    var isJob: Bool {
        if hasJobID || (hasStatusText && hasTotal) { return true }
        return hasResultsArray && !isBulkAnswer
    }

    var isBulkAnswer: Bool {
        hasResultsArray && !hasJobID && !hasStatusText && !hasTotal && (hasSummary || rowsWithStatus > 0)
    }

    func errorMessage(job: DeclaredJob) -> String? {
        message ?? job.error?.message ?? job.error?.code
    }
}
