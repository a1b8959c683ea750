import ImportDumps
import ImportFoundation

/// Determines the findings of one job. Their sentences are in ``Wording``.
struct FindingRules {
    let summary: JobSummary
    let dump: Dump
    let lists: RowLists
    let beyondLimits: (codes: Int, messages: Int)

    private var notes: FieldNotes { dump.notes }
    private var job: DeclaredJob { summary.job }
    private var rows: RowCounts { summary.rows }
    private var status: JobStatus? { job.status.flatMap { JobStatus(rawValue: $0) } }

    /// All findings, in the order of ``FindingID/all``.
    func findings() -> [Finding] {
        (dumpFindings() + arithmeticFindings() + stateFindings() + rowFindings() + fieldFindings())
            .sorted { $0.id.rank < $1.id.rank }
    }

    /// Was the whole dump readable, and was there nothing around it?
    private func dumpFindings() -> [Finding] {
        var findings: [Finding] = []
        let damage = dump.damage
        let kept = dump.rowCount - damage.rows.count
        if let fault = dump.fault, let salvage = summary.salvage {
            findings.append(Finding(fault.isTruncation ? .dumpTruncated : .dumpMalformed, salvage.message))
        }
        if damage.slips.count > 0, findings.first?.id != .dumpMalformed {
            findings.append(
                Finding(.dumpMalformed, Wording.slips(damage.slips, rowsKept: kept), count: damage.slips.count))
        }
        if damage.rows.count > 0 {
            findings.append(
                Finding(
                    .rowDamaged, Wording.rowDamaged(damage.rows, seen: rows.seen, total: job.total),
                    count: damage.rows.count, rows: lists.damaged.first))
        }
        if damage.repairs.count > 0 {
            findings.append(
                Finding(
                    .textRepaired, Wording.textRepaired(damage, rows: lists.textRepaired.count),
                    count: damage.repairs.count, rows: lists.textRepaired.first))
        }
        if !dump.wrappings.isEmpty { findings.append(Finding(.unwrapped, Wording.unwrapped(dump.wrappings))) }
        if !dump.skipped.isEmpty {
            findings.append(Finding(.skippedText, Wording.skipped(dump.skipped), count: dump.skipped.bytes))
        }
        return findings
    }

    /// Do the job's totals match its rows?
    private func arithmeticFindings() -> [Finding] {
        var findings: [Finding] = []
        // While a job is processing, some of its rows are yet to come.
        if let missing = rows.missing, missing > 0, let total = job.total, status != .processing {
            findings.append(
                Finding(
                    .rowsMissing, Wording.rowsMissing(missing, total: total, rows, isSalvaged: summary.salvage != nil),
                    count: missing))
        }
        if let total = job.total, rows.seen > total {
            let excess = rows.seen - total
            findings.append(
                Finding(
                    .rowsExcess, Wording.rowsExcess(excess, total: total), count: excess,
                    rows: Array(total + 1...min(rows.seen, total + AnalysisLimits.rowsListed))))
        }
        if let processed = job.processed, let succeeded = job.succeeded, let failed = job.failed {
            let (sum, overflow) = succeeded.addingReportingOverflow(failed)
            if overflow || sum != processed {
                findings.append(
                    Finding(
                        .processedMismatch, Wording.processedMismatch(processed, succeeded, failed),
                        count: overflow ? Int.max : abs(processed - sum)))
            }
        }
        guard summary.isComparable else { return findings }
        let counted = rows.succeeded
        if let succeeded = job.succeeded, succeeded != counted {
            findings.append(
                Finding(
                    .succeededMismatch, Wording.succeededMismatch(declared: succeeded, rows),
                    count: abs(succeeded - counted)))
        }
        if let failed = job.failed, failed != rows.failed {
            findings.append(
                Finding(
                    .failedMismatch, Wording.failedMismatch(declared: failed, counted: rows.failed),
                    count: abs(failed - rows.failed)))
        }
        return findings
    }

