import Foundation
import Glibc
package import Testing

/// A temporary folder that is removed when it is no longer used, and also if the tests are interrupted or killed.
package final class Workspace: Sendable {
    package let path: String

    package init() throws {
        path = Self.root + "/\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        Self.remove(path)
    }

    package subscript(name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    package func write(_ bytes: [UInt8], as name: String) throws -> String {
        let file = URL(filePath: self[name])
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }

    @discardableResult
    package func write(_ text: String, as name: String) throws -> String {
        try write(Array(text.utf8), as: name)
    }

    package func bytes(_ name: String) throws -> [UInt8] {
        // Data(contentsOf:) leaks memory if the file is empty.
        let file = try FileHandle(forReadingFrom: URL(filePath: self[name]))
        defer { try? file.close() }
        return Array(try file.readToEnd() ?? Data())
    }

    package func text(_ name: String) throws -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    /// Returns the names of all files in a folder, including hidden ones, or nil if there is no such folder.
    package func names(in folder: String) -> [String]? {
        (try? FileManager.default.contentsOfDirectory(atPath: self[folder]))?.sorted()
    }

    /// Returns all files in a folder by name.
    package func files(in folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in names(in: folder) ?? [] { files[name] = try bytes("\(folder)/\(name)") }
        return files
    }

    /// Runs shell commands in this folder, which must succeed, and returns their output.
    @discardableResult
    package func shell(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let environment = ["LC_ALL": "C.UTF-8"]
        let run = try RunningCommand(
            program: "/bin/sh", ["-ec", script], folder: path, environment: environment
        ).finish()
        try #require(run.status == 0, "\(script): \(run)", sourceLocation: sourceLocation)
        return run.outputText
    }

    // MARK: Clearing up

    /// The parent of all folders of this run.
    private static let root: String = {
        let root = FileManager.default.temporaryDirectory.appending(path: "import-audit-tests-\(UUID().uuidString)")
        removeAfterThisProcess(root.path)
        return root.path
    }()

    /// Removes a folder, even if a test left folders in it that cannot be listed.
    private static func remove(_ path: String) {
        if (try? FileManager.default.removeItem(atPath: path)) != nil { return }
        _ = try? RunningCommand(program: "/bin/sh", ["-c", removal, "sh", path]).finish()
    }

    private static let removal = #"chmod -R u+rwx "$1" 2>/dev/null; rm -rf "$1""#

    /// Starts a shell that outlives this process, however the process ends, and then removes a folder.
    ///
    /// The shell reads from a pipe that is never written to. The read ends when the last process with the other end is
    /// gone.
    private static func removeAfterThisProcess(_ path: String) {
        RunningCommand.spawning.lock()
        defer { RunningCommand.spawning.unlock() }
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        // Programs that wait for the end of the tests' output must not wait for the shell, too.
        for stream in [1, 2] as [Int32] { posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0) }
        // A session of its own keeps Ctrl-C away from it.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID, which the headers hide from Swift.
        posix_spawnattr_setflags(&attributes, 0x80)
        let command = ["/bin/sh", "-c", "trap '' HUP INT TERM; cat; " + removal, "sh", path]
        let arguments = command.map { strdup($0) } + [nil]
        defer { for pointer in arguments { free(pointer) } }
        let variables: [UnsafeMutablePointer<CChar>?] = [nil]
        var pid: pid_t = 0
        _ = posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, variables)
        // The other end stays open as long as this process is alive.
        close(ends[0])
    }
}
