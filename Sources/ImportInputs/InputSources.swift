private import Glibc
import ImportFoundation

/// A regular file from the current position of its descriptor on. Reading it does not move the descriptor.
struct InputFileRegion: Sendable {
    let descriptor: Int32
    let start: Int
    /// The number of bytes from `start` to the end.
    let size: Int
    let budget: ExpansionBudget

    /// Nil for anything but a regular file.
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

    /// Returns the first bytes, as many as are needed to recognize a format; fewer if the file is shorter or cannot be
    /// read.
    func beginning() -> ArraySlice<UInt8> {
        var bytes = [UInt8](repeating: 0, count: ContainerFormat.signatureBytes)
        var filled = 0
        while filled < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe pread(descriptor, bytes.baseAddress?.advanced(by: filled), bytes.count - filled, start + filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            filled += count
        }
        return bytes[..<filled]
    }
}
