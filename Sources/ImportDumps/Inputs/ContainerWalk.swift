/// The way through what an input holds, at one level: the input itself, or an entry of an archive.
struct ContainerWalk {
    /// Archives may hold archives, but those none.
    private static let levels = 2

    private let level: Level

    init(budget: ExpansionBudget) {
        level = Level(innerLevels: Self.levels, budget: budget)
    }

    private init(level: Level) {
        self.level = level
    }

    /// The meters that all streams of one depth share.
    private final class Level: Sendable {
        let decompressed: ExpansionMeter
        let entries: ExpansionMeter
        /// Of the entries of archives at this depth; nil where no archives are opened any more.
        let inner: Level?

        /// Set when a stream at this depth, or in it, was cut at the limit.
        var failure: ReadFailure? { decompressed.failure ?? entries.failure ?? inner?.failure }

        init(innerLevels: Int, budget: ExpansionBudget) {
            decompressed = ExpansionMeter(budget: budget)
            entries = ExpansionMeter(budget: budget)
            inner = innerLevels > 0 ? Level(innerLevels: innerLevels - 1, budget: budget) : nil
        }
    }

    /// Visits what `source` delivers, after a look at what it is.
    func visit<Failure: Error>(
        _ source: BeginningSource, named name: String, _ body: (ContainerItem) throws(Failure) -> Void
    ) throws(Failure) {
        if let own = OwnOutput(firstBytes: source.beginning), own.isWholeFile {
            return try body(.refused(source: name, reason: .ownOutput(own)))
        }
        try visit(source, ContainerFormat(firstBytes: source.beginning), named: name, body)
    }

    /// Visits what `source` delivers, of which the format was recognised; nil for plain data.
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
        // libarchive shows what comes out as the only entry of an archive.
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
        let session = ArchiveSession(archive: archive, meter: level.entries, isPrompt: isPrompt)
        defer { session.close() }
        var names = EntryNames(format)
        var entriesRead = 0
        var isEmpty = true
        var isInDamage = false
        var own = OwnZip()
        while true {
            switch session.next() {
            case .entry(let entry):
                isInDamage = false
                entriesRead += 1
                if entry.isHidden || entry.isFolder { continue }
                isEmpty = false
                let source = name + "!" + names.name(for: entry.name, position: entriesRead)
                var bytes = session.entry
                if format == .zip, case .file = entry.kind {
                    switch own.look(at: entry, bytes, named: source, isFirst: entriesRead == 1) {
                    case .isOwn(let own): return try body(.refused(source: name, reason: .ownOutput(own)))
                    case .mayBe: continue
                    case .isNot(let content): bytes = content
                    }
                }
                for (source, beginning) in own.takeHeld() {
                    try body(.stream(source: source, bytes: ArraySource(Array(beginning))))
                }
                try ContainerWalk(level: inner).visit(entry, bytes, named: source, body)
                // (A limit that the archive's own decompression reached comes as a failure of the archive.)
                if let failure = level.entries.failure ?? inner.failure {
                    return try body(.refused(source: name, reason: .cutShort(failure, entriesRead: entriesRead)))
                }
            case .end:
                for (source, beginning) in own.takeHeld() {
                    try body(.stream(source: source, bytes: ArraySource(Array(beginning))))
                }
                if isEmpty { try body(.refused(source: name, reason: .holdsNoFiles)) }
                return
            case .damaged(let message):
                // libarchive tries each block of a tar archive in turn, until one is a header again.
                isEmpty = false
                if isInDamage, format != .tar {
                    let failure = ReadFailure(.damaged(format, .other(message)))
                    return try body(.refused(source: name, reason: .cutShort(failure, entriesRead: entriesRead)))
                }
                if !isInDamage {
                    try body(.refused(source: name, reason: .damagedPart(message, entriesRead: entriesRead)))
                }
                isInDamage = true
            case .encrypted:
                return try body(.refused(source: name, reason: .encrypted))
            case .failed(let failure):
                return try body(.refused(source: name, reason: .cutShort(failure, entriesRead: entriesRead)))
            }
        }
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
