import ImportAnalysis
import ImportFoundation

/// Renders a report as workflow commands, which GitHub Actions shows as annotations when a step prints them.
///
/// Text of a dump cannot end a line, so it cannot begin a command. GitHub shows ten errors, ten warnings and ten
/// notices per step (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
package enum GitHubAnnotations {
    private static let shownOfAKind = 10
    /// The most bytes of a step's summary.
    package static let summaryLimit = 1024 * 1024

    package static func render(_ brief: Brief) -> [UInt8] {
        var lines = [command(kind(brief.level), title: brief.title, "\(brief.headline). \(brief.remark)")]
        var counts = [kind(brief.level): 1]
        func add(_ kind: String, _ title: String, _ message: String) {
            guard counts[kind, default: 0] < shownOfAKind else { return }
            counts[kind, default: 0] += 1
            lines.append(command(kind, title: title, message))
        }
        for finding in brief.findings + brief.jobs {
            add(finding.severity == .critical ? "error" : "warning", brief.title, finding.text)
        }
        for step in brief.steps {
            let codes = step.codes.map { "\($0.name) \($0.count)" }
            let list = codes + (step.more > 0 ? [Wording.moreCodes(step.more)] : [])
            let parts = [list.isEmpty ? nil : list.joined(separator: ", "), step.note].compactMap { $0 }
            add("notice", "\(step.heading): \(step.rows)", parts.joined(separator: ". "))
        }
        if brief.steps.isEmpty {
            for code in brief.codes {
                // The name can be that of a code, or say that there is none.
                add(
                    "notice", code.name,
                    "\(Wording.rowsWord(code.rows, isAtLeast: code.isAtLeast)) failed, \(code.share) of rows seen")
            }
        }
        return Array((OwnOutput.annotationsStart + lines.joined()).utf8)
    }

    private static func kind(_ level: Verdict.Level) -> String {
        switch level {
        case .good, .pending: "notice"
        case .warning: "warning"
        case .critical: "error"
        }
    }

    private static func command(_ kind: String, title: String, _ message: String) -> String {
        "::\(kind) title=\(property(title))::\(data(message))\n"
    }

    /// Escapes percent signs and line ends as the runner decodes them.
    private static func data(_ text: String) -> String {
        text.replacing(scalars: ["%": "%25", "\r": "%0D", "\n": "%0A"])
    }

    private static func property(_ text: String) -> String {
        data(text).replacing(scalars: [":": "%3A", ",": "%2C"])
    }
}
