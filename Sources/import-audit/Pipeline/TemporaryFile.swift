import Glibc
import ImportAnalysis

/// A file without a name, which is gone with the process at the latest.
@safe
final class TemporaryFile {
    private let descriptor: Int32
    private(set) var size = 0

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
    }

    deinit {
        close(descriptor)
    }

    /// Appends bytes; returns how many were written before them.
    func append(_ bytes: Span<UInt8>) throws(CommandFailure) -> Int {
        do throws(SystemFailure) {
            try writeAll(bytes, to: descriptor)
        } catch {
            throw CommandFailure(.cannotWrite, "a temporary file cannot be written: \(error.description)")
        }
        defer { size += bytes.count }
        return size
    }

    /// Fills `target` with the bytes that were written from `offset` on.
    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(CommandFailure) {
        var filled = 0
        while filled < target.count {
            let count = unsafe target.withUnsafeMutableBufferPointer { bytes in
                unsafe pread(
                    descriptor, bytes.baseAddress?.advanced(by: filled), bytes.count - filled,
                    off_t(offset + filled))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw CommandFailure(
                    .internalFault, "a temporary file cannot be read: \(SystemFailure.last.description)")
            }
            filled += count
        }
    }
}

/// The ids of a large dump go there.
extension TemporaryFile: IDSpill {}
