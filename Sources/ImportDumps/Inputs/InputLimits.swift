/// How far a container may expand, so that a small hostile file cannot keep a machine busy for days.
///
/// One container may hold `max(expandedBytes, expansionRatio × the bytes of it that were read so far)`.
public struct InputLimits: Sendable, Equatable {
    /// Bytes that any container may expand to: 4 GiB.
    public static let defaultExpandedBytes = 4 * 1024 * 1024 * 1024

    /// How many times its own size a container may expand to. JSON is packed to a tenth, rarely to a hundredth.
    public static let defaultExpansionRatio = 1000

    /// Bytes of an entry's name that are shown; a longer one is cut at a character's end.
    public static let nameBytes = 1000

    /// Bytes that any container may expand to, at least 0.
    public var expandedBytes: Int
    /// How many times the bytes read so far a container may expand to, at least 0.
    public var expansionRatio: Int

    public init(
        expandedBytes: Int = Self.defaultExpandedBytes, expansionRatio: Int = Self.defaultExpansionRatio
    ) {
        self.expandedBytes = max(0, expandedBytes)
        self.expansionRatio = max(0, expansionRatio)
    }
}
