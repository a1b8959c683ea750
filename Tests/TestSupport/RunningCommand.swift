import Foundation
package import Glibc
import Testing

/// The result of a run of the program. Its description has everything that explains a failed test.
package struct CommandResult: CustomStringConvertible {
    package var arguments: [String]
    /// The exit status, or the negated number of the signal that ended the program.
    package var status: Int32
    package var output: [UInt8]
    package var errors: [UInt8]

    package var outputText: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: errors, as: UTF8.self) }

    package var description: String {
        let ended = status >= 0 ? "exit status \(status)" : "ended by signal \(-status)"
        return """
            import-audit \(arguments.map { $0.debugDescription }.joined(separator: " ")): \(ended)
            stdout: \(String(outputText.prefix(3000)).debugDescription)
            stderr: \(String(errorText.prefix(3000)).debugDescription)
            """
    }
}

/// Runs the program that was built beside the tests.
package func importAudit(
    _ arguments: String..., input: CommandInput = .nothing, folder: String? = nil, environment: [String: String] = [:],
    output: String? = nil
) throws -> CommandResult {
    try RunningCommand(
        arguments, input: input, folder: folder, environment: environment, output: output
    ).finish()
}

package func importAudit(arguments: [String], folder: String? = nil) throws -> CommandResult {
    try RunningCommand(arguments, folder: folder).finish()
}

/// The standard input of a command.
package enum CommandInput {
    case nothing
    case bytes([UInt8])
    /// A pipe that the test fills with ``RunningCommand/send(_:)``.
    case pipe
    /// No standard input at all.
    case closed
}

