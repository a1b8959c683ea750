private import Glibc

/// Something that the arguments of a command name, themselves or as folders.
public enum InputTreeItem: Sendable, Equatable {
    /// A file to read; `size` in bytes, nil for what is no regular file, such as a pipe that was named.
    case file(InputPath, size: Int?)
    /// The argument `-`.
    case standardInput
    /// Something in a named folder that is not read.
    case passedOver(InputPath, PassedOver)
    /// An argument that names nothing, or a folder that may not be read.
    case unavailable(InputPath, ReadFailure)
}

/// Why something in a folder is passed over.
public enum PassedOver: Sendable, Equatable {
    /// A symbolic link that leads out of the named folder, to a folder, to something else, or nowhere.
    case linkOutside, linkToFolder, linkToSpecial, linkBroken
    case special(SpecialFile)
    /// A folder that cannot be listed, or a file that cannot be looked at.
    case unreadable(ReadFailure)
}

/// Walks through the inputs that a command was given: files, folders with all that is in them, standard input.
///
/// Arguments come in their order; what is in a folder comes in the order of the bytes of its paths. Hidden files and
/// folders are left out silently. A symbolic link in a folder counts as the file that it leads to, if that lies in the
/// named folder too. Only the listings of the folders on the way are in memory.
public struct InputTree: Sequence, IteratorProtocol, Sendable {
    private struct Folder: Sendable {
        let path: InputPath
        let listing: FolderListing
        var next = 0
    }

    private var arguments: ArraySlice<InputPath>
    /// The folder that is walked through, and those that it lies in.
    private var folders: [Folder] = []
    /// The absolute path of the named folder, without links, and with a slash at the end.
    private var root: [UInt8] = []
    /// The path under which the folder was named.
    private var rootName = InputPath("")
    private let output: OutputPlace?

    /// - Parameter output: what is left out, for the command itself writes it.
    public init(_ arguments: [String], leavingOut output: OutputPlace? = nil) {
        self.arguments = arguments.map { InputPath($0) }[...]
        self.output = output
    }

    public mutating func next() -> InputTreeItem? {
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
            // There may be as many arguments as the system takes.
            guard let argument = arguments.popFirst() else { return nil }
            if let item = named(argument) { return item }
        }
    }

    /// What an argument stands for; nil for a folder, which is to be walked through.
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

    /// What is in a folder; nil for a folder, which is to be walked through next.
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

    private func link(at path: InputPath) -> InputTreeItem {
        var status = stat()
        guard let target = Self.resolved(path),
            unsafe path.withCString({ path in unsafe stat(path, &status) }) == 0
        else {
            return .passedOver(path, .linkBroken)
        }
        switch FolderListing.Kind(mode: status.st_mode) {
        case .file:
            return target.starts(with: root) ? .file(path, size: status.st_size) : .passedOver(path, .linkOutside)
        case .folder: return .passedOver(path, .linkToFolder)
        case .link, .fifo, .socket, .device: return .passedOver(path, .linkToSpecial)
        }
    }

    /// The absolute path of something in the named folder, without links.
    private func absolute(_ path: InputPath) -> [UInt8] {
        root + path.bytes.dropFirst(rootName.bytes.count).drop { $0 == UInt8(ascii: "/") }
    }

    private static func size(of status: stat) -> Int? {
        status.st_mode & S_IFMT == S_IFREG ? status.st_size : nil
    }

    /// The absolute path without links; nil if it leads nowhere.
    private static func resolved(_ path: InputPath) -> [UInt8]? {
        unsafe path.withCString { path in
            guard let resolved = unsafe realpath(path, nil) else { return nil }
            defer { unsafe free(resolved) }
            return unsafe Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
        }
    }
}
