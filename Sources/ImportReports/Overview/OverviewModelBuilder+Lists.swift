import ImportAnalysis
import ImportDumps

extension OverviewModelBuilder {
    var failures: ModelValue {
        let codes = totals.failedByCode
        let rows = totals.rows
        let sentence =
            rows.failed == 0
            ? "No row of any job failed."
            : "\(Wording.rowsWord(rows.failed)) failed, \(Share(of: rows.failed, in: rows.seen).text) of the rows seen, "
                + "\(Wording.codes(codes.map { ($0.code, $0.isOther) }))."
                + (codes.contains { $0.isAtLeast } ? " \(Wording.atLeastSentence)" : "")
        return .object([
            "rows": .text(Wording.grouped(rows.failed)),
            "sentence": .text(sentence),
            "listing": codes.isEmpty ? .nothing : .object(listing(of: codes)),
        ])
    }

    private func listing(of codes: [CodeTotal]) -> ModelObject {
        let shown = codes.prefix(limits.codes)
        let rest = codes.dropFirst(shown.count)
        let hasOthers = codes.last?.isOther == true
        let largest = codes.first?.rows ?? 0
        var cut: ModelObject?
        if !rest.isEmpty {
            let rows = rest.reduce(0) { $0.clampedAdding($1.rows) }
            cut = [
                "shown": .text(Wording.grouped(shown.count)),
                "total": .text(CodeWords.total(codes.count, hasOthers: hasOthers)),
                "label": .text(CodeWords.rest(rest.count, hasOthers: hasOthers)),
                "rows": .text(Wording.grouped(rows)),
                "share": .text(Share(of: rows, in: totals.rows.seen).text),
                "file": .link(to: .allCodes, in: files),
            ]
        }
        return [
            "codes": .list(
                shown.map { code -> ModelObject in
                    [
                        "code": .code(code.code, limits),
                        "rows": .text(Wording.grouped(code.rows, isAtLeast: code.isAtLeast)),
                        "share": .text(Share(of: code.rows, in: totals.rows.seen).text),
                        "width": .text(BarSegments.width(code.rows, largest: largest)),
                        "jobs": .text(
                            code.jobs.map { Wording.grouped($0, isAtLeast: code.isAtLeast) } ?? "–"),
                        "standing": .standing(
                            self.codes?.standing(of: code.code, isOther: code.isOther), withExplanation: false,
                            limits),
                    ]
                }),
            "cut": .objectOrNothing(cut),
            "all": .object([
                "rows": .text(Wording.grouped(totals.rows.failed)),
                "share": .text(Share(of: totals.rows.failed, in: totals.rows.seen).text),
            ]),
        ]
    }

    var worst: ModelValue {
        let worst = overview.worst
        guard !worst.jobs.isEmpty else { return .nothing }
        let items = worst.jobs.prefix(limits.jobs).map(item)
        // A page shows the rest when it is asked to.
        let rest = Array(items.dropFirst(ModelLimits.jobsShownAtOnce))
        var groups: [ModelObject] = [
            ["summary": .text(""), "items": .list(Array(items.prefix(ModelLimits.jobsShownAtOnce)))]
        ]
        if !rest.isEmpty {
            let summary = rest.count == 1 ? "The next job" : "The next \(Wording.grouped(rest.count)) jobs"
            groups.append(["summary": .text(summary), "items": .list(rest)])
        }
        return .object([
            "items": .list(items),
            "groups": .list(groups),
            "cut": cut(items.count, of: worst.count, file: .jobs),
        ])
    }

    private func item(_ job: JobLine) -> ModelObject {
        // A name that is the whole source would be read twice.
        let isNamedBySource = job.name == (job.source == "-" ? "standard input" : job.source)
        return ModelObject(
            Self.flags(job.verdict.level).merging([
                "word": .text(job.verdict.word),
                "name": .text(limits.name(job.name)),
                "source": .textOrNothing(isNamedBySource ? nil : limits.source(job.source)),
                "link": link(to: job.report),
                "status": .textOrNothing(job.status.map(limits.name)),
                "rows": .text(Wording.grouped(job.rows.seen)),
                "failed": .text(Wording.grouped(job.rows.failed)),
                "share": .textOrNothing(
                    job.rows.failed == 0 ? nil : Share(of: job.rows.failed, in: job.rows.seen).text),
                "width": .text(BarSegments.width(job.rows.failed, largest: job.rows.seen)),
                "missing": .text(job.rows.missing.map(Wording.grouped) ?? "–"),
                "finding": job.worstFinding.map { .object(["id": .text($0.name)]) } ?? .nothing,
            ]) { first, _ in first })
    }

    var salvaged: ModelValue {
        let salvaged = overview.salvaged
        guard salvaged.count > 0 else { return .nothing }
        let shown = salvaged.items.prefix(limits.inputs)
        return .object([
            "sentence": .text(
                salvaged.count == 1
                    ? "1 dump is cut off or broken. What could be read of it is reported."
                    : "\(Wording.grouped(salvaged.count)) dumps are cut off or broken. What could be read of them is reported."
            ),
            "items": .list(
                shown.map { job -> ModelObject in
                    [
                        "source": .text(limits.source(job.source)), "sentence": .text(limits.text(job.sentence)),
                        "link": link(to: job.report),
                    ]
                }),
            "cut": cut(shown.count, of: salvaged.count, file: .allSummaries),
        ])
    }

    var unreadable: ModelValue {
        let unreadable = overview.unreadable
        guard unreadable.count > 0 else { return .nothing }
        let shown = unreadable.items.prefix(limits.inputs)
        return .object([
            "sentence": .text(
                unreadable.count == 1
                    ? "1 input is no import job, or cannot be read as one."
                    : "\(Wording.grouped(unreadable.count)) inputs are no import jobs, or cannot be read as such."),
            "items": .list(
                shown.map { input -> ModelObject in
                    ["source": .text(limits.source(input.source)), "reason": .text(limits.text(input.reason))]
                }),
            "cut": cut(shown.count, of: unreadable.count, file: .allSummaries),
        ])
    }

    var superseded: ModelValue {
        guard overview.jobsWithSeveralDumps > 0 else { return .nothing }
        let (jobs, dumps) = (overview.jobsWithSeveralDumps, overview.supersededDumps)
        var sentence =
            "Of \(jobs == 1 ? "one job" : "\(Wording.grouped(jobs)) jobs") there are several dumps: the latest counts, "
            + "\(overview.isSupersededCountExact ? "" : "at least ")"
            + "\(dumps == 1 ? "1 is" : "\(Wording.grouped(dumps)) are") superseded."
        if overview.conflicts > 0 {
            sentence +=
                overview.conflicts == 1
                ? " In 1 of them, finished dumps disagree."
                : " In \(Wording.grouped(overview.conflicts)) of them, finished dumps disagree."
        }
        return .object(["sentence": .text(sentence)])
    }
}
