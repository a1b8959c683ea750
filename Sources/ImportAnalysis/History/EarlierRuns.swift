import ImportDumps
import ImportFoundation

/// A finished job that another one is compared with.
package struct EarlierRun: Sendable {
    package var rows: Int
    package var failed: Int
    /// Seconds from creation to end; nil if the dump does not say.
    package var duration: Int?
    /// Failed rows by code.
    package var codes: [HistoryCode: Int] = [:]

    package init(rows: Int, failed: Int, duration: Int?) {
        self.rows = rows
        self.failed = failed
        self.duration = duration
    }

    var share: Share { Share(of: failed, in: rows) }
}

/// The runs before a job: the latest ``most`` jobs that are over and have all their rows.
package struct EarlierRuns: Sendable {
    /// With fewer runs, nothing is judged.
    package static let fewest = 8
    package static let most = 365

    package var runs: [EarlierRun]

    package init(_ runs: [EarlierRun]) {
        self.runs = runs
    }

    package var areEnough: Bool { runs.count >= Self.fewest }

    /// The median share of failed rows, as the run that has it, among the runs with rows; of two in the middle, the
    /// higher one. Nil if no run has rows.
    package var medianShare: (failed: Int, rows: Int)? {
        let shares = runs.filter { $0.rows > 0 }.sorted { $0.share < $1.share }
        guard !shares.isEmpty else { return nil }
        let run = shares[shares.count / 2]
        return (run.failed, run.rows)
    }
}

extension JobSummary {
    /// Whether the job is over and all of its rows are in the dump, so that it can be compared with other jobs. A
    /// failed job may lack rows.
    package var isComparableRun: Bool {
        let isOver =
            job.status == JobStatus.complete.rawValue || job.status == JobStatus.failed.rawValue || job.kind == .bulk
        return isOver && salvage == nil && results != .cut && (rows.missing ?? 0 == 0 || job.status == "failed")
    }

    /// Seconds from creation to the last change, if the job is finished and the dump has both times.
    package var duration: Int? {
        guard job.status == JobStatus.complete.rawValue || job.status == JobStatus.failed.rawValue,
            let created = job.createdAt.flatMap({ DateTime($0) }),
            let updated = job.updatedAt.flatMap({ DateTime($0) }),
            updated >= created
        else { return nil }
        return updated.seconds - created.seconds
    }
}
