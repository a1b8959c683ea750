import ImportAnalysis
import ImportDumps

/// What a model is made from besides jobs, and its limits.
struct ModelContext {
    /// The title that the user gave; nil for the default.
    let title: String?
    let toolVersion: String
    let files: [ReportFile]
    let codes: CodeBook?
    let ruleResults: RuleResults?
    let redaction: RedactionMark?
    /// The places of failed rows in the source, if known.
    var places: ShownPlaces?
    /// The trend of the history that the audit was added to, if there is one.
    var history: TrendsReport?
    let limits: ModelLimits
}

/// Computes the values of the names of a model.
protocol ModelBuilder: SendableMetatype {
    var context: ModelContext { get }
}

extension ModelBuilder {
    var limits: ModelLimits { context.limits }

    /// Returns N of M, and the file that has all; nil if all are shown.
    func cut(_ shown: Int, of total: Int, file: ReportFile) -> ModelCut? {
        shown < total ? ModelCut(shown, of: total, file: name(of: file)) : nil
    }

    /// Returns the name of a file that a page may point to; nil if the file is not written.
    func name(of file: ReportFile) -> String? { context.files.contains(file) ? file.name : nil }
}

// MARK: - The page

/// Names that the models of reports and of overviews have in common.
extension ModelName where Root: ModelBuilder {
    static func parts(_ meaning: String, _ parts: [PagePart]) -> ModelName {
        .object("parts", meaning, ModelTable(parts.map { $0.flag })) { $0.limits }
    }

    static var linkedStyle: ModelName {
        .flag("linked_style", "true with `--css linked`: the style is in `report.css`, not in the page") {
            $0.name(of: .styleSheet) != nil
        }
    }

    static func shortening(of parts: [PagePart]) -> ModelName {
        .optionalObject(
            "shortening",
            "false unless `--markdown-limit` leaves something out. A page that leaves something out must show it",
            .only("sentence", "what was left out, and where it is")
        ) { $0.limits.shortening(of: parts, files: $0.context.files) }
    }

    static var tool: ModelName { .text("tool", "this program") { _ in "import-audit" } }
    static var version: ModelName { .text("version", "of this program") { $0.context.toolVersion } }

    static var redacted: ModelName {
        .optionalObject(
            "redacted", "says that values are pseudonyms; false if they are as in the dump",
            ModelTable<RedactionMark>([
                .text("sentence", "a sentence about the pseudonyms and their key") { $0.sentence },
                .flag("keyed", "false for a random key") { $0.isKeyed },
            ])
        ) { $0.context.redaction }
    }

    static var files: ModelName { .files { $0.context.files } }
}

extension ModelName {
    /// - Parameter files: all files but the page itself.
    static func files(_ files: @escaping @Sendable (Root) -> [ReportFile]) -> ModelName {
        let file = ModelTable<ReportFile>([
            .text("name", "a file name without a folder; it becomes a relative link") { $0.name },
            .text("description", "what is in it") { $0.description },
        ])
        return .optionalObject(
            "files",
            "other files in the same folder, without the page itself; false if there are none. They include the same "
                + "page in the other format",
            ModelTable<[ReportFile]>([.list("items", "1 or more", of: file) { $0 }])
        ) { root in
            let files = files(root)
            return files.isEmpty ? nil : files
        }
    }
}

// MARK: - Lists that are cut

/// How much of a list is shown, and which file has all of it.
struct ModelCut {
    let shown: String
    let total: String
    let file: String?

    init(_ shown: Int, of total: Int, file: String? = nil) {
        self.init(shown, of: Wording.grouped(total), file: file)
    }

    init(_ shown: Int, of total: String, file: String?) {
        self.shown = Wording.grouped(shown)
        self.total = total
        self.file = file
    }
}

extension ModelName {
    /// - Parameters:
    ///   - meaning: what there is more of than the page shows.
    ///   - numbers: the meaning of `shown` and `total`.
    static func cut(
        _ meaning: String, numbers: String = "N of M", _ cut: @escaping @Sendable (Root) -> ModelCut?
    ) -> ModelName {
        let table = ModelTable<ModelCut>([
            .text("shown", numbers) { $0.shown }, .text("total", numbers) { $0.total }, .file { $0.file },
        ])
        return .optionalObject("cut", meaning, table, cut)
    }

