package import ImportAnalysis
import ImportFoundation

/// The output of `check`: the results of the rules of a gate, in several formats.
package struct CheckReport: Sendable {
    let ruleResults: RuleResults
    let totals: Totals
    let codes: CodeBook?
    /// The number of inputs that are not import jobs.
    let unreadable: Int
    let isAllRead: Bool

    /// - Parameters:
    ///   - totals: the totals of all jobs.
    ///   - unreadable: the number of inputs that are not import jobs.
    ///   - isAllRead: whether every input was read completely, including dumps that another one supersedes.
    package init(_ ruleResults: RuleResults, totals: Totals, codes: CodeBook?, unreadable: Int, isAllRead: Bool) {
        self.isAllRead = isAllRead
        self.ruleResults = ruleResults
        self.totals = totals
        self.codes = codes
        self.unreadable = unreadable
    }

    /// A sentence about what could not be read completely; nil if everything was.
    var readingSentence: String? {
        Wording.notAllChecked(unreadable: unreadable, salvaged: totals.salvagedJobs, isAllRead: isAllRead)
    }

    /// The codes of failed rows in a state, most rows first; empty without a codes file.
    func codes(_ state: CodeStanding.State) -> [CodeTotal] {
        guard let codes else { return [] }
        return totals.failedByCode.filter { codes.standing(of: $0.code, isOther: $0.isOther).state == state }
    }
}

extension CheckReport {
    /// The value of the member `format`.
    package static let format = "import-audit.check"
    /// Increases when a member changes its meaning or is removed; members may be added at any time.
    package static let version = 1

    /// The report for programs, ending with a line feed.
    package var json: [UInt8] { MemberTable.check.document(self, codes: codes) }

    /// The JSON Schema of ``json``.
    package static var schema: [UInt8] {
        MemberTable.check.schema.document(of: "check --format json", version: version)
    }
}

extension MemberTable<CheckReport> {
    fileprivate static let check = MemberTable([
        .format(CheckReport.format),
        .version(CheckReport.version),
        .writtenObject("gate", .gate) { $0.ruleResults.gate ?? [] },
        .writtenCount("unreadable") { $0.unreadable },
        .writtenCount("salvaged") { $0.totals.salvagedJobs },
        .written("unused_entries", .list(.text), ifThere: { $0.ruleResults.unusedEntries }) { entries, json in
            json.array { json in
                for entry in entries { json.value(entry.key.words) }
            }
        },
        .writtenObject("totals", .totals) { $0.totals },
    ])
}

extension CheckReport {
    /// The report for CI systems, in JUnit's XML format: a test case for each rule, a failure for each rule that is not
    /// met, and an error if something could not be read.
    package var junit: [UInt8] {
        let gate = ruleResults.gate ?? []
        let failures = gate.count { !$0.isMet }
        let errors = readingSentence == nil ? 0 : 1
        let counts = #"tests="\#(gate.count + 1)" failures="\#(failures)" errors="\#(errors)""#
        var xml = """
            \(OwnOutput.testResultsStart) \(counts)>
              <testsuite name="import-audit check" \(counts) skipped="0">

            """
        for result in gate {
            let name = #"<testcase classname="import-audit.check" name="\#(Self.attribute(result.rule.title))""#
            if result.isMet {
                xml += "    \(name)/>\n"
            } else {
                let message = "\(result.rule.demand): \(result.found)"
                xml +=
                    "    \(name)>\n      <failure type=\"rule\" message=\"\(Self.attribute(message))\"/>\n    </testcase>\n"
            }
        }
        let inputs = #"<testcase classname="import-audit.check" name="inputs were read completely""#
        if let sentence = readingSentence {
            xml +=
                "    \(inputs)>\n      <error type=\"input\" message=\"\(Self.attribute(sentence))\"/>\n    </testcase>\n"
        } else {
            xml += "    \(inputs)/>\n"
        }
        if let unused = ruleResults.unusedSentence { xml += "    <system-out>\(XMLText.escape(unused))</system-out>\n" }
        xml += "  </testsuite>\n</testsuites>\n"
        return Array(xml.utf8)
    }

    /// Escapes a text for an attribute. CI systems show these texts on a terminal, so control characters and line ends
    /// are written out.
    private static func attribute(_ text: String) -> String { XMLText.escape(shownText(text)) }
}

extension CheckReport {
    /// The number of lines that a list shows.
    private static let linesListed = 50

    /// The report for people at a terminal, ending with a line feed.
    ///
    /// - Parameter usesColor: marks results in color; the words are the same without.
    package func text(usesColor: Bool) -> [UInt8] {
        var text = ""
        for result in ruleResults.gate ?? [] {
            let word = result.isMet ? "ok  " : "FAIL"
            let mark = usesColor ? "\u{1B}[\(result.isMet ? "1;32" : "1;31")m\(word)\u{1B}[0m" : word
            text += "\(mark) \(shownText(result.line))\n"
            for verdict in result.verdicts.prefix(Self.linesListed) { text += "       \(shownText(verdict))\n" }
        }
        if let sentence = ruleResults.sentence { text += "\(sentence)\n" }
        if let sentence = readingSentence { text += "\(sentence)\n" }
        if codes != nil {
            for (state, title) in [
                (CodeStanding.State.new, "Codes without an entry in the codes file"),
                (.expired, "Codes whose acceptance has ended"),
            ] {
                Self.append(codes(state), title, to: &text) { code in
                    "\(Wording.rowsWord(code.rows))  \(Wording.code(code.code))"
                }
            }
            Self.append(
                ruleResults.unusedEntries ?? [], "Entries of the codes file that matched no code", to: &text
            ) { shownText($0.key.words) }
        }
        return Array(text.utf8)
    }

    private static func append<Item>(
        _ items: [Item], _ heading: String, to text: inout String, _ line: (Item) -> String
    ) {
        guard !items.isEmpty else { return }
        text += "\n\(heading)\n"
        for item in items.prefix(linesListed) { text += "  \(line(item))\n" }
        if items.count > linesListed {
            text += "  \(linesListed) of \(Wording.grouped(items.count)); the JSON has all\n"
        }
    }
}
