private import Glibc

/// A source of which the first bytes were read to see what it is. It delivers them again, then the rest.
///
/// Of a source that is prompt each read fills the buffer: only whole blocks are read ahead.
struct BeginningSource: ByteSource {
    /// The first bytes: as many as were asked for, or all of a shorter source.
    let beginning: ArraySlice<UInt8>
    /// What went wrong after the bytes that were delivered, or on the way to `beginning`.
    private(set) var failure: ReadFailure?
    private var replayed: ArraySlice<UInt8>
    private var rest: any ByteSource

    var isPrompt: Bool { rest.isPrompt }

    /// Reads the first `count` bytes, in as many reads as that takes.
    init(_ source: any ByteSource, count: Int = ContainerFormat.signatureBytes) {
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

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
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

/// A regular file from where its descriptor stood on. Reading it does not move the descriptor.
struct InputFileRegion: Sendable {
    let descriptor: Int32
    let start: Int
    /// Bytes from `start` to the end.
    let size: Int
    let budget: ExpansionBudget

    /// Nil for what is no regular file.
    init?(descriptor: Int32, makeBudget: (_ size: Int) -> ExpansionBudget) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let start = lseek(descriptor, 0, SEEK_CUR)
        guard start >= 0 else { return nil }
        self.descriptor = descriptor
        self.start = start
        size = max(0, status.st_size - start)
        budget = makeBudget(size)
    }

    func read(at position: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let (offset, overflow) = start.addingReportingOverflow(position)
        guard !overflow else { return 0 }
        while true {
            let count = unsafe pread(descriptor, buffer.baseAddress, buffer.count, offset)
            if count >= 0 {
                budget.add(read: count)
                return count
            }
            if errno != EINTR { throw ReadFailure(errorNumber: errno) }
        }
    }

    /// The first bytes, as many as it takes to recognise a format; fewer if the file is shorter or cannot be read.
    func beginning() -> ArraySlice<UInt8> {
        var bytes = [UInt8](repeating: 0, count: ContainerFormat.signatureBytes)
        let count = unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe pread(descriptor, bytes.baseAddress, bytes.count, start)
        }
        return bytes[..<max(0, count)]
    }
}
