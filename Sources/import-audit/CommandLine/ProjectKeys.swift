import ArgumentParser
import CodeFiles
import ImportAnalysis
import ImportDumps
import ImportFoundation

/// A key of the project file: an option, and the commands that accept it.
struct ProjectKey: Sendable {
    let name: String
    let kind: ProjectFile.Kind
    /// Commands that accept it.
    let commands: [String]
    /// Fails as ArgumentParser would for the same value on the command line.
    let check: @Sendable (String) throws -> Void
    /// Whether the values of a list are joined with commas into one value.
    var isJoined = false
    /// The option's name in those commands where it differs from the key.
    var otherNames: [String: String] = [:]
    /// The commands that accept it only together with another option on the command line, and that option.
    var needs: [String: String] = [:]

    /// The option, with its hyphens.
    func option(of command: String) -> String { "--\(otherNames[command] ?? name)" }

    /// All keys. Options that name inputs or outputs, or override a safeguard, are deliberately not among them: they
    /// can be given on the command line only.
    static let all: [ProjectKey] =
        [
            ProjectKey(name: "codes", kind: .text, commands: withCodes, check: { _ in }),
            ProjectKey(
                name: "as-of", kind: .text, commands: withCodes, check: { _ = try CalendarDay.option("--as-of")($0) }),
            ProjectKey(name: "rules", kind: .text, commands: withRules, check: { _ in }),
        ] + Rules.Form.all.map(ruleKey) + [
            ProjectKey(name: "only-new-codes", kind: .flag, commands: withRules, check: { _ in }),
            ProjectKey(name: "redact", kind: .flag, commands: withRedaction, check: { _ in }),
            ProjectKey(name: "redact-key-file", kind: .text, commands: withRedaction, check: { _ in }),
            ProjectKey(name: "redact-rules", kind: .text, commands: withRedaction, check: { _ in }),
            ProjectKey(
                name: "formats", kind: .list, commands: ["report"], check: { _ = try ReportFormats(list: $0) },
                isJoined: true),
            ProjectKey(name: "title", kind: .text, commands: ["report"], check: { _ in }),
            ProjectKey(name: "templates", kind: .text, commands: ["report"], check: { _ in }),
            ProjectKey(name: "css", kind: .text, commands: ["report"], check: { _ = try StylePlace.named($0) }),
            ProjectKey(
                name: "job-reports", kind: .text, commands: ["report"], check: { _ = try JobReports.named($0) }),
            ProjectKey(
                name: "markdown-limit", kind: .text, commands: ["report", "merge"],
                check: { _ = try MarkdownLimit.named($0) }, needs: ["merge": "--output"]),
            ProjectKey(
                name: "csv-raw", kind: .flag, commands: ["report", "rows", "rejects", "account", "merge"],
                check: { _ in }, needs: ["merge": "--output"]),
            ProjectKey(
                name: "csv-bom", kind: .flag, commands: ["report", "rows", "account", "merge"], check: { _ in },
                needs: ["merge": "--output"]),
            ProjectKey(
                name: "strict", kind: .flag, commands: withDumps.filter { $0 != "verify" }, check: { _ in }),
            ProjectKey(
                name: "encoding", kind: .text, commands: withDumps.filter { $0 != "rejects" },
                check: { _ = try WorkOptions.encoding($0) }),
            ProjectKey(
                name: "source-encoding", kind: .text, commands: ["report", "rejects"],
                check: { try EncodingName.checkSource($0, option: "source-encoding") },
                otherNames: ["rejects": "encoding"], needs: ["report": "--source"]),
            ProjectKey(
                name: "delimiter", kind: .text, commands: ["report", "rejects"],
                check: { _ = try SourceFormOptions.delimiter($0) }, needs: ["report": "--source"]),
            ProjectKey(
                name: "no-header", kind: .flag, commands: ["report", "rejects"], check: { _ in },
                needs: ["report": "--source"]),
            ProjectKey(
                name: "since", kind: .text, commands: withSelection,
                check: { _ = try CalendarDay.option("--since")($0) }),
            ProjectKey(
                name: "until", kind: .text, commands: withSelection,
                check: { _ = try CalendarDay.option("--until")($0) }),
            ProjectKey(
                name: "status", kind: .list, commands: withSelection,
                check: { _ = try SelectionOptions.text($0, of: "status") }),
            ProjectKey(
                name: "job", kind: .list, commands: withSelection,
                check: { _ = try SelectionOptions.text($0, of: "job") }),
            ProjectKey(name: "threads", kind: .text, commands: withDumps, check: { _ = try Threads.count($0) }),
        ]

    private static let withCodes = ["report", "summary", "check", "rejects"]
    private static let withRules = ["report", "check"]
    private static let withRedaction = ["report", "summary", "check", "compare", "codes", "rows", "history add"]
    private static let withSelection = [
        "report", "summary", "check", "compare", "codes", "rows", "merge", "history add",
    ]
    private static let withDumps = [
        "report", "summary", "check", "rejects", "account", "rows", "compare", "codes", "verify", "history add",
    ]
    /// The keys that `--rules` on the command line replaces.
    static let rules = Set(Rules.Form.all.map { $0.name } + ["rules", "only-new-codes"])

    private static func ruleKey(_ form: Rules.Form) -> ProjectKey {
        let kind: ProjectFile.Kind =
            switch form.value {
            case .flag: .flag
            case .limitOfCode, .findings: .list
            case .limit, .share, .multiple, .rows: .text
            }
        return ProjectKey(
            name: form.name, kind: kind, commands: form.asksForHistory ? ["check"] : withRules,
            check: { if case .flag = form.value { return } else { _ = try form.rule(of: $0, as: form.name) } },
            needs: form.asksForHistory ? ["check": "--history"] : [:])
    }
}
