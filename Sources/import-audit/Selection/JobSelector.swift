import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import ImportRedaction
import Synchronization

/// Selects jobs for all threads of a run, and counts what is left out.
final class JobSelector: Sendable {
    let selection: JobSelection
    /// The conditions as options, as outputs show them.
    let options: [String]
    private let dumps = Atomic(0)
    private let leftOut = Atomic(0)
    private let undated = Atomic(0)

    init(_ selection: JobSelection, _ redaction: Redaction? = nil) {
        self.selection = selection
        options = (redaction.map { selection.redacted($0) } ?? selection).options
    }

    /// Whether a job is wanted.
    func selects(_ job: DeclaredJob, source: String) -> Bool {
        dumps.wrappingAdd(1, ordering: .relaxed)
        let answer = selection.answer(job, source: source)
        if answer == .selected { return true }
        leftOut.wrappingAdd(1, ordering: .relaxed)
        if answer == .undated { undated.wrappingAdd(1, ordering: .relaxed) }
        return false
    }

    /// Resets the counts, for inputs that are read again.
    func restart() {
        dumps.store(0, ordering: .relaxed)
        leftOut.store(0, ordering: .relaxed)
        undated.store(0, ordering: .relaxed)
    }

    /// The result, after everything was read.
    var result: SelectionResult {
        var result = SelectionResult(options: options)
        result.dumps = dumps.load(ordering: .relaxed)
        result.leftOut = leftOut.load(ordering: .relaxed)
        result.undated = undated.load(ordering: .relaxed)
        return result
    }

    /// Says on standard error what was left out.
    ///
    /// - Parameter input: the input that the counts belong to, if jobs are selected from several inputs separately.
    func say(of input: String? = nil) {
        Console.say((input.map { "\(shownText($0)): " } ?? "") + shownText(result.sentence))
    }
}

extension JobSelection {
    /// Returns the same conditions with pseudonyms instead of their texts, between the `*` and `?` of patterns.
    fileprivate func redacted(_ redaction: Redaction) -> JobSelection {
        var redactor = redaction.redactor
        var redacted = self
        redacted.statuses = statuses.map { status in
            JobStatus(rawValue: status) != nil || status == Self.noStatus ? status : redactor.text(status)
        }
        redacted.jobs = jobs.map { pattern in
            var (result, text) = ("", "")
            for scalar in pattern.unicodeScalars {
                guard scalar == "*" || scalar == "?" else {
                    text.unicodeScalars.append(scalar)
                    continue
                }
                result += redactor.value(text)
                result.unicodeScalars.append(scalar)
                text = ""
            }
            return result + redactor.value(text)
        }
        return redacted
    }
}

/// A handler between the parser and another handler, which receives only the selected dumps.
///
/// It comes before redaction, so it selects by the original values. It receives plain jobs one by one.
struct SelectingHandler<Base: DocumentHandler>: ForwardingHandler {
    var base: Base
    private let selector: JobSelector
    /// The name of the stream, without pseudonyms.
    private var source = ""

    init(_ base: Base, _ selector: JobSelector) {
        self.base = base
        self.selector = selector
    }

    mutating func expect(_ name: String) { source = name }

    mutating func beginRows(of job: DeclaredJob) throws {
        try base.beginRows(of: job)
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) throws {
        try base.consume(runs, text: text)
    }

    mutating func endDocument(_ reading: DumpReading, at position: DocumentPosition) throws {
        if case .job(let dump) = reading, !selector.selects(dump.job, source: source + position.suffix) {
            return try base.leaveOutDocument()
        }
        try base.endDocument(reading, at: position)
    }
}

extension InputRun {
    /// Reads everything, and passes on the selected jobs.
    ///
    /// - Parameters:
    ///   - redaction: replaces values with pseudonyms.
    ///   - selector: nil for all jobs.
    ///   - makeHandler: makes the handler that gets the documents of a thread.
    /// - Throws: the error of the first handler that fails; the other threads end as soon as they can.
    func run<Handler: DocumentHandler>(
        _ redaction: Redaction?, _ selector: JobSelector?, _ makeHandler: @escaping @Sendable () throws -> Handler
    ) throws -> WorkerPool.End {
        guard let selector else { return try run(redaction, makeHandler) }
        guard let redaction else { return try run { SelectingHandler(try makeHandler(), selector) } }
        return try run { SelectingHandler(RedactingHandler(try makeHandler(), redaction), selector) }
    }
}
