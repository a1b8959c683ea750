/// A file with options that a command reads as if they were on its command line:
///
///     codes: codes.yml
///     max-failed: 2%
///     fail-on: [critical, row-contradictory]
///     strict: true
///
/// The command defines the keys and the meaning of their values.
package enum ProjectFile {
    /// The kind of value that a key has.
    package enum Kind: Sendable {
        /// `true` or `false`.
        case flag
        /// One text or number.
        case text
        /// A text, or a list of them.
        case list
    }

    /// A key of the file with its value.
    package struct Setting: Sendable {
        package let key: String
        package let values: [Value]
        /// The value of a flag.
        package let isOn: Bool
        package let line: Int
        package let column: Int
    }

    package struct Value: Sendable {
        package let text: String
        package let line: Int
        package let column: Int

        package func fault(_ code: FileFault.Code) -> FileFault { FileFault(code, line: line, column: column) }
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - bytes: the whole file; more than ``YAMLFile/maximumSize`` bytes are refused.
    ///   - keys: all known keys, in order.
    /// - Returns: a setting for each key of the file, in the order of `keys`; none for an empty file.
    /// - Throws: what is wrong, with line and column.
    package static func settings(
        from bytes: [UInt8], keys: [(name: String, kind: Kind)]
    ) throws(FileFault) -> [Setting] {
        guard let root = try YAMLFile.root(of: bytes), !root.isNull else { return [] }
        let object = try root.object("The file", allowed: keys.map { $0.name })
        var settings: [Setting] = []
        for (name, kind) in keys {
            guard let value = object[name] else { continue }
            var values: [Value] = []
            var isOn = false
            switch kind {
            case .flag: isOn = try value.flag(name)
            case .text: values = [try text(value, of: name)]
            case .list:
                if case .list(let list) = value.content {
                    guard !list.isEmpty else {
                        throw value.fault(.wrongValue(name, expected: "a text, or a list of texts"))
                    }
                    for value in list { values.append(try text(value, of: name)) }
                } else {
                    values = [try text(value, of: name)]
                }
            }
            settings.append(Setting(key: name, values: values, isOn: isOn, line: value.line, column: value.column))
        }
        return settings
    }

    private static func text(_ value: YAMLValue, of name: String) throws(FileFault) -> Value {
        let text = try value.text(name)
        // No argument of a process can contain U+0000.
        guard !text.isEmpty, !text.utf8.contains(0) else {
            throw value.fault(.wrongValue(name, expected: "a text of one character or more"))
        }
        return Value(text: text, line: value.line, column: value.column)
    }
}