    /// The file that has all of a list.
    static func file(_ name: @escaping @Sendable (Root) -> String?) -> ModelName {
        .optionalObject(
            "file", "false if no file with the rest was written", .only("name", "that file"), name)
    }
}

/// The number of codes that are not shown.
struct CodesCut {
    let cut: ModelCut
    let label: String
    let rows: String
    let share: String

    /// - Parameters:
    ///   - lines: the number of all codes.
    ///   - rows: the number of rows with codes that are not shown.
    init(_ shown: Int, of lines: Int, hasOthers: Bool, rows: Int, seen: Int, file: String?) {
        cut = ModelCut(shown, of: Wording.codeCount(lines, hasOthers: hasOthers), file: file)
        label = Wording.otherCodes(lines - shown, hasOthers: hasOthers)
        self.rows = Wording.grouped(rows)
        share = Share(of: rows, in: seen).text
    }

    static let table = ModelTable<CodesCut>([
        .text("shown", "N of M; beyond 4,096 codes `more than 4,096`") { $0.cut.shown },
        .text("total", "N of M; beyond 4,096 codes `more than 4,096`") { $0.cut.total },
        .text("label", "`37 other codes`; beyond 4,096 codes `more than 4,076 other codes`") { $0.label },
        .text("rows", "for those that are not shown") { $0.rows },
        .text("share", "for those that are not shown") { $0.share },
        .file { $0.cut.file },
    ])
}

// MARK: - Codes and what is known of them

/// The code of an error, of any length.
struct ShownCode {
    let text: String
    let isBlank: Bool

    init?(_ code: String?, _ limits: ModelLimits) {
        guard let code else { return nil }
        text = limits.name(code)
        isBlank = Wording.isBlank(code)
    }

    static let table = ModelTable<ShownCode>([
        .quote("text", "the code") { $0.text },
        .flag("blank", "true if it consists of white space or other invisible characters") { $0.isBlank },
    ])
}

extension Wording {
    /// Returns a code for a text without markup; a blank one would not be seen. Control characters are escaped.
    static func code(_ code: String?) -> String {
        guard let code else { return "(\(noCode))" }
        return isBlank(code) ? "(\(blankCode))" : shownText(code)
    }

    /// The same in Markdown, cut to the length of a name.
    static func codeInMarkdown(_ code: String?) -> String {
        guard let code, !isBlank(code) else { return self.code(code) }
        return MarkdownText.escape(ReportModelBuilder.shortened(code))
    }

    /// Whether a code consists of characters that are not seen.
    static func isBlank(_ code: String) -> Bool {
        code.unicodeScalars.allSatisfy {
            $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint
                || $0.properties.generalCategory == .format
        }
    }
}

/// What the user knows about a code; nothing without a codes file.
struct ShownStanding {
    let standing: CodeStanding
    let limits: ModelLimits

    init?(_ standing: CodeStanding?, _ limits: ModelLimits) {
        guard let standing else { return nil }
        self.standing = standing
        self.limits = limits
    }

    private static let names: [ModelName<ShownStanding>] =
        [
            .text("state", "`new`, `known`, `accepted`, `expired`: a class name") { $0.standing.state.rawValue },
            .text("label", "the same in words") { $0.standing.label },
        ] + fields(.label) { $0.name }

    private static let explanations: [ModelName<ShownStanding>] =
        fields(.explanation) { $0.text } + [
            said("reason", "why the code is accepted, from the codes file") {
                ($0.standing.entry?.acceptance?.reason).map($0.limits.text)
            }
        ]

    /// - Parameter cut: shortens a text to the length that there is room for.
    private static func fields(
        _ use: CodeBook.Field.Use, _ cut: @escaping @Sendable (ModelLimits) -> (String) -> String
    ) -> [ModelName<ShownStanding>] {
        CodeBook.Field.shown.filter { $0.use == use }.map { field in
            said(field.name) { shown in shown.standing.entry.flatMap(field.text).map(cut(shown.limits)) }
        }
    }

    private static func said(
        _ name: String, _ meaning: String = "what the codes file says",
        _ value: @escaping @Sendable (ShownStanding) -> String?
    ) -> ModelName<ShownStanding> {
        .optionalQuote(name, meaning, text: "the text", value)
    }

    static let table = ModelTable(names)
    static let tableWithExplanations = ModelTable(names + explanations)
}

