import ImportAnalysis

/// Filters for the codes on a page that need no script: radio buttons, and classes that the style sheet knows.
struct CodeFilters {
    let codes: [Choice]
    let owners: [Choice]
    let actions: [Choice]

    /// One radio button.
    struct Choice {
        /// The end of a class name.
        let name: String
        let label: String
    }

    /// The number of owners that the style sheet has classes for.
    private static let mostOwners = 10

    /// The name of the choice for codes without an owner or an action.
    private static let none = "none"

    init?(_ builder: ReportModelBuilder) {
        let shown = builder.summary.failedByCode.prefix(builder.limits.codes)
        guard shown.count > 1, shown.contains(where: { !$0.listedRows.isEmpty }) else { return nil }
        codes = shown.enumerated().map { index, code in
            let shown = ShownCode(code.code, builder.limits)
            return Choice(
                name: String(index + 1),
                label: shown.map { $0.isBlank ? Wording.blankCode : $0.text } ?? Wording.noCode)
        }
        let owners = Self.owners(builder)
        let hasMoreOwners = owners.count > Self.mostOwners
        self.owners = Self.choices(
            owners.prefix(Self.mostOwners).enumerated().map { index, owner in
                Choice(name: String(index + 1), label: builder.limits.name(owner))
            },
            other: hasMoreOwners ? Wording.otherOwners : Wording.noOwner,
            isNeeded: hasMoreOwners || shown.contains { Self.entry($0, builder)?.owner == nil })
        let actions = CodeBook.Action.allCases.filter { action in
            shown.contains { Self.entry($0, builder)?.action == action }
        }
        self.actions = Self.choices(
            actions.map { Choice(name: $0.rawValue, label: $0.rawValue) }, other: Wording.noAction,
            isNeeded: shown.contains { Self.entry($0, builder)?.action == nil })
    }

    /// Returns the choices of one kind; none instead of a single one, which would filter nothing.
    private static func choices(_ choices: [Choice], other: String, isNeeded: Bool) -> [Choice] {
        if choices.isEmpty { return [] }
        let all = choices + (isNeeded ? [Choice(name: none, label: other)] : [])
        return all.count > 1 ? all : []
    }

    private static func entry(_ code: CodeSummary, _ builder: ReportModelBuilder) -> CodeBook.Entry? {
        builder.context.codes?.standing(of: code.code, isOther: code.isOther).entry
    }

    /// Returns the owners in the order of the codes that they own.
    private static func owners(_ builder: ReportModelBuilder) -> [String] {
        var owners: [String] = []
        for code in builder.summary.failedByCode.prefix(builder.limits.codes) {
            guard let owner = entry(code, builder)?.owner,
                !owners.contains(where: { $0.utf8.elementsEqual(owner.utf8) })
            else { continue }
            owners.append(owner)
        }
        return owners
    }

    /// Returns the classes by which a code is shown or hidden.
    static func classes(_ number: Int, _ code: CodeSummary, _ builder: ReportModelBuilder) -> String {
        let entry = entry(code, builder)
        let owner = entry?.owner.flatMap { owner in
            owners(builder).prefix(mostOwners).firstIndex { $0.utf8.elementsEqual(owner.utf8) }
        }
        return "c-\(number) a-\(entry?.action?.rawValue ?? none) o-\(owner.map { String($0 + 1) } ?? none)"
    }

    static let table = ModelTable<CodeFilters>([
        .list("codes", "2 to 20, in the order of the list", of: choice) { $0.codes },
        .optionalObject("owners", "false if all codes have the same owner, or none has one", choices) {
            $0.owners.isEmpty ? nil : $0.owners
        },
        .optionalObject("actions", "false if all codes have the same action, or none has one", choices) {
            $0.actions.isEmpty ? nil : $0.actions
        },
    ])

    private static let choices = ModelTable<[Choice]>([
        .list("items", "2 or more; the last one may be for codes without one (`none`)", of: choice) { $0 }
    ])

    private static let choice = ModelTable<Choice>([
        .text("name", "the end of a class name: `2`, `retry`, `none`") { $0.name },
        .quote("label", "a code, an owner or an action") { $0.label },
    ])
}
