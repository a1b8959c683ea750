package import ImportAnalysis
import ImportFoundation

/// A draft of a codes file, made from the codes in dumps. ``CodeFile`` can read it.
package struct CodeFileDraft: Sendable {
    /// The most characters of a message in a comment.
    private static let messageLength = 200
    /// Half of what ``CodeFile`` reads, because people add to it.
    private static let mostBytes = YAMLFile.maximumSize / 2

    private var totals = Totals()
    private var messages = MessageTotals()

    package init() {}

    package mutating func add(_ job: JobSummary) {
        totals.add(job)
        messages.add(job)
    }

    /// Adds jobs without failed rows.
    package mutating func add(_ tally: PlainJobTally) {
        totals.add(tally)
    }

    /// The whole file: an entry for each code, most rows first, with an example of its most frequent message pattern.
    ///
    /// If that is too large, it has no examples, and if it still is, not all codes.
    package var bytes: [UInt8] {
        let bytes = bytes(hasExamples: true)
        return bytes.count <= Self.mostBytes ? bytes : self.bytes(hasExamples: false)
    }

    private func bytes(hasExamples: Bool) -> [UInt8] {
        let codes = totals.failedByCode
        let examples = hasExamples ? messages.examples() : [:]
        var text = """
            # What you know about the codes of failed rows. Each entry may have:
            \(Self.fields)
            # An entry with “pattern” instead of “code” is about all codes that it matches: * stands for any text.
            codes:

            """
        if codes.isEmpty { text += "  []\n" }
        var listed = 0
        var isFull = false
        for code in codes where !isFull || code.isOther {
            let jobs = code.jobs.map { $0 == 1 ? "" : " in \(Wording.grouped($0)) jobs" } ?? ""
            let rows = (code.isAtLeast ? "at least " : "") + Wording.rowsWord(code.rows) + jobs
            if code.isOther {
                text +=
                    "  # and \(rows) that are not told apart: there are \(Wording.manyCodes)\n"
                if listed == 0 { text += "  []\n" }
                continue
            }
            var entry = "  # \(rows)"
            if let example = examples[code.code.map { Array($0.utf8) }] {
                entry += ", such as \(Self.quoted(Self.shortened(example)))"
            }
            entry += "\n  - code: \(code.code.map(Self.quoted) ?? "null")\n"
            guard hasExamples || text.utf8.count + entry.utf8.count <= Self.mostBytes else {
                isFull = true
                let rest = codes.count { !$0.isOther } - listed
                text += "  # and \(rest == 1 ? "1 more code" : "\(Wording.grouped(rest)) more codes"), "
                text += "for which this file has no room\n"
                continue
            }
            listed += 1
            text += entry
        }
        return Array(text.utf8)
    }

    /// The members that an entry may have, one per line.
    private static var fields: String {
        let fields = CodeBook.Field.all.map { field in
            (field.name, field.values + (field.use == .retry ? ", with action: retry" : ""))
        }
        let all = fields + [("accepted", "{reason: a text, until: 2026-12-31}; until may be left out")]
        let width = all.map { $0.0.utf8.count }.max() ?? 0
        return all.map { name, values in
            "#   " + name + String(repeating: " ", count: width - name.utf8.count + 3) + values
        }.joined(separator: "\n")
    }

    private static func shortened(_ text: String) -> String {
        guard text.unicodeScalars.count > messageLength else { return text }
        var cut = String.UnicodeScalarView()
        cut.append(contentsOf: text.unicodeScalars.prefix(messageLength))
        return String(cut) + "…"
    }

    /// Returns a text in double quotes, in which nothing has a meaning for YAML or a terminal, not even as an anchor.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "&": result += "\\x26"
            case _ where scalar.isUnsafeToShow || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                result += "\\u" + scalar.value.digits(4, radix: 16, uppercase: true)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
