/// Reads one input after another, each with all the dumps in it, in the same memory.
///
/// A log may hold a dump on each line, and some programs write dumps one behind the other, or as an array.
public struct DumpSession: ~Copyable {
    private let reader: DumpReader
    private var parser: DumpParser

    public init(_ reader: DumpReader) {
        self.reader = reader
        parser = reader.parser(source: ArraySource([]))
    }

    /// Reads all documents of an input to its end.
    ///
    /// A fault in a dump is part of what is delivered, not an error: the rows before it are delivered all the same, and
    /// in a log reading goes on with the next line.
    ///
    /// - Parameter readsAhead: whether a thread of its own may read it, if it is large and the reader allows it. It
    ///   does not pay where other threads read other inputs.
    /// - Throws: what `sink` throws, as it is.
    public mutating func read(
        from source: any ByteSource, readsAhead: Bool = true, into sink: inout some DumpSink
    ) throws {
        let input = DecodedInput(source, encoding: reader.encoding, hashing: reader.hashing)
        parser.restart(input, readsAhead: readsAhead && reader.readsAhead)
        defer { parser.restart(source: ArraySource([]), readsAhead: false) }
        guard !input.wrappings.isEmpty else { return try parser.readDocuments(into: &sink) }
        var decoded = DecodedSink(sink: sink, input: input)
        defer { sink = decoded.sink }
        try parser.readDocuments(into: &decoded)
    }
}

/// A consumer of all the dumps of an input.
public protocol DumpSink: RowSink {
    /// The document whose rows were consumed since the last call is over. What follows is about another one, which may
    /// have no rows at all.
    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws
}

/// Where a document lies in its input.
public enum DocumentPosition: Sendable, Equatable {
    /// It is the only one.
    case whole
    /// It begins on this line, and none before it does.
    case line(Place)
    /// It begins here, on a line on which another one began.
    case place(Place)
    /// It is this element of an array, from 1 on.
    case element(Int)
    /// It lies in the document there, at the place that a JSON Pointer names (RFC 6901). Its keys are the input's:
    /// hostile text until escaped.
    indirect case inside(DocumentPosition, pointer: String)

    /// What tells it from others of the input, as it stands behind the input's name: nothing, `:12`, `:12:345`, `[3]`
    /// or `:12#/data`.
    public var suffix: String {
        switch self {
        case .whole: ""
        case .line(let place): ":\(place.line)"
        case .place(let place): ":\(place.line):\(place.column)"
        case .element(let index): "[\(index)]"
        case .inside(let outer, let pointer): outer.suffix + "#" + pointer
        }
    }
}
