import ImportAnalysis
package import ImportDumps
import ImportFoundation

// The data of a dump besides its rows.
extension TextRedactor {
    /// Redacts the job's own fields: its id as a whole, and values in its texts. Numbers, date-times and a status that
    /// the API defines stay.
    package mutating func redact(_ job: DeclaredJob) -> DeclaredJob {
        var notes = FieldNotes()
        return redact(job, &notes)
    }

    package mutating func redact(_ reading: DumpReading) -> DumpReading {
        switch reading {
        case .job(let dump): .job(redact(dump))
        case .notAJob(let other): .notAJob(redact(other))
        }
    }

    private mutating func redact(_ dump: Dump) -> Dump {
        var dump = dump
        dump.job = redact(dump.job, &dump.notes)
        dump.fault = dump.fault.map { $0.redacted }
        dump.notes.renameUnknownFields { name, level in
            var result: [UInt8] = []
            switch level {
            // The same names are also in the details of the error, where each is a value.
            case .jobError, .rowError: redactValue(name.span, to: &result)
            case .job, .row, .summary: redact(name.span, limit: DumpLimits.unknownNameBytes, to: &result)
            }
            return result
        }
        for index in dump.wrappings.indices { dump.wrappings[index] = redact(dump.wrappings[index]) }
        return dump
    }

    private mutating func redact(_ other: NotAJob) -> NotAJob {
        var other = other
        switch other.reason {
        case .errorBody(let message): other.reason = .errorBody(message: text(message))
        case .unreadable(let fault): other.reason = .unreadable(fault.redacted)
        // In a table without a header, these are values.
        case .foreign(.table): other.reason = .foreign(.table(columns: []))
        case .empty, .blank, .ownOutput, .requestBody, .otherJSON, .foreign, .rowsWithoutJob, .more: break
        }
        return other
    }

    private mutating func redact(_ job: DeclaredJob, _ notes: inout FieldNotes) -> DeclaredJob {
        func redacted(_ text: String?, isJSON: Bool = false) -> String? {
            guard let text else { return nil }
            let (result, isCut) = redact(text, isJSON: isJSON)
            if isCut { notes.noteTextCut() }
            return result
        }
        var job = job
        job.jobID = job.jobID.map { value($0) }
        if let status = job.status, JobStatus(rawValue: status) == nil { job.status = redacted(status) }
        func redactedTime(_ text: String?) -> String? {
            text.map { DateTime($0) != nil } == true ? text : redacted(text)
        }
        job.createdAt = redactedTime(job.createdAt)
        job.updatedAt = redactedTime(job.updatedAt)
        job.expiresAt = redactedTime(job.expiresAt)
        job.error = job.error.map { error in
            JobError(
                code: redacted(error.code), message: redacted(error.message),
                details: redacted(error.details, isJSON: true))
        }
        return job
    }
}

// MARK: - Where a dump is

extension TextRedactor {
    /// Names of members that often lead to a dump. They say nothing about anyone, and stay.
    private static let usualNames: Set<String> = [
        "@message", "_source", "attributes", "body", "collections", "content", "data", "detail", "details", "dump",
        "dumps", "entries", "entry", "error", "errors", "event", "events", "folders", "hits", "import", "imports",
        "input", "item", "items", "job", "jobs", "jsonPayload", "line", "lines", "list", "log", "logEvents", "logs",
        "message", "messages", "msg", "output", "payload", "record", "records", "request", "requests", "resource",
        "resources", "response", "responses", "result", "results", "streams", "text", "textPayload", "value", "values",
    ]
    /// Longer numbers may be values.
    private static let indexDigits = 5

    /// Redacts where a document is. Its lines, columns and numbers of elements stay.
    package mutating func redact(_ position: DocumentPosition) -> DocumentPosition {
        guard case .inside(let outer, let pointer) = position else { return position }
        return .inside(redact(outer), pointer: redact(pointer: pointer))
    }

    private mutating func redact(_ wrapping: Wrapping) -> Wrapping {
        switch wrapping {
        case .member(let pointer): .member(pointer: redact(pointer: pointer))
        case .string(let pointer): .string(pointer: redact(pointer: pointer))
        case .encoding, .log, .eventStream, .httpResponse, .base64: wrapping
        }
    }

    /// Redacts a JSON Pointer like the path of an input: each name as a whole, except for usual ones and indices. Names
    /// that differ stay different, and so do the places of dumps.
    private mutating func redact(pointer: String) -> String {
        var result: [UInt8] = []
        for (index, part) in pointer.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .enumerated()
        {
            if index > 0 { result.append(UInt8(ascii: "/")) }
            let name = part[..<Self.lineStart(in: part)]
            if Self.isIndex(name) || Self.usualNames.contains(String(Substring(name)))
                || !redactName(Self.unescaped(name).span, to: &result)
            {
                result += name
            }
            result += part[name.endIndex...]
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isIndex(_ text: Substring.UTF8View) -> Bool {
        text.count <= indexDigits && text.allSatisfy { $0.isDigit }
    }

    /// Returns where the line of a dump in a string begins, and perhaps its column, as in `log:2:345`: the end of the
    /// part of a pointer if it has none.
    private static func lineStart(in part: Substring.UTF8View) -> Substring.UTF8View.Index {
        var start = part.endIndex
        for _ in 0..<2 {
            guard let colon = part[..<start].lastIndex(of: UInt8(ascii: ":")) else { break }
            let number = part[part.index(after: colon)..<start]
            guard !number.isEmpty, isIndex(number) else { break }
            start = colon
        }
        return start
    }

    /// Returns a name as it is in the object: in a pointer, `~1` stands for a slash, and `~0` for a tilde.
    private static func unescaped(_ part: Substring.UTF8View) -> [UInt8] {
        var name: [UInt8] = []
        var isEscape = false
        for byte in part {
            if isEscape {
                name.append(UInt8(ascii: byte == UInt8(ascii: "1") ? "/" : "~"))
            } else if byte != UInt8(ascii: "~") {
                name.append(byte)
            }
            isEscape = !isEscape && byte == UInt8(ascii: "~")
        }
        return name
    }
}

extension DumpFault {
    /// The fault without a library's message, which may quote the input. One byte at the place of the fault stays.
    fileprivate var redacted: DumpFault {
        guard case .readFailed(let failure) = reason else { return self }
        return DumpFault(reason: .readFailed(failure.withoutQuotations), place: place, rowsKept: rowsKept)
    }
}

extension ReadFailure {
    /// The failure without a library's message, which may quote the input.
    var withoutQuotations: ReadFailure {
        guard case .damaged(let format, let damage) = reason else { return self }
        switch damage {
        case .method: return ReadFailure(.damaged(format, .method(nil)))
        case .other: return ReadFailure(.damaged(format, .structure))
        case .checksum, .structure, .trailingBytes, .entries, .skippedNames, .severalParts: return self
        }
    }
}
