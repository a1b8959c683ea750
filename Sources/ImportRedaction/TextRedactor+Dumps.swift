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
        dump.notes.renameUnknownFields { name in
            var result: [UInt8] = []
            redact(name.span, limit: DumpLimits.unknownNameBytes, to: &result)
            return result
        }
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
        func redacted(_ text: String?) -> String? {
            guard let text else { return nil }
            let (result, isCut) = redact(text)
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
            JobError(code: redacted(error.code), message: redacted(error.message), details: redacted(error.details))
        }
        return job
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
        case .checksum, .structure, .trailingBytes: return self
        }
    }
}
