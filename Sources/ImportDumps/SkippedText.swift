/// What lies around a dump in its input and is no part of it: lines of logs, heads of HTTP answers, guards, fences.
public struct SkippedText: Sendable, Equatable {
    public var bytes = 0
    /// How many lines it is on.
    public var lines = 0
    /// Whole JSON documents of another kind among it.
    public var documents = 0
    /// Where it begins.
    public var first: Place?

    public init() {}

    public var isEmpty: Bool { bytes == 0 }

    /// Adds what was skipped further on.
    mutating func add(_ other: SkippedText) {
        if first == nil { first = other.first }
        bytes += other.bytes
        lines += other.lines
        documents += other.documents
    }

    /// Adds a stretch on one line, or on several.
    mutating func add(bytes: Int, from place: Place, lines: Int) {
        guard bytes > 0 else { return }
        if first == nil { first = place }
        self.bytes += bytes
        self.lines += lines
    }
}
