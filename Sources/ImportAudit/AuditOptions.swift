import ImportAnalysis

extension Audit {
    /// How inputs are read. The defaults are those of the command.
    public struct Options: Sendable {
        /// Whether a dump that is cut off or broken is refused, instead of reporting its complete rows. It then counts
        /// as an unreadable input.
        public var refusesDamagedDumps = false
        /// Whether each dump of a job counts separately, including those that a later one supersedes.
        public var countsEveryDump = false
        /// Whether the SHA-256 of each dump is computed (``Job/sha256``). For sync imports, which have no id, it is the
        /// only way to recognize that two dumps are the same.
        public var hashes = false
        /// Whether to look for records that several rows created or matched, as `report` does: the findings
        /// `created-id-repeated` and `existing-ids-shared`. Takes up to 24 bytes of memory for each row of a dump.
        public var findsRepeatedRecords = false
        /// Whether the first failed rows of each job, up to 500, are kept for its page (``Job/xhtml()``), as `report`
        /// does. They take up to 600 KB of memory per job.
        public var listsFailedRows = false
        /// The encoding of text that is not recognized as Unicode, such as `windows-1252`; UTF-8 if nil.
        public var encoding: String?

        /// The defaults.
        public init() {}
    }

    /// What ``Audit/forEachDump(path:options:_:)`` passes on.
    public enum Entry: Sendable {
        /// A dump of a job.
        case job(Job)
        /// Something that is not a dump, or that could not be read.
        case unreadable(UnreadInput)
        /// A file that `import-audit` wrote: not a dump, so nothing is missing.
        case ownOutput(UnreadInput)
    }

    /// An input from which no job could be read, and the reason.
    public struct UnreadInput: Sendable, Equatable {
        let input: UnreadableInput
        /// Whether skipping it loses nothing, as with a link or a device in a folder or an archive.
        public let isExpected: Bool

        /// The input: its path, followed by `!` and the entry's name in an archive, and by `:` or `#` and the place in
        /// the input.
        public var source: String { input.source }
        /// Why it was not read, as a sentence. It may quote the input.
        public var reason: String { input.reason }

        init(source: String, reason: String, isExpected: Bool = false) {
            input = UnreadableInput(source: source, reason: reason)
            self.isExpected = isExpected
        }
    }
}

/// Why there is no audit.
///
/// Faults of a dump are never errors; they are part of the audit.
public struct AuditError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of error. More may be added.
    public struct Code: Sendable, Hashable {
        private let name: String

        /// The path names nothing, or nothing that may be opened.
        public static let noInput = Code(name: "no-input")
        /// ``Audit/Options/encoding`` is not a known encoding.
        public static let unknownEncoding = Code(name: "unknown-encoding")
        /// The calling task was cancelled before everything was read.
        public static let cancelled = Code(name: "cancelled")
        /// An internal error of this package.
        public static let internalFault = Code(name: "internal-fault")
    }

    /// The kind of error.
    public let code: Code
    /// The message for people. It names the path or the encoding.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
