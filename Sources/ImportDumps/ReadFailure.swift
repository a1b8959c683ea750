/// Why a source of bytes cannot deliver more. What came before was delivered.
public struct ReadFailure: Error, Sendable, Equatable {
    public var reason: Reason

    public init(_ reason: Reason) {
        self.reason = reason
    }

    /// The operating system refused a read; `errorNumber` is the value of `errno`.
    public init(errorNumber: Int32) {
        reason = .system(errorNumber: errorNumber)
    }

    public enum Reason: Sendable, Equatable {
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
    public enum Damage: Sendable, Equatable {
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
