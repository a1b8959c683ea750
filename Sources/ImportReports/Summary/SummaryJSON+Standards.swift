import ImportAnalysis

// What is there only where a codes file or rules were given. A summary is read back without it.
extension SummaryJSON {
    /// What is known of a code: null for one that is new; nothing at all without a codes file.
    static func appendKnown(_ standing: CodeStanding?, to json: inout JSONWriter) {
        guard let standing else { return }
        json.key("known")
        guard let entry = standing.entry else { return json.value(String?.none) }
        json.object { json in
            json.key("state")
            json.value(standing.state.rawValue)
            json.key("entry")
            json.value(entry.key.words)
            for (name, text) in [
                ("title", entry.title), ("explanation", entry.explanation), ("owner", entry.owner),
                ("action", entry.action?.rawValue),
            ] {
                json.key(name)
                json.value(text)
            }
            json.key("accepted")
            guard let acceptance = entry.acceptance else { return json.value(String?.none) }
            json.object { json in
                json.key("reason")
                json.value(acceptance.reason)
                json.key("until")
                json.value(acceptance.until?.text)
            }
        }
    }

    /// What rules came to.
    static func append(_ gate: [GateResult], to json: inout JSONWriter) {
        json.object { json in
            json.key("met")
            json.value(gate.allSatisfy { $0.isMet })
            json.key("rules")
            json.array { json in
                for result in gate { append(result, to: &json) }
            }
        }
    }

    private static func append(_ result: GateResult, to json: inout JSONWriter) {
        json.object { json in
            json.key("rule")
            json.value(result.rule.name)
            switch result.rule {
            case .maxFailed(let limit, let onlyPending):
                json.key("limit")
                json.value(limit.text)
                json.key("only_new_codes")
                json.value(onlyPending)
            case .maxFailedCode(let code, let limit):
                json.key("code")
                json.value(code)
                json.key("limit")
                json.value(limit.text)
            case .failOnSeverity(let severity):
                json.key("finding")
                json.value(severity.rawValue)
            case .failOnFinding(let id):
                json.key("finding")
                json.value(id.name)
            case .requireComplete: break
            case .minRows(let rows):
                json.key("limit")
                json.value(String(rows))
            }
            json.key("measured")
            json.value(result.measured)
            json.key("of")
            json.value(result.whole)
            if result.undecided > 0 {
                json.key("undecided")
                json.value(result.undecided)
            }
            json.key("met")
            json.value(result.isMet)
            json.key("sentence")
            json.value("\(result.rule.demand): \(result.found)")
        }
    }
}
