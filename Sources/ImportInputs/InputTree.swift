private import Glibc
package import ImportFoundation

/// Something that a command's arguments name, directly or within a folder.
package enum InputTreeItem: Sendable, Equatable {
    /// A file to read; `size` in bytes, nil for anything but a regular file, such as a named pipe given as an argument.
    case file(InputPath, size: Int?)
    /// The argument `-`.
    case standardInput
    /// Something in a named folder that is skipped.
    case passedOver(InputPath, PassedOver)
    /// An argument that names nothing, or a named folder that cannot be read.
    case unavailable(InputPath, ReadFailure)
}

/// Why something in a folder is skipped.
package enum PassedOver: Sendable, Equatable {
    /// A symbolic link that leads out of the named folder, to a folder, to something else, or nowhere.
    case linkOutside, linkToFolder, linkToSpecial, linkBroken
    case special(SpecialFile)
    /// A folder that cannot be listed, or a file that cannot be examined.
    case unreadable(ReadFailure)

    /// Whether skipping it loses nothing.
    package var isExpected: Bool {
        if case .unreadable = self { false } else { true }
    }
}

/// Iterates over the inputs of a command: files, folders with all their contents, standard input.
///
/// Arguments keep their order; the contents of a folder are sorted by the bytes of their paths. Hidden files and
/// folders are skipped silently. A symbolic link in a folder counts as the file that it leads to, if that is also in
/// the named folder. Only the listings of the folders on the current path are in memory.
package struct InputTree: Sequence, IteratorProtocol, Sendable {
    private struct Folder: Sendable {
        let path: InputPath
        let listing: FolderListing
        var next = 0
    }

    private var arguments: ArraySlice<InputPath>
    /// The folders on the current path, the innermost last.
    private var folders: [Folder] = []
    /// The absolute path of the named folder, with links resolved and a slash at the end.
    private var root: [UInt8] = []
    /// The path by which the folder was named.
    private var rootName = InputPath("")
    private let output: OutputPlace?

    /// - Parameter output: the command's own output, which is skipped.
    package init(_ arguments: [String], leavingOut output: OutputPlace? = nil) {
        self.arguments = arguments.map { InputPath($0) }[...]
        self.output = output
    }

    package mutating func next() -> InputTreeItem? {
        while true {
            while let folder = folders.last {
                guard folder.next < folder.listing.count else {
                    folders.removeLast()
                    continue
                }
                folders[folders.count - 1].next += 1
                let (name, kind) = folder.listing[folder.next]
                if let item = item(at: folder.path.appending(name), kind) { return item }
            }
            // Takes constant time, since there may be as many arguments as the system allows.
            guard let argument = arguments.popFirst() else { return nil }
            if let item = named(argument) { return item }
        }
    }

    /// Returns what an argument names; nil for a folder, whose contents come next.
    private mutating func named(_ path: InputPath) -> InputTreeItem? {
        if path.bytes.elementsEqual("-".utf8) { return .standardInput }
        var status = stat()
        guard unsafe path.withCString({ path in unsafe stat(path, &status) }) == 0 else {
            return .unavailable(path, ReadFailure(errorNumber: errno))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return .file(path, size: Self.size(of: status)) }
        guard let root = Self.resolved(path) else { return .unavailable(path, ReadFailure(errorNumber: errno)) }
        self.root = root.last == UInt8(ascii: "/") ? root : root + [UInt8(ascii: "/")]
        rootName = path
        do throws(ReadFailure) {
            folders = [Folder(path: path, listing: try FolderListing(path, followingLink: true))]
            return nil
        } catch {
            return .unavailable(path, error)
        }
    }

    /// Returns an entry of a folder; nil for a folder, whose contents come next, and for the command's own output.
    private mutating func item(at path: InputPath, _ kind: FolderListing.Kind) -> InputTreeItem? {
        if let output, kind != .link, output.leavesOut(absolute(path), isFolder: kind == .folder, from: root) {
            return nil
        }
        switch kind {
        case .folder:
            do throws(ReadFailure) {
                folders.append(Folder(path: path, listing: try FolderListing(path, followingLink: false)))
                return nil
            } catch {
                return .passedOver(path, .unreadable(error))
            }
        case .file:
            var status = stat()
            guard unsafe path.withCString({ path in unsafe lstat(path, &status) }) == 0 else {
                return .passedOver(path, .unreadable(ReadFailure(errorNumber: errno)))
            }
            if output?.wasSent(status) == true { return nil }
            return .file(path, size: Self.size(of: status))
        case .link:
            if let output, let target = Self.resolved(path), output.leavesOut(target, isFolder: false, from: root) {
                return nil
            }
            return link(at: path)
        case .fifo: return .passedOver(path, .special(.fifo))
        case .socket: return .passedOver(path, .special(.socket))
        case .device: return .passedOver(path, .special(.device))
        }
    }

    private func link(at path: InputPath) -> InputTreeItem? {
        var status = stat()
        guard let target = Self.resolved(path),
            unsafe path.withCString({ path in unsafe stat(path, &status) }) == 0
        else {
            return .passedOver(path, .linkBroken)
        }
        switch FolderListing.Kind(mode: status.st_mode) {
        case .file where output?.wasSent(status) == true: return nil
        case .file:
            return target.starts(with: root) ? .file(path, size: status.st_size) : .passedOver(path, .linkOutside)
        case .folder: return .passedOver(path, .linkToFolder)
        case .link, .fifo, .socket, .device: return .passedOver(path, .linkToSpecial)
        }
    }

    /// Returns the absolute path of something in the named folder, with the folder's links resolved.
    private func absolute(_ path: InputPath) -> [UInt8] {
        root + path.bytes.dropFirst(rootName.bytes.count).drop { $0 == UInt8(ascii: "/") }
    }

    private static func size(of status: stat) -> Int? {
        status.st_mode & S_IFMT == S_IFREG ? status.st_size : nil
    }

    /// Returns the absolute path with links resolved; nil if it leads nowhere.
    private static func resolved(_ path: InputPath) -> [UInt8]? {
        unsafe path.withCString { path in
            guard let resolved = unsafe realpath(path, nil) else { return nil }
            defer { unsafe free(resolved) }
            return unsafe Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
        }
    }
}

