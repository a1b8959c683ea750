internal import CRowScan

/// The bounds that keep the reader's memory independent of the dump. Reaching one is reported, never silent.
public enum DumpLimits {
    /// Bytes of the window over the input.
    public static let windowBytes = 256 * 1024

    /// Bytes of the largest window: places in it are kept in 32 bits.
    public static let largestWindowBytes = 64 * 1024 * 1024

    /// Levels of arrays and objects inside each other; a dump that nests deeper is malformed.
    public static let nestingLevels = 10_000

    /// Bytes that are kept of one id, code, message or job field. What is longer is cut at a character's end and the
    /// row is marked (``RowFacts/textCut``).
    public static let textBytes = Int(ROWSCAN_TEXT)

    /// Distinct names of unknown fields that are told apart; the others are counted together.
    public static let unknownNames = 50

    /// Bytes that are kept of an unknown field's name.
    public static let unknownNameBytes = 100

    /// Bytes that are kept of a row or a member for reading them again, where a dump is damaged. In one that is longer, a
    /// dump that it swallowed is not looked for.
    public static let rereadBytes = 4 * 1024 * 1024

    /// Places of damage that are kept of each kind; the others are counted.
    public static let damagePlaces = 20
}
