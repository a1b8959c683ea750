package import ImportRedaction

/// A file that says what is to be replaced in redacted output, besides what always is, and what is to stay:
///
///     words: [Anna Schmidt, Projekt Adler]
///     keys: [name, full_name]
///     patterns: [cust-*, "*-gmbh"]
///     keep: [stage, tier]
package enum RedactionFile {
    private static let keys = ["words", "keys", "patterns", "keep"]
    /// Patterns that a file may have; each word of a text is held against each of them.
    package static let maximumPatterns = 100

    /// Reads a file.
    ///
    /// - Throws: what is wrong, with line and column.
    package static func rules(from bytes: [UInt8]) throws(FileFault) -> RedactionRules {
        guard let root = try YAMLFile.root(of: bytes) else {
            throw FileFault(.wrongValue("The file", expected: "an object with keys of \(keys.joined(separator: ", "))"))
        }
        let object = try root.object("The file", allowed: keys)
        var rules = RedactionRules()
        rules.words = try texts("words", of: object)
        rules.keys = try texts("keys", of: object)
        rules.keep = try texts("keep", of: object)
        rules.patterns = try texts("patterns", of: object, limit: maximumPatterns) { pattern in
            // Spaces end a word, and stars alone would be all words.
            !pattern.contains(" ") && pattern.contains { $0 != "*" }
        }
        return rules
    }

    private static func texts(
        _ name: String, of object: YAMLObject, limit: Int = CodeFile.maximumEntries,
        isSound: (String) -> Bool = { _ in true }
    ) throws(FileFault) -> [String] {
        guard let list = object[name], !list.isNull else { return [] }
        var texts: [String] = []
        for item in try list.list(name) {
            let text = try item.text("An element of \(name)")
            guard !text.isEmpty, text.utf8.count <= RedactionRules.longestName, isSound(text) else {
                let expected =
                    name == "patterns"
                    ? "a word of at most 256 bytes that is more than stars, such as \"cust-*\""
                    : "a text of at most 256 bytes that is not empty"
                throw item.fault(.wrongValue("An element of \(name)", expected: expected))
            }
            texts.append(text)
            guard texts.count <= limit else { throw item.fault(.wrongValue(name, expected: "at most \(limit) texts")) }
        }
        return texts
    }
}
