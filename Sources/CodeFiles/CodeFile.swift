package import ImportAnalysis
package import ImportFoundation

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
    /// The most entries in a file.
    package static let maximumEntries = 10_000
    private static let keys = ["code", "pattern"] + CodeBook.Field.all.map { $0.name } + ["accepted"]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - bytes: the whole file; more than ``YAMLFile/maximumSize`` bytes are refused.
    ///   - asOf: the day with which acceptances are compared.
    /// - Throws: what is wrong, with line and column. This includes an acceptance with a last day if `asOf` is nil.
    package static func codeBook(from bytes: [UInt8], asOf: CalendarDay?) throws(FileFault) -> CodeBook {
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

    private static func entry(_ value: YAMLValue, asOf: CalendarDay?) throws(FileFault) -> CodeBook.Entry {
        let object = try value.object("An entry", allowed: keys)
        var entry = CodeBook.Entry(try key(object))
        for field in CodeBook.Field.all {
            if let value = object[field.name] { try read(value, of: field, into: &entry) }
        }
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

    private static func read(
        _ value: YAMLValue, of field: CodeBook.Field, into entry: inout CodeBook.Entry
    ) throws(FileFault) {
        if field.use == .retry {
            guard entry.action == .retry else {
                throw value.fault(.wrongValue(field.name, expected: "in an entry with action: retry"))
            }
            entry.retry = entry.retry ?? CodeBook.Retry()
        }
        if value.isNull { return }
        let text = try value.text(field.name)
        guard !field.take(&entry, text) else { return }
        throw value.fault(
            field.words.isEmpty
                ? .wrongValue(field.name, expected: field.values) : .unknownWord(text, allowed: field.words))
    }

    private static func acceptance(
        _ value: YAMLValue, asOf: CalendarDay?
    ) throws(FileFault) -> CodeBook.Acceptance {
        let object = try value.object("accepted", allowed: ["reason", "until"])
        var acceptance = CodeBook.Acceptance(reason: try object.required("reason").text("reason"))
        if let until = object["until"], !until.isNull {
            guard let date = CalendarDay(try until.text("until")) else {
                throw until.fault(.wrongValue("until", expected: "a day, as in 2026-12-31"))
            }
            guard asOf != nil else { throw until.fault(.needsDay) }
            acceptance.until = date
        }
        return acceptance
    }
}

extension CodeBook.Key {
    /// Distinguishes the key from others, byte by byte.
    fileprivate var identity: [UInt8] {
        switch self {
        case .code(nil): [0]
        case .code(let code?): [1] + code.utf8
        case .pattern(let pattern): [2] + pattern.utf8
        }
    }
}
