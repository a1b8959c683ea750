import Glibc
import ImportDumps
import ImportFoundation

/// Reads the front of one source after another into the same buffer.
@safe
final class SourceFront {
    /// The size of the buffer. A shorter source is in memory as a whole, so that any thread can read it.
    private static let bytes = 256 * 1024
    /// The largest size of a file that may be a single job of a few rows.
    static let smallFileBytes = 64 * 1024

    /// Initialized as far as it was read into, so that the system need not provide more memory for small sources.
    private let room: UnsafeMutablePointer<UInt8>

    init() {
        unsafe room = .allocate(capacity: Self.bytes + DumpLimits.paddingBytes)
    }

    deinit {
        unsafe room.deallocate()
    }

    /// The front of a source, in the buffer until the next call.
    @safe
    struct Front {
        /// The first bytes, followed by a zero and padding.
        let bytes: UnsafeBufferPointer<UInt8>
        /// Whether these are all bytes of the source.
        let isWhole: Bool
        /// The failure after them, if any.
        fileprivate let failure: ReadFailure?
        fileprivate let rest: any ByteSource

        /// The source from its beginning on, with its own copy of the bytes, so that it can be kept.
        var source: FrontedSource {
            unsafe FrontedSource(bytes: Array(bytes), isWhole: isWhole, failure: failure, rest: rest)
        }
    }

    func read(from source: any ByteSource) -> Front {
        var source = source
        var filled = 0
        var isAtEnd = false
        var failure: ReadFailure?
        do throws(ReadFailure) {
            while filled < Self.bytes, !isAtEnd {
                let more = try unsafe source.read(
                    into: UnsafeMutableRawBufferPointer(start: room + filled, count: Self.bytes - filled))
                filled += more
                isAtEnd = more == 0
            }
        } catch {
            failure = error
        }
        pad(filled)
        return unsafe Front(
            bytes: UnsafeBufferPointer(start: room, count: filled), isWhole: isAtEnd, failure: failure, rest: source)
    }

    /// Puts a zero and padding behind the first bytes.
    private func pad(_ filled: Int) {
        unsafe (room + filled).initialize(repeating: 0, count: DumpLimits.paddingBytes)
    }

    /// Reads all of a small file into the buffer, where it stays until the next call; nil if it cannot be read, or is
    /// no longer small. A zero and padding follow the bytes.
    func read(wholeFile descriptor: Int32) -> UnsafeBufferPointer<UInt8>? {
        var filled = 0
        while filled < Self.bytes {
            let more = unsafe Glibc.read(descriptor, room + filled, Self.bytes - filled)
            if more < 0, errno == EINTR { continue }
            if more < 0 { return nil }
            if more == 0 {
                pad(filled)
                return unsafe UnsafeBufferPointer(start: room, count: filled)
            }
            filled += more
        }
        return nil
    }
}

/// A source whose first bytes are in memory.
struct FrontedSource: ByteSource {
    private let bytes: [UInt8]
    /// Whether these are all bytes of the source.
    private let isWhole: Bool
    /// The failure after them, if any.
    private let failure: ReadFailure?
    private var position = 0
    private var rest: any ByteSource

    var isPrompt: Bool { rest.isPrompt }

    fileprivate init(bytes: [UInt8], isWhole: Bool, failure: ReadFailure?, rest: any ByteSource) {
        self.bytes = bytes
        self.isWhole = isWhole
        self.failure = failure
        self.rest = rest
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        if position < bytes.count {
            let count = min(bytes.count - position, buffer.count)
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]))
            }
            position += count
            return count
        }
        if let failure { throw failure }
        return isWhole ? 0 : try unsafe rest.read(into: buffer)
    }
}
