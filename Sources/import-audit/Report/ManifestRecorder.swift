import ImportAnalysis
import ImportReports

/// Notes which inputs a run has read, and writes the manifest for the next.
struct ManifestRecorder {
    private var inputs: [(number: Int, input: InputFingerprint)] = []
    /// How many of them were as an earlier run had found them.
    private(set) var takenUpCount = 0

    var inputCount: Int { inputs.count }

    mutating func note(_ input: InputFingerprint, number: Int, isTakenUp: Bool) {
        inputs.append((number, input))
        takenUpCount += isTakenUp ? 1 : 0
    }

    /// Writes the manifest, in the order of the inputs.
    ///
    /// - Parameters:
    ///   - header: the line about the run.
    ///   - isWhole: whether all that is in an input was read.
    ///   - standing: whether the report of a dump is in its place, and whether it speaks of other dumps of the job.
    func write(
        _ results: RunResults, _ header: ManifestLine, to file: PartialFile,
        isWhole: (RunResults.InputDocuments) -> Bool,
        standing: (DocumentOrder, JobSummary) throws -> (counted: Bool, combined: Bool)
    ) throws {
        var bytes = header.bytes
        for (number, input) in inputs.sorted(by: { $0.number < $1.number }) {
            let documents = results.documents(ofInput: number)
            guard isWhole(documents) else { continue }
            bytes += ManifestLine.input(path: input.path, bytes: input.bytes, sha256: input.sha256).bytes
            for number in documents.unreadable {
                let entry = results.store.unreadable[number]
                bytes +=
                    ManifestLine.unreadable(
                        entry: entry.order.entry, document: entry.order.document, try results.store.unreadable(number),
                        entry.status
                    ).bytes
            }
            for number in documents.jobs {
                let order = results.store.jobs[number].order
                let job = try results.store.job(number)
                let (counted, combined) = try standing(order, job)
                bytes +=
                    ManifestLine.job(
                        entry: order.entry, document: order.document, counted: counted, combined: counted && combined
                    ).bytes
                bytes += SummaryJSON.renderLine(job) + [UInt8(ascii: "\n")]
            }
            if bytes.count >= 256 * 1024 {
                try file.write(bytes.span)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        try file.write(bytes.span)
    }
}
