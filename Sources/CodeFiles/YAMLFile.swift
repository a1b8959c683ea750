/// Reads YAML that a person wrote, with only the features that settings need: no anchors, no tags, one document.
package enum YAMLFile {
    /// The largest accepted file, in bytes.
    package static let maximumSize = 1024 * 1024

    /// Returns the root of a file; nil if it contains only comments.
    static func root(of bytes: [UInt8]) throws(FileFault) -> YAMLValue? {
        guard bytes.count <= maximumSize else { throw FileFault(.tooLarge) }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw FileFault(.notUTF8) }
        // This comes before the library, because expanding anchors takes time and memory.
        if let place = anchor(in: bytes) { throw FileFault(.anchor, line: place.line, column: place.column) }
        return try YAMLParser.root(of: bytes)
    }

    /// Returns the position of a possible anchor: an `&` that begins a word. One in the middle of a word, as in `AT&T`,
    /// cannot be an anchor, and neither can one after a quotation mark or a character that only a text can have there.
    private static func anchor(in bytes: [UInt8]) -> (line: Int, column: Int)? {
        var (line, column) = (1, 1)
        var before: UInt8 = UInt8(ascii: "\n")
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "&"), index + 1 < bytes.count, isNamePart(bytes[index + 1]),
                !isNamePart(before), !#""'=;)/._"#.utf8.contains(before)
            {
                return (line, column)
            }
            if byte == UInt8(ascii: "\n") {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
            before = byte
        }
        return nil
    }

    /// Returns whether a byte is an ASCII character of an anchor's name: a letter, a digit, `_` or `-`.
    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// A value of a file, with its position.
struct YAMLValue {
    var content: Content
    var line: Int
    var column: Int

    enum Content {
        /// `isPlain`: without quotation marks.
        case text(String, isPlain: Bool)
        case list([YAMLValue])
        case object([(key: YAMLValue, value: YAMLValue)])
    }
}

extension YAMLValue {
    func fault(_ code: FileFault.Code) -> FileFault { FileFault(code, line: line, column: column) }

    /// Whether it is a plain `null`, `~` or nothing at all.
    var isNull: Bool {
        guard case .text(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// - Parameter name: the name of the value, for the fault.
    func text(_ name: String) throws(FileFault) -> String {
        guard case .text(let text, _) = content, !isNull else { throw fault(.wrongValue(name, expected: "a text")) }
        return text
    }

    func flag(_ name: String) throws(FileFault) -> Bool {
        switch content {
        case .text("true", isPlain: true): return true
        case .text("false", isPlain: true): return false
        default: throw fault(.wrongValue(name, expected: "true or false"))
        }
    }

    func list(_ name: String) throws(FileFault) -> [YAMLValue] {
        guard case .list(let list) = content else { throw fault(.wrongValue(name, expected: "a list")) }
        return list
    }

    /// Returns the members of an object, of which only the names in `allowed` may occur.
    func object(_ name: String, allowed: [String]) throws(FileFault) -> YAMLObject {
        guard case .object(let pairs) = content else {
            throw fault(.wrongValue(name, expected: "an object with keys of \(allowed.joined(separator: ", "))"))
        }
        var members: [String: YAMLValue] = [:]
        for (key, value) in pairs {
            guard case .text(let text, _) = key.content, allowed.contains(text) else {
                if case .text(let text, _) = key.content { throw key.fault(.unknownKey(text, allowed: allowed)) }
                throw key.fault(.wrongValue("a key", expected: "a word"))
            }
            members[text] = value
        }
        return YAMLObject(members: members, place: self)
    }
}

/// The members of an object by name.
struct YAMLObject {
    let members: [String: YAMLValue]
    let place: YAMLValue

    subscript(name: String) -> YAMLValue? { members[name] }

    func required(_ name: String) throws(FileFault) -> YAMLValue {
        guard let value = members[name] else { throw place.fault(.missingKey(name)) }
        return value
    }

    /// Returns a text that may be missing or null.
    func optionalText(_ name: String) throws(FileFault) -> String? {
        guard let value = members[name], !value.isNull else { return nil }
        return try value.text(name)
    }
}
