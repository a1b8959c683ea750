/// What shows whether an object is an import job, or one of the answers that are saved beside them by mistake.
struct JobEvidence {
    var hasJobID = false
    var hasStatusText = false
    var hasTotal = false
    var hasResultsArray = false
    /// The key `summary` with an object: bulk updates and bulk deletes have it, import jobs do not.
    var hasSummary = false
    /// How often there was such a key, with whatever value; and what the last one says.
    var summaryCount = 0
    var summary = DeclaredJob()
    /// Rows with a `status` of their own, which those of bulk jobs have; not all are counted.
    var rowsWithStatus = 0
    /// The top level's `message`, or an `error` that is a string: an error answer has one.
    var message: String?

    /// A job's own fields, or the results of one.
    var isJob: Bool {
        if hasJobID || (hasStatusText && hasTotal) { return true }
        return hasResultsArray
    }

    /// A job of the second kind.
    var isBulk: Bool {
        hasResultsArray && !hasJobID && !hasStatusText && !hasTotal && (hasSummary || rowsWithStatus > 0)
    }

    /// What the job declares, by its kind.
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
}
