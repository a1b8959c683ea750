import Foundation

/// A disk with little space, for one run of the program. It needs no mount and no special rights.
///
/// `full_disk.c` is loaded before the program's other libraries. It refuses to write more than a number of bytes to
/// files below a folder, with the error of a full disk. Removing a file does not free its bytes.
package enum FullDisk {
    /// The environment for such a run.
    package static func environment(bytes: Int, below folder: String) throws -> [String: String] {
        [
            "LD_PRELOAD": try library.get().path, "FULL_DISK_BYTES": "\(bytes)",
            "FULL_DISK_FOLDER": URL(filePath: folder).resolvingSymlinksInPath().path,
        ]
    }

    private struct Library {
        /// Kept until the process ends.
        let folder: Workspace
        var path: String { folder["full_disk.so"] }
    }

    /// Compiled once for all tests.
    private static let library = Result {
        let library = Library(folder: try Workspace())
        let source = Repository.path("Tests/TestSupport/full_disk.c")
        let arguments = ["-shared", "-fPIC", "-O1", "-o", library.path, source]
        let run = try RunningCommand(program: Tool.compiler.path(), arguments + ["-ldl"]).finish()
        guard run.status == 0 else { throw NoLibrary(description: "\(run)") }
        return library
    }

    private struct NoLibrary: Error, CustomStringConvertible {
        var description: String
    }
}
