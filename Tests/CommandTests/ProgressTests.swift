import Foundation
import Glibc
import TestSupport
import Testing

/// The output while a run is in progress.
struct ProgressTests {
    @Test("On a terminal there is a line of progress, which is gone at the end; not with --quiet")
    func terminal() throws {
        let (shown, quiet) = (try Terminal(), try Terminal())
        func start(on terminal: Terminal, _ options: [String]) throws -> RunningCommand {
            let run = try RunningCommand(
                ["summary", "-"] + options, input: .pipe, environment: ["TERM": "xterm"], output: terminal.path,
                errors: terminal.path)
            try run.send(Array(jobDump("a", created: 50).utf8))
            return run
        }
        // The quiet run takes longer than the other one needs to print something.
        let quietRun = try start(on: quiet, ["--quiet"])
        let run = try start(on: shown, [])
        let progress = "\u{1B}[K0 jobs, 3.1 kB, "
        #expect(shown.waits(for: progress), "\(shown.text.debugDescription)")
        #expect(try run.finish().status == 0 && quietRun.finish().status == 0)
        let text = shown.rest()
        // The progress line is cleared before the result appears.
        let parts = text.components(separatedBy: "\u{1B}[K")
        #expect(parts.count > 2 && parts.last?.contains("All 50 rows") == true, "\(text.debugDescription)")
        #expect(parts.last?.contains("0 jobs") == false, "\(text.debugDescription)")
        let silent = quiet.rest()
        #expect(silent.contains("All 50 rows") && !silent.contains("\u{1B}[K"), "\(silent.debugDescription)")
    }

    @Test("The line is cut to the width of the window, or to COLUMNS where it has none", arguments: [14, 30])
    func narrow(columns: Int) throws {
        for isWindow in [true, false] {
            let terminal = try Terminal(columns: isWindow ? columns : 0)
            let run = try RunningCommand(
                ["summary", "-"], input: .pipe,
                environment: ["TERM": "xterm", "COLUMNS": isWindow ? "200" : "\(columns)"], output: terminal.path,
                errors: terminal.path)
            try run.send(Array(jobDump("a", created: 50).utf8))
            #expect(terminal.waits(for: "\u{1B}[K0 jobs, 3.1"), "\(terminal.text.debugDescription)")
            #expect(try run.finish().status == 0)
            let lines = terminal.rest().components(separatedBy: "\r\u{1B}[K").dropFirst().filter {
                $0.contains("0 jobs")
            }
            // One column stays free, because a full line would wrap on some terminals.
            #expect(!lines.isEmpty && lines.allSatisfy { $0.count <= columns - 1 }, "\(lines)")
        }
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
    @Test("Inputs that claim more bytes than a number can have do not end the run")
    func hugeInputs() throws {
        // Only a file system in memory takes such a size.
        let folder = "/dev/shm/import-audit-\(getpid())-progress"
        let space = try Workspace()
        try space.shell("mkdir -p \(folder) && truncate -s 9223372036854775807 \(folder)/a.json \(folder)/b.json")
        defer { _ = try? space.shell("rm -r \(folder)") }
        let terminal = try Terminal()
        let run = try RunningCommand(
            ["summary", folder], environment: ["TERM": "xterm"], output: terminal.path, errors: terminal.path)
        #expect(terminal.waits(for: " left"), "\(terminal.text.debugDescription)")
        run.kill(SIGINT)
        #expect(try run.finish().status == 130)
    }
}

/// A terminal that the test observes.
private final class Terminal {
    /// The path of the device that a program opens.
    let path: String
    private let descriptor: Int32
    private var seen: [UInt8] = []

    /// - Parameter columns: the width of the window, or 0 if it does not report one.
    init(columns: Int = 0) throws {
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var number: UInt32 = 0
        var isLocked: Int32 = 0
        // TIOCGPTN and TIOCSPTLCK: the headers hide posix_openpt and similar functions from Swift.
        guard descriptor >= 0, ioctl(descriptor, 0x8004_5430, &number) == 0,
            ioctl(descriptor, 0x4004_5431, &isLocked) == 0
        else { throw POSIXError(.ENXIO) }
        path = "/dev/pts/\(number)"
        var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        guard columns == 0 || ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0 else { throw POSIXError(.ENXIO) }
    }

    deinit {
        close(descriptor)
    }

    var text: String { String(decoding: seen, as: UTF8.self) }

    /// Returns whether a text appears within a minute.
    func waits(for expected: String) -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while !text.contains(expected) {
            guard .now < deadline else { return false }
            _ = read(within: 1000)
        }
        return true
    }

    /// Returns everything that was shown. Call this after the program has ended.
    func rest() -> String {
        while read(within: 0) {}
        return text
    }

    /// Returns false if there was nothing to read.
    private func read(within milliseconds: Int32) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, milliseconds) > 0, Int32(polled.revents) & POLLIN != 0 else { return false }
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &chunk, chunk.count)
        guard count > 0 else { return false }
        seen += chunk[..<count]
        return true
    }
}
