/// What lies around a dump in its input and is no part of it: lines of logs, heads of HTTP answers, guards, fences.
public struct SkippedText: Sendable, Equatable {
    public var bytes = 0
    /// How many lines it is on.
    public var lines = 0
    /// Whole JSON documents of another kind among it.
    public var documents = 0
    /// Where it begins.
    public var first: Place?
    /// The last line it is on. A line of which several stretches are skipped counts once.
    private var lastLine = 0

    public init() {}

    public var isEmpty: Bool { bytes == 0 }

    /// Adds what was skipped further on.
    mutating func add(_ other: SkippedText) {
        guard let start = other.first else { return }
        if first == nil { first = start }
        bytes += other.bytes
        lines += other.lines - (start.line == lastLine && other.lines > 0 ? 1 : 0)
        lastLine = max(lastLine, other.lastLine)
        documents += other.documents
    }

    /// Adds a stretch further on.
    ///
    /// - Parameter count: on how many lines it is, from 1 on.
    mutating func add(bytes: Int, from place: Place, lines count: Int) {
        guard bytes > 0 else { return }
        if first == nil { first = place }
        self.bytes += bytes
        lines += count - (place.line == lastLine ? 1 : 0)
        lastLine = max(lastLine, place.line + count - 1)
    }
}
