package import ImportFoundation

/// Something found in an input: bytes that may be a dump, or the reason why there are none.
package enum ContainerItem: Sendable {
    /// `bytes` may be read until the call that passes it returns. `source` is a name for display: the input's own, or
    /// `archive.tar.gz!path/in/archive.json`.
    case stream(source: String, bytes: any ByteSource)
    case refused(source: String, reason: InputRefusal)
}

/// Why something in an input is not read.
package enum InputRefusal: Sendable, Equatable {
    /// This program wrote it, so it contains no dump.
    case ownOutput(OwnOutput)
    case symbolicLink(target: String)
    /// A link to an earlier entry, which is read under its own name.
    case hardLink(target: String)
    case special(SpecialFile)
    case encrypted
    /// An archive in an archive in an archive.
    case nestedTooDeep
    /// A format that can only be read from a file: not from a pipe, nor from within something else.
    case needsFile(ContainerFormat)
    /// An archive without files to read, apart from hidden ones.
    case holdsNoFiles
    /// A workbook of another program, such as the file that was sent.
    case workbook
    /// Nothing in it can be read.
    case unreadable(ReadFailure)
    /// An archive that cannot be read to its end. Everything before that was delivered.
    case cutShort(ReadFailure, entriesRead: Int)
    /// A damaged part of an archive, with the library's message. Later parts are read if their beginning is found.
    case damagedPart(String, entriesRead: Int)

    /// Whether the operating system refused a read, which it may allow another time.
    package var isOfSystem: Bool {
        switch self {
        case .unreadable(let failure), .cutShort(let failure, _): failure.isOfSystem
        default: false
        }
    }

    /// Whether skipping it loses nothing.
    package var isExpected: Bool {
        switch self {
        case .symbolicLink, .hardLink, .special: true
        default: false
        }
    }
}

/// A named item in a folder or an archive that has no bytes of its own.
package enum SpecialFile: Sendable, Equatable {
    case fifo, socket, device
}

/// Finds the byte streams in an opened input: the file itself if it is plain, the decompressed data if it is
/// compressed, or the entries of an archive.
///
/// An input is recognized by its content, whatever its name, and so are files that this program wrote, which contain no
/// dumps (``OwnOutput``). Inside an archive, compressed entries are unpacked and archives opened, but no deeper:
/// `outer.tar!inner.zip!path`. Memory does not grow with the input, apart from some bytes for each entry.
package struct ContainerReader: Sendable {
    private let limits: InputLimits

    package init(limits: InputLimits = InputLimits()) {
        self.limits = limits
    }

    /// Calls `body` with each stream and each refusal, in the order of the input.
    ///
    /// A stream need not be read. A damaged one delivers everything before the damage, then its read fails.
    ///
    /// - Parameters:
    ///   - descriptor: open for reading, and not closed here; read from its current position.
    ///   - name: the input's name for display.
    ///   - progress: counts the bytes that are read from the input.
    /// - Throws: any error that `body` throws, at once.
    package func read<Failure: Error>(
        descriptor: Int32, name: String, progress: InputProgress = InputProgress(),
        _ body: (ContainerItem) throws(Failure) -> Void
    ) throws(Failure) {
        let file = InputFileRegion(descriptor: descriptor) { size in
            ExpansionBudget(limits: limits, progress: progress, size: size)
        }
        let budget = file?.budget ?? ExpansionBudget(limits: limits, progress: progress, size: nil)
        let source = CountedSource(DescriptorSource(descriptor: descriptor), budget: budget)
        let walk = ContainerWalk(budget: budget)
        if let file {
            // Nothing has been read through the descriptor's position yet, so the source delivers the beginning too.
            let beginning = file.beginning()
            let format = ContainerFormat(firstBytes: beginning)
            if let own = OwnOutput(firstBytes: beginning), own.isWholeFile {
                try body(.refused(source: name, reason: .ownOutput(own)))
            } else if format == .zip, ZipParts.isForeignWorkbook(descriptor, beginning: beginning) {
                try body(.refused(source: name, reason: .workbook))
            } else if let format, format.isArchive {
                try walk.visitArchive(ArchiveInput(file, format: format), format, named: name, isPrompt: true, body)
            } else {
                try walk.visit(source, format, named: name, body)
            }
        } else {
            let source = BeginningSource(source)
            try walk.visit(source, named: name, body)
        }
    }

    /// Calls `body` with each stream and each refusal of an input that is itself a stream, such as a pipe.
    ///
    /// - Parameter name: the input's name for display.
    /// - Throws: any error that `body` throws, at once.
    package func read<Failure: Error>(
        _ source: any ByteSource, name: String, _ body: (ContainerItem) throws(Failure) -> Void
    ) throws(Failure) {
        let budget = ExpansionBudget(limits: limits, progress: InputProgress(), size: nil)
        let source = BeginningSource(CountedSource(source, budget: budget))
        try ContainerWalk(budget: budget).visit(source, named: name, body)
    }

    /// Returns whether an input is neither compressed nor an archive, so that its content is the file itself.
    ///
    /// - Parameter descriptor: open for reading; its position does not change.
    package static func isPlain(_ descriptor: Int32) -> Bool {
        let file = InputFileRegion(descriptor: descriptor) { size in
            ExpansionBudget(limits: InputLimits(), progress: InputProgress(), size: size)
        }
        return file.map { ContainerFormat(firstBytes: $0.beginning()) == nil } ?? false
    }
}

