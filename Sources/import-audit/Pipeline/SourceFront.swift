import ImportFoundation

/// Reads the front of one source after another, in the same memory.
@safe
final class SourceFront {
    /// What is no longer is in memory as a whole, for any thread to read.
    private static let bytes = 256 * 1024

    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)

    deinit {
        unsafe room.deallocate()
    }

    func read(from source: any ByteSource) -> FrontedSource {
        var source = source
        var filled = 0
        var isAtEnd = false
        var failure: ReadFailure?
        do throws(ReadFailure) {
            while filled < Self.bytes, !isAtEnd {
                let more = try unsafe source.read(into: UnsafeMutableRawBufferPointer(rebasing: room[filled...]))
                filled += more
                isAtEnd = more == 0
            }
        } catch {
            failure = error
        }
        let bytes = unsafe Array(UnsafeRawBufferPointer(rebasing: room[..<filled]))
        return FrontedSource(bytes: bytes, isWhole: isAtEnd, failure: failure, rest: source)
    }
}

/// A source whose first bytes are in memory.
struct FrontedSource: ByteSource {
    let bytes: [UInt8]
    /// Whether these are all.
    let isWhole: Bool
    /// What came after them instead of more.
    fileprivate let failure: ReadFailure?
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
