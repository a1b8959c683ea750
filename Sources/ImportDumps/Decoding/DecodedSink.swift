/// Hands on what was read of decoded bytes, with the places that it has in the input, and what was taken off.
struct DecodedSink<Sink: DumpSink>: DumpSink {
    var sink: Sink
    private let wrappings: [Wrapping]

    init(sink: Sink, input: DecodedInput) {
        self.sink = sink
        wrappings = input.wrappings
    }

    mutating func beginRows(of job: DeclaredJob) throws {
        try sink.beginRows(of: job)
    }

    mutating func consume(_ run: RowRun, text: Span<UInt8>) throws {
        try sink.consume(run, text: text)
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        try sink.consume(runs, text: text)
    }

    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
        var reading = reading
        switch reading {
        case .job(var dump):
            dump.wrappings = wrappings + dump.wrappings
            dump.movePlacesToOrigin()
            reading = .job(dump)
        case .notAJob(var other):
            if case .unreadable(var fault) = other.reason {
                fault.place.moveToOrigin()
                other.reason = .unreadable(fault)
            }
            reading = .notAJob(other)
        }
        try sink.endDocument(reading, at: position.atOrigin)
    }
}

extension Dump {
    /// Gives all that has a place the one that it has in the input.
    mutating func movePlacesToOrigin() {
        fault?.place.moveToOrigin()
        damage.movePlacesToOrigin()
        skipped.first?.moveToOrigin()
    }
}

extension Place {
    /// Makes it the place in the input.
    mutating func moveToOrigin() {
        guard let origin else { return }
        self = Place(byte: origin.byte, line: origin.line, column: origin.column)
    }

    fileprivate var atOrigin: Place {
        var place = self
        place.moveToOrigin()
        return place
    }
}

extension DocumentPosition {
    fileprivate var atOrigin: DocumentPosition {
        switch self {
        case .whole, .element: self
        case .line(let place): .line(place.atOrigin)
        case .place(let place): .place(place.atOrigin)
        case .inside(let outer, let pointer): .inside(outer.atOrigin, pointer: pointer)
        }
    }
}