/// A running command. Its ``finish(seconds:)`` drains both output streams at once.
package final class RunningCommand {
    /// The path of the program: IMPORT_AUDIT_BINARY, which `Scripts/test` sets for a full run, or the one that was
    /// built with the tests.
    package static let binary: String = {
        if let named = ProcessInfo.processInfo.environment["IMPORT_AUDIT_BINARY"] { return named }
        // The test bundle and the program are built into the same folder.
        let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "import-audit").path
    }()

    static let spawning = NSLock()

    package let pid: pid_t
    private let arguments: [String]
    private var pending: ArraySlice<UInt8> = []
    private var inputEnd: Int32 = -1
    private var outputEnd: Int32
    private var errorEnd: Int32
    private var isOver = false

    /// - Parameters:
    ///   - folder: the working directory.
    ///   - environment: variables that are added to the test's own.
    ///   - output: a file or terminal for standard output, instead of a pipe.
    ///   - errors: the same for standard error.
    ///   - closing: streams that are closed in the program.
    package init(
        program: String = RunningCommand.binary, _ arguments: [String], input: CommandInput = .nothing,
        folder: String? = nil, environment: [String: String] = [:], output: String? = nil,
        errors: String? = nil, closing: [Int32] = []
    ) throws {
        // A pipe must belong to one program. Another one that a test starts at the same moment would keep it open.
        Self.spawning.lock()
        defer { Self.spawning.unlock() }
        // A program that ends early must not end the tests.
        signal(SIGPIPE, SIG_IGN)
        self.arguments = arguments
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        // The parent of the tests may have ignored some of these.
        for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        var childEnds: [Int32] = []
        switch input {
        case .nothing: posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        case .closed: posix_spawn_file_actions_addclose(&actions, 0)
        case .bytes, .pipe:
            let (readEnd, writeEnd) = try Self.pipe()
            posix_spawn_file_actions_adddup2(&actions, readEnd, 0)
            childEnds.append(readEnd)
            inputEnd = writeEnd
            if case .bytes(let bytes) = input { pending = bytes[...] }
        }
        let (outputEnd, outputWriteEnd) = try Self.pipe()
        let (errorEnd, errorWriteEnd) = try Self.pipe()
        childEnds += [outputWriteEnd, errorWriteEnd]
        self.outputEnd = outputEnd
        self.errorEnd = errorEnd
        if let output {
            posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_NOCTTY, 0)
        } else {
            posix_spawn_file_actions_adddup2(&actions, outputWriteEnd, 1)
        }
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_NOCTTY, 0)
        } else {
            posix_spawn_file_actions_adddup2(&actions, errorWriteEnd, 2)
        }
        for descriptor in closing { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var command = [program] + arguments
        if let folder { command = ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder] + command }

        // Crash at once, without a backtrace, so that the test sees a crash.
        var variables = ProcessInfo.processInfo.environment
        variables["SWIFT_BACKTRACE"] = "enable=no"
        variables.merge(environment) { _, own in own }
        let argv = command.map { strdup($0) } + [nil]
        let envp = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer {
            for pointer in argv + envp { free(pointer) }
            for descriptor in childEnds { close(descriptor) }
        }
        var pid: pid_t = 0
        let error = posix_spawn(&pid, command[0], &actions, &attributes, argv, envp)
        guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EIO) }
        self.pid = pid
    }

    deinit {
        if !isOver {
            kill(SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
        for descriptor in [inputEnd, outputEnd, errorEnd] where descriptor >= 0 { close(descriptor) }
    }

    package func kill(_ signal: Int32) {
        _ = Glibc.kill(pid, signal)
    }

    /// Sends bytes to the program's standard input as fast as the program reads them.
    package func send(_ bytes: [UInt8]) throws {
        try writeAll(bytes, to: inputEnd)
    }

    /// Ends the program's standard input.
    package func endInput() {
        if inputEnd >= 0 { close(inputEnd) }
        inputEnd = -1
    }

    /// Waits until the program ends.
    ///
    /// - Parameters:
    ///   - seconds: when a program that hangs is killed. A busy machine takes several times as long as a free one.
    ///   - endsInput: whether to end standard input first. After a signal, it must stay open: a program that sees the end
    ///     of its input before the signal may finish its work normally.
    package func finish(seconds: Int = 120, endsInput: Bool = true) throws -> CommandResult {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        let deadline = ContinuousClock.now + .seconds(Sanitizer.name == nil ? seconds : 10 * seconds)
        if !pending.isEmpty {
            _ = fcntl(inputEnd, F_SETFL, O_NONBLOCK)
        } else if endsInput {
            endInput()
        }
        while outputEnd >= 0 || errorEnd >= 0 {
            var polled = [
                pollfd(fd: outputEnd, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errorEnd, events: Int16(POLLIN), revents: 0),
                pollfd(fd: pending.isEmpty ? -1 : inputEnd, events: Int16(POLLOUT), revents: 0),
            ]
            _ = poll(&polled, 3, 1000)
            if polled[0].revents != 0 { Self.drain(&outputEnd, into: &output) }
            if polled[1].revents != 0 { Self.drain(&errorEnd, into: &errors) }
            if polled[2].revents != 0 { feed() }
            if ContinuousClock.now > deadline {
                Issue.record("no end after \(seconds) s: \(arguments)")
                kill(SIGKILL)
                break
            }
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        isOver = true
        if let report = Sanitizer.report(in: errors) { Issue.record("\(arguments): \(report)") }
        let signal = status & 0x7F
        return CommandResult(
            arguments: arguments, status: signal == 0 ? (status >> 8) & 0xFF : -signal, output: output, errors: errors)
    }

    private func feed() {
        let count = pending.withUnsafeBytes { write(inputEnd, $0.baseAddress, min($0.count, 65536)) }
        if count > 0 {
            pending = pending.dropFirst(count)
        } else if errno != EAGAIN, errno != EINTR {
            // The program has read enough.
            pending = []
        }
        if pending.isEmpty { endInput() }
    }

    private static func drain(_ descriptor: inout Int32, into bytes: inout [UInt8]) {
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = read(descriptor, &chunk, chunk.count)
        if count > 0 {
            bytes += chunk[..<count]
        } else if count == 0 || errno != EINTR {
            close(descriptor)
            descriptor = -1
        }
    }

    private static func pipe() throws -> (readEnd: Int32, writeEnd: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}

/// Writes all bytes to an open file.
package func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { throw POSIXError(.EPIPE) }
    }
}
