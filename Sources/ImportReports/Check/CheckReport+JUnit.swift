import ImportAnalysis

extension CheckReport {
    /// For CI systems, as the XML that JUnit made common: a test case for each rule, a failure for each that is not met,
    /// and an error if something could not be read.
    public var junit: [UInt8] {
        let gate = conclusion.gate ?? []
        let failures = gate.count { !$0.isMet }
        let errors = readingSentence == nil ? 0 : 1
        let counts = #"tests="\#(gate.count + 1)" failures="\#(failures)" errors="\#(errors)""#
        var xml = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="import-audit" \(counts)>
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
        let inputs = #"<testcase classname="import-audit.check" name="inputs were read whole""#
        if let sentence = readingSentence {
            xml +=
                "    \(inputs)>\n      <error type=\"input\" message=\"\(Self.attribute(sentence))\"/>\n    </testcase>\n"
        } else {
            xml += "    \(inputs)/>\n"
        }
        if let unused = conclusion.unusedSentence { xml += "    <system-out>\(XMLText.escape(unused))</system-out>\n" }
        xml += "  </testsuite>\n</testsuites>\n"
        return Array(xml.utf8)
    }

    /// CI systems show these on a terminal: what would act there is written out, and so is a line's end.
    private static func attribute(_ text: String) -> String { XMLText.escape(shownText(text)) }
}

extension Gate.Rule {
    /// The rule as one would give it, to tell test cases apart.
    fileprivate var title: String {
        switch self {
        case .maxFailed(let limit, let onlyPending): "\(name) \(limit.text)\(onlyPending ? " only-new-codes" : "")"
        case .maxFailedCode(let code, let limit): "\(name) \(code ?? "")=\(limit.text)"
        case .failOnSeverity(let severity): "\(name) \(severity.rawValue)"
        case .failOnFinding(let id): "\(name) \(id.name)"
        case .requireComplete: name
        case .minRows(let rows): "\(name) \(rows)"
        }
    }
}
