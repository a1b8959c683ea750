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
