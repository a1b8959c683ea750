package import ImportDumps
package import ImportFoundation

/// The result of auditing a document.
package enum AuditedDocument: Sendable {
    case job(JobSummary)
    /// An incomplete dump, if only complete ones are accepted.
    case damaged(DumpFault)
    case notAJob(NotAJob)
    /// A file that this program wrote.
    case ownOutput(OwnOutput)
}

/// Audits one document after another: processes the rows of each, then returns the result.
package struct DocumentAudit: RowSink {
    private var analyzer: JobAnalyzer
    /// Whether the analyzer has data of a document. Small files are mostly plain jobs, which do not use it.
    private var isAnalyzerUsed = false
    private let identity: IdentityAudit?
    private let usesThread: Bool
    private let listsRows: Bool

    /// - Parameters:
    ///   - identity: the audit of repeated ids, if requested.
    ///   - usesThread: whether a separate thread may process failed rows.
    ///   - listsRows: whether the first failed rows of each code are kept for pages.
    package init(identity: IdentityAudit? = nil, usesThread: Bool, listsRows: Bool = false) {
        self.identity = identity
        self.listsRows = listsRows
        self.usesThread = usesThread
        analyzer = JobAnalyzer(usesThread: usesThread, listsRows: listsRows)
    }

    /// Discards the rows of a document that was not read to its end.
    package mutating func restart() {
        guard isAnalyzerUsed else { return }
        isAnalyzerUsed = false
        analyzer = JobAnalyzer(usesThread: usesThread, listsRows: listsRows)
    }

    /// Discards the rows of a document that is not selected.
    ///
    /// - Throws: any error of the id spill.
    package mutating func leaveOut() throws {
        _ = try identity?.finish()
        restart()
    }

    package mutating func beginRows(of job: DeclaredJob) {
        isAnalyzerUsed = true
        analyzer.beginRows(of: job)
        identity?.beginRows(of: job)
    }

    package mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        isAnalyzerUsed = true
        analyzer.consume(runs, text: text)
        try identity?.consume(runs, text: text)
    }

    /// Ends a document; the next rows belong to another one.
    ///
    /// - Parameters:
    ///   - source: the name of the document.
    ///   - isStrict: whether an incomplete dump is refused.
    /// - Throws: any error of the id spill.
    package mutating func finish(
        _ reading: DumpReading, source: String, isStrict: Bool
    ) throws -> AuditedDocument {
        defer { restart() }
        let shared = try identity?.finish()
        switch reading {
        case .job(let dump):
            if isStrict, let fault = dump.firstFault { return .damaged(fault) }
            isAnalyzerUsed = true
            var summary = analyzer.summary(of: dump, source: source)
            if let shared { summary.add(shared) }
            return .job(summary)
        case .notAJob(let other):
            if case .ownOutput(let own) = other.reason { return .ownOutput(own) }
            return .notAJob(other)
        }
    }
}

/// A sink that audits every document of a stream.
package protocol AuditingSink: DumpSink {
    /// The audit of the current document.
    var audit: DocumentAudit { get set }
    /// The name of the stream.
    var source: String { get }
    /// Whether an incomplete dump is refused.
    var isStrict: Bool { get }

    /// Throws if reading should stop.
    func checkIsWanted() throws

    /// Receives the result of a document and the document's name.
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