extension ModelName {
    static func code(_ meaning: String, _ code: @escaping @Sendable (Root) -> ShownCode?) -> ModelName {
        .optionalObject("code", meaning, ShownCode.table, code)
    }

    static func standing(
        _ table: ModelTable<ShownStanding>, _ standing: @escaping @Sendable (Root) -> ShownStanding?
    ) -> ModelName {
        .optionalObject("standing", "what is known of the code; false without a codes file", table, standing)
    }
}

// MARK: - What rules came to

/// The results of the user's rules.
private struct ShownGate {
    let isMet: Bool
    let sentence: String
    let rules: [RuleResult]
    let limits: ModelLimits

    init?(_ context: ModelContext) {
        guard let ruleResults = context.ruleResults, let gate = ruleResults.gate, var sentence = ruleResults.sentence
        else { return nil }
        limits = context.limits
        var shown = gate
        if gate.count > limits.rules {
            shown = Array((gate.filter { !$0.isMet } + gate.filter { $0.isMet }).prefix(limits.rules))
            if limits.parts.contains(.rules) {
                let summary = context.files.first { $0.name == ReportFile.summary.name }
                let rest = summary.map { "; all are in \($0.name)" } ?? ""
                sentence +=
                    " \(Wording.grouped(shown.count)) of \(Wording.grouped(gate.count)) are listed, those that are not "
                    + "met first\(rest)."
            }
        }
        isMet = ruleResults.isMet
        self.sentence = sentence
        rules = shown
    }

    static let table = ModelTable<ShownGate>([
        .flag("met", "all of them") { $0.isMet },
        .text("sentence", "how many are met, and if not all are listed, how many are listed") { $0.sentence },
        .list("rules", "1 to 50; if there are more, those that are not met come first", of: rule) { gate in
            gate.rules.map { ($0, gate.limits) }
        },
    ])

    private static let rule = ModelTable<(result: RuleResult, limits: ModelLimits)>([
        .flag("holds", "true if it is met") { $0.result.isMet },
        .quote("demand", "what the rule demands") { $0.limits.sentence($0.result.rule.demand) },
        .quote("found", "what was found") { $0.limits.sentence($0.result.found) },
    ])
}

/// The unused entries of a codes file.
private struct ShownCodeBook {
    let sentence: String
    let unused: [String]
    let cut: ModelCut?

    init?(_ context: ModelContext) {
        guard let entries = context.ruleResults?.unusedEntries, let sentence = context.ruleResults?.unusedSentence
        else { return nil }
        self.sentence = sentence
        unused = entries.prefix(context.limits.unusedEntries).map { context.limits.name($0.key.words) }
        cut = entries.count > unused.count ? ModelCut(unused.count, of: entries.count) : nil
    }

    static let table = ModelTable<ShownCodeBook>([
        .text("sentence", "how many entries matched no code") { $0.sentence },
        .list("unused", "0 to 50", of: ModelTable<String>([.quote("key", "a code or a pattern") { $0 }])) {
            $0.unused
        },
        .optionalObject("cut", "more entries than shown", numbers) { $0.cut },
    ])

    private static let numbers = ModelTable<ModelCut>([
        .text("shown", "N of M") { $0.shown }, .text("total", "N of M") { $0.total },
    ])
}

extension ModelName where Root: ModelBuilder {
    static var gate: ModelName {
        .optionalObject("gate", "the results of the rules; false without rules", ShownGate.table) {
            ShownGate($0.context)
        }
    }

    static var codeBook: ModelName {
        .optionalObject(
            "codebook",
            "the unused entries of a codes file; false without one, and in the report of one job among many",
            ShownCodeBook.table
        ) { ShownCodeBook($0.context) }
    }
}

// MARK: - Levels

extension ModelName {
    /// The level as a class name and as the flags that choose its icon.
    static func level(
        _ meaning: String, _ level: @escaping @Sendable (Root) -> Verdict.Level
    ) -> [ModelName] {
        let flag = "exactly the one named by `level` is true; they choose the icon"
        return [
            .text("level", meaning) { level($0).rawValue },
            .flag("good", flag) { level($0) == .good }, .flag("warning", flag) { level($0) == .warning },
            .flag("critical", flag) { level($0) == .critical }, .flag("pending", flag) { level($0) == .pending },
        ]
    }
}
