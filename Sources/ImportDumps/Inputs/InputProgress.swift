import Synchronization

/// Counts the bytes that were read of inputs, as they lie on the disk. Any thread may look.
public final class InputProgress: Sendable {
    private let count = Atomic(0)

    public init() {}

    /// Bytes read so far, of all inputs that were read with it.
    public var bytesRead: Int { count.load(ordering: .relaxed) }

    func add(_ bytes: Int) {
        count.wrappingAdd(bytes, ordering: .relaxed)
    }
}
