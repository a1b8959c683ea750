package import ImportAnalysis
import ImportFoundation

/// The output of `account`, which says what became of the rows of a first try, in several formats.
package struct AccountReport: Sendable {
    /// The number of codes that the text and the page list; the JSON has all of them.
    private static let codesListed = 50

    let totals: AccountTotals
    /// The names of the tries.
    let names: [String]

    package init(_ totals: AccountTotals, tries names: [String]) {
        self.totals = totals
        self.names = names
    }

    // MARK: - Text

    /// The report for people at a terminal, ending with a line feed.
    package var text: String {
        var text = Wording.account(totals) + "\n\n"
        let width = max(Wording.grouped(totals.rows).count, 1)
        for line in lines {
            let number = Wording.grouped(line.rows)
            text += "  " + String(repeating: " ", count: width - number.count) + number + "  " + line.words + "\n"
        }
        if !totals.failingByCode.isEmpty {
            text += "\nStill to be imported, by code:\n"
            for code in totals.failingByCode.prefix(Self.codesListed) {
                let number = Wording.grouped(code.rows)
                text += "  " + String(repeating: " ", count: width - number.count) + number + "  "
                text += shownText(code.code ?? "(no code)") + "\n"
            }
            let more = totals.failingByCode.count - Self.codesListed
            if more > 0 { text += "  \(Wording.moreCodes(more))\n" }
        }
        if totals.sentInVain > 0 { text += "\n\(Wording.sentInVain(totals.sentInVain))\n" }
        return text
    }

    private var lines: [(rows: Int, words: String)] {
        var lines = totals.succeeded.enumerated().map { (rows: $1, words: "succeeded in try \($0 + 1)") }
        lines.append((totals.stillFailing, "sent again, still failing"))
        lines.append((totals.neverSentAgain, "failed, never sent again"))
        if totals.unclassified > 0 { lines.append((totals.unclassified, "unclassified")) }
        if totals.noResult > 0 { lines.append((totals.noResult, "without a result")) }
        return lines
    }

    // MARK: - CSV

    package static let header =
        "source,source_row,state,try,tries,error_code,sent_again_after_success\r\n"

    /// Appends the line of one row.
    package static func line(
        _ row: RowAccount.Row, source: String, number: Int, _ options: CSVOptions, into bytes: inout [UInt8]
    ) {
        bytes.appendCell(source, options)
        bytes.append(contentsOf: ",\(number),\(row.state.rawValue),\(row.lastTry),\(row.tries),".utf8)
        bytes.appendCell(row.code, options)
        bytes.append(contentsOf: row.wasSentInVain ? ",true\r\n".utf8 : ",false\r\n".utf8)
    }

    // MARK: - Page

    /// Returns a page with the same layout as the pages of reports.
    package func page(toolVersion: String) -> [UInt8] {
        let style = String(decoding: BuiltInTemplates.files["report.css"] ?? [], as: UTF8.self)
        let isDone = totals.succeeded.reduce(0, +) == totals.rows
        var page = """
            <!DOCTYPE html>
            <html xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en">
            <head>
            <meta charset="UTF-8"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-\(StyleSheet.hash(of: style))'; base-uri 'none'; form-action 'none'"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <meta name="generator" content="import-audit \(XMLText.escape(toolVersion))"/>
            <title>Account of \(Wording.triesWord(totals.tries))</title>
            <style>\(style)</style>
            </head>
            <body>
            <div hidden="hidden">
            <svg xmlns="http://www.w3.org/2000/svg" width="16" height="16">
            <defs>
            <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse"><rect class="ground" width="7" height="7"/></pattern>
            </defs>
            </svg>
            </div>
            <header class="masthead">
            <p class="product">Import audit</p>
            <h1>Account of \(Wording.triesWord(totals.tries))</h1>
            </header>
            <main>
            <section id="verdict" class="verdict \(isDone ? "good" : "warning")" aria-labelledby="verdict-heading">
            <h2 id="verdict-heading">\(isDone ? "All imported" : "Not all imported")</h2>
            <p class="sentence">\(XMLText.escape(Wording.account(totals)))</p>

            """
        if totals.sentInVain > 0 { page += "<p>\(XMLText.escape(Wording.sentInVain(totals.sentInVain)))</p>\n" }
        page +=
            "</section>\n<section id=\"rows\" aria-labelledby=\"rows-heading\">\n<h2 id=\"rows-heading\">Rows</h2>\n"
        page += "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">state</th>"
        page += "<th scope=\"col\" class=\"number\">rows</th></tr></thead>\n<tbody>\n"
        for line in lines {
            page += "<tr><th scope=\"row\">\(XMLText.escape(line.words))</th>"
            page += "<td class=\"number\">\(Wording.grouped(line.rows))</td></tr>\n"
        }
        page += "</tbody>\n</table></div>\n</section>\n"
        if !totals.failingByCode.isEmpty {
            page += "<section id=\"codes\" aria-labelledby=\"codes-heading\">\n"
            page += "<h2 id=\"codes-heading\">Still to be imported, by code</h2>\n"
            page += "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">code</th>"
            page += "<th scope=\"col\" class=\"number\">rows</th></tr></thead>\n<tbody>\n"
            for code in totals.failingByCode.prefix(Self.codesListed) {
                page += "<tr><th scope=\"row\"><bdi>\(XMLText.escape(code.code ?? "(no code)"))</bdi></th>"
                page += "<td class=\"number\">\(Wording.grouped(code.rows))</td></tr>\n"
            }
            page += "</tbody>\n</table></div>\n"
            let more = totals.failingByCode.count - Self.codesListed
            if more > 0 { page += "<p>\(Wording.moreCodes(more))</p>\n" }
            page += "</section>\n"
        }
        page += "<section id=\"tries\" aria-labelledby=\"tries-heading\">\n<h2 id=\"tries-heading\">Tries</h2>\n<ol>\n"
        for name in names { page += "<li><bdi>\(XMLText.escape(name))</bdi></li>\n" }
        page += "</ol>\n</section>\n</main>\n</body>\n</html>\n"
        return Array(page.utf8)
    }
}

// MARK: - For programs

extension AccountReport {
    /// The value of the member `format`.
    package static let format = "import-audit.account"
    /// Increases when a member changes its meaning or is removed; members may be added at any time.
    package static let version = 1

    /// The report for programs, ending with a line feed.
    package var json: [UInt8] { MemberTable.account.document(self) }

    /// The JSON Schema of ``json``.
    package static var schema: [UInt8] {
        MemberTable.account.schema.document(of: "account --format json", version: version)
    }
}

extension MemberTable<AccountReport> {
    fileprivate static let account = MemberTable([
        .format(AccountReport.format),
        .version(AccountReport.version),
        .writtenTexts("tries") { $0.names },
        .writtenCount("rows") { $0.totals.rows },
        .written("succeeded_by_try", .list(.count)) { $1.value($0.totals.succeeded) },
        .writtenCount("succeeded") { $0.totals.succeeded.reduce(0, +) },
        .writtenCount("still_failing") { $0.totals.stillFailing },
        .writtenCount("never_sent_again") { $0.totals.neverSentAgain },
        .writtenCount("unclassified") { $0.totals.unclassified },
        .writtenCount("no_result") { $0.totals.noResult },
        .writtenCount("sent_again_after_success") { $0.totals.sentInVain },
        .writtenList("failing_by_code", code) { $0.totals.failingByCode },
    ])

    private static let code = MemberTable<AccountTotals.Code>([
        .writtenText("code") { $0.code },
        .writtenCount("rows") { $0.rows },
    ])
}
