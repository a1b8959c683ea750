import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportRedaction

/// The state of a regular file as the system reports it: its identity, size and times of change. If the file is changed
/// or replaced while it is read, its state differs afterwards.
struct InputState: Hashable, Sendable {
    private let device: UInt
    private let inode: UInt
    let size: Int
    private let written: Time
    private let changed: Time

    private struct Time: Hashable {
        let seconds: Int
        let nanoseconds: Int

        init(_ time: timespec) { (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec) }
    }

    /// Nil if it is not a regular file.
    init?(_ descriptor: Int32) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Nil if there is no regular file of that name.
    init?(of input: InputPath) {
        var status = stat()
        guard unsafe input.withCString({ unsafe stat($0, &status) }) == 0 else { return nil }
        self.init(status)
    }

    private init?(_ status: stat) {
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = status.st_size
        (written, changed) = (Time(status.st_mtim), Time(status.st_ctim))
    }

    /// The message about an input whose state has changed by the end of reading.
    static let complaint = "it was changed while it was read. Run the command again."
}

/// The path, size and hash of an input, which show whether it is unchanged.
struct InputFingerprint: Sendable {
    private(set) var path: String
    let bytes: Int
    let sha256: String

    /// Nil if the input is not a regular file, is gone, has changed, or has a path that is not valid UTF-8.
    ///
    /// - Parameters:
    ///   - whole: the size and hash of a dump that may be the whole file. Otherwise, the file is read to compute its
    ///     hash.
    ///   - state: the state of the file when the dump was read. If it has changed since, the result is nil.
    ///   - sizes: if given, a file of any other size is not read, and has an empty hash.
    ///   - names: makes the name in an error.
    /// - Throws: ``CommandFailure`` if the input cannot be opened or read; ``Interrupted``.
    init?(
        of input: InputPath, whole: (bytes: Int, sha256: String)? = nil, as state: InputState? = nil,
        among sizes: Set<Int>? = nil, names: SourceNames = .plain
    ) throws {
        guard let path = String(validating: input.bytes, as: UTF8.self) else { return nil }
        func failure(_ failure: ReadFailure) -> CommandFailure {
            CommandFailure(.noInput, of: names.shown(input.shown), failure.description)
        }
        guard !input.isReadableOnce else { return nil }
        let descriptor: Int32
        do throws(ReadFailure) {
            descriptor = try input.open()
        } catch {
            if [ENOENT, ENOTDIR].contains(where: { error == ReadFailure(errorNumber: $0) }) { return nil }
            throw failure(error)
        }
        defer { close(descriptor) }
        guard let before = InputState(descriptor), state == nil || before == state else { return nil }
        self.path = path
        if let sizes, !sizes.contains(before.size) {
            (bytes, sha256) = (before.size, "")
            return
        }
        // A compressed file may happen to be as large as the dump in it.
        if let whole, whole.bytes == before.size, ContainerReader.isPlain(descriptor) {
            (bytes, sha256) = whole
            return
        }
        var hash = SHA256()
        var source = DescriptorSource(descriptor: descriptor)
        var count = 0
        let room = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(4096, min(256 * 1024 - 1, before.size) + 1), alignment: 64)
        defer { unsafe room.deallocate() }
        while true {
            if Interruption.isRequested { throw Interrupted() }
            let read: Int
            do throws(ReadFailure) {
                read = try unsafe source.read(into: room)
            } catch {
                throw failure(error)
            }
            guard read > 0 else { break }
            unsafe hash.update(UnsafeBufferPointer(rebasing: room.bindMemory(to: UInt8.self)[..<read]))
            count += read
        }
        guard count == before.size, InputState(descriptor) == before else { return nil }
        bytes = count
        sha256 = hash.finish()
    }
}

extension InputFingerprint {
    /// Returns the same fingerprint with the path as it is shown.
    func shown(under names: SourceNames) -> InputFingerprint {
        var fingerprint = self
        fingerprint.path = names.shown(path)
        return fingerprint
    }
}
