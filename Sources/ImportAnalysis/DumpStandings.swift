/// Decides which dump of each job counts, as dumps are added one after another.
package struct DumpStandings: Sendable {
    /// The standing of a dump among those of its job.
    package enum Standing: Sendable {
        /// The first one that was read.
        case first
        /// It counts, instead of the one that did.
        case replacing
        /// Another one counts, or the same one was read before.
        case superseded
    }

    /// The number of the job's dump that counts.
    private var counting = JobTable()
    /// Jobs with more than one dump.
    package private(set) var groups: [JobIdentity: SnapshotGroup] = [:]
    /// Numbers of dumps that do not count.
    package private(set) var superseded: Set<Int> = []

    package init() {}

    /// Whether a dump of the job was already added.
    package func hasDump(of identity: JobIdentity) -> Bool { counting[identity] != nil }

    /// Frees the standings of dumps after all were added.
    package mutating func forgetJobs() { counting = JobTable() }

    /// Numbers of the dumps that count of jobs with several.
    package var ofSeveral: Set<Int> { Set(groups.keys.compactMap { counting[$0] }) }

    /// Adds a dump: compares it with those of the same job, if there are any.
    ///
    /// - Parameters:
    ///   - number: the caller's unique number for the dump.
    ///   - earlier: the dump of a number that was taken in before.
    /// - Throws: what `job` and `earlier` throw.
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
