import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportReports

/// The user's template folder.
struct TemplateFolder {
    private static let largestFile = 1024 * 1024
    private let path: String

    init(_ path: String) {
        self.path = path
    }

    /// Reads the folder's templates and style sheet, by name: those that replace built-in ones, and additional
    /// partials.
    func files() throws(CommandFailure) -> [String: [UInt8]] {
        let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else {
            throw CommandFailure(.usage, of: path, SystemFailure.last.description)
        }
        defer { close(folder) }
        var files: [String: [UInt8]] = [:]
        let names: [String]
        do throws(ReadFailure) {
            names = try FolderEntries.names(of: folder)
        } catch {
            throw CommandFailure(.usage, of: path, error.description)
        }
        for name in names {
            guard BuiltInTemplates.replaceable.contains(name) || name.hasSuffix(".mustache") else { continue }
            guard let bytes = try InputFile("\(path)/\(name)", of: .option).readAll(limit: Self.largestFile) else {
                throw CommandFailure(.usage, of: "\(path)/\(name)", "a template must not be larger than 1 MiB")
            }
            files[name] = bytes
        }
        guard !files.keys.allSatisfy({ !BuiltInTemplates.replaceable.contains($0) }) else {
            let known = BuiltInTemplates.replaceable.sorted().joined(separator: ", ")
            throw CommandFailure(.usage, of: path, "this folder contains no report template; the names are \(known)")
        }
        return files
    }
}

extension TemplateFailure {
    /// The file and the line.
    var place: String {
        line.map { "\(file):\($0)" } ?? file
    }
}
