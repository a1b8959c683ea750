import ImportAnalysis

extension Audit {
    /// How inputs are read. The defaults are those of the command.
    public struct Options: Sendable {
        /// Whether a dump that is cut off or broken is refused, instead of reporting its complete rows. It is then among the
        /// unreadable inputs.
        public var refusesDamagedDumps = false
        /// Whether each dump of a job counts separately, including those that a later one supersedes.
        public var countsEveryDump = false
        /// Whether the SHA-256 of each dump is computed (``Job/sha256``). Two dumps of a sync import, which has no
        /// id, are only known to be the same by it.
        public var hashes = false
        /// Whether to look for records that several rows created or matched, as `report` does: the findings
        /// `created-id-repeated` and `existing-ids-shared`. Takes up to 24 bytes of memory for each row of a dump.
        public var findsRepeatedRecords = false
        /// Whether the first failed rows of each job, up to 500, are kept for its page (``Job/xhtml()``), as `report` does.
        /// They take up to 600 KB of memory for a job.
        public var listsFailedRows = false
        /// The encoding of text that does not show that it is Unicode, such as `windows-1252`; UTF-8 if nil.
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
        /// A file that `import-audit` wrote: it is not a dump, and nothing is missing.
        case ownOutput(UnreadInput)
    }

    /// An input of which no job could be read, and why.
    public struct UnreadInput: Sendable, Equatable {
        let input: UnreadableInput
        /// Nothing is lost by leaving it out: a link or a device in a folder or an archive.
        public let isExpected: Bool

        /// The input: its path, with the entry's name behind `!` in an archive, and the place in it behind `:` or `#`.
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
/// Faults of a dump are never an error; they are part of the audit.
public struct AuditError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of error. More may be added.
    public struct Code: Sendable, Hashable {
        private let name: String

        /// The path names nothing, or nothing that may be opened.
        public static let noInput = Code(name: "no-input")
        /// ``Audit/Options/encoding`` is not an encoding that is known here.
        public static let unknownEncoding = Code(name: "unknown-encoding")
        /// The task that made the call was cancelled before all was read.
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
