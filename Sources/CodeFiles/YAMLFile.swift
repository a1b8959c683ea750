private import Yams

/// Reads YAML that a person wrote, as far as a file of settings needs it: no anchors, no tags, one document.
package enum YAMLFile {
    /// The largest file that is read, in bytes.
    package static let maximumSize = 1024 * 1024

    /// The root of a file; nil if there is nothing in it but comments.
    static func root(of bytes: [UInt8]) throws(FileFault) -> YAMLValue? {
        guard bytes.count <= maximumSize else { throw FileFault(.tooLarge) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw FileFault(.notUTF8) }
        // Before the library sees it: it takes time and memory for what anchors stand for.
        if let place = anchor(in: bytes) { throw FileFault(.anchor, line: place.line, column: place.column) }
        do {
            // The library keeps a pointer to the text, which must not be one of those that Swift keeps in place.
            let padded = text + "\n# \(String(repeating: "-", count: 16))\n"
            // Told the encoding, the library does not look for it in the environment.
            let parser = try Parser(yaml: padded, resolver: .basic, constructor: .default, encoding: .utf8)
            guard let root = try parser.singleRoot() else { return nil }
            return YAMLValue(root)
        } catch let error as YamlError {
            throw fault(of: error, lineCount: bytes.count { $0 == UInt8(ascii: "\n") } + 1)
        } catch {
            throw FileFault(.syntax("it cannot be parsed"))
        }
    }

    private static func fault(of error: YamlError, lineCount: Int) -> FileFault {
        switch error {
        case .scanner(let context, let problem, var mark, _), .parser(let context, let problem, var mark, _),
            .composer(let context, let problem, var mark, _):
            // What is wrong up to the end of the file began somewhere.
            if let context, mark.line > lineCount { mark = context.mark }
            return FileFault(.syntax(problem), line: min(mark.line, lineCount), column: mark.column)
        case .duplicatedKeysInMapping(let keys, let context):
            return FileFault(.repeatedKey(keys.first ?? ""), line: context.mark.line, column: context.mark.column)
        case .reader(let problem, let offset, _, let yaml):
            guard let offset else { return FileFault(.syntax(problem)) }
            let lines = yaml.prefix(offset).split(separator: "\n", omittingEmptySubsequences: false)
            return FileFault(.syntax(problem), line: lines.count, column: (lines.last?.count ?? 0) + 1)
        default: return FileFault(.syntax("it cannot be parsed"))
        }
    }

    /// Where an anchor may be: an `&` that begins a word. One in the middle of a word, as in `AT&T`, can be none, nor
    /// one behind a quotation mark or a character that only a text can have there.
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

    /// A character of an anchor's name that is ASCII: a letter, a digit or one of two others.
    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// A value of a file, with the place where it stands.
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

    fileprivate init(_ node: Node) {
        line = node.mark?.line ?? 1
        column = node.mark?.column ?? 1
        switch node {
        case .scalar(let scalar): content = .text(scalar.string, isPlain: scalar.style == .plain)
        case .sequence(let sequence): content = .list(sequence.map { YAMLValue($0) })
        case .mapping(let mapping):
            content = .object(mapping.map { (key: YAMLValue($0.key), value: YAMLValue($0.value)) })
        case .alias: content = .text("", isPlain: true)
        }
    }
}

extension YAMLValue {
    func fault(_ code: FileFault.Code) -> FileFault { FileFault(code, line: line, column: column) }

    /// A plain `null`, `~` or nothing at all.
    var isNull: Bool {
        guard case .text(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// - Parameter name: what the value is of, for the fault.
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

    /// The members of an object, each of a name that may stand there.
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

    /// A text that may be left out, or be nothing.
    func optionalText(_ name: String) throws(FileFault) -> String? {
        guard let value = members[name], !value.isNull else { return nil }
        return try value.text(name)
    }
}
