import ArgumentParser
import ImportAnalysis

/// Which jobs get a folder with their own report, if there is an overview. The overview always has all jobs.
enum JobReports: String, Choice {
    case all, failed, critical, none

    static let noun = "a choice of job reports"

    /// What is said of other dumps of the job may bring a job in, and takes none out.
    func includes(_ job: JobSummary) -> Bool {
        switch self {
        case .all: true
        case .failed: job.rows.failed > 0 || job.rows.unclassified > 0 || Self.critical.includes(job)
        case .critical: job.count(of: .critical) > 0
        case .none: false
        }
    }
}
