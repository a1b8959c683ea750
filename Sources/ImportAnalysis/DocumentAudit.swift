package import ImportDumps
package import ImportFoundation

/// What a document came to.
package enum AuditedDocument: Sendable {
    case job(JobSummary)
    /// A dump that is not whole, where only whole ones are wanted.
    case damaged(DumpFault)
    case notAJob(NotAJob)
    /// This program wrote it.
    case ownOutput(OwnOutput)
}

/// Audits one document after the other: folds the rows of each, then says what it came to.
package struct DocumentAudit: RowSink {
    private var analyzer: JobAnalyzer
    private let identity: IdentityAudit?
    private let usesThread: Bool
    private let listsRows: Bool

    /// - Parameters:
    ///   - identity: looks for ids that come back, if they are wanted.
    ///   - usesThread: whether failed rows may have a thread of their own.
    ///   - listsRows: whether the first failed rows of each code are kept for pages.
    package init(identity: IdentityAudit? = nil, usesThread: Bool, listsRows: Bool = false) {
        self.identity = identity
        self.listsRows = listsRows
        self.usesThread = usesThread
        analyzer = JobAnalyzer(usesThread: usesThread, listsRows: listsRows)
    }

    /// Forgets the rows of a document that had no end.
    package mutating func restart() {
        analyzer = JobAnalyzer(usesThread: usesThread, listsRows: listsRows)
    }

    /// Forgets the rows of a document that is not wanted.
    ///
    /// - Throws: what the spill of ids throws.
    package mutating func leaveOut() throws {
        _ = try identity?.finish()
        restart()
    }

    package mutating func beginRows(of job: DeclaredJob) {
        analyzer.beginRows(of: job)
        identity?.beginRows(of: job)
    }

    package mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        analyzer.consume(runs, text: text)
        try identity?.consume(runs, text: text)
    }

    /// Ends a document; the next rows are another one's.
    ///
    /// - Parameters:
    ///   - source: the document, as it is to be named.
    ///   - isStrict: whether a dump that is not whole is refused.
    /// - Throws: what the spill of ids throws.
    package mutating func finish(
        _ reading: DumpReading, source: String, isStrict: Bool
    ) throws -> AuditedDocument {
        defer { restart() }
        let shared = try identity?.finish()
        switch reading {
        case .job(let dump):
            if isStrict, let fault = dump.firstFault { return .damaged(fault) }
            var summary = analyzer.summary(of: dump, source: source)
            if let shared { summary.add(shared) }
            return .job(summary)
        case .notAJob(let other):
            if case .ownOutput(let own) = other.reason { return .ownOutput(own) }
            return .notAJob(other)
        }
    }
}

/// A consumer of all documents of a stream that audits each of them.
package protocol AuditingSink: DumpSink {
    /// Of the current document.
    var audit: DocumentAudit { get set }
    /// The stream, as it is to be named.
    var source: String { get }
    /// Whether a dump that is not whole is refused.
    var isStrict: Bool { get }

    /// Throws if no more is to be read.
    func checkIsWanted() throws

    /// Takes what a document came to, which is named so.
    mutating func take(_ document: AuditedDocument, named name: String) throws
}

extension AuditingSink {
    package mutating func beginRows(of job: DeclaredJob) {
        audit.beginRows(of: job)
    }

    package mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        try checkIsWanted()
        try audit.consume(runs, text: text)
    }

    package mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
        let name = source + position.suffix
        try take(try audit.finish(reading, source: name, isStrict: isStrict), named: name)
    }
}
