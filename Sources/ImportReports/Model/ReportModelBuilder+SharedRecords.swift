import ImportAnalysis

extension ReportModelBuilder {
    /// Records that several rows created, then those that several rows matched.
    var sharedRecords: ModelValue {
        guard let identity = summary.identity else { return .nothing }
        let outcomes = [("created", identity.createdRepeated), ("existing", identity.existingShared)]
        let items = outcomes.flatMap { outcome, shared in
            shared.top.prefix(limits.records).map { item($0, outcome: outcome) }
        }
        guard !items.isEmpty else { return .nothing }
        let total = identity.createdRepeated.records.clampedAdding(identity.existingShared.records)
        var cut: ModelObject?
        if total > items.count {
            cut = [
                "shown": .text(Wording.grouped(items.count)),
                "total": .text(Wording.grouped(total)),
                "file": link(to: .rows),
            ]
        }
        return .object(["items": .list(items), "cut": .objectOrNothing(cut)])
    }

    private func item(_ record: SharedRecord, outcome: String) -> ModelObject {
        let rows = record.firstRows.prefix(limits.recordRows)
        return [
            "id": .text(limits.id(record.id)),
            "outcome": .text(outcome),
            "rows": .text(Wording.grouped(record.rows)),
            "first_rows": .text(rows.map(Wording.grouped).joined(separator: ", ")),
            "more": .flag(record.rows > rows.count),
        ]
    }
}
