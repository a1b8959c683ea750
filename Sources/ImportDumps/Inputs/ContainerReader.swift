/// Finds the streams of bytes in an opened input: of a plain file itself, of compressed data what comes out of it, of
/// an archive its entries.
///
/// What an input is shows by its content, whatever its name; so do files that this program wrote, which hold no dumps
/// (``OwnOutput``). Inside an archive, compressed entries are unpacked and
/// archives opened, but no deeper: `outer.tar!inner.zip!path`. Memory does not grow with the input, apart from eight
/// bytes for each entry.
public struct ContainerReader: Sendable {
    private let limits: InputLimits

    public init(limits: InputLimits = InputLimits()) {
        self.limits = limits
    }

    /// Calls `body` with each stream and each refusal, in the order of the input.
    ///
    /// A stream may be left unread. One that is damaged delivers what comes before the damage, then its read fails.
    ///
    /// - Parameters:
    ///   - descriptor: open for reading, and not closed here; read from where it stands.
    ///   - name: the input's name to show.
    ///   - progress: counts the bytes that are read of the input.
    /// - Throws: what `body` throws, at once.
    public func read<Failure: Error>(
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
            // Nothing was read from the descriptor itself yet: the source delivers the beginning too.
            let beginning = file.beginning()
            let format = ContainerFormat(firstBytes: beginning)
            if let own = OwnOutput(firstBytes: beginning), own.isWholeFile {
                try body(.refused(source: name, reason: .ownOutput(own)))
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

    /// Whether what an input holds is the input itself: it is neither compressed nor an archive.
    ///
    /// - Parameter descriptor: open for reading; it is not moved.
    package static func isPlain(_ descriptor: Int32) -> Bool {
        let file = InputFileRegion(descriptor: descriptor) { size in
            ExpansionBudget(limits: InputLimits(), progress: InputProgress(), size: size)
        }
        return file.map { ContainerFormat(firstBytes: $0.beginning()) == nil } ?? false
    }
}
