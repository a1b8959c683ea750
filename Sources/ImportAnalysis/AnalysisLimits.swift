/// The bounds that keep a summary's size independent of the number of rows.
///
/// Whatever exceeds a limit on codes or patterns is counted together, and the finding `limit-reached` says so.
package enum AnalysisLimits {
    /// Codes that are counted separately, for each job and for all jobs together. If there are more, the most frequent
    /// are kept: of a job, each code with more than 1 in `codes` of its failed rows; of all jobs, each with more than 2
    /// in `codes` of theirs.
    package static let codes = 4096

    /// Message patterns of one code that are counted separately. If there are more, the most frequent are kept.
    package static let patternsPerCode = 512

    /// Message patterns of one job, shared evenly among its codes and the rows without a code; each gets at least one.
    package static let patterns = 2048

    /// Slots of a pattern, from the first on, whose values are counted.
    package static let slotsCounted = 8

    /// Distinct values of a slot that are counted separately, in a job with few codes and patterns.
    package static let valuesPerSlot = 2048

    /// The same in a job that reaches the limits on codes and patterns.
    package static let fewestValuesPerSlot = 8

    /// Distinct values shared by the slots at the same position in all patterns of a job, so that hostile messages
    /// cannot exhaust memory.
    package static let valuesShared = 8192

    /// Values that agree in this many leading bytes (rounded down to a whole character) count as one.
    package static let valueBytes = 96

    /// Values of a slot that a summary lists, the most frequent first.
    package static let valuesListed = 10

    /// Rows in the shortest stretch of failed rows that is listed.
    package static let stretchRows = 10

    /// Stretches of failed rows that a summary lists, the longest first.
    package static let stretchesListed = 5

    /// The fewest failed rows of a code that can make an incident.
    package static let incidentRows = 10

    /// Incidents that a summary lists: those least likely to occur by chance.
    package static let incidentsListed = 5

    /// Codes and messages that agree in this many leading bytes (rounded down to a whole character) count as one.
    package static let groupingBytes = 1024

    /// Failed rows up to which a dump is not worth a separate thread.
    package static let failedRowsWithoutThread = 4096

    /// Message patterns of a code that a summary lists, the most frequent first.
    package static let messagesListed = 20

    /// Message patterns that are kept, over all jobs and codes, of an audit that is compared with another. If there are
    /// more, the most frequent are kept.
    package static let patternsCompared = 16_384

    /// Records shared by several rows that a summary lists for each outcome, the most frequent first.
    package static let recordsListed = 20

    /// Bytes that are shown of such a record's id if it is not a UUID (rounded down to a whole character).
    package static let recordIDBytes = 256

    /// Rows that a finding lists.
    package static let rowsListed = 20

    /// Failed rows that a job's page lists, and the number of codes, from the first on, whose rows it lists.
    package static let rowsListedOfJob = 500
    package static let codesWithRows = 20

    /// Failed rows that are collected for that page while a dump is read.
    package static let rowsGathered = 8192

    /// Bytes that are kept of each text of such a row (rounded down to a whole character).
    package static let listedTextBytes = 512

    /// Superseded dumps of a job that are kept with their facts: the latest ones.
    package static let snapshotsListed = 20

    /// Superseded dumps of a job that are told apart. Beyond that number, copies cannot be recognized.
    package static let snapshotsCounted = 1000
}
