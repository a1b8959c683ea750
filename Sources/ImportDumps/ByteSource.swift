private import Glibc

/// Where the bytes of a dump come from: a file, a pipe, a part of an archive.
package protocol ByteSource: Sendable {
    /// Whether a read never waits for another program, as one of a file does not and one of a pipe may. Only such a
    /// source is read ahead.
    var isPrompt: Bool { get }

    /// Fills the front of `buffer` with the next bytes and returns how many there are; 0 means the end.
    ///
    /// A short count is no sign of the end: pipes deliver what they have.
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

/// Why a source of bytes cannot deliver more. What came before was delivered.
package struct ReadFailure: Error, Sendable, Equatable {
    package var reason: Reason

    package init(_ reason: Reason) {
        self.reason = reason
    }

    /// The operating system refused a read; `errorNumber` is the value of `errno`.
    package init(errorNumber: Int32) {
        reason = .system(errorNumber: errorNumber)
    }

    package enum Reason: Sendable, Equatable {
        /// The operating system refused; the value of `errno`.
        case system(errorNumber: Int32)
        /// Compressed data, or an entry of an archive, ends before its end.
        case breaksOff(ContainerFormat)
        /// Compressed data, or an entry of an archive, that cannot be what was packed.
        case damaged(ContainerFormat, Damage)
        /// More comes out of a container than ``InputLimits`` allow; `limit` in bytes.
        case expandsTooFar(limit: Int)
        /// The stream is read after the call that it was valid in.
        case closed
    }

    /// What is wrong with packed data.
    package enum Damage: Sendable, Equatable {
        /// All was unpacked, but its checksum or its length is another one.
        case checksum
        /// The data does not follow its format.
        case structure
        /// It is packed in a way that cannot be read here; a library's words for it, if there are any.
        case method(String?)
        /// Something that is no such data follows the end.
        case trailingBytes
        /// A library's words.
        case other(String)
    }
}
