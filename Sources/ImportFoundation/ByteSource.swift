private import Glibc

/// Where the bytes of a dump come from: a file, a pipe, a part of an archive.
package protocol ByteSource: Sendable {
    /// Whether a read never waits for another program. A read of a file does not, one of a pipe may. Only a prompt
    /// source is read ahead.
    var isPrompt: Bool { get }

    /// Fills the front of `buffer` with the next bytes and returns how many there are; 0 means the end.
    ///
    /// A short count does not mean the end: pipes deliver what they have.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int
}

extension ByteSource {
    package var isPrompt: Bool { false }
}

/// Reads an open file descriptor. It neither opens nor closes it.
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

/// Reads bytes that are in memory already, at most `chunk` at a time.
package struct ArraySource: ByteSource {
    private var bytes: ArraySlice<UInt8>
    private let chunk: Int

    package var isPrompt: Bool { true }

    /// - Parameter chunk: the most that one read delivers, in bytes (at least 1): small values stand for a slow pipe.
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

/// Why a source of bytes cannot deliver more. Everything before that was delivered.
package struct ReadFailure: Error, Sendable, Equatable {
    package var reason: Reason

    package init(_ reason: Reason) {
        self.reason = reason
    }

    /// The operating system refused a read; `errorNumber` is the value of `errno`.
    package init(errorNumber: Int32) {
        reason = .system(errorNumber: errorNumber)
    }

    /// The operating system refused: the bytes are not to blame.
    package var isOfSystem: Bool {
        if case .system = reason { true } else { false }
    }

    package enum Reason: Sendable, Equatable {
        /// The operating system refused; the value of `errno`.
        case system(errorNumber: Int32)
        /// Compressed data, or an entry of an archive, ends before its end.
        case breaksOff(ContainerFormat)
        /// Compressed data, or an entry of an archive, that differs from the original data.
        case damaged(ContainerFormat, Damage)
        /// A container expands to more than ``InputLimits`` allow; `limit` in bytes.
        case expandsTooFar(limit: Int)
        /// The stream is read after the call in which it was valid.
        case closed
    }

    /// An error in packed data.
    package enum Damage: Sendable, Equatable {
        /// Everything was unpacked, but its checksum or its length differs.
        case checksum
        /// The data does not follow its format.
        case structure
        /// It is packed by a method that is not supported; the library's message, if there is one.
        case method(String?)
        /// The end is followed by other data.
        case trailingBytes
        /// A message of the library.
        case other(String)
    }
}

/// A source whose first bytes were read to recognize it. It delivers them again, then the rest.
///
/// If the source is prompt, each read fills the buffer: only complete blocks are read ahead.
package struct BeginningSource: ByteSource {
    /// The first bytes: as many as were asked for, or all of a shorter source.
    package let beginning: ArraySlice<UInt8>
    /// The error after the bytes that were delivered, or while `beginning` was read.
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
