import ImportDumps

/// All that reading an input came to, so that two ways of reading it can be held against each other.
struct Reading: Equatable {
    var rows: [String]
    var beginnings: Int
    var dump: Dump?
    var notAJob: NotAJob?

    init(
        of source: some ByteSource, window: Int = 4096, hashing: Bool = false, matching: DumpReader.Matching = .best
    ) throws {
        var sink = RecordingSink()
        let reader = DumpReader(windowBytes: window, hashing: hashing, matching: matching)
        let result = try reader.read(from: source, into: &sink)
        rows = sink.rows
        beginnings = sink.beginnings
        switch result {
        case .job(let dump): self.dump = dump
        case .notAJob(let notAJob): self.notAJob = notAJob
        }
    }

    init(
        of bytes: [UInt8], window: Int = 4096, chunk: Int = .max, hashing: Bool = false,
        matching: DumpReader.Matching = .best
    ) throws {
        try self.init(
            of: ArraySource(bytes, chunk: chunk), window: window, hashing: hashing, matching: matching)
    }

    init(of text: String, window: Int = 4096) throws {
        try self.init(of: Array(text.utf8), window: window)
    }

    /// The fault, of a dump or of an input that is none.
    var fault: DumpFault? {
        if case .unreadable(let fault) = notAJob?.reason { return fault }
        return dump?.fault
    }

    /// Wrong types as "path found count".
    var wrongTypes: [String] {
        dump?.notes.wrongTypes.map { "\($0.field.path) \($0.found) \($0.count)" } ?? []
    }

    /// Repeated fields as "path count".
    var duplicates: [String] {
        dump?.notes.duplicates.map { "\($0.field.path) \($0.count)" } ?? []
    }

    /// Unknown fields as "path count".
    var unknown: [String] {
        dump?.notes.unknown.map { "\($0.path) \($0.count)" } ?? []
    }

    static func == (left: Reading, right: Reading) -> Bool {
        left.rows == right.rows && left.beginnings == right.beginnings && left.dump?.job == right.dump?.job
            && left.dump?.results == right.dump?.results && left.dump?.rowCount == right.dump?.rowCount
            && left.dump?.fault == right.dump?.fault && left.dump?.notes == right.dump?.notes
            && left.dump?.byteCount == right.dump?.byteCount && left.dump?.sha256 == right.dump?.sha256
            && left.notAJob?.reason == right.notAJob?.reason && left.notAJob?.byteCount == right.notAJob?.byteCount
    }
}

/// A record's id of the form that the API gives out.
let uuid = "00000000-0000-4000-8000-00000000abCD"

/// A dump of one job with these rows, as JSON.
func dumpText(rows: String) -> String {
    #"{"job_id":null,"status":"complete","results":["# + rows + "]}"
}
