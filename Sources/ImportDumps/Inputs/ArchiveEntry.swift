/// What an archive says of one of its entries.
struct ArchiveEntry: Sendable {
    /// Its path, as it lies in the archive: any bytes.
    var name: [UInt8]
    var kind: Kind
    var isEncrypted: Bool

    enum Kind: Sendable {
        case file, folder
        case symbolicLink(target: [UInt8])
        case hardLink(target: [UInt8])
        case special(SpecialFile)
    }

    var isFolder: Bool {
        if case .folder = kind { true } else { false }
    }

    /// Whether a part of its path is hidden, or one of the system's own files and folders.
    var isHidden: Bool {
        name.split(separator: UInt8(ascii: "/")).contains { part in
            !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8) && SystemFiles.include(part)
        }
    }
}

/// What the attempt to go on to the next entry of an archive came to.
enum ArchiveStep: Sendable {
    case entry(ArchiveEntry)
    case end
    /// Something is damaged, in a library's words; there may be more behind it.
    case damaged(String)
    /// The rest is encrypted, names and all.
    case encrypted
    case failed(ReadFailure)
}
