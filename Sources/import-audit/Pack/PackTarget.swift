import ArgumentParser
import Glibc
import ImportInputs
import ImportReports

/// The place where `--pack` writes its zip. It is checked before anything is read.
struct PackTarget {
    let path: String
    private let folder: String
    private let name: String
    private let isForced: Bool

    /// The files that it may replace: the zip, and its partial file.
    var files: [String] { [path, "\(folder)/\(PartialFile.partialName(of: name))"] }

    /// The only folder in the zip.
    var top: String { FileName.safe(String(name.dropLast(Self.ending.count))) }

    private static let ending = ".zip"

    /// - Throws: ``CommandFailure`` if the place would be that of an input, or cannot be that of a zip.
    init(_ path: String, inputs: [String], others: [String], isForced: Bool) throws(CommandFailure) {
        self.path = path
        self.isForced = isForced
        (folder, name) = OutputFile.folderAndName(of: path)
        guard name.utf8.count > Self.ending.utf8.count, name.lowercased().hasSuffix(Self.ending) else {
            throw CommandFailure(.usage, of: path, "--pack takes the name of a file that ends in .zip")
        }
        let place = Self.place(of: folder)
        let status = Self.status(path)
        for file in others {
            if let identity = InputPath(file).identity, identity == InputPath(path).identity {
                throw CommandFailure(
                    .cannotWrite, of: path, "this is a file that an option names; choose another place for the zip")
            }
        }
        for input in inputs where input != "-" {
            guard let found = Self.status(input) else { continue }
            if let status, status.st_dev == found.st_dev, status.st_ino == found.st_ino {
                throw CommandFailure(.cannotWrite, of: path, "this is an input; choose another place for the zip")
            }
            guard found.st_mode & S_IFMT == S_IFDIR, let input = Self.resolved(input) else { continue }
            let isInside = place == input || place.hasPrefix(input == "/" ? "/" : "\(input)/")
            if isInside {
                throw CommandFailure(
                    .cannotWrite, of: path,
                    "this is in an input folder, and the next run would read it; choose another place")
            }
        }
    }

    /// Begins the file. It is moved into place when it is published.
    func begin() throws(CommandFailure) -> PackFile {
        try check()
        return try PackFile(name, folder: folder, path: path)
    }

    /// Whether a file would be replaced.
    var isThere: Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// Fails if something is in the way.
    func check() throws(CommandFailure) {
        if let status = Self.status(path), status.st_mode & S_IFMT == S_IFDIR {
            throw CommandFailure(.cannotWrite, of: path, "this is a folder")
        }
        var status = stat()
        if !isForced, unsafe lstat(path, &status) == 0, try !isPack() {
            throw CommandFailure(
                .cannotWrite,
                "\(path) already exists and was not written by import-audit; choose another place for the zip, or "
                    + "replace it with --force")
        }
        if !isForced, try !isPartialOurs() {
            throw CommandFailure(
                .cannotWrite,
                "\(folder)/\(PartialFile.partialName(of: name)) already exists and was not written by import-audit; choose "
                    + "another place for the zip, or replace it with --force")
        }
    }

    private func isPartialOurs() throws(CommandFailure) -> Bool {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        let partial = PartialFile.partialName(of: name)
        return try naming("\(folder)/\(partial)", OutputFile.isOwnPartial(partial, in: descriptor))
    }

    /// Whether the existing file is a pack, or empty.
    private func isPack() throws(CommandFailure) -> Bool {
        try naming(path, OutputFile.isOurs(path, in: AT_FDCWD))
    }

    /// Resolves the path of a folder that may not exist yet, such as that of the audit.
    private static func place(of folder: String) -> String {
        var folder = folder
        while true {
            if let place = resolved(folder) { return place }
            guard let slash = folder.utf8.lastIndex(of: UInt8(ascii: "/")) else { return resolved(".") ?? "" }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
            // If not even the root can be found, there is no parent to try.
            if folder == "/" { return resolved(folder) ?? "" }
        }
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status : nil
    }

    /// Resolves links and dots in a path.
    private static func resolved(_ path: String) -> String? {
        guard let found = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }
}

/// The option that packs an audit.
struct PackOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Also pack the audit into one zip, with a manifest that the command verify checks.",
            valueName: "file.zip"),
        completion: .file())
    var pack: String?

    func validate() throws { try GivenNames.check(pack, of: "--pack", is: "a file that ends in .zip") }

    /// - Parameters:
    ///   - inputs: the zip must not be one of them.
    ///   - others: files that other options name; the zip must not be one of them either.
    ///   - isForced: replaces a file that is not a pack.
    func target(inputs: [String], others: [String], isForced: Bool) throws(CommandFailure) -> PackTarget? {
        try pack.map { (path) throws(CommandFailure) in
            try PackTarget(path, inputs: inputs, others: others, isForced: isForced)
        }
    }
}