/// A path as the file system knows it: any bytes but U+0000, not necessarily UTF-8.
package struct InputPath: Sendable, Hashable {
    package let bytes: [UInt8]

    package init(_ path: String) {
        bytes = Array(path.utf8.prefix { $0 != 0 })
    }

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The path for display, with U+FFFD for bytes that are not UTF-8.
    package var shown: String { String(decoding: bytes, as: UTF8.self) }

    /// Opens the file for reading. The caller closes the descriptor.
    package func open() throws(ReadFailure) -> Int32 {
        let descriptor = unsafe withCString { path in unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw ReadFailure(errorNumber: errno) }
        return descriptor
    }

    /// The file that the path leads to, following links; nil for anything but a regular file.
    package var identity: FileIdentity? {
        var status = stat()
        guard unsafe withCString({ path in unsafe stat(path, &status) }) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino), mode: status.st_mode)
    }

    /// Whether the path leads to something that can be read only once, such as a named pipe. Opening it again would
    /// wait for another program to write into it, or find nothing.
    package var isReadableOnce: Bool {
        var status = stat()
        guard unsafe withCString({ path in unsafe stat(path, &status) }) == 0 else { return false }
        return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    /// The absolute path as text, with links resolved; nil if it leads nowhere.
    package var resolved: String? {
        unsafe withCString { path in
            guard let found = unsafe realpath(path, nil) else { return nil }
            defer { unsafe free(found) }
            return unsafe String(cString: found)
        }
    }

    package func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        // On the stack, unless the path is long.
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { text in
            for (index, byte) in bytes.enumerated() { unsafe text[index] = CChar(bitPattern: byte) }
            unsafe text[bytes.count] = 0
            // Never empty, because it ends with a zero.
            return unsafe body(UnsafePointer(text.baseAddress.unsafelyUnwrapped))
        }
    }

    /// Returns the path of something in this folder.
    func appending(_ name: some Collection<UInt8>) -> InputPath {
        InputPath(bytes: bytes.last == UInt8(ascii: "/") ? bytes + name : bytes + [UInt8(ascii: "/")] + name)
    }
}

/// The identity of a file, whatever its names.
package struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// Nil unless it is a regular file.
    package init?(device: UInt64, inode: UInt64, mode: UInt32) {
        // 0o100000 is S_IFREG.
        guard mode & 0o170000 == 0o100000 else { return nil }
        self.device = device
        self.inode = inode
    }
}

/// The output of a command, from the point of view of its inputs: the output folder may be in one of them, or be one
/// itself. The files that were sent are not dumps either.
package struct OutputPlace: Sendable {
    /// The absolute path, with links resolved and a slash at the end; nil if there is no such folder.
    private let folder: [UInt8]?
    private let sent: Set<FileIdentity>
    private let files: Set<[UInt8]>
    private let jobFiles: Set<[UInt8]>

    /// Nil if the folder does not exist.
    ///
    /// - Parameters:
    ///   - files: the names of files in it.
    ///   - jobFiles: the names of files in the folders of its folder `jobs`.
    package init?(folder: String, files: [String], jobFiles: [String]) {
        guard let resolved = unsafe realpath(folder, nil) else { return nil }
        defer { unsafe free(resolved) }
        let path = unsafe Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
        self.folder = path.last == UInt8(ascii: "/") ? path : path + [UInt8(ascii: "/")]
        self.files = Set(files.map { Array($0.utf8) })
        self.jobFiles = Set(jobFiles.map { Array($0.utf8) })
        sent = []
    }

    /// The same place, with files that were sent: in a folder that an argument names, they are skipped.
    package init(_ place: OutputPlace?, sent: Set<FileIdentity>) {
        folder = place?.folder
        files = place?.files ?? []
        jobFiles = place?.jobFiles ?? []
        self.sent = sent
    }

    fileprivate func wasSent(_ status: stat) -> Bool {
        guard !sent.isEmpty,
            let identity = FileIdentity(
                device: UInt64(status.st_dev), inode: UInt64(status.st_ino), mode: status.st_mode)
        else { return false }
        return sent.contains(identity)
    }

    /// Returns whether something must be skipped: everything in the output folder. But if that folder is an input
    /// itself, or contains one, only the files at the paths of outputs are skipped.
    ///
    /// - Parameters:
    ///   - path: absolute, with links resolved.
    ///   - root: the same for the named folder that contains it, with a slash at the end.
    func leavesOut(_ path: [UInt8], isFolder: Bool, from root: [UInt8]) -> Bool {
        guard let folder else { return false }
        guard path.starts(with: folder) else {
            return isFolder && path.elementsEqual(folder.dropLast()) && folder.count > root.count
        }
        if folder.count > root.count, folder.starts(with: root) { return true }
        return !isFolder && isOutput(path.dropFirst(folder.count))
    }

    private func isOutput(_ path: ArraySlice<UInt8>) -> Bool {
        let parts = path.split(separator: UInt8(ascii: "/"))
        return switch parts.count {
        case 1: files.contains(Array(parts[0]))
        case 3: parts[0].elementsEqual("jobs".utf8) && jobFiles.contains(Array(parts[2]))
        default: false
        }
    }
}
