private import Glibc

/// Where the bytes of a dump come from: a file, a pipe, a part of an archive.
package protocol ByteSource: Sendable {
    /// Whether a read never waits for another program: true for a file, but not for a pipe. Only prompt sources are
    /// read ahead.
    var isPrompt: Bool { get }

    /// Fills the front of `buffer` with the next bytes and returns how many there are; 0 means the end.
    ///
    /// A short count does not mean the end: pipes deliver what they have.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int
}

extension ByteSource {
    package var isPrompt: Bool { false }
}

/// Reads from an open file descriptor, which it neither opens nor closes.
package struct DescriptorSource: ByteSource {
    private let descriptor: Int32

    package let isPrompt: Bool

    package init(descriptor: Int32) {
        self.descriptor = descriptor
        var status = stat()
        isPrompt = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        while true {
            let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            if errno != EINTR { throw ReadFailure(errorNumber: errno) }
        }
    }
}

/// Reads bytes that are already in memory, at most `chunk` at a time.
package struct ArraySource: ByteSource {
    private var bytes: ArraySlice<UInt8>
    private let chunk: Int

    package var isPrompt: Bool { true }

    /// - Parameter chunk: the most bytes that one read delivers (at least 1); small values simulate a slow pipe.
    package init(_ bytes: [UInt8], chunk: Int = .max) {
        self.bytes = bytes[...]
        self.chunk = max(1, chunk)
    }

    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let count = min(bytes.count, buffer.count, chunk)
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
        bytes = bytes.dropFirst(count)
        return count
    }
}

/// Why a source cannot deliver more bytes. Everything before the failure was delivered.
package struct ReadFailure: Error, Sendable, Equatable {
    package var reason: Reason

    package init(_ reason: Reason) {
        self.reason = reason
    }

    /// The operating system refused a read; `errorNumber` is the value of `errno`.
    package init(errorNumber: Int32) {
        reason = .system(errorNumber: errorNumber)
    }

    /// Whether the operating system refused, so that the bytes are not to blame.
    package var isOfSystem: Bool {
        if case .system = reason { true } else { false }
    }

    package enum Reason: Sendable, Equatable {
        /// The operating system refused; the value of `errno`.
        case system(errorNumber: Int32)
        /// Compressed data or an archive entry ends too early.
        case breaksOff(ContainerFormat)
        /// Compressed data or an archive entry does not match the original data.
        case damaged(ContainerFormat, Damage)
        /// A container expands to more than ``InputLimits`` allow; `limit` in bytes.
        case expandsTooFar(limit: Int)
        /// The stream was read after the call in which it was valid.
        case closed
    }

    /// An error in packed data.
    package enum Damage: Sendable, Equatable {
        /// Everything was unpacked, but its checksum or its length differs.
        case checksum
        /// The data does not follow its format.
        case structure
        /// Packed with an unsupported method; the library's message, if there is one.
        case method(String?)
        /// Other data follows the end.
        case trailingBytes
        /// The list of an archive has another number of entries than were found.
        case entries(listed: Int, found: Int)
        /// Entries that were skipped as hidden or as folders have other names in the list of the archive.
        case skippedNames
        /// Several archives were joined.
        case severalParts
        /// A message of the library.
        case other(String)
    }
}

/// A source whose first bytes were read to recognize its format. It delivers them again, then the rest.
///
/// If the source is prompt, each read fills the buffer, because only complete blocks are read ahead.
package struct BeginningSource: ByteSource {
    /// The first bytes: as many as were requested, or all of a shorter source.
    package let beginning: ArraySlice<UInt8>
    /// The error after the delivered bytes, or while `beginning` was read.
    package private(set) var failure: ReadFailure?
    private var replayed: ArraySlice<UInt8>
    private var rest: any ByteSource

    package var isPrompt: Bool { rest.isPrompt }

    /// Reads the first `count` bytes, with as many reads as necessary.
    package init(_ source: any ByteSource, count: Int = ContainerFormat.signatureBytes) {
        var source = source
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        var failure: ReadFailure?
        while filled < count {
            let room = filled..<count
            let read = unsafe bytes.withUnsafeMutableBytes { bytes in
                Result { () throws(ReadFailure) in
                    try unsafe source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[room]))
                }
            }
            guard case .success(let more) = read, more > 0 else {
                if case .failure(let error) = read { failure = error }
                break
            }
            filled += more
        }
        beginning = bytes[..<filled]
        replayed = beginning
        self.failure = failure
        rest = source
    }

    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        var count = min(replayed.count, buffer.count)
        unsafe buffer.copyBytes(from: replayed.prefix(count))
        replayed = replayed.dropFirst(count)
        while failure == nil, count < buffer.count, count == 0 || isPrompt {
            do throws(ReadFailure) {
                let more = try unsafe rest.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
                if more == 0 { return count }
                count += more
            } catch {
                failure = error
            }
        }
        if count == 0, let failure { throw failure }
        return count
    }
}
