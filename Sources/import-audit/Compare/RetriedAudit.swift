import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports

/// The first try, updated with the rows of a second one: the state of all rows of the first source.
///
/// Keeps the outcomes of the second try's rows, and the texts of those that failed, in memory.
struct RetriedAudit {
    /// The first try alone, under its name.
    let first: (name: String, totals: Totals, messages: MessageTotals, unreadable: Int)
    let before: RowOutcomes
    let after: RowOutcomes
    let totals: Totals
    let messages: MessageTotals
    let status: ExitStatus
    let unreadable: Int
    let total: Int

    /// Reads both tries; nil if that was interrupted.
    init?(first name: String, second: String, maps: [RowMap], _ options: ReadingOptions) throws {
        guard var first = try Try(name, options), var next = try Try(second, options) else { return nil }
        first.takeRows(from: maps.first?.plan)
        guard first.jobs.count == 1, let job = first.jobs.first else {
            throw CommandFailure(
                .usage, "compare --map takes one dump of the first try; import-audit account takes any number.")
        }
        var chain = try MapChain(maps)
        try chain.checkReachesFirst()
        let space = try RowSpace(first, maps[0])
        try chain.followMiddle()
        let layout = try chain.layout(of: next, number: maps.count)
        let origins = try chain.follow(layout.sent)
        next.takeRows(ofSent: origins)
        let sources = try space.indices(of: chain.sources)
        var later: [Int: (outcome: Outcome, texts: Try.Texts)] = [:]
        for (job, place) in zip(next.jobs, layout.jobs) {
            let rows = origins[place.sent]
            try next.visit(job) { row, outcome, texts in
                guard let outcome else { return }
                let origin = rows[place.start + row - 1]
                later[try space.row(origin.row, of: sources[origin.source])] = (outcome, texts)
            }
        }
        var (before, after) = (RowOutcomes(), RowOutcomes())
        var analyzer = JobAnalyzer()
        var known = true
        let offset = space.starts[0]
        try first.visit(job) { row, outcome, texts in
            if let outcome { before.append(outcome, 1) }
            // After an unknown stretch, the numbers of rows are not known.
            guard known, let now = later[offset + row] ?? outcome.map({ ($0, texts) }) else {
                known = false
                return
            }
            after.append(now.outcome, 1)
            analyzer.consume(row: row, now.outcome, now.texts)
        }
        var declared = job.summary.job
        (declared.processed, declared.succeeded, declared.failed) = (nil, nil, nil)
        let combined = analyzer.summary(
            of: Dump(ofWhole: declared, rowCount: after.count), source: second)
        var (totals, messages) = (Totals(), MessageTotals())
        totals.add(combined)
        messages.add(combined)
        (self.before, self.after) = (before, after)
        (self.totals, self.messages) = (totals, messages)
        status = first.status.orWorse(next.status)
        unreadable = next.unreadable
        let name = first.name == "-" ? "standard input" : first.name
        self.first = try (name, first.totals(), first.messages(), first.unreadable)
        total = try first.total()
    }
}

extension JobAnalyzer {
    /// Adds one row whose texts are in separate arrays.
    fileprivate mutating func consume(row: Int, _ outcome: Outcome, _ texts: Try.Texts) {
        var facts: RowFacts =
            switch outcome {
            case .created: .created
            case .existing: .existing
            case .failed: .error
            case .applied: .applied
            case .unclassified: []
            }
        if let code = texts.code, !code.isEmpty { facts.insert(.code) }
        let code = texts.code ?? []
        let text = code + (texts.message ?? [])
        let run = RowRun(
            firstRow: row, facts: facts, code: texts.code.map { TextRange(offset: 0, count: $0.count) },
            message: texts.message.map { TextRange(offset: code.count, count: $0.count) })
        let runs = InlineArray<1, RowRun>(repeating: run)
        consume(runs.span, text: text.span)
    }
}
