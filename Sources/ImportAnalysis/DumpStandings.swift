/// Decides which dump of each job counts, as dumps are added one after another.
package struct DumpStandings: Sendable {
    /// The standing of a dump among those of its job.
    package enum Standing: Sendable {
        /// The first dump of its job.
        case first
        /// The dump counts, and the one that counted before no longer does.
        case replacing
        /// Another dump counts, or the same dump was added before.
        case superseded
    }

    /// Maps each job to the number of its dump that counts.
    private var counting = JobTable()
    /// The dumps of each job with more than one.
    package private(set) var groups: [JobIdentity: SnapshotGroup] = [:]
    /// The numbers of the dumps that do not count.
    package private(set) var superseded: Set<Int> = []

    package init() {}

    /// Whether a dump of the job was already added.
    package func hasDump(of identity: JobIdentity) -> Bool { counting[identity] != nil }

    /// Releases the table of jobs once all dumps have been added.
    package mutating func forgetJobs() { counting = JobTable() }

    /// The numbers of the dumps that count, of jobs with several dumps.
    package var ofSeveral: Set<Int> { Set(groups.keys.compactMap { counting[$0] }) }

    /// Adds a dump and compares it with the other dumps of its job, if there are any.
    ///
    /// - Parameters:
    ///   - number: the caller's unique number for the dump.
    ///   - earlier: returns the dump that was added under a number.
    /// - Throws: any error of `job` and `earlier`.
    package mutating func add(
        _ job: @autoclosure () throws -> JobSummary, _ identity: JobIdentity, number: Int,
        earlier: (Int) throws -> JobSummary
    ) rethrows -> Standing {
        guard let before = counting[identity] else {
            counting[identity] = number
            return .first
        }
        var group = try groups[identity] ?? SnapshotGroup(earlier(before))
        let replaces = group.merge(SnapshotGroup(try job()))
        groups[identity] = group
        superseded.insert(replaces ? before : number)
        if replaces { counting[identity] = number }
        return replaces ? .replacing : .superseded
    }
}
