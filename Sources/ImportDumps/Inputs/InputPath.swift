private import Glibc

/// A path as the file system knows it: any bytes but U+0000, which need not be UTF-8.
public struct InputPath: Sendable, Hashable {
    public let bytes: [UInt8]

    public init(_ path: String) {
        bytes = Array(path.utf8.prefix { $0 != 0 })
    }

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The path to show: what is not UTF-8 is shown as U+FFFD.
    public var shown: String { String(decoding: bytes, as: UTF8.self) }

    /// Opens the file for reading. The caller closes the descriptor.
    public func open() throws(ReadFailure) -> Int32 {
        let descriptor = unsafe withCString { path in unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw ReadFailure(errorNumber: errno) }
        return descriptor
    }

    /// The file that the path leads to, links followed; nil for what is no regular file.
    package var identity: FileIdentity? {
        var status = stat()
        guard unsafe withCString({ path in unsafe stat(path, &status) }) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino), mode: status.st_mode)
    }

    /// The absolute path without links, as text; nil if it leads nowhere.
    package var resolved: String? {
        unsafe withCString { path in
            guard let found = unsafe realpath(path, nil) else { return nil }
            defer { unsafe free(found) }
            return unsafe String(cString: found)
        }
    }

    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        unsafe (bytes + [0]).withUnsafeBytes { bytes in
            // Never empty: it ends with a zero.
            unsafe body(bytes.assumingMemoryBound(to: CChar.self).baseAddress.unsafelyUnwrapped)
        }
    }

    /// The path of something in this folder.
    func appending(_ name: some Collection<UInt8>) -> InputPath {
        InputPath(bytes: bytes.last == UInt8(ascii: "/") ? bytes + name : bytes + [UInt8(ascii: "/")] + name)
    }
}

/// What a file is, whatever names it has.
package struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// Nil for what is no regular file.
    package init?(device: UInt64, inode: UInt64, mode: UInt32) {
        // 0o100000 is S_IFREG.
        guard mode & 0o170000 == 0o100000 else { return nil }
        self.device = device
        self.inode = inode
    }
}
