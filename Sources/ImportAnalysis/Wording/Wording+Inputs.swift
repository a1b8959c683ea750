private import Glibc
package import ImportFoundation
package import ImportInputs

extension ReadFailure {
    /// What is wrong, to follow a colon: "the gzip data breaks off".
    package var description: String {
        switch reason {
        case .system(let errorNumber):
            guard let text = unsafe strerror(errorNumber) else { return "error \(errorNumber)" }
            return unsafe String(cString: text)
        case .breaksOff(let format):
            return "the \(format.words) breaks off" + (format.salvager.map { "; \($0) may read more of it" } ?? "")
        case .damaged(let format, let damage):
            return switch damage {
            case .checksum: "the \(format.words) is damaged (checksum)"
            case .structure: "the \(format.words) is damaged"
            case .method(let message):
                "the \(format.words) is packed by a method that is not supported" + Wording.aside(message)
            case .entries(let listed, let found):
                "the list of the \(format.words) names \(Wording.entries(listed)), but \(Wording.grouped(found)) \(found == 1 ? "was" : "were") found"
            case .skippedNames:
                "a name in the \(format.words) is damaged; a file may look like a folder or a hidden file, which are skipped"
            case .severalParts: "several archives were joined to this one; take them apart"
            case .trailingBytes: "bytes of another kind follow the end of the \(format.words)"
            case .other(let message): "the \(format.words) is damaged" + Wording.aside(message)
            }
        case .expandsTooFar(let limit):
            return
                "it expands to more than \(Wording.grouped(limit)) bytes, which is the limit for an input of its size"
        case .closed:
            return "it was read too late"
        }
    }
}

extension ContainerFormat {
    /// The command that reads cut data closer to its end than libarchive, which drops a block that it has not filled.
    fileprivate var salvager: String? {
        switch self {
        case .xz: "xz -dc"
        case .zstd: "zstd -dc"
        case .bzip2: "bzip2 -dc"
        case .lz4: "lz4 -dc"
        case .gzip, .tar, .zip, .sevenZip: nil
        }
    }
}

extension InputRefusal {
    /// Why it is not read, as a sentence for people.
    package var explanation: String {
        switch self {
        case .ownOutput(let own): own.explanation
        case .symbolicLink(let target): "A symbolic link (to \(Wording.quoted(target))), which is not followed."
        case .hardLink(let target): "A hard link to \(Wording.quoted(target)), which is read under that name."
        case .special(let kind): "Not a file: \(kind.words)."
        case .encrypted: "It is encrypted; decrypt it first."
        case .nestedTooDeep: "An archive in an archive in an archive: unpack it first."
        case .needsFile(let format):
            "A \(format.name) archive can only be read from a file of its own, not from a pipe or within another: "
                + "unpack it first."
        case .workbook: "A workbook (XLSX), not a dump. \(Wording.sourceHint)"
        case .holdsNoFiles: "The archive contains no files (hidden ones are skipped)."
        case .unreadable(let failure): "It cannot be read: \(failure.description)."
        case .cutShort(let failure, let entriesRead):
            "The archive could not be read to its end, after \(Wording.entries(entriesRead)): \(failure.description)."
        case .damagedPart(let message, let entriesRead):
            "A part of the archive after \(Wording.entries(entriesRead)) is damaged and was skipped"
                + Wording.aside(message) + "."
        }
    }
}

extension OwnOutput {
    /// Why it is not read as a dump, and which command takes it, as a sentence for people.
    package var explanation: String { explanation(expecting: "a dump") }

    /// - Parameter expected: what is wanted there, with its article.
    package func explanation(expecting expected: String) -> String {
        switch self {
        case .rejects:
            "Rows that import-audit rejects handed back, not \(expected): import-audit rejects takes them as --source."
        case .summary:
            "A summary that import-audit wrote, not \(expected): import-audit merge combines summaries, import-audit compare "
                + "compares two."
        case .manifest:
            "The manifest of an audit that import-audit wrote, not \(expected): import-audit verify checks its "
                + "folder."
        case .packManifest:
            "The manifest of a packed audit that import-audit wrote, not \(expected): import-audit verify checks the zip."
        case .pack: "A packed audit that import-audit wrote, not \(expected): import-audit verify checks it."
        case .otherJSON: "A result that import-audit wrote, not \(expected)."
        case .page: "A report that import-audit wrote, not \(expected)."
        case .message: "A message that import-audit wrote, not \(expected)."
        case .history: "A history that import-audit keeps, not \(expected): import-audit history show prints it."
        case .table: "A table that import-audit wrote, not \(expected)."
        case .testResults: "The results of import-audit check, not \(expected)."
        case .workbook: "A workbook that import-audit wrote, not \(expected)."
        }
    }
}

extension PassedOver {
    /// Why it is skipped, as a sentence for people.
    package var explanation: String {
        switch self {
        case .linkOutside: "A symbolic link that leads out of the folder, which is not followed."
        case .linkToFolder: "A symbolic link to a folder, which is not followed."
        case .linkToSpecial: "A symbolic link to something that is not a file."
        case .linkBroken: "A symbolic link that leads nowhere."
        case .special(let kind): "Not a file: \(kind.words)."
        case .unreadable(let failure): "It cannot be read: \(failure.description)."
        }
    }
}

extension SpecialFile {
    var words: String {
        switch self {
        case .fifo: "a named pipe"
        case .socket: "a socket"
        case .device: "a device"
        }
    }
}

extension ContainerFormat {
    var name: String {
        switch self {
        case .gzip: "gzip"
        case .zstd: "zstd"
        case .xz: "xz"
        case .bzip2: "bzip2"
        case .lz4: "lz4"
        case .tar: "tar"
        case .zip: "zip"
        case .sevenZip: "7z"
        }
    }

    var words: String { isArchive ? "\(name) archive" : "\(name) data" }
}

extension Wording {
    package static let noJobs = "There is no import job among the inputs."
    package static let noJobSelected = "No job was selected."

    /// A library's message in brackets, if there is one.
    static func aside(_ message: String?) -> String {
        guard let message, !message.isEmpty else { return "" }
        return " (\(shownText(message)))"
    }

    static func entries(_ count: Int) -> String {
        count == 1 ? "1 entry" : "\(grouped(count)) entries"
    }
}