/// The traversal of an input's contents at one level: the input itself, or an entry of an archive.
struct ContainerWalk {
    /// Archives may contain archives, but no deeper ones.
    private static let levels = 2

    private let level: Level

    init(budget: ExpansionBudget) {
        level = Level(innerLevels: Self.levels, budget: budget)
    }

    private init(level: Level) {
        self.level = level
    }

    /// The meters shared by all streams at one depth.
    private final class Level: Sendable {
        let decompressed: ExpansionMeter
        let entries: ExpansionMeter
        /// The meters for the entries of archives at this depth; nil where archives are no longer opened.
        let inner: Level?

        /// Set when a stream at this depth or below was cut at the limit.
        var failure: ReadFailure? { decompressed.failure ?? entries.failure ?? inner?.failure }

        init(innerLevels: Int, budget: ExpansionBudget) {
            decompressed = ExpansionMeter(budget: budget)
            entries = ExpansionMeter(budget: budget)
            inner = innerLevels > 0 ? Level(innerLevels: innerLevels - 1, budget: budget) : nil
        }
    }

    /// Visits the contents of `source` after recognizing their format.
    func visit<Failure: Error>(
        _ source: BeginningSource, named name: String, _ body: (ContainerItem) throws(Failure) -> Void
    ) throws(Failure) {
        if let own = OwnOutput(firstBytes: source.beginning), own.isWholeFile {
            return try body(.refused(source: name, reason: .ownOutput(own)))
        }
        try visit(source, ContainerFormat(firstBytes: source.beginning), named: name, body)
    }

    /// Visits the contents of `source`, whose format was recognized; nil for plain data.
    func visit<Failure: Error>(
        _ source: any ByteSource, _ format: ContainerFormat?, named name: String,
        _ body: (ContainerItem) throws(Failure) -> Void
    ) throws(Failure) {
        guard let format else { return try body(.stream(source: name, bytes: source)) }
        if format.isArchive { return try visitArchive(in: source, format, named: name, body) }

        let content: BeginningSource
        do throws(ReadFailure) {
            content = try decompress(source, format)
            if content.beginning.isEmpty, let failure = content.failure { throw failure }
        } catch {
            return try body(.refused(source: name, reason: .unreadable(error)))
        }
        if let archive = ContainerFormat(firstBytes: content.beginning), archive.isArchive {
            try visitArchive(in: content, archive, named: name, body)
        } else if let own = OwnOutput(firstBytes: content.beginning), own.isWholeFile {
            try body(.refused(source: name, reason: .ownOutput(own)))
        } else {
            try body(.stream(source: name, bytes: content))
        }
    }

    private func decompress(_ source: any ByteSource, _ format: ContainerFormat) throws(ReadFailure) -> BeginningSource
    {
        if format == .gzip { return BeginningSource(GzipSource(source, meter: level.decompressed)) }
        let archive = try LibArchive(format, ArchiveInput(source, format: format))
        let session = ArchiveSession(archive: archive, meter: level.decompressed, isPrompt: source.isPrompt)
        // libarchive presents the decompressed data as the only entry of an archive.
        if case .failed(let failure) = session.next() { throw failure }
        return BeginningSource(session.entry)
    }

    /// Visits an archive that can only be read forward.
    private func visitArchive<Failure: Error>(
        in source: any ByteSource, _ format: ContainerFormat, named name: String,
        _ body: (ContainerItem) throws(Failure) -> Void
    ) throws(Failure) {
        if format == .sevenZip { return try body(.refused(source: name, reason: .needsFile(format))) }
        let input = ArchiveInput(source, format: format)
        try visitArchive(input, format, named: name, isPrompt: source.isPrompt, body)
    }

