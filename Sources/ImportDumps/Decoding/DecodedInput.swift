import ImportFoundation
import Synchronization

/// An input without its outer layers: an encoding other than UTF-8, then what a log puts around each line.
///
/// What they are shows by the first bytes alone. Most inputs have none: their bytes are handed on as they are.
struct DecodedInput {
    /// As many first bytes as are looked at.
    static let sniffedBytes = 4096
    /// How many layers are removed one after another.
    private static let limit = 4

    private(set) var source: any ByteSource
    /// Where the bytes lay in the input; nil if they are the input's own.
    private(set) var map: PlaceMap?
    /// What was removed, the outermost first.
    private(set) var wrappings: [Wrapping] = []
    /// The input's own bytes, counted and hashed; nil if nothing was taken off.
    private(set) var original: OriginalBytes?

    /// - Parameters:
    ///   - encoding: of text that does not show that it is Unicode.
    ///   - hashing: whether the hash of the input is wanted.
    init(_ source: any ByteSource, encoding: TextEncoding?, hashing: Bool) {
        let beginning = BeginningSource(source, count: Self.sniffedBytes)
        self.source = beginning
        var bytes = beginning.beginning
        if let encoding = TextEncoding(beginning: bytes) ?? encoding, encoding.form != .utf8 {
            let counted = CountingSource(beginning, hashing: hashing)
            guard let decoded = encoding.decoding(counted, below: nil) else { return }
            original = counted.bytes
            bytes = take(decoded, wrapping: .encoding(encoding.name))
        }
        while wrappings.count < Self.limit, let form = LogForm(beginning: bytes) {
            if original == nil {
                let counted = CountingSource(self.source, hashing: hashing)
                original = counted.bytes
                self.source = counted
            }
            bytes = take(form.decoding(self.source, below: map), wrapping: form.wrapping)
        }
    }

    private mutating func take(
        _ decoded: (source: any ByteSource, map: PlaceMap), wrapping: Wrapping
    ) -> ArraySlice<UInt8> {
        let beginning = BeginningSource(decoded.source, count: Self.sniffedBytes)
        source = beginning
        map = decoded.map
        wrappings.append(wrapping)
        return beginning.beginning
    }
}

/// How many bytes were read of an input, and their hash, from whichever thread.
final class OriginalBytes: Sendable {
    private let state: Lock<(count: Int, hash: SHA256?)>

    init(hashing: Bool) {
        state = Lock((0, hashing ? SHA256() : nil))
    }

    func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        state.withLock { state in
            state.count += bytes.count
            unsafe state.hash?.update(bytes)
        }
    }

    var count: Int { state.withLock { $0.count } }

    /// The SHA-256 of all bytes so far, in hexadecimal.
    func finishHash() -> String? { state.withLock { $0.hash?.finish() } }
}

/// Counts the bytes of a source.
private struct CountingSource: ByteSource {
    private var source: any ByteSource
    let bytes: OriginalBytes

    var isPrompt: Bool { source.isPrompt }

    init(_ source: any ByteSource, hashing: Bool) {
        self.source = source
        bytes = OriginalBytes(hashing: hashing)
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let count = try unsafe source.read(into: buffer)
        let read = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
        unsafe bytes.add(read.bindMemory(to: UInt8.self))
        return count
    }
}

/// Passes on what was read from decoded bytes, with its places in the input, and what was removed.
struct DecodedDumps: DumpReceiver {
    let sink: any DumpReceiver
    let wrappings: [Wrapping]

    func beginRows(of job: DeclaredJob) throws {
        try sink.beginRows(of: job)
    }

    func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        try sink.consume(runs, text: text)
    }

    func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
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
    /// Converts all places to those in the input.
    mutating func movePlacesToOrigin() {
        fault?.place.moveToOrigin()
        damage.movePlacesToOrigin()
        skipped.first?.moveToOrigin()
    }
}

extension Place {
    /// Converts it to the place in the input.
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
