import Foundation
import Glibc
import ImportFoundation
import Synchronization
import TestSupport
import Testing

@testable import import_audit

/// Output that is abandoned while other threads are still writing it.
struct AbandonmentTests {
    /// Collects conditions that a thread must never encounter.
    private final class Problems: Sendable {
        let all = Mutex<[String]>([])
        func add(_ problem: String) { all.withLock { $0.append(problem) } }
    }

    private static let files = ["rows.csv", "report.md", "summary.json"]

    /// Publishes reports, some with a file that is written twice, until the output is abandoned.
    private static func work(_ root: OutputFolder, _ folders: JobFolders, _ seed: UInt64, _ problems: Problems) {
        var random = SplitMix64(seed: seed)
        var number = 0
        do {
            while true {
                number += 1
                let report = try folders.stage()
                for name in files {
                    let file = try report.begin(name)
                    try file.write([UInt8](repeating: 0x61, count: Int.random(in: 0...5000, using: &random)).span)
                    guard Bool.random(using: &random) else { continue }
                    try file.rewrite { bytes, result in
                        for index in bytes.indices { result.append(bytes[index]) }
                    }
                }
                _ = try report.finish()
                // Abandon some of the reports.
                if Int.random(in: 0..<4, using: &random) == 0 { continue }
                try folders.publish(report, as: "job-\(seed)-\(number)") { _, _ in }
            }
        } catch is Interrupted {
        } catch let failure as CommandFailure {
            problems.add(failure.message)
        } catch {
            problems.add("\(error)")
        }
    }

    @Test(
        "Given up while threads write: nothing half is left, a report is there whole or not at all, and nothing follows",
        .seeded, arguments: Seeds.and(new: 1...3))
    func whileThreadsWrite(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for round in 0..<30 {
            let space = try Workspace()
            let root = try OutputFolder(space["o"])
            let folders = try JobFolders(in: root, writesBehind: true)
            root.keep()
            let problems = Problems()
            var threads: [WorkerThread?] = []
            for _ in 0..<6 {
                let seed = random.next() >> 32
                threads.append(WorkerThread { Self.work(root, folders, seed, problems) })
            }
            usleep(UInt32.random(in: 0...4000, using: &random))
            root.abandon()
            let left = try space.tree("o")
            // Wait for the threads.
            threads.removeAll()
            #expect(problems.all.withLock { $0 } == [], "seed \(seed), round \(round)")
            #expect(left.keys.filter { $0.contains(".partial") }.sorted() == [], "seed \(seed), round \(round)")
            #expect(differences(left, try space.tree("o")) == [], "seed \(seed), round \(round)")
            for job in space.names(in: "o/jobs") ?? [] {
                #expect(space.names(in: "o/jobs/\(job)") == Self.files.sorted(), "seed \(seed), round \(round): \(job)")
            }
            #expect(throws: Interrupted.self) { _ = try root.begin("index.md") }
            #expect(throws: Interrupted.self) { _ = try folders.stage() }
        }
    }

    @Test("A folder that was made for output is gone when it is given up before anything is in it")
    func madeForNothing() throws {
        let space = try Workspace()
        let root = try OutputFolder(space["o"])
        try root.write([0x61], as: "report.md")
        root.abandon()
        #expect(space.names(in: "") == [])
        #expect(throws: Interrupted.self) { try root.publish() }
    }
}
