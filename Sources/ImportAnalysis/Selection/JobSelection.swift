package import ImportDumps
package import ImportFoundation

/// The jobs that a run selects: those that meet all conditions.
package struct JobSelection: Sendable {
    /// The first and the last day, in UTC, on which a selected job was created; nil for no condition.
    package var since: CalendarDay?
    package var until: CalendarDay?
    /// The allowed statuses; empty for no condition.
    package var statuses: [String] = []
    /// Patterns for the id of a job or, if it has none, the name of its file; empty for no condition.
    package var jobs: [String] = []

    package init() {}

    /// The name for a job without a status.
    package static let noStatus = "none"

    package var isEverything: Bool { since == nil && until == nil && statuses.isEmpty && jobs.isEmpty }

    package enum Answer: Sendable {
        case selected, leftOut
        /// The job does not say when it was created.
        case undated
    }

    /// - Parameter source: where the dump was found.
    package func answer(_ job: DeclaredJob, source: String) -> Answer {
        if !statuses.isEmpty {
            let status = job.status ?? Self.noStatus
            guard statuses.contains(where: { $0.utf8.elementsEqual(status.utf8) }) else { return .leftOut }
        }
        if !jobs.isEmpty {
            let name = job.jobID ?? SourceName.file(of: source)
            guard jobs.contains(where: { Self.pattern($0).matches(name.utf8Span.span) }) else { return .leftOut }
        }
        guard since != nil || until != nil else { return .selected }
        guard let day = job.createdAt.flatMap({ DateTime($0) })?.dayInUTC else { return .undated }
        if let since, day < since.number { return .leftOut }
        if let until, day > until.number { return .leftOut }
        return .selected
    }

    private static func pattern(_ text: String) -> GlobPattern {
        GlobPattern(Array(text.utf8), hasQuestionMarks: true)
    }

    /// The conditions as options, in a fixed order.
    package var options: [String] {
        (since.map { ["--since \($0.text)"] } ?? []) + (until.map { ["--until \($0.text)"] } ?? [])
            + statuses.map { "--status \($0)" } + jobs.map { "--job \($0)" }
    }
}

/// The result of a selection.
package struct SelectionResult: Sendable {
    package var options: [String]
    /// Dumps of jobs that were read, and how many of them were left out.
    package var dumps = 0
    package var leftOut = 0
    /// Dumps that were left out because they do not say when their job was created.
    package var undated = 0

    package init(options: [String]) {
        self.options = options
    }

    /// "Left out by --since 2026-03-01: 12 of 60 dumps, 2 of them because they do not say when the job was created."
    ///
    /// It contains text from the command line: hostile until escaped.
    package var sentence: String {
        let by = options.joined(separator: " ")
        guard leftOut > 0 else { return "Nothing was left out by \(by)." }
        let dumps = Wording.part(leftOut, of: dumps, .dump)
        let dateless =
            switch undated {
            case 0: ""
            case leftOut: ", for \(leftOut == 1 ? "it does" : "they do") not say when the job was created"
            case 1: ", 1 of them because it does not say when the job was created"
            default: ", \(Wording.grouped(undated)) of them because they do not say when the job was created"
            }
        return "Left out by \(by): \(dumps)\(dateless)."
    }
}
