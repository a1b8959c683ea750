import ImportAnalysis
import ImportDumps
import Testing

/// Reads a dump and judges it, as the command does.
func audit(_ json: String, source: String = "dump.json") throws -> JobSummary {
    var analyzer = JobAnalyzer()
    let reading = try DumpReader(windowBytes: 4096).read(from: ArraySource(Array(json.utf8)), into: &analyzer)
    guard case .job(let dump) = reading else { throw NoJob(text: json) }
    return analyzer.summary(of: dump, source: source)
}

struct NoJob: Error {
    var text: String
}

/// A complete job with these rows, as JSON; `total` is true.
func job(rows: [String], more: String = "") -> String {
    #"{"job_id":"j","status":"complete","total":\#(rows.count)\#(more),"results":["#
        + rows.joined(separator: ",") + "]}"
}

let created = #"{"created":true}"#
let existing = #"{"existing":true}"#

func failed(_ code: String, _ message: String? = nil) -> String {
    #"{"error":{"code":"\#(code)""# + (message.map { #","message":"\#($0)""# } ?? "") + "}}"
}

extension JobSummary {
    /// The finding of a kind, if there is one.
    func finding(_ id: FindingID) -> Finding? {
        findings.first { $0.id == id }
    }

    /// Codes with their rows, as "code rows"; "-" for no code. Escaped, so that they compare character by character.
    var codeLines: [String] {
        failedByCode.map { "\($0.code.map(escaped) ?? "-") \($0.rows)\($0.isOther ? " other" : "")" }
    }

    /// All about the codes that can be compared.
    var codeDetails: [String] {
        failedByCode.map { code in
            let messages = code.messages.map { "\($0.pattern.map(escaped) ?? "-") \($0.rows) \($0.exampleRow)" }
            return
                "\(code.code.map(escaped) ?? "-") \(code.rows) \(code.share.decimal) \(code.firstRow) \(code.lastRow) "
                + "\(messages) \(code.messageCount ?? -1) \(code.isOther)"
        }
    }
}

/// A text in ASCII: Swift's own comparison holds canonically equivalent texts for equal.
func escaped(_ text: String) -> String {
    text.unicodeScalars.map { $0.escaped(asASCII: true) }.joined()
}
