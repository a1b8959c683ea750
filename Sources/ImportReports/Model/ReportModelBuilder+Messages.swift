import ImportAnalysis

extension ReportModelBuilder {
    /// One pattern of messages with what varies in it.
    ///
    /// - Parameter rows: those of its code.
    func item(_ message: MessageSummary, ofRows rows: Int) -> ModelObject {
        [
            "pattern": .textOrNothing(message.pattern.map(limits.text)),
            // An example of a pattern in which nothing varies would be read twice.
            "example": .textOrNothing(message.slots.isEmpty ? nil : message.example.map(limits.text)),
            "rows": .text(Wording.grouped(message.rows, isAtLeast: message.isAtLeast)),
            "share": .text(Percent.text(message.rows, of: rows)),
            "example_row": .text(Wording.grouped(message.exampleRow)),
            "slots": .list(message.slots.prefix(limits.slots).map(item)),
        ]
    }

    private func item(_ slot: SlotSummary) -> ModelObject {
        let shown = slot.values.prefix(limits.values)
        let values = shown.enumerated().map { index, value -> ModelObject in
            [
                "separator": .text(index == 0 ? "" : ","),
                "value": .textOrNothing(value.value.isEmpty ? nil : limits.text(value.value)),
                "rows": .text(Wording.rowsWord(value.rows)),
            ]
        }
        return [
            "name": .text("{\(slot.name)}"), "values": .list(values), "others": .text(Self.others(slot, shown.count)),
        ]
    }

    /// The values that a page does not list, in words.
    private static func others(_ slot: SlotSummary, _ shown: Int) -> String {
        guard let distinct = slot.distinctValues else { return "too many values to list" }
        let others = distinct - shown
        guard others > 0 else { return "" }
        return (shown > 0 ? ", " : "") + (others == 1 ? "1 other" : "\(Wording.grouped(others)) others")
    }
}
