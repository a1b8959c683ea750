/// Failed rows of one code whose messages differ in their values only.
package struct MessageSummary: Sendable, Equatable {
    /// The message with a placeholder for each value that varies, such as `{number}`; braces of the message itself are
    /// doubled. Nil for rows without a message.
    package var pattern: String?
    package var rows: Int
    /// Of the rows of its code.
    package var share: Share
    package var firstRow: Int
    package var lastRow: Int
    /// The message of the first row.
    package var example: String?
    package var exampleRow: Int
    /// What is in the placeholders, in their order.
    package var slots: [SlotSummary]
    /// There may be more rows of it, all before ``firstRow``, among those whose patterns are not told apart.
    package var isAtLeast = false

    package init(
        pattern: String?, rows: Int, share: Share, firstRow: Int, lastRow: Int, example: String?, exampleRow: Int,
        slots: [SlotSummary]
    ) {
        self.pattern = pattern
        self.rows = rows
        self.share = share
        self.firstRow = firstRow
        self.lastRow = lastRow
        self.example = example
        self.exampleRow = exampleRow
        self.slots = slots
    }

    private var sortKey: (TextSortKey, Int) { (pattern.sortKey, exampleRow) }

    /// The order of a list of patterns.
    static func isListedBefore(_ left: MessageSummary, _ right: MessageSummary) -> Bool {
        left.rows != right.rows ? left.rows > right.rows : left.sortKey < right.sortKey
    }
}

/// The values in one placeholder of a pattern.
package struct SlotSummary: Sendable, Equatable {
    /// The placeholder without its braces.
    package var name: String
    /// How many different values there are; nil if they are too many to be told apart.
    package var distinctValues: Int?
    /// The most frequent ones first, at most ``AnalysisLimits/valuesListed``; none if it is not known which they are.
    package var values: [ValueSummary]
    /// Rows whose values are not listed.
    package var otherRows: Int

    package init(name: String, distinctValues: Int?, values: [ValueSummary], otherRows: Int) {
        self.name = name
        self.distinctValues = distinctValues
        self.values = values
        self.otherRows = otherRows
    }
}

/// A value and the rows that have it.
package struct ValueSummary: Sendable, Equatable {
    /// Cut after ``AnalysisLimits/valueBytes``.
    package var value: String
    package var rows: Int

    package init(value: String, rows: Int) {
        self.value = value
        self.rows = rows
    }
}
