/// Takes the header off a CSV file of this program as it streams by, so that files of several jobs make one: the
/// header once (``RowsCSV/header``, ``CodesCSV/header``), then the bodies.
public struct CSVBody: Sendable {
    // In the header, no cell is quoted: its end is the first line feed.
    private var isInHeader = true

    public init() {}

    /// Where the body begins in the next bytes: at their end while they are all of the header.
    public mutating func start(in bytes: Span<UInt8>) -> Int {
        guard isInHeader else { return 0 }
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
            isInHeader = false
            return index + 1
        }
        return bytes.count
    }
}
