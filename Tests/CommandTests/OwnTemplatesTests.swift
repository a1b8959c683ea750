import Foundation
import TestSupport
import Testing

/// `--templates`: custom files instead of the built-in ones.
struct OwnTemplatesTests {
    static let page = """
        <!DOCTYPE html>
        <html xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en">
        <head><meta charset="UTF-8"/><title>{{title}}</title></head>
        <body><h1>{{verdict.word}}</h1>{{>rows.xhtml.mustache}}</body>
        </html>

        """

    @Test("Valid ones are used, the others stay built-in")
    func valid() throws {
        let space = try Workspace()
        try space.write(Self.page, as: "own/report.xhtml.mustache")
        try space.write(
            "<ul>{{#rows.outcomes}}<li>{{label}}</li>{{/rows.outcomes}}</ul>", as: "own/rows.xhtml.mustache")
        try space.write("not a template", as: "own/README")
        let run = try importAudit("report", Repository.sample("hostile"), "-o", space["o"], "--templates", space["own"])
        #expect(run.status == 0, "\(run)")
        #expect(try space.text("o/report.xhtml").contains("<ul><li>Created</li><li>Existing</li><li>Failed</li></ul>"))
        _ = try importAudit("report", Repository.sample("hostile"), "-o", space["p"])
        #expect(try space.bytes("o/report.md") == space.bytes("p/report.md"))
        let valid = try importAudit("validate", space["o/report.xhtml"])
        #expect(valid.status == 0, "\(valid)")
    }

    @Test("One that nothing includes is named: its name may be misspelled")
    func unused() throws {
        let space = try Workspace()
        try space.write(Self.page, as: "own/report.xhtml.mustache")
        try space.write("<p/>", as: "own/rows.xhtml.mustache")
        let arguments = ["report", Repository.sample("sync"), "--templates", space["own"], "--force", "-o", space["o"]]
        #expect(try !importAudit(arguments: arguments).errorText.contains("not used"))
        try space.write("{{title}}", as: "own/reprot.md.mustache")
        let run = try importAudit(arguments: arguments)
        #expect(run.errorText.contains("own/reprot.md.mustache: not used"), "\(run)")
        #expect(!run.errorText.contains("rows.xhtml.mustache"), "\(run)")
        #expect(try !importAudit(arguments: arguments + ["--quiet"]).errorText.contains("not used"))
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var file: String
        var text: String
        var status: Int32 = 64
        /// Parts of the message on standard error.
        var says: [String]
        var testDescription: String { text }
    }

    static let refusals = [
        Refusal(
            file: "report.xhtml.mustache",
            text: page.replacing("<h1>", with: "\n<blink>").replacing("</h1>", with: "</blink>")
                .replacing("{{>rows.xhtml.mustache}}", with: ""),
            says: ["own: report.xhtml.mustache", "line 5 of the page", "blink", "Nothing was written"]),
        Refusal(
            file: "report.xhtml.mustache",
            text: page.replacing("</h1>", with: "").replacing("{{>rows.xhtml.mustache}}", with: ""),
            says: ["own: report.xhtml.mustache", "line 4 of the page", "Nothing was written"]),
        Refusal(
            file: "report.xhtml.mustache", text: "a\n{{nothing}}", says: ["own/report.xhtml.mustache:2:", "“nothing”"]),
        Refusal(file: "report.md.mustache", text: "{{{title}}}", says: ["own/report.md.mustache:1:", "Unescaped"]),
        Refusal(file: "report.css", text: "a{}\n</style>", says: ["own/report.css:2:", "must not contain"]),
        Refusal(
            file: "report.css", text: "@import url(https://evil.example/x.css);",
            says: ["own: report.css", "line 10 of the page", "Nothing was written"]),
        Refusal(
            file: "other.txt", text: "x",
            says: ["own: this folder contains no report template", "report.md.mustache"]),
    ]

    @Test("Those that cannot be used are refused with file, line and reason; the old files stay", arguments: refusals)
    func refused(refusal: Refusal) throws {
        let space = try Workspace()
        try space.write(refusal.text, as: "own/\(refusal.file)")
        let arguments = ["report", Repository.sample("sync"), "--templates", space["own"], "-o"]
        let fresh = try RunningCommand(arguments + [space["new"]]).finish()
        #expect(fresh.status == refusal.status, "\(fresh)")
        for part in refusal.says { #expect(fresh.errorText.contains(part), "\(part): \(fresh)") }
        #expect(space.names(in: "new") == nil)

        _ = try importAudit("report", Repository.sample("clean-async"), "-o", space["old"])
        let before = try space.files(in: "old")
        let again = try RunningCommand(arguments + [space["old"]]).finish()
        #expect(again.status == refusal.status, "\(again)")
        #expect(try space.files(in: "old") == before)
    }

    @Test("A folder that is not there is 64")
    func noFolder() throws {
        let space = try Workspace()
        let run = try importAudit("report", Repository.sample("sync"), "-o", space["o"], "--templates", space["none"])
        #expect(run.status == 64, "\(run)")
        #expect(run.errorText == "import-audit: \(space["none"]): No such file or directory\n")
        #expect(space.names(in: "o") == nil)
    }

    @Test(
        "Templates that would take any time or space are refused in seconds",
        .timeLimit(.minutes(10)), arguments: ["inclusions", "inverted", "lists", "page"])
    func expansion(kind: String) throws {
        let space = try Workspace()
        func body(_ text: String) -> String { Self.page.replacing("{{>rows.xhtml.mustache}}", with: text) }
        let status: Int32
        switch kind {
        case "inclusions":
            for number in 0..<20 {
                let next = number < 19 ? String(repeating: "{{>p\(number + 1).mustache}}", count: 3) : "x"
                try space.write(next, as: "own/p\(number).mustache")
            }
            try space.write(body("{{>p0.mustache}}"), as: "own/report.xhtml.mustache")
            status = 64
        case "inverted":
            let names = Array(repeating: "failures.listing.codes", count: 25)
            let text = names.map { "{{^\($0)}}" }.joined() + "x" + names.map { "{{/\($0)}}" }.joined()
            try space.write(body(text), as: "own/report.xhtml.mustache")
            status = 64
        default:
            let depth = kind == "lists" ? 30 : 6
            let text =
                String(repeating: "{{#rows.outcomes}}", count: depth)
                + (kind == "lists" ? "" : String(repeating: "long ", count: 100_000))
                + String(repeating: "{{/rows.outcomes}}", count: depth)
            try space.write(body(text), as: "own/report.xhtml.mustache")
            status = 73
        }
        let run = try importAudit("report", Repository.sample("hostile"), "-o", space["o"], "--templates", space["own"])
        #expect(
            run.status == status && run.errorText.contains("too large") || run.errorText.contains("is larger than"),
            "\(run)")
        #expect(space.names(in: "o") ?? [] == [])
    }
}
