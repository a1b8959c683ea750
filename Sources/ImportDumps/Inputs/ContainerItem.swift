/// Something that was found in an input: bytes that may be a dump, or the reason why there are none.
public enum ContainerItem: Sendable {
    /// `bytes` can be read until the call that hands it out returns. `source` is a name to show: the input's own, or
    /// `archive.tar.gz!path/in/archive.json`.
    case stream(source: String, bytes: any ByteSource)
    case refused(source: String, reason: InputRefusal)
}

/// Why something in an input is not read, as data.
public enum InputRefusal: Sendable, Equatable {
    /// This program wrote it: there is no dump in it.
    case ownOutput(OwnOutput)
    case symbolicLink(target: String)
    /// To an earlier entry, which is read under its own name.
    case hardLink(target: String)
    case special(SpecialFile)
    case encrypted
    /// An archive in an archive in an archive.
    case nestedTooDeep
    /// Its format can only be read from a file: not from a pipe, nor from within something else.
    case needsFile(ContainerFormat)
    /// An archive in which there are no files to read, apart from hidden ones.
    case holdsNoFiles
    /// Nothing of it can be read.
    case unreadable(ReadFailure)
    /// An archive that cannot be read to its end. What comes before was delivered.
    case cutShort(ReadFailure, entriesRead: Int)
    /// A damaged part of an archive, in a library's words. What comes after is read if its beginning can be found.
    case damagedPart(String, entriesRead: Int)
}

/// A thing with a name in a folder or an archive that has no bytes of its own.
public enum SpecialFile: Sendable, Equatable {
    case fifo, socket, device
}
