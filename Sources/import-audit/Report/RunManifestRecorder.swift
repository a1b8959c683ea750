import ImportAnalysis
import ImportFoundation
import ImportReports

/// Records which inputs a run has read, and writes the manifest for the next run.
struct RunManifestRecorder {
    /// An input, stored in as few bytes as possible because there may be a million.
    private struct Input {
        var number: Int
        var bytes: Int
        var sha256: SHA256Digest
        /// The position of the path in ``paths``.
        var path: Range<Int>
    }

    private var inputs: [Input] = []
    private var paths: [UInt8] = []
    /// The inputs in which an output of this program was found. The next run must report it again, so it reads them.
    private var withOwnOutputs: Set<Int> = []
    /// The number of inputs that have not changed since an earlier run.
    private(set) var takenUpCount = 0

    var inputCount: Int { inputs.count }

    mutating func note(_ input: InputFingerprint, number: Int, isTakenUp: Bool) {
        // A fingerprint that was computed has a valid hash. Without one, the next run would read the input again.
        guard let sha256 = SHA256Digest(hexadecimal: input.sha256) else { return }
        let start = paths.count
        paths += input.path.utf8
        inputs.append(Input(number: number, bytes: input.bytes, sha256: sha256, path: start..<paths.count))
        takenUpCount += isTakenUp ? 1 : 0
    }

    /// Notes an output of this program in an archive, whose entries several threads may read.
    mutating func noteOwnOutput(inInput number: Int) { withOwnOutputs.insert(number) }

    private var sorted: [Input] {
        inputs.filter { !withOwnOutputs.contains($0.number) }.sorted { $0.number < $1.number }
    }

    /// Passes the inputs that are separate files to `body`, in order.
    func forEachFile(_ body: (PackedFile) throws -> Void) rethrows {
        for input in sorted {
            let path = String(decoding: paths[input.path], as: UTF8.self)
            try body(PackedFile(path: path, bytes: input.bytes, sha256: input.sha256.hexadecimal))
        }
    }

    /// Writes the manifest except for its lines about files, in the order of the inputs.
    ///
    /// - Parameters:
    ///   - opening: the lines about the run.
    ///   - isWhole: whether everything in an input was read.
    ///   - content: returns the size and hash of a document that is not a job.
    ///   - standing: returns, for a dump's number, whether it counts with its report in place, and whether the report
    ///     mentions other dumps of the job. The summary is nil for a plain job.
    func write(
        _ results: RunResults, opening: [UInt8], to file: PartialFile,
        isWhole: (RunResults.InputDocuments) throws -> Bool, content: (DocumentOrder) -> ContentHash?,
        standing: (Int, DocumentOrder, JobSummary?) throws -> (counted: Bool, combined: Bool)
    ) throws {
        var bytes = opening
        // There may be a million documents in one input.
        func flush(_ limit: Int) throws {
            guard bytes.count >= limit else { return }
            try file.write(bytes.span)
            bytes.removeAll(keepingCapacity: true)
        }
        var known = sorted[...]
        var cursor = RunResults.InputCursor()
        var plainJobs = PlainJobTemplates.lines
        for number in try results.inputNumbers(and: known.map { $0.number }) {
            let documents = try results.documents(ofInput: number, &cursor)
            let input = known.first?.number == number ? known.popFirst() : nil
            guard try isWhole(documents) else { continue }
            bytes +=
                RunManifestLine.input(
                    path: input.map { String(decoding: paths[$0.path], as: UTF8.self) } ?? "", bytes: input?.bytes,
                    sha256: input?.sha256.hexadecimal, documents: documents.unreadable.count + documents.jobs.count
                ).bytes
            for number in documents.unreadable {
                let entry = results.store.unreadable[number]
                bytes +=
                    RunManifestLine.unreadable(
                        entry: entry.order.entry, document: entry.order.document, try results.store.unreadable(number),
                        content(entry.order), entry.status
                    ).bytes
            }
            for number in documents.jobs {
                let order = try results.store.order(number)
                let plain = try results.store.plain(number)
                let job = plain == nil ? try results.store.job(number) : nil
                let (counted, combined) = try standing(number, order, job)
                RunManifestLine.append(
                    jobEntry: order.entry, document: order.document, counted: counted, combined: counted && combined,
                    to: &bytes)
                if let plain, let line = plainJobs.render(plain) {
                    bytes += line
                } else {
                    bytes += SummaryJSON.renderLine(try job ?? results.store.job(number))
                }
                bytes.append(UInt8(ascii: "\n"))
                try flush(256 * 1024)
            }
            try flush(256 * 1024)
        }
        try flush(0)
    }
}
