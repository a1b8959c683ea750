import ImportDumps
import ImportFoundation
import ImportInputs
import ImportRedaction

/// Stands between the parser and another handler, which receives pseudonyms instead of values. That handler never sees
/// an original value, so it cannot write one.
///
/// Names of inputs and the reasons why some are not read already contain pseudonyms (``SourceNames``).
struct RedactingHandler<Base: DocumentHandler>: ForwardingHandler {
    var base: Base
    private var redactor: TextRedactor
    private var rows: RowRedactor

    init(_ base: Base, _ redaction: Redaction) {
        self.base = base
        redactor = redaction.redactor
        rows = RowRedactor(redaction.redactor)
    }

    mutating func beginRows(of job: DeclaredJob) throws {
        try base.beginRows(of: redactor.redact(job))
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        rows.removeAll()
        for index in runs.indices { rows.append(runs[index], text) }
        // Not copies: the arrays share their storage until the call returns.
        let (redacted, bytes) = (rows.runs, rows.text)
        try base.consume(redacted.span, text: bytes.span)
    }

    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
        try base.endDocument(redactor.redact(reading), at: redactor.redact(position))
    }
}

/// Redacts only where documents are. It is for passes that need the values of rows, and write none of them.
struct PlaceRedactingHandler<Base: DocumentHandler>: ForwardingHandler {
    var base: Base
    private var redactor: TextRedactor

    init(_ base: Base, _ redaction: Redaction) {
        self.base = base
        redactor = redaction.redactor
    }

    mutating func beginRows(of job: DeclaredJob) throws { try base.beginRows(of: job) }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws { try base.consume(runs, text: text) }

    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
        try base.endDocument(reading, at: redactor.redact(position))
    }
}

extension InputRun {
    /// Reads everything, with pseudonyms instead of values if there is a redaction.
    ///
    /// - Parameter makeHandler: makes the handler that gets the documents of a thread.
    /// - Throws: the error of the first handler that fails; the other threads end as soon as they can.
    func run<Handler: DocumentHandler>(
        _ redaction: Redaction?, _ makeHandler: @escaping @Sendable () throws -> Handler
    ) throws -> WorkerPool.End {
        guard let redaction else { return try run(makeHandler) }
        return try run { RedactingHandler(try makeHandler(), redaction) }
    }
}
