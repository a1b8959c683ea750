import ImportAnalysis
import ImportDumps
import ImportReports

/// What a run found out about each document, in memory as long as that is little, then in a temporary file.
final class ResultStore {
    /// A result, and where it is.
    struct Entry {
        var order: DocumentOrder
        var place: Place
        /// What it means for the exit status, if it is no job.
        var status = ExitStatus.done
    }

    enum Place {
        case memory(Int)
        case spool(Spool.Stretch)
    }

    private(set) var jobs: [Entry] = []
    private(set) var unreadable: [Entry] = []
    private var jobsInMemory: [JobSummary] = []
    private var unreadableInMemory: [UnreadableInput] = []
    private var spool: Spool?
    private let folder: String
    private let resultsInMemory: Int

    /// - Parameters:
    ///   - folder: where a temporary file may be made.
    ///   - resultsInMemory: beyond so many, results go into the file.
    init(folder: String, resultsInMemory: Int) {
        self.folder = folder
        self.resultsInMemory = resultsInMemory
    }

    /// Takes a job in; returns its number.
    func append(_ job: JobSummary, _ order: DocumentOrder) throws -> Int {
        let place: Place
        if jobsInMemory.count < resultsInMemory {
            place = .memory(jobsInMemory.count)
            jobsInMemory.append(job)
        } else {
            place = .spool(try openedSpool().append(SummaryJSON.renderJob(job)))
        }
        jobs.append(Entry(order: order, place: place))
        return jobs.count - 1
    }

    func append(_ input: UnreadableInput, _ order: DocumentOrder, _ status: ExitStatus) throws {
        let place: Place
        if unreadableInMemory.count < resultsInMemory {
            place = .memory(unreadableInMemory.count)
            unreadableInMemory.append(input)
        } else {
            place = .spool(try openedSpool().append(Array("\(input.source)\0\(input.reason)".utf8)))
        }
        unreadable.append(Entry(order: order, place: place, status: status))
    }

    func job(_ number: Int) throws -> JobSummary {
        switch jobs[number].place {
        case .memory(let index): return jobsInMemory[index]
        case .spool(let stretch):
            let bytes = try openedSpool().read(stretch)
            do throws(SummaryFault) {
                return try SummaryReader.job(from: bytes)
            } catch {
                throw CommandFailure(.internalFault, "a summary was not written as it is read: \(error.explanation)")
            }
        }
    }

    func unreadable(_ number: Int) throws -> UnreadableInput {
        switch unreadable[number].place {
        case .memory(let index): return unreadableInMemory[index]
        case .spool(let stretch):
            // A name has no U+0000.
            let parts = try openedSpool().read(stretch).split(separator: 0, maxSplits: 1)
            return UnreadableInput(
                source: String(decoding: parts.first ?? [], as: UTF8.self),
                reason: String(decoding: parts.last ?? [], as: UTF8.self))
        }
    }

    private func openedSpool() throws(CommandFailure) -> Spool {
        if let spool { return spool }
        let opened = try Spool(in: folder)
        spool = opened
        return opened
    }
}
