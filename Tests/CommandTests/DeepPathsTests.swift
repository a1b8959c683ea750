import Foundation
import Glibc
import TestSupport
import Testing

/// Folders and paths as deep as the system allows.
struct DeepPathsTests {
    @Test("Folders in folders, two thousand deep")
    func deep() throws {
        let space = try Workspace()
        let path = "in/" + String(repeating: "d/", count: 1900)
        try space.write(jobDump("deep"), as: "\(path)job.json")
        let run = try importAudit("report", "in", "-o", "o", folder: space.path)
        #expect(run.status == 0, "\(run.status) \(run.errorText.prefix(500))")
        #expect(space.names(in: "o/jobs") == ["deep"])
    }

    @Test("A zip in a folder that does not exist, after more slashes than fit")
    func packBehindSlashes() throws {
        let space = try Workspace()
        try space.write(jobDump("one"), as: "d.json")
        let place = String(repeating: "none/", count: 25_000) + "a.zip"
        let run = try importAudit("report", "d.json", "-o", "o", "--pack", place, folder: space.path)
        #expect(run.status == 73, "\(run.status) \(run.errorText.suffix(200))")
    }
}
