private import CBuiltInTemplates

/// The files of the folder `Templates`, which are part of the binary.
public enum BuiltInTemplates {
    /// The files' bytes by name.
    public static let files: [String: [UInt8]] = {
        var files: [String: [UInt8]] = [:]
        var index = 0
        while true {
            let file = unsafe built_in_template_at(index)
            guard let name = unsafe file.name, let bytes = unsafe file.bytes else { return files }
            files[unsafe String(cString: name)] = unsafe Array(UnsafeBufferPointer(start: bytes, count: file.count))
            index += 1
        }
    }()

    /// The grammar that every page must satisfy (RELAX NG). It cannot be replaced.
    public static var grammar: [UInt8] { files["report.rng"] ?? [] }

    /// What a user's own folder of templates may replace, file by file.
    public static let replaceable: Set<String> = Set(files.keys.filter { $0 != "report.rng" })
}
