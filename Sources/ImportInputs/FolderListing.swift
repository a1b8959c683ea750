import Glibc
package import ImportFoundation

/// The contents of a folder without hidden and system files, sorted by the bytes of their paths.
struct FolderListing: Sendable {
    enum Kind: UInt8, Sendable {
        case file, folder, link, fifo, socket, device
    }

    private struct Entry: Sendable {
        var start: UInt32
        var count: UInt16
        var kind: Kind
    }

    /// All names, concatenated: a folder may have a million of them.
    private let names: [UInt8]
    private let entries: [Entry]

    var count: Int { entries.count }

    /// The name and the kind of an entry.
    subscript(_ index: Int) -> (name: ArraySlice<UInt8>, kind: Kind) {
        let entry = entries[index]
        return (names[Int(entry.start)..<Int(entry.start) + Int(entry.count)], entry.kind)
    }

    /// Lists a folder. Follows a link only if `followingLink` is true.
    init(_ path: InputPath, followingLink: Bool) throws(ReadFailure) {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followingLink ? 0 : O_NOFOLLOW)
        let descriptor = unsafe path.withCString { path in unsafe open(path, flags) }
        guard descriptor >= 0 else { throw ReadFailure(errorNumber: errno) }
        defer { close(descriptor) }

        var names: [UInt8] = []
        var entries: [Entry] = []
        let errorNumber = try FolderEntries.forEach(of: descriptor) { (name, type) throws(ReadFailure) in
            if SystemFiles.include(name) { return }
            guard let start = UInt32(exactly: names.count) else { throw ReadFailure(errorNumber: EOVERFLOW) }
            let kind = Kind(type: type) ?? Self.kind(of: name, in: descriptor)
            entries.append(Entry(start: start, count: UInt16(name.count), kind: kind))
            names += name
        }
        guard errorNumber == 0 else { throw ReadFailure(errorNumber: errorNumber) }
        unsafe names.withUnsafeBytes { names in
            entries.sort { unsafe Self.precedes($0, $1, in: names) }
        }
        self.names = names
        self.entries = entries
    }

    /// Compares the bytes of names; a folder's name includes the slash that follows it in the paths of its contents.
    /// This puts all paths in the order of `LC_ALL=C sort`.
    private static func precedes(_ left: Entry, _ right: Entry, in names: UnsafeRawBufferPointer) -> Bool {
        let common = Int(min(left.count, right.count))
        for index in 0..<common {
            let (one, other) = unsafe (names[Int(left.start) + index], names[Int(right.start) + index])
            if one != other { return one < other }
        }
        return unsafe next(left, common, in: names) < next(right, common, in: names)
    }

    /// Returns the byte of a path after the first `offset` bytes of a name; -1 at its end.
    private static func next(_ entry: Entry, _ offset: Int, in names: UnsafeRawBufferPointer) -> Int {
        if offset < entry.count { return unsafe Int(names[Int(entry.start) + offset]) }
        return entry.kind == .folder ? Int(UInt8(ascii: "/")) : -1
    }

    /// For file systems that do not return the type with the name.
    private static func kind(of name: [UInt8], in folder: Int32) -> Kind {
        var status = stat()
        let isKnown = unsafe (name + [0]).withUnsafeBytes { name in
            guard let text = unsafe name.assumingMemoryBound(to: CChar.self).baseAddress else { return false }
            return unsafe fstatat(folder, text, &status, AT_SYMLINK_NOFOLLOW) == 0
        }
        // An entry that cannot be examined is treated as a file: opening it will report the reason.
        return isKnown ? Kind(mode: status.st_mode) : .file
    }
}

/// The contents of a folder, in the order of the file system.
package enum FolderEntries {
    /// Calls `body` with each name, except `.` and `..`, and with its type (`DT_REG`, …).
    ///
    /// - Parameter descriptor: the open folder. It stays open, and its position does not change.
    /// - Returns: 0 if everything was listed, otherwise the value of `errno`.
    package static func forEach<Failure: Error>(
        of descriptor: Int32, _ body: ([UInt8], Int) throws(Failure) -> Void
    ) throws(Failure) -> Int32 {
        // Reading moves the position of an open folder, so this uses a separate descriptor unless the folder may be
        // listed but not entered.
        var own = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if own < 0 { own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }
        guard own >= 0 else { return errno }
        guard let folder = unsafe fdopendir(own) else {
            let errorNumber = errno
            close(own)
            return errorNumber
        }
        // Closes the descriptor too.
        defer { unsafe closedir(folder) }
        unsafe rewinddir(folder)
        while true {
            errno = 0
            guard let entry = unsafe readdir(folder) else { return errno }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                let text = unsafe UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self)
                return unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
            }
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            try body(name, unsafe Int(entry.pointee.d_type))
        }
    }

    /// Calls `body` with each name, as text.
    ///
    /// - Throws: ``ReadFailure`` if the folder could not be listed to its end.
    package static func forEachName<Failure: Error>(
        of descriptor: Int32, _ body: (String) throws(Failure) -> Void
    ) throws {
        let errorNumber = try forEach(of: descriptor) { (name, _) throws(Failure) in
            try body(String(decoding: name, as: UTF8.self))
        }
        guard errorNumber == 0 else { throw ReadFailure(errorNumber: errorNumber) }
    }

    /// Returns the names, as text.
    ///
    /// - Throws: ``ReadFailure`` if the folder could not be listed to its end.
    package static func names(of descriptor: Int32) throws(ReadFailure) -> [String] {
        var names: [String] = []
        let errorNumber = forEach(of: descriptor) { name, _ in names.append(String(decoding: name, as: UTF8.self)) }
        guard errorNumber == 0 else { throw ReadFailure(errorNumber: errorNumber) }
        return names
    }
}

extension FolderListing.Kind {
    /// Nil if the file system does not provide the type.
    fileprivate init?(type: Int) {
        switch type {
        case Int(DT_REG): self = .file
        case Int(DT_DIR): self = .folder
        case Int(DT_LNK): self = .link
        case Int(DT_FIFO): self = .fifo
        case Int(DT_SOCK): self = .socket
        case Int(DT_BLK), Int(DT_CHR): self = .device
        default: return nil
        }
    }

    init(mode: mode_t) {
        self =
            switch mode & S_IFMT {
            case S_IFDIR: .folder
            case S_IFLNK: .link
            case S_IFIFO: .fifo
            case S_IFSOCK: .socket
            case S_IFBLK, S_IFCHR: .device
            default: .file
            }
    }
}

/// Files and folders that operating systems and office programs add to folders and archives. They are skipped
/// silently, like hidden ones.
enum SystemFiles {
    private static let names: Set<String> = [
        "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "$recycle.bin", "system volume information",
        "__macosx",
    ]

    /// Returns whether a file or folder of this name is hidden or created by a system.
    static func include(_ name: some Collection<UInt8>) -> Bool {
        guard let first = name.first else { return false }
        if first == UInt8(ascii: ".") { return true }
        // Lock files of office programs, such as `~$jobs.xlsx`.
        if first == UInt8(ascii: "~"), name.dropFirst().first == UInt8(ascii: "$") { return true }
        // The longest name has 25 bytes. Windows ignores the case of letters.
        guard name.count <= 25 else { return false }
        return names.contains(String(decoding: name.map { $0 | (0x41...0x5A ~= $0 ? 0x20 : 0) }, as: UTF8.self))
    }
}
