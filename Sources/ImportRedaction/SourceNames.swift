package import ImportInputs

/// The names of inputs in outputs and messages: unchanged, or with pseudonyms instead of their parts.
///
/// Nothing in a name distinguishes a person's name from other words, so each part of a path is replaced as a whole.
/// Known endings stay, as do `/` and the `!` in front of an archive's entry.
package struct SourceNames: Sendable {
    private let pseudonyms: Pseudonyms?
    private let rules: RedactionRules
    private static let endings = [
        "json", "jsonl", "ndjson", "txt", "log", "csv", "html", "xml", "gz", "tgz", "zst", "xz", "bz2", "lz4", "tar",
        "zip", "7z",
    ]

    /// Leaves names unchanged.
    package static let plain = SourceNames(nil, RedactionRules())

    package init(_ pseudonyms: Pseudonyms, rules: RedactionRules) {
        self.init(pseudonyms, rules)
    }

    private init(_ pseudonyms: Pseudonyms?, _ rules: RedactionRules) {
        self.pseudonyms = pseudonyms
        self.rules = rules
    }

    /// Returns the name under which an input is shown.
    package func shown(_ name: String) -> String {
        guard let pseudonyms, name != "-" else { return name }
        var result: [UInt8] = []
        let bytes = Array(name.utf8)
        var start = 0
        for index in 0...bytes.count where index == bytes.count || "/!".utf8.contains(bytes[index]) {
            append(bytes[start..<index], pseudonyms, to: &result)
            if index < bytes.count { result.append(bytes[index]) }
            start = index + 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func append(_ part: ArraySlice<UInt8>, _ pseudonyms: Pseudonyms, to result: inout [UInt8]) {
        let text = String(decoding: part, as: UTF8.self)
        let stem = Self.stem(text)
        if ["", ".", ".."].contains(text) || rules.keeps(stem) || rules.keeps(text) {
            result += part
        } else {
            pseudonyms.append(Array(stem.utf8).span, .name, to: &result)
            result += text.utf8.dropFirst(stem.utf8.count)
        }
    }

    /// Returns a name without the endings that say what a file is.
    private static func stem(_ name: String) -> String {
        var stem = name[...]
        while let point = stem.utf8.lastIndex(of: UInt8(ascii: ".")), point > stem.startIndex {
            let ending = stem[stem.utf8.index(after: point)...]
            guard endings.contains(ending.lowercased()) else { break }
            stem = stem[..<point]
        }
        return String(stem)
    }
}

// MARK: - Why something is not read

extension SourceNames {
    /// Returns a reason with redacted names, and without a library's message, which may quote the input.
    package func shown(_ refusal: InputRefusal) -> InputRefusal {
        guard pseudonyms != nil else { return refusal }
        switch refusal {
        case .symbolicLink(let target): return .symbolicLink(target: shown(target))
        case .hardLink(let target): return .hardLink(target: shown(target))
        case .unreadable(let failure): return .unreadable(failure.withoutQuotations)
        case .cutShort(let failure, let entries): return .cutShort(failure.withoutQuotations, entriesRead: entries)
        case .damagedPart(_, let entries): return .damagedPart("", entriesRead: entries)
        case .ownOutput, .special, .encrypted, .nestedTooDeep, .needsFile, .holdsNoFiles, .workbook: return refusal
        }
    }
}
