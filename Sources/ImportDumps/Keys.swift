private import Glibc

/// The keys of the top-level object that the reader acts on.
enum JobKey: Equatable {
    case field(KnownField)
    /// Not a job's: error answers have it.
    case message
    /// Not an import's: bulk jobs have it.
    case summary
    /// Not a job's: what this program writes has it.
    case format

    init?(_ key: Span<UInt8>) {
        switch key.count {
        case 5 where key.spells("total"): self = .field(.total)
        case 5 where key.spells("error"): self = .field(.jobError)
        case 6 where key.spells("job_id"): self = .field(.jobID)
        case 6 where key.spells("status"): self = .field(.status)
        case 6 where key.spells("failed"): self = .field(.failed)
        case 6 where key.spells("format"): self = .format
        case 7 where key.spells("results"): self = .field(.results)
        case 7 where key.spells("message"): self = .message
        case 7 where key.spells("summary"): self = .summary
        case 9 where key.spells("processed"): self = .field(.processed)
        case 9 where key.spells("succeeded"): self = .field(.succeeded)
        case 10 where key.spells("created_at"): self = .field(.createdAt)
        case 10 where key.spells("updated_at"): self = .field(.updatedAt)
        case 10 where key.spells("expires_at"): self = .field(.expiresAt)
        default: return nil
        }
    }

    /// Whether no row has members of this name.
    @inline(__always)
    static func isOfRowsNever(_ key: Span<UInt8>) -> Bool {
        isOfJobsAlone(key) || (key.count == 5 && key.spells("total"))
    }

    /// Whether only a job has members of this name, and no row and no error.
    @inline(__always)
    static func isOfJobsAlone(_ key: Span<UInt8>) -> Bool {
        switch key.count {
        case 6: key.spells("job_id")
        case 7: key.spells("results")
        default: false
        }
    }
}

/// The keys of a row that the reader acts on.
enum RowKey: UInt8 {
    case id, created, existing, error
    /// Not an import's: rows of bulk jobs have them.
    case status, record

    @inline(__always)
    init?(_ key: Span<UInt8>) {
        switch key.count {
        case 2 where key.spells("id"): self = .id
        case 5 where key.spells("error"): self = .error
        case 6 where key.spells("status"): self = .status
        case 6 where key.spells("record"): self = .record
        case 7 where key.spells("created"): self = .created
        case 8 where key.spells("existing"): self = .existing
        default: return nil
        }
    }
}

/// The keys of the summary of a bulk job.
enum SummaryKey {
    case total, succeeded, failed

    init?(_ key: Span<UInt8>) {
        switch key.count {
        case 5 where key.spells("total"): self = .total
        case 6 where key.spells("failed"): self = .failed
        case 9 where key.spells("succeeded"): self = .succeeded
        default: return nil
        }
    }
}

/// What the `status` of a row says, in a bulk job.
enum RowStatus {
    case ok, error

    @inline(__always)
    init?(_ text: Span<UInt8>) {
        switch text.count {
        case 2 where text.spells("ok"): self = .ok
        case 5 where text.spells("error"): self = .error
        default: return nil
        }
    }
}

/// The keys of an error, the job's or a row's.
enum ErrorKey: UInt8 {
    case code, message

    @inline(__always)
    init?(_ key: Span<UInt8>) {
        switch key.count {
        case 4 where key.spells("code"): self = .code
        case 7 where key.spells("message"): self = .message
        default: return nil
        }
    }
}

extension Span<UInt8> {
    /// True if these are the bytes of `literal`, which must be as long.
    @inline(__always)
    func spells(_ literal: StaticString) -> Bool {
        unsafe withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe memcmp(start, literal.utf8Start, literal.utf8CodeUnitCount) == 0
        }
    }
}
