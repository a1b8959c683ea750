import ImportReports
import Testing

/// A name that the model does not have is an error anywhere in a template, with the name that was probably meant.
struct UnknownNameTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var file: String
        var text: String
        var line: Int
        var says: String
        /// A partial that the text includes.
        var partial: (name: String, text: String)?
        var testDescription: String { "\(file): \(text)" }
    }

    static let cases = [
        Case(
            file: "report.md.mustache", text: "\n{{titel}}", line: 2,
            says: "Perhaps “title” is meant. Known are: about, arithmetic, checks, codebook, "),
        Case(
            file: "report.xhtml.mustache", text: "{{verdict.wrod}}", line: 1,
            says: "Perhaps “verdict.word” is meant. In “verdict” there are: "),
        Case(
            file: "report.xhtml.mustache", text: "{{verdict.salvaged.lime}}", line: 1,
            says: "In “verdict.salvaged” there are: byte, column, line, sentence."),
        Case(
            file: "index.md.mustache", text: "{{#worst}}\n{{#itmes}}x{{/itmes}}{{/worst}}", line: 2,
            says: "Perhaps “items” is meant."),
        Case(
            file: "index.xhtml.mustache", text: "{{#worst.items}}\n\n{{fialed}}{{/worst.items}}", line: 3,
            says: "Perhaps “failed” is meant."),
        Case(
            file: "index.xhtml.mustache", text: "{{findings.summary}}", line: 1,
            says: "The name “findings.summary” is not known here."),
        Case(
            file: "index.md.mustache", text: "\n{{^unreadabel}}none{{/unreadabel}}", line: 2,
            says: "Perhaps “unreadable” is meant."),
        Case(
            file: "report.md.mustache",
            text: "{{#failures.listing.codes}}{{^mesages}}\n{{/mesages}}{{/failures.listing.codes}}", line: 1,
            says: "Perhaps “messages” is meant."),
        Case(
            file: "report.md.mustache",
            text:
                "{{#failures}}{{#listing}}{{#codes}}\n{{#messages}}{{pattern.txet}}{{/messages}}{{/codes}}{{/listing}}{{/failures}}",
            line: 2, says: "Perhaps “pattern.text” is meant. In “pattern” there are: text."),
        Case(file: "report.md.mustache", text: "{{title.text}}", line: 1, says: "“title” has no names of its own."),
        Case(file: "report.md.mustache", text: "{{somethingElse}}", line: 1, says: "is not known here. Known are: "),
        Case(
            file: "report.md.mustache", text: "{{\(String(repeating: "x", count: 100_000))}}", line: 1,
            says: "is not known here. Known are: "),
        Case(
            file: "report.xhtml.mustache", text: "{{#rows.outcomes}}{{>row.mustache}}{{/rows.outcomes}}", line: 2,
            says: "Perhaps “label” is meant.", partial: ("row.mustache", "\n{{lable}}")),
        Case(
            file: "index.md.mustache", text: "{{#unreadable}}{{#items}}{{>own.md.mustache}}{{/items}}{{/unreadable}}",
            line: 1, says: "Perhaps “reason” is meant.", partial: ("own.md.mustache", "{{raeson}}")),
    ]

    @Test("It is reported with its file and line, and with the names that are known there", arguments: cases)
    func unknownName(each: Case) throws {
        var files = [each.file: Array(each.text.utf8)]
        if let partial = each.partial { files[partial.name] = Array(partial.text.utf8) }
        let failure = #expect(throws: TemplateFailure.self) { try TemplateSet(replacing: files) }
        #expect(failure?.file == each.partial?.name ?? each.file)
        #expect(failure?.line == each.line)
        #expect(failure?.message.contains(each.says) == true, "\(failure?.message.prefix(500) ?? "")")
    }
}
