/// Failed rows of one code whose messages differ only in their values.
package struct MessageSummary: Sendable, Equatable {
    /// The message with a placeholder such as `{number}` for each value that varies; braces of the message itself are
    /// doubled. Nil for rows without a message.
    package var pattern: String?
    package var rows: Int
    /// The share of the rows of the code.
    package var share: Share
    package var firstRow: Int
    package var lastRow: Int
    /// The message of the first row.
    package var example: String?
    package var exampleRow: Int
    /// The values of the placeholders, in the same order.
    package var slots: [SlotSummary]
    /// Whether more rows, all before ``firstRow``, may be among those whose patterns were not kept.
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

    /// Whether `left` comes before `right` in a list of patterns.
    static func isListedBefore(_ left: MessageSummary, _ right: MessageSummary) -> Bool {
        left.rows != right.rows ? left.rows > right.rows : left.sortKey < right.sortKey
    }
}

/// The values in one placeholder of a pattern.
package struct SlotSummary: Sendable, Equatable {
    /// The placeholder without its braces.
    package var name: String
    /// The number of distinct values; nil if there are too many to tell apart, or if they were not counted.
    package var distinctValues: Int?
    /// The most frequent first, at most ``AnalysisLimits/valuesListed``; empty if ``distinctValues`` is nil.
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
    /// The value, cut after ``AnalysisLimits/valueBytes``.
    package var value: String
    package var rows: Int

    package init(value: String, rows: Int) {
        self.value = value
        self.rows = rows
    }
}
