import ImportAnalysis
import ImportDumps

/// What to do next about the rows of a job that did not succeed.
struct NextSteps {
    let steps: [Step]
    /// How to get better advice; nil if everything is known.
    let hint: String?

    /// Rows with the same action.
    struct Step {
        let action: String
        let heading: String
        let rows: String
        let note: String?
        let codes: [Code]
        /// The number of codes that are not listed.
        let more: Int
    }

    /// A code of a step, and where on the page its rows are.
    struct Code {
        let code: ShownCode?
        let isUnclassified: Bool
        let rows: Int
        let isAtLeast: Bool
        let anchor: String?
        let isFirst: Bool
    }

    /// The number of codes that a page names for each step.
    private static let codesShown = 8

    fileprivate init?(_ builder: ReportModelBuilder) {
        let (summary, limits) = (builder.summary, builder.limits)
        let plan = RetryPlan(of: summary, builder.context.codes)
        let missing = summary.rows.missing ?? 0
        var steps = (plan?.actions ?? []).map { action, isGuess, rows, groups in
            let shown = groups.sorted { $0.rows > $1.rows }.prefix(Self.codesShown)
            return Step(
                action: action?.rawValue ?? "decide", heading: Wording.heading(action, isGuess: false),
                rows: Wording.rowsWord(rows, isAtLeast: RetryPlan.isAtLeast(groups)),
                note: isGuess
                    ? Wording.guessedRetry(codes: groups.count)
                    : Wording.retry(groups.count == 1 ? groups[0].entry?.retry : nil),
                codes: shown.enumerated().map { index, group in
                    Code(
                        code: ShownCode(group.code, limits), isUnclassified: group.isUnclassified, rows: group.rows,
                        isAtLeast: group.isAtLeast, anchor: builder.anchor(of: group), isFirst: index == 0)
                }, more: groups.count - shown.count)
        }
        // Rows of a job that still runs are only late. Sent again, they would be imported twice.
        if missing > 0, !summary.findings.contains(where: { $0.id == .stillProcessing }) {
            steps.append(
                Step(
                    action: "check", heading: Wording.checkFirst, rows: Wording.rowsWord(missing),
                    note: Wording.noResult(missing),
                    codes: [], more: 0))
        }
        guard !steps.isEmpty else { return nil }
        self.steps = steps
        hint = builder.context.codes == nil && summary.rows.failed > 0 ? Wording.codesFileHint : nil
    }

    static let table = ModelTable<NextSteps>([
        .list("steps", "1 or more: what to do, each with its rows", of: step) { $0.steps },
        .optionalText("hint", "how to get better advice; false with a codes file", text: "a sentence") { $0.hint },
    ])

    private static let step = ModelTable<Step>([
        .text("action", "`retry`, `fix-data` …, `decide` or `check`: a class name") { $0.action },
        .text("heading", "`Send again unchanged`, `Correct` …") { $0.heading },
        .text("rows", "`31 rows`") { $0.rows },
        .optionalText("note", "false if there is nothing to add", text: "why, or how") { $0.note },
        .list("codes", "0 to 8: the codes of these rows, most rows first", of: code) { $0.codes },
        .optionalText("more", "false if all codes are listed", text: "`and 3 more codes`") {
            $0.more == 0 ? nil : Wording.moreCodes($0.more)
        },
    ])

    private static let code = ModelTable<Code>([
        .code("false: no code") { $0.code },
        .flag("first", "true for the first one") { $0.isFirst },
        .flag("unclassified", "true for rows without an outcome") { $0.isUnclassified },
        .text("rows", "how many") { Wording.grouped($0.rows, isAtLeast: $0.isAtLeast) },
        .optionalObject(
            "anchor", "false if the page does not list the code", .only("name", "`code-1` …: an id on the page")
        ) { $0.anchor },
    ])
}

extension ReportModelBuilder {
    var nextSteps: NextSteps? { NextSteps(self) }

    fileprivate func anchor(of group: RetryPlan.Group) -> String? {
        guard !group.isUnclassified, !group.isOther else { return nil }
        let index = summary.failedByCode.prefix(limits.codes).firstIndex { code in
            !code.isOther && code.code.map { Array($0.utf8) } == group.code.map { Array($0.utf8) }
        }
        return index.map { "code-\($0 + 1)" }
    }
}
