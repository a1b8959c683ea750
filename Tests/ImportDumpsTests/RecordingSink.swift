import ImportDumps

/// Writes down each row as text: position, facts, id, code, message and details.
///
/// Texts are escaped to ASCII, so that comparing two rows compares their characters one by one: Swift's own string
/// comparison holds canonically equivalent texts for equal.
struct RecordingSink: RowSink {
    private(set) var rows: [String] = []
    /// How many times `results` began.
    private(set) var beginnings = 0

    mutating func beginRows(of job: DeclaredJob) {
        rows = []
        beginnings += 1
    }

    mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {
        for index in runs.indices { consume(runs[index], text: text) }
    }

    mutating func consume(_ run: RowRun, text: Span<UInt8>) {
        for index in 0..<run.count {
            let id = run.id?.advanced(by: index * run.idStride)
            rows.append(
                Self.line(
                    row: run.firstRow + index, facts: run.facts, id: Self.string(id, in: text),
                    code: Self.string(run.code, in: text), message: Self.string(run.message, in: text),
                    details: Self.string(run.details, in: text)))
        }
    }

    /// What is recorded of a row; a text that is absent is a dash. Details, which few errors have, are only there if
    /// there are some.
    static func line(
        row: Int, facts: RowFacts, id: String?, code: String?, message: String?, details: String? = nil
    ) -> String {
        "\(row) \(names(of: facts)) \(shown(id)) \(shown(code)) \(shown(message))"
            + (details == nil ? "" : " " + shown(details))
    }

    private static func string(_ range: TextRange?, in text: Span<UInt8>) -> String? {
        guard let range else { return nil }
        var bytes: [UInt8] = []
        for index in range.offset..<range.offset + range.count { bytes.append(text[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func shown(_ text: String?) -> String {
        guard let text else { return "-" }
        return "\"" + text.unicodeScalars.map { $0.escaped(asASCII: true) }.joined() + "\""
    }

    private static func names(of facts: RowFacts) -> String {
        let named: [(RowFacts, String)] = [
            (.created, "created"), (.existing, "existing"), (.error, "error"), (.code, "code"),
            (.idNotUUID, "idNotUUID"), (.wrongType, "wrongType"), (.unknownField, "unknownField"),
            (.duplicateKey, "duplicateKey"), (.textCut, "textCut"),
        ]
        let present = named.filter { facts.contains($0.0) }.map { $0.1 }
        return present.isEmpty ? "nothing" : present.joined(separator: "+")
    }
}
