import Foundation
import Testing

/// What is said while a run goes on.
struct ProgressTests {
    /// Runs the program on a terminal of its own, fed slowly. Prints what the terminal saw.
    private func onTerminal(_ options: [String]) throws -> String {
        let space = try Workspace()
        try space.write(jobDump("a", created: 50), as: "a.json")
        let script = """
            import os, pty, sys
            command = "(cat a.json; sleep 1.6) | " + sys.argv[1] + " summary - " + " ".join(sys.argv[2:])
            os.environ["TERM"] = "xterm"
            pty.spawn(["/bin/sh", "-c", command])
            """
        let run = try RunningCommand(
            program: "/usr/bin/env", ["python3", "-c", script, RunningCommand.binary] + options, folder: space.path
        ).finish()
        return run.outputText
    }

    @Test("On a terminal there is a line of progress, which is gone at the end")
    func terminal() throws {
        let text = try onTerminal([])
        #expect(text.contains("\u{1B}[K0 jobs, 3.1 kB, "), "\(text.debugDescription)")
        #expect(text.contains("All 50 rows"), "\(text.debugDescription)")
    }

    @Test("Not with --quiet")
    func quiet() throws {
        #expect(!(try onTerminal(["--quiet"])).contains("\u{1B}[K"))
    }

    @Test("On a pipe nothing is said; with --verbose each dump is named")
    func pipe() throws {
        let quiet = try importAudit("summary", Repository.path("Samples"))
        #expect(quiet.errors.isEmpty, "\(quiet)")
        let verbose = try importAudit("summary", "--verbose", Repository.path("Samples"))
        #expect(verbose.errorText.contains("Samples/sync.json: Rows failed\n"), "\(verbose)")
        #expect(verbose.errorText.contains("Samples/error-body.json: not read: "), "\(verbose)")
        #expect(verbose.output == quiet.output)
    }
}
