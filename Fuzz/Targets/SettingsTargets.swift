import CodeFiles
import ImportAnalysis
import ImportFoundation
import ImportRedaction

/// Files that a person wrote in YAML.
enum SettingsTargets {
    /// The input is read as each kind of file, or refused with a reason and a place in it. What was read can be used.
    static func yaml(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        try read(bytes) { () throws(FileFault) in
            let book = try CodeFile.codeBook(from: bytes, asOf: CalendarDay("2026-03-04"))
            for code in [nil, "", "rate_limited", text] { _ = book.standing(of: code) }
        }
        try read(bytes) { () throws(FileFault) in _ = try RulesFile.rules(from: bytes).gate }
        try read(bytes) { () throws(FileFault) in
            let rules = try RedactionFile.rules(from: bytes)
            var redactor = TextRedactor(Pseudonyms(key: [UInt8](repeating: 7, count: 32)), rules: rules)
            _ = redactor.text("Anna 'Schmidt' cust-17 name=x a@b.de " + text)
        }
        try read(bytes) { () throws(FileFault) in
            let keys: [(name: String, kind: ProjectFile.Kind)] = [
                ("codes", .text), ("max-failed", .text), ("fail-on", .list), ("strict", .flag),
            ]
            _ = try ProjectFile.settings(from: bytes, keys: keys)
        }
    }

    private static func read(_ bytes: [UInt8], _ body: () throws(FileFault) -> Void) throws {
        do throws(FileFault) {
            try body()
        } catch {
            try require(!error.explanation.isEmpty, "a fault without words: \(error)")
            let lines = bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } + 2
            // Other line ends of YAML, such as U+2028, take two or three bytes.
            try require(
                error.line.map { 1...lines + bytes.count / 2 ~= $0 } != false, "\(error) is behind the end of the file")
            try require(error.column.map { 1...bytes.count + 2 ~= $0 } != false, "\(error) is behind the end of a line")
        }
    }
}
