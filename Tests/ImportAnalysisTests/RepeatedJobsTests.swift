import ImportAnalysis
import ImportDumps
import TestSupport
import Testing

/// Finds the jobs with several dumps among more jobs than fit in memory.
struct RepeatedJobsTests {
    /// A spill in memory instead of a file.
    private final class Room: IDSpill {
        private var bytes: [UInt8] = []

        func append(_ more: Span<UInt8>) -> Int {
            for index in more.indices { bytes.append(more[index]) }
            return bytes.count - more.count
        }

        func read(into target: inout MutableSpan<UInt8>, at offset: Int) {
            for index in 0..<target.count { target[index] = bytes[offset + index] }
        }
    }

    private static func identity(_ id: String) throws -> JobIdentity {
        var job = DeclaredJob()
        job.jobID = id
        return try #require(
            JobIdentity(
                JobSummary(
                    job: job, source: "", bytes: 0, sha256: nil, rows: RowCounts(), failedByCode: [], findings: [],
                    results: .complete, salvage: nil)))
    }

    @Test(
        "All dumps of jobs with several are found, and no others, in memory and out of it", .seeded,
        arguments: [(10, 8), (1000, 700), (40_000, 39_000), (120_000, 60_000), (50_000, 3)])
    func found(dumps: Int, jobs: Int) throws {
        var random = SplitMix64(seed: Seeds.new)
        let repeated = RepeatedJobs { Room() }
        var numbers: [Int: [Int]] = [:]
        var next = 0
        while next < dumps {
            let batch = (0..<min(dumps - next, Int.random(in: 1...500, using: &random))).map { _ in
                Int.random(in: 0..<jobs, using: &random)
            }
            for (index, job) in batch.enumerated() { numbers[job, default: []].append(next + index) }
            // Both kinds of ids: UUIDs and others.
            let identities = try batch.map { job in
                let digits = String(job, radix: 16)
                let padded = String(repeating: "0", count: 12 - digits.count) + digits
                return try Self.identity(job % 2 == 0 ? "01234567-89ab-4cde-8f01-\(padded)" : "job \(job)")
            }
            try repeated.add(identities, first: next)
            next += batch.count
        }
        var found: Set<[Int]> = []
        var part: [Int: [Int]] = [:]
        try repeated.visit { number, job in
            part[job, default: []].append(number)
        } endOfJobs: {
            for dumps in part.values { #expect(found.insert(dumps.sorted()).inserted) }
            part = [:]
        }
        #expect(part.isEmpty)
        #expect(found == Set(numbers.values.filter { $0.count > 1 }))
    }

    @Test("Ids that look alike are not the same job")
    func identities() throws {
        let uuid = "abe72624-edce-4501-ae6b-4bb368266112"
        let ids = [
            uuid, uuid.uppercased(), "abe72624-edce-4501-2e6b-4bb368266112", uuid + " ", String(uuid.dropLast()),
            uuid.replacing("-", with: ""), "abe72624-edce-4501-ae6b-4bb36826611g", "é", "e\u{301}",
        ]
        #expect(try Set(ids.map(Self.identity)).count == ids.count)
    }
}