    func visitArchive<Failure: Error>(
        _ input: ArchiveInput, _ format: ContainerFormat, named name: String, isPrompt: Bool,
        _ body: (ContainerItem) throws(Failure) -> Void
    ) throws(Failure) {
        guard let inner = level.inner else { return try body(.refused(source: name, reason: .nestedTooDeep)) }
        let archive: LibArchive
        do throws(ReadFailure) {
            archive = try LibArchive(format, input)
        } catch {
            return try body(.refused(source: name, reason: .unreadable(error)))
        }
        var session = ArchiveSession(archive: archive, meter: level.entries, isPrompt: isPrompt)
        defer { session.close() }
        // If the list of a zip is damaged, or an entry is not where the list says, the rest is found from the front.
        var known: Set<Int> = []
        var failureOfList: ReadFailure?
        var names = EntryNames(format)
        var found = EntryCounts()
        var isEmpty = true
        var isInDamage = false
        var own = OwnZip()
        while true {
            switch session.next() {
            case .entry(let entry):
                isInDamage = false
                if input.isFile, format == .zip, !known.insert(entry.name.hashValue).inserted, failureOfList != nil {
                    continue
                }
                if found.skip(entry) { continue }
                isEmpty = false
                let source = name + "!" + names.name(for: entry.name, position: found.all)
                var bytes = session.entry
                if format == .zip, case .file = entry.kind {
                    switch own.look(at: entry, bytes, named: source, isFirst: found.all == 1) {
                    case .isOwn(let own): return try body(.refused(source: name, reason: .ownOutput(own)))
                    case .mayBe: continue
                    case .isNot(let content): bytes = content
                    }
                }
                for (source, beginning) in own.takeHeld() {
                    try body(.stream(source: source, bytes: ArraySource(Array(beginning))))
                }
                try ContainerWalk(level: inner).visit(entry, bytes, named: source, body)
                // (If the archive's own decompression reached a limit, that comes as a failure of the archive.)
                if let failure = level.entries.failure ?? inner.failure {
                    return try body(.refused(source: name, reason: .cutShort(failure, entriesRead: found.all)))
                }
            case .end:
                for (source, beginning) in own.takeHeld() {
                    try body(.stream(source: source, bytes: ArraySource(Array(beginning))))
                }
                if let failure = failureOfList ?? (format == .zip ? input.faultOfZip(found) : nil) {
                    if failureOfList == nil, let forward = forwardSession(input, format, isPrompt: isPrompt) {
                        session.close()
                        (failureOfList, session) = (failure, forward)
                        continue
                    }
                    return try body(.refused(source: name, reason: .cutShort(failure, entriesRead: found.all)))
                }
                if isEmpty { try body(.refused(source: name, reason: .holdsNoFiles)) }
                return
            case .damaged(let message):
                // libarchive tries each block of a tar archive in turn, until one is a header again.
                isEmpty = false
                if isInDamage, format != .tar {
                    let failure = ReadFailure(.damaged(format, .other(message)))
                    return try body(.refused(source: name, reason: .cutShort(failure, entriesRead: found.all)))
                }
                if !isInDamage {
                    try body(.refused(source: name, reason: .damagedPart(message, entriesRead: found.all)))
                }
                isInDamage = true
            case .encrypted:
                return try body(.refused(source: name, reason: .encrypted))
            case .failed(let failure):
                if failureOfList == nil, let forward = forwardSession(input, format, isPrompt: isPrompt) {
                    session.close()
                    (failureOfList, session) = (failure, forward)
                    continue
                }
                return try body(
                    .refused(source: name, reason: .cutShort(failureOfList ?? failure, entriesRead: found.all)))
            }
        }
    }

    /// Begins to read a zip again that is a file, from the front and without its list; nil for anything else.
    private func forwardSession(_ input: ArchiveInput, _ format: ContainerFormat, isPrompt: Bool) -> ArchiveSession? {
        guard format == .zip, let source = input.fromTheFront,
            let archive = try? LibArchive(.zip, ArchiveInput(source, format: .zip))
        else { return nil }
        return ArchiveSession(archive: archive, meter: level.entries, isPrompt: isPrompt)
    }

    private func visit<Failure: Error>(
        _ entry: ArchiveEntry, _ bytes: any ByteSource, named name: String,
        _ body: (ContainerItem) throws(Failure) -> Void
    ) throws(Failure) {
        let refusal: InputRefusal
        switch entry.kind {
        case .symbolicLink(let target): refusal = .symbolicLink(target: EntryNames.shown(target))
        case .hardLink(let target): refusal = .hardLink(target: EntryNames.shown(target))
        case .special(let kind): refusal = .special(kind)
        case .folder: return
        case .file:
            let bytes = BeginningSource(bytes)
            if entry.isEncrypted {
                refusal = .encrypted
            } else if bytes.beginning.isEmpty, let failure = bytes.failure {
                refusal = .unreadable(failure)
            } else {
                return try visit(bytes, named: name, body)
            }
        }
        try body(.refused(source: name, reason: refusal))
    }
}
