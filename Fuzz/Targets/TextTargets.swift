import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportRedaction
import ImportReports

/// Results that depend on the texts of rows.
enum TextTargets {
    /// Lines with a code and a message, separated by a tab: every row is counted once, and the example of a pattern is
    /// the beginning of a real message.
    static func messages(_ bytes: [UInt8]) throws {
        let text = Array(String(decoding: bytes, as: UTF8.self).utf8)
        var runs: [RowRun] = []
        var messages: [[UInt8]] = []
        for line in text.split(separator: UInt8(ascii: "\n")) where line.count < DumpLimits.textBytes {
            let tab = line.firstIndex(of: UInt8(ascii: "\t"))
            let message = (tab.map { $0 + 1 } ?? line.startIndex)..<line.endIndex
            let code = line.startIndex..<(tab ?? line.startIndex)
            runs.append(
                RowRun(
                    firstRow: runs.count + 1, facts: code.isEmpty ? .error : [.error, .code],
                    code: code.isEmpty ? nil : TextRange(offset: code.lowerBound, count: code.count),
                    message: TextRange(offset: message.lowerBound, count: message.count)))
            messages.append(Array(text[message]))
        }
        var analyzer = JobAnalyzer(listsRows: true)
        var job = DeclaredJob()
        job.jobID = "j"
        analyzer.beginRows(of: job)
        analyzer.consume(runs.span, text: text.span)
        let summary = analyzer.summary(of: Dump(ofWhole: job, rowCount: runs.count), source: "a")
        try require(summary.rows.failed == runs.count, "\(summary.rows.failed) failed rows of \(runs.count)")
        let counted = summary.failedByCode.reduce(0) { $0 + $1.rows }
        try require(counted == runs.count, "\(counted) rows in codes of \(runs.count)")
        for code in summary.failedByCode {
            let rows = code.messages.reduce(0) { $0 + $1.rows }
            try require(rows <= code.rows, "\(rows) rows in messages of \(code.rows)")
            for message in code.messages {
                guard let example = message.example, messages.indices.contains(message.exampleRow - 1) else { continue }
                try require(
                    messages[message.exampleRow - 1].starts(with: example.utf8),
                    "\(example) is not the message of row \(message.exampleRow)")
                for slot in message.slots {
                    let values = slot.values.reduce(slot.otherRows) { $0 + $1.rows }
                    try require(values == message.rows, "\(values) rows in values of \(message.rows): \(message)")
                }
            }
        }
        var all = Summary()
        all.append(summary)
        try AuditTargets.summary(SummaryJSON.render(all))
    }

    /// Values that are inserted into a text are not in its redacted form.
    static func redaction(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        let scalars = Array(text.unicodeScalars)
        let place = scalars.isEmpty ? 0 : Int(bytes[0]) % (scalars.count + 1)
        func planted(_ value: String) -> String {
            var planted = String.UnicodeScalarView()
            planted.append(contentsOf: scalars[..<place])
            planted.append(contentsOf: " \(value) ".unicodeScalars)
            planted.append(contentsOf: scalars[place...])
            return String(planted)
        }
        var rules = RedactionRules()
        rules.words = ["Xanadu Zq7"]
        rules.patterns = ["kubla-*"]
        rules.keys = ["khan"]
        let pseudonyms = Pseudonyms(key: [UInt8](repeating: 7, count: 32))
        var redactor = TextRedactor(pseudonyms, rules: rules)
        let values = [
            "coleridge.s@xanadu-zq.example", "7f3a9c52-1b4e-4d6f-8a90-c3e5d7f9b1a2", "8812345678901", "Xanadu Zq7",
            "kubla-17b", "khan=porlock", "+49 30 5558812345",
        ]
        let secrets = [
            "coleridge", "1b4e-4d6f", "8812345678901", "Xanadu Zq7", "kubla-17b", "porlock", "5558812345",
        ]
        // One of them for each input, and always the same one for the same input.
        let choice = bytes.reduce(bytes.count) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % values.count
        for (value, secret) in [(values[choice], secrets[choice])] where !text.contains(secret) {
            let whole = planted(value)
            let redacted = redactor.text(whole)
            try require(!redacted.contains(secret), "\(secret) is left of \(whole.debugDescription): \(redacted)")
            var other = TextRedactor(pseudonyms, rules: rules)
            try require(other.text(whole) == redacted, "another result the second time")
        }
        let value = redactor.value(text)
        try require(
            text.utf8.count < 8 || !value.contains(text), "\(text.debugDescription) is left of itself: \(value)")
        let names = SourceNames(pseudonyms, rules: rules)
        try require(
            !names.shown("coleridge/\(text)").contains("coleridge") || text.contains("coleridge"), "a folder is left")
    }
}
