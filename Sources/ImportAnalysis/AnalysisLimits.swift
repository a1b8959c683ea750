/// The bounds that keep a summary's size independent of the number of rows.
///
/// Where one is reached, the rest is counted together and the finding `limit-reached` says so.
public enum AnalysisLimits {
    /// Codes of a job, and of all jobs together, that are told apart. Of more, those with the smallest hashes are
    /// kept: a choice that depends neither on the order of the rows nor on how parts are merged.
    public static let codes = 4096

    /// Distinct messages of one code that are told apart: those that come first.
    public static let messagesPerCode = 1000

    /// Bytes that the distinct messages of a job may take together.
    public static let messageBytes = 4 * 1024 * 1024

    /// Codes and messages that are alike in this many bytes (rounded down to a whole character) count as one.
    public static let groupingBytes = 1024

    /// Messages of a code that a summary lists, the most frequent first.
    public static let messagesListed = 20

    /// Records of one outcome that a summary lists because several rows speak of them: the most frequent ones.
    public static let recordsListed = 20

    /// Bytes of an id that is no UUID that are shown of such a record (rounded down to a whole character).
    public static let recordIDBytes = 256

    /// Rows that a finding lists.
    public static let rowsListed = 20

    /// Superseded dumps of a job that are kept with what they say: the latest ones.
    public static let snapshotsListed = 20

    /// Superseded dumps of a job that are told apart; of more, nobody knows how many are copies.
    public static let snapshotsCounted = 1000
}
