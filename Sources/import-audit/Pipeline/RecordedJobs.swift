import ImportAnalysis
import ImportDumps

/// Reads the jobs of a run from their records. Plain jobs have a different form of record than others.
struct RecordedJobs {
    typealias Entry = ResultStore.Entry

    private static let namesKept = 1024

    private let spool: Spool
    /// Whether plain jobs are tallied, so that only some of the records are read.
    var talliesJobs = false
    private var plainSummaries = PlainJobSummaries()
    /// Names of inputs by their position, for jobs that are read alone.
    private var names: [Int: ArraySlice<UInt8>] = [:]

    init(_ spool: Spool) {
        self.spool = spool
    }

    private func isSparse(_ entry: Entry) -> Bool { talliesJobs && entry.kind != .tallied }

    private func record(_ entry: Entry) throws -> ArraySlice<UInt8> {
        try spool.read(entry.stretch, isSparse: isSparse(entry))
    }

    mutating func job(_ entry: Entry) throws -> JobSummary {
        let record = try record(entry)
        return entry.kind == .job ? JobSummary(record: record) : plainSummaries.summary(try fields(entry, record))
    }

    /// The same for a single job, without reading the records around it.
    mutating func jobAlone(_ entry: Entry) throws -> JobSummary {
        let record = try spool.readAlone(entry.stretch)
        guard entry.kind != .job else { return JobSummary(record: record) }
        let fields = try PlainJobRecord.fields(record) { distance, count in
            // Many records contain the name of the same input.
            let offset = entry.stretch.offset - distance
            if let name = names[offset], name.count == count { return name }
            if names.count == Self.namesKept { names.removeAll(keepingCapacity: true) }
            let name = try spool.readAlone(Spool.Stretch(offset: offset, count: count))
            names[offset] = name
            return name
        }
        return plainSummaries.summary(fields)
    }

    /// The id of a job; empty for a job without one.
    func jobID(of entry: Entry) throws -> String {
        let record = try record(entry)
        return entry.kind == .job ? JobSummary(record: record).job.jobID ?? "" : try fields(entry, record).jobIDText
    }

    /// The record of a plain job; nil for any other.
    func plain(_ entry: Entry) throws -> PlainJobRecord.Fields? {
        entry.kind == .job ? nil : try fields(entry, try record(entry))
    }

    /// The creation time and the rows of a plain job; nil for any other.
    func glance(_ entry: Entry) throws -> PlainJobRecord.Glance? {
        entry.kind == .job ? nil : PlainJobRecord.glance(try record(entry))
    }

    /// The parts of a plain job that sums over jobs need (``PlainJobSummaries/outline(_:)``).
    mutating func outline(of plain: PlainJobRecord.Fields) -> JobSummary { plainSummaries.outline(plain) }

    /// The plain job of a record that has been read.
    mutating func job(_ plain: PlainJobRecord.Fields) -> JobSummary { plainSummaries.summary(plain) }

    private func fields(_ entry: Entry, _ record: ArraySlice<UInt8>) throws -> PlainJobRecord.Fields {
        try PlainJobRecord.fields(record) { distance, count in
            try spool.read(
                Spool.Stretch(offset: entry.stretch.offset - distance, count: count),
                isSparse: isSparse(entry))
        }
    }
}
