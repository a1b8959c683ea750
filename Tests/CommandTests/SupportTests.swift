import Foundation
import Glibc
import TestSupport
import Testing

/// Tests of the support code for other tests.
struct SupportTests {
    @Test("A disk with little space accepts data until it is full, then reports that", .needs(.compiler))
    func fullDisk() throws {
        let space = try Workspace()
        try space.write("", as: "disk/x")
        let environment = try FullDisk.environment(bytes: 2500, below: space["disk"])
        func copy(to file: String) throws -> CommandResult {
            try RunningCommand(
                program: Tool.program("dd").path(), ["if=/dev/zero", "of=\(file)", "bs=1000", "count=9"],
                folder: space.path, environment: environment
            ).finish()
        }
        let run = try copy(to: "disk/a")
        #expect(run.status == 1 && run.errorText.contains("No space left on device"), "\(run)")
        #expect(try space.bytes("disk/a").count == 2500)
        // Outside that folder, there is space.
        #expect(try copy(to: "b").status == 0)
        #expect(try space.bytes("b").count == 9000)
    }

    @Test("The folders of tests that are killed are removed", arguments: [SIGINT, SIGTERM, SIGKILL])
    func killed(signal: Int32) async throws {
        let result = await #expect(
            processExitsWith: .signal(signal), observing: [\.standardOutputContent]
        ) { [signal = signal as Int32] in
            let space = try Workspace()
            try space.write("x", as: "folder/file")
            chmod(space["folder"], 0)
            try writeAll(Array("\nfolder \(space.path)\n".utf8), to: 1)
            Glibc.signal(signal, SIG_DFL)
            kill(getpid(), signal)
        }
        let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
        let path = try #require(output.split(separator: "\n").first { $0.hasPrefix("folder ") }).dropFirst(7)
        let deadline = ContinuousClock.now + .seconds(60)
        while FileManager.default.fileExists(atPath: String(path)), .now < deadline { usleep(1000) }
        #expect(!FileManager.default.fileExists(atPath: String(path)))
        #expect(!FileManager.default.fileExists(atPath: URL(filePath: String(path)).deletingLastPathComponent().path))
    }
}
