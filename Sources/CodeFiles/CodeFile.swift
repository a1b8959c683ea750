package import ImportAnalysis

/// A file with what the user knows about the codes of failed rows:
///
///     codes:
///       - code: invalid_email
///         title: The address is no e-mail address
///         owner: data team
///         action: fix-data
///       - pattern: rate_*
///         accepted: {reason: retried every night, until: 2026-12-31}
package enum CodeFile {
    /// Entries that one file may have.
    package static let maximumEntries = 10_000
    private static let keys =
        ["code", "pattern", "title", "explanation", "owner", "action"] + retryKeys + ["accepted"]
    /// Of entries whose action is to send rows again.
    private static let retryKeys = ["after", "batch", "max_tries"]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - bytes: all of it; more than ``YAMLFile/maximumSize`` is refused.
    ///   - asOf: the day with which acceptances are compared.
    /// - Throws: what is wrong, with line and column. A last day of an acceptance without a day to compare it with is.
    package static func codeBook(from bytes: [UInt8], asOf: CalendarDate?) throws(FileFault) -> CodeBook {
        guard let root = try YAMLFile.root(of: bytes) else { throw FileFault(.missingKey("codes")) }
        let list = try root.object("The file", allowed: ["codes"]).required("codes").list("codes")
        guard list.count <= maximumEntries else { throw root.fault(.tooManyEntries) }
        var entries: [CodeBook.Entry] = []
        var lines: [[UInt8]: Int] = [:]
        for value in list {
            let entry = try self.entry(value, asOf: asOf)
            guard let firstLine = lines.updateValue(value.line, forKey: entry.key.identity) else {
                entries.append(entry)
                continue
            }
            throw value.fault(.repeatedEntry(entry.key.words, firstLine: firstLine))
        }
        return CodeBook(entries, asOf: asOf)
    }

    private static func entry(_ value: YAMLValue, asOf: CalendarDate?) throws(FileFault) -> CodeBook.Entry {
        let object = try value.object("An entry", allowed: keys)
        var entry = CodeBook.Entry(try key(object))
        entry.title = try object.optionalText("title")
        entry.explanation = try object.optionalText("explanation")
        entry.owner = try object.optionalText("owner")
        if let action = object["action"], !action.isNull {
            let word = try action.text("action")
            guard let known = CodeBook.Action(rawValue: word) else {
                throw action.fault(.unknownWord(word, allowed: CodeBook.Action.allCases.map { $0.rawValue }))
            }
            entry.action = known
        }
        entry.retry = try retry(object, entry.action)
        if let accepted = object["accepted"], !accepted.isNull {
            entry.acceptance = try acceptance(accepted, asOf: asOf)
        }
        return entry
    }

    private static func key(_ object: YAMLObject) throws(FileFault) -> CodeBook.Key {
        switch (object["code"], object["pattern"]) {
        case (let code?, nil):
            // An empty code counts as no code.
            if code.isNull { return .code(nil) }
            let text = try code.text("code")
            return .code(text.isEmpty ? nil : text)
        case (nil, let pattern?):
            let text = try pattern.text("pattern")
            guard !text.isEmpty else {
                throw pattern.fault(.wrongValue("pattern", expected: "a text, such as \"rate_*\""))
            }
            return .pattern(text)
        case (nil, nil): throw object.place.fault(.missingKey("code (or pattern)"))
        case (_, let pattern?):
            throw pattern.fault(.wrongValue("An entry", expected: "of a code or of a pattern, not both"))
        }
    }

    /// How rows are sent again; nil if the entry does not say.
    private static func retry(
        _ object: YAMLObject, _ action: CodeBook.Action?
    ) throws(FileFault) -> CodeBook.Retry? {
        guard let first = retryKeys.lazy.compactMap({ name in object[name].map { (name, $0) } }).first else {
            return nil
        }
        guard action == .retry else {
            throw first.1.fault(.wrongValue(first.0, expected: "in an entry with action: retry"))
        }
        var retry = CodeBook.Retry()
        if let after = object["after"], !after.isNull {
            let text = try after.text("after")
            let digits = text.utf8.dropLast()
            guard let unit = text.utf8.last, "smhd".utf8.contains(unit), (1...6).contains(digits.count),
                digits.allSatisfy({ 0x30...0x39 ~= $0 })
            else { throw after.fault(.wrongValue("after", expected: "a time such as 30s, 15m, 2h or 1d")) }
            retry.after = text
        }
        retry.batch = try count("batch", in: object)
        retry.maxTries = try count("max_tries", in: object)
        return retry
    }

    private static func count(_ name: String, in object: YAMLObject) throws(FileFault) -> Int? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let number = Int(try value.text(name)), (1...1_000_000_000).contains(number) else {
            throw value.fault(.wrongValue(name, expected: "a whole number, 1 or more"))
        }
        return number
    }

    private static func acceptance(
        _ value: YAMLValue, asOf: CalendarDate?
    ) throws(FileFault) -> CodeBook.Acceptance {
        let object = try value.object("accepted", allowed: ["reason", "until"])
        var acceptance = CodeBook.Acceptance(reason: try object.required("reason").text("reason"))
        if let until = object["until"], !until.isNull {
            guard let date = CalendarDate(try until.text("until")) else {
                throw until.fault(.wrongValue("until", expected: "a day, as in 2026-12-31"))
            }
            guard asOf != nil else { throw until.fault(.needsDay) }
            acceptance.until = date
        }
        return acceptance
    }
}

extension CodeBook.Key {
    /// Distinguishes it from other keys, byte by byte.
    fileprivate var identity: [UInt8] {
        switch self {
        case .code(nil): [0]
        case .code(let code?): [1] + code.utf8
        case .pattern(let pattern): [2] + pattern.utf8
        }
    }
}
