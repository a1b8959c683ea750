import Glibc
import ImportDumps

/// A temporary file without a name: what a run found out, as far as it does not fit into memory.
final class Spool {
    private static let bufferBytes = 256 * 1024

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// Bytes that are in the file.
    private var written = 0

    /// A stretch of the file.
    struct Stretch {
        var offset: Int
        var count: Int
    }

    /// - Parameter folder: where there is room for it.
    init(in folder: String) throws(CommandFailure) {
        var path = Array("\(folder)/.import-audit.XXXXXX".utf8CString)
        descriptor = unsafe path.withUnsafeMutableBufferPointer { path in
            guard let start = path.baseAddress else { return -1 }
            let descriptor = unsafe mkstemp(start)
            if descriptor >= 0 {
                unsafe unlink(start)
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            }
            return descriptor
        }
        guard descriptor >= 0 else {
            throw CommandFailure(
                .cannotWrite, "\(folder): no temporary file can be made: \(SystemFailure.last.description)")
        }
        buffer.reserveCapacity(Self.bufferBytes)
    }

    deinit {
        close(descriptor)
    }

    func append(_ bytes: [UInt8]) throws -> Stretch {
        let stretch = Stretch(offset: written + buffer.count, count: bytes.count)
        buffer += bytes
        if buffer.count >= Self.bufferBytes { try flush() }
        return stretch
    }

    func read(_ stretch: Stretch) throws -> [UInt8] {
        if stretch.offset + stretch.count > written { try flush() }
        var bytes = [UInt8](repeating: 0, count: stretch.count)
        var filled = 0
        while filled < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe pread(
                    descriptor, bytes.baseAddress?.advanced(by: filled), bytes.count - filled,
                    off_t(stretch.offset + filled))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw CommandFailure(
                    .internalFault, "a temporary file cannot be read: \(SystemFailure.last.description)")
            }
            filled += count
        }
        return bytes
    }

    private func flush() throws {
        do throws(SystemFailure) {
            let bytes = buffer
            try writeAll(bytes.span, to: descriptor)
        } catch {
            throw CommandFailure(.cannotWrite, "a temporary file cannot be written: \(error.description)")
        }
        written += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }
}
