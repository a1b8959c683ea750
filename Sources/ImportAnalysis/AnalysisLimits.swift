/// The bounds that keep a summary's size independent of the number of rows.
///
/// If one is reached, the rest is counted together and the finding `limit-reached` says so.
package enum AnalysisLimits {
    /// Codes of a job, and of all jobs together, that are told apart. Of more, the most frequent ones are kept: of a job
    /// each one that has more than 1 in so many of its failed rows, of all jobs more than 2 in so many of theirs.
    package static let codes = 4096

    /// Message patterns of one code that are told apart. Beyond that, the most frequent ones are kept.
    package static let patternsPerCode = 512

    /// Message patterns of a job: its codes, one more for rows without a code, share them evenly, each at least one.
    package static let patterns = 2048

    /// Slots of a pattern whose values are counted: the first ones.
    package static let slotsCounted = 8

    /// Different values of a slot that are told apart, in a job of few codes and patterns.
    package static let valuesPerSlot = 2048

    /// The same in a job with as many codes and patterns as are told apart.
    package static let fewestValuesPerSlot = 8

    /// What the slots in one place of all patterns of a job share, so that hostile messages cannot fill the memory.
    package static let valuesShared = 8192

    /// Values that are alike in this many bytes (rounded down to a whole character) count as one.
    package static let valueBytes = 96

    /// Values of a slot that a summary lists, the most frequent first.
    package static let valuesListed = 10

    /// Rows of the shortest stretch of failed rows that is listed.
    package static let stretchRows = 10

    /// Stretches of failed rows that are listed: the longest.
    package static let stretchesListed = 5

    /// Failed rows of one code that an incident has at least.
    package static let incidentRows = 10

    /// Incidents that are listed: those that are least likely by chance.
    package static let incidentsListed = 5

    /// Codes and messages that are alike in this many bytes (rounded down to a whole character) count as one.
    package static let groupingBytes = 1024

    /// Failed rows of a dump that are not worth a separate thread.
    package static let failedRowsWithoutThread = 4096

    /// Message patterns of a code that a summary lists, the most frequent first.
    package static let messagesListed = 20

    /// Message patterns of all jobs and codes of an audit that is compared with another. Of more, the most frequent ones
    /// are kept.
    package static let patternsCompared = 16_384

    /// Records of one outcome that a summary lists because several rows share them: the most frequent ones.
    package static let recordsListed = 20

    /// Bytes of an id that is not a UUID that are shown of such a record (rounded down to a whole character).
    package static let recordIDBytes = 256

    /// Rows that a finding lists.
    package static let rowsListed = 20

    /// Failed rows that the page of a job lists, and the codes whose rows it lists: the first ones.
    package static let rowsListedOfJob = 500
    package static let codesWithRows = 20

    /// Failed rows that are gathered for that while a dump is read.
    package static let rowsGathered = 8192

    /// Bytes of the texts of such a row (rounded down to a whole character).
    package static let listedTextBytes = 512

    /// Superseded dumps of a job that are kept with what they say: the latest ones.
    package static let snapshotsListed = 20

    /// Superseded dumps of a job that are told apart; how many of those beyond are copies is not known.
    package static let snapshotsCounted = 1000
}