    /// What the job says about itself.
    private func stateFindings() -> [Finding] {
        var findings: [Finding] = []
        switch status {
        case .failed: findings.append(Finding(.jobFailed, Wording.jobFailed(job.error)))
        case .processing: findings.append(Finding(.stillProcessing, Wording.stillProcessing(job)))
        case .complete:
            let isAbsent = summary.results == .absent || summary.results == .wrongType
            // If the dump was salvaged, the results may have been in the part that is missing.
            if isAbsent, summary.salvage == nil { findings.append(Finding(.resultsAbsent, Wording.resultsAbsent)) }
        case nil:
            // The API's answer to a bulk update or bulk delete has no status.
            guard job.kind == .import else { break }
            findings.append(Finding(.statusUnknown, Wording.statusUnknown(job.status)))
        }
        if let error = job.error, status != .failed {
            findings.append(Finding(.jobErrorUnexpected, Wording.jobErrorUnexpected(error, status: job.status)))
        }
        if job.total == nil { findings.append(Finding(.totalUnknown, Wording.totalUnknown)) }

        let times: [(name: String, text: String?)] = [
            ("created_at", job.createdAt), ("updated_at", job.updatedAt), ("expires_at", job.expiresAt),
        ]
        let known = times.compactMap { name, text in text.flatMap { text in DateTime(text).map { (name, text, $0) } } }
        for (index, earlier) in known.enumerated() {
            // One finding is enough: the sentence names the first pair that is out of order.
            guard let later = known[(index + 1)...].first(where: { $0.2 < earlier.2 }) else { continue }
            let sentence = Wording.timestampsOutOfOrder((earlier.0, earlier.1), (later.0, later.1))
            findings.append(Finding(.timestampsOutOfOrder, sentence))
            break
        }
        return findings
    }

    private func rowFindings() -> [Finding] {
        let candidates: [(FindingID, RowList, (Int) -> String)] = [
            (.rowContradictory, lists.contradictory, { [job] in Wording.rowContradictory($0, job.kind) }),
            (.rowUnclassified, lists.unclassified, { [job] in Wording.rowUnclassified($0, job.kind) }),
            (.failedWithoutCode, lists.withoutCode, Wording.failedWithoutCode),
            (.idNotUUID, lists.notUUID, Wording.idNotUUID),
        ]
        return candidates.compactMap { id, list, sentence in
            list.count == 0 ? nil : Finding(id, sentence(list.count), count: list.count, rows: list.first)
        }
    }

    private func fieldFindings() -> [Finding] {
        var findings: [Finding] = []
        let wrongTypes = notes.wrongTypes
        if !wrongTypes.isEmpty {
            findings.append(
                Finding(
                    .wrongType, Wording.wrongTypes(wrongTypes), count: wrongTypes.reduce(0) { $0 + $1.count },
                    rows: lists.wrongType.first))
        }
        var unknown = notes.unknown
        var unknownRows = lists.unknownField.first
        if job.kind == .import {
            for (field, list) in [(KnownField.rowStatus, lists.status), (.rowRecord, lists.record)] where list.count > 0
            {
                unknown.append((field.path, list.count))
                unknownRows += list.first
            }
            unknownRows = Array(Set(unknownRows).sorted().prefix(AnalysisLimits.rowsListed))
        }
        let unknownCount = unknown.reduce(notes.otherUnknownCount) { $0 + $1.count }
        if unknownCount > 0 {
            findings.append(
                Finding(
                    .unknownField, Wording.unknownFields(unknown, others: notes.otherUnknownCount),
                    count: unknownCount, rows: unknownRows))
        }
        let duplicates = notes.duplicates
        if !duplicates.isEmpty {
            findings.append(
                Finding(
                    .duplicateKey, Wording.duplicateKeys(duplicates), count: duplicates.reduce(0) { $0 + $1.count },
                    rows: lists.duplicateKey.first))
        }
        let limited = lists.textCut.count + notes.textsCut + beyondLimits.codes + beyondLimits.messages
        if limited > 0 {
            findings.append(
                Finding(
                    .limitReached,
                    Wording.limitReached(
                        textCut: lists.textCut.count, jobTextsCut: notes.textsCut, beyond: beyondLimits),
                    count: limited, rows: lists.textCut.first))
        }
        return findings
    }
}
