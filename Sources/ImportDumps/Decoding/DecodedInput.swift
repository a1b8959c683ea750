import ImportFoundation
import Synchronization

/// An input without its outer layers: an encoding other than UTF-8, then what a log puts around each line.
///
/// The first bytes alone show which layers there are. Most inputs have none, and their bytes are passed on unchanged.
struct DecodedInput {
    /// The number of first bytes that are examined.
    static let sniffedBytes = 4096
    /// The same, if the first line is longer: a line of a log whose front was cut off says nothing about its form.
    private static let longestFirstLine = 1024 * 1024
    /// The maximum number of layers that are removed.
    private static let limit = 4

    private(set) var source: any ByteSource
    /// The map to places in the input; nil if the bytes are the input's own.
    private(set) var map: PlaceMap?
    /// The layers that were removed, outermost first.
    private(set) var wrappings: [Wrapping] = []
    /// The count and hash of the input's own bytes; nil if no layer was removed.
    private(set) var original: OriginalBytes?

    /// - Parameters:
    ///   - encoding: the encoding of text that does not identify itself as Unicode.
    ///   - hashing: whether the hash of the input is wanted.
    init(_ source: any ByteSource, encoding: TextEncoding?, hashing: Bool) {
        let beginning = Self.sniff(source)
        self.source = beginning.source
        var bytes = beginning.bytes
        if let encoding = TextEncoding(beginning: bytes) ?? encoding, encoding.form != .utf8 {
            let counted = CountingSource(beginning.source, hashing: hashing)
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
        let (bytes, beginning) = Self.sniff(decoded.source)
        source = beginning
        map = decoded.map
        wrappings.append(wrapping)
        return bytes
    }

    /// Returns the bytes that are examined, and a source of all bytes.
    private static func sniff(_ source: any ByteSource) -> (bytes: ArraySlice<UInt8>, source: BeginningSource) {
        let beginning = BeginningSource(source, count: sniffedBytes)
        let bytes = beginning.beginning
        let feed = UInt8(ascii: "\n")
        // Text with zeros is in another encoding, and its lines are not found yet.
        guard bytes.count == sniffedBytes, !LogForm.isJSON(bytes), !bytes.contains(where: { $0 == feed || $0 == 0 })
        else { return (bytes, beginning) }
        let longer = BeginningSource(beginning, count: longestFirstLine)
        let line = longer.beginning.prefix { $0 != feed }
        return (longer.beginning.prefix(line.count + sniffedBytes), longer)
    }
}

/// The number of bytes read of an input, and their hash. Can be used from any thread.
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

/// Counts and hashes the bytes of a source.
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

/// Passes on what was read from decoded bytes, with its places in the input and the wrappings that were removed.
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
    /// Converts all places to places in the input.
    mutating func movePlacesToOrigin() {
        fault?.place.moveToOrigin()
        damage.movePlacesToOrigin()
        skipped.first?.moveToOrigin()
    }
}

extension Place {
    /// Converts the place to the one in the input.
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
        case .whole: self
        case .element(let index, let array): .element(index, of: array?.atOrigin)
        case .line(let place): .line(place.atOrigin)
        case .place(let place): .place(place.atOrigin)
        case .inside(let outer, let pointer): .inside(outer.atOrigin, pointer: pointer)
        }
    }
}
