import ImportDumps

/// Groups failed rows by code, and within a code by message, in bounded memory (``AnalysisLimits``).
struct CodeTable: Sendable {
    private struct Group {
        var hash: UInt64
        /// Tells the group's messages from those of others; stays the same when groups are renumbered.
        var id: Int
        var rows = 0
        var firstRow = 0
        var lastRow = 0
        /// Rows without a message, and the first of them.
        var rowsWithoutMessage = 0
        var firstRowWithoutMessage = 0
        /// Numbers of the code's messages.
        var messages: [Int] = []
        /// Rows whose messages came after the limit was reached.
        var rowsWithOtherMessages = 0
        /// False once the group gave way to a code with a smaller hash.
        var isKept = true

        mutating func count(row: Int) {
            if rows == 0 { firstRow = row }
            rows += 1
            lastRow = row
        }
    }

    private struct Message {
        var rows = 0
        var firstRow = 0
    }

    private var noCode = Group(hash: 0, id: 0)
    private var other = Group(hash: 0, id: 0)
    private var nextID = 1
    /// Numbers the codes; `groups` is in the same order.
    private var codes = TextIndex()
    private var groups: [Group] = []
    /// Numbers of the groups that are kept, and which of them has the largest hash once they are at the limit.
    private var kept: [Int] = []
    private var largest: Int?
    /// Numbers the messages; `messages` is in the same order.
    private var texts = TextIndex()
    private var messages: [Message] = []

    /// Counts one failed row, whose code and message lie in `text`.
    mutating func count(row: Int, code: TextRange?, message: TextRange?, text: Span<UInt8>) {
        guard let code, code.count > 0 else {
            Self.count(row: row, message: message, text: text, in: &noCode, texts: &texts, messages: &messages)
            return
        }
        let key = text.extracting(code.groupingKey(in: text))
        let hash = TextHash.hash(key)
        guard let number = codes.find(key, group: 0, hash: hash) ?? insert(key, hash: hash) else {
            other.count(row: row)
            return
        }
        guard groups[number].isKept else {
            other.count(row: row)
            return
        }
        Self.count(row: row, message: message, text: text, in: &groups[number], texts: &texts, messages: &messages)
    }

    private static func count(
        row: Int, message: TextRange?, text: Span<UInt8>, in group: inout Group, texts: inout TextIndex,
        messages: inout [Message]
    ) {
        group.count(row: row)
        guard let message, message.count > 0 else {
            if group.rowsWithoutMessage == 0 { group.firstRowWithoutMessage = row }
            group.rowsWithoutMessage += 1
            return
        }
        let key = text.extracting(message.groupingKey(in: text))
        let hash = TextHash.hash(key)
        let index: Int
        if let known = texts.find(key, group: group.id, hash: hash) {
            index = known
        } else if group.messages.count < AnalysisLimits.messagesPerCode,
            texts.byteCount + key.count <= AnalysisLimits.messageBytes
        {
            index = texts.insert(key, group: group.id, hash: hash)
            group.messages.append(index)
            messages.append(Message(firstRow: row))
        } else {
            group.rowsWithOtherMessages += 1
            return
        }
        messages[index].rows += 1
    }

    /// Takes up a new code; nil if it is not among those that are kept.
    private mutating func insert(_ code: Span<UInt8>, hash: UInt64) -> Int? {
        if kept.count == AnalysisLimits.codes {
            if largest == nil { largest = kept.max { groups[$0].hash < groups[$1].hash } }
            guard let loser = largest, hash < groups[loser].hash else { return nil }
            drop(loser)
        }
        let number = codes.insert(code, group: 0, hash: hash)
        groups.append(Group(hash: hash, id: nextID))
        nextID += 1
        kept.append(number)
        largest = nil
        return number
    }

    /// Counts a group under "other". It cannot come back: its hash is larger than any that is kept.
    private mutating func drop(_ loser: Int) {
        let group = groups[loser]
        other.firstRow = other.rows == 0 ? group.firstRow : min(other.firstRow, group.firstRow)
        other.lastRow = max(other.lastRow, group.lastRow)
        other.rows += group.rows
        groups[loser] = Group(hash: group.hash, id: group.id, isKept: false)
        kept.removeAll { $0 == loser }
        if groups.count >= 4 * AnalysisLimits.codes { renumber() }
    }

    /// Gives up the memory of groups that were dropped.
    private mutating func renumber() {
        var newCodes = TextIndex()
        var newGroups: [Group] = []
        for number in kept {
            _ = newCodes.insert(codes.text(number).span, group: 0, hash: groups[number].hash)
            newGroups.append(groups[number])
        }
        codes = newCodes
        groups = newGroups
        kept = Array(newGroups.indices)
    }
}

// MARK: - What it came to

extension CodeTable {
    /// The groups, largest first, then by code; the rows beyond the limit last.
    func summaries(rowsSeen: Int) -> [CodeSummary] {
        var result: [CodeSummary] = []
        if noCode.rows > 0 { result.append(summary(of: noCode, code: nil, rowsSeen: rowsSeen)) }
        for number in groups.indices where groups[number].isKept {
            let code = String(decoding: codes.text(number), as: UTF8.self)
            result.append(summary(of: groups[number], code: code, rowsSeen: rowsSeen))
        }
        result.sort()
        if other.rows > 0 {
            var rest = summary(of: other, code: CodeSummary.otherCodes, rowsSeen: rowsSeen)
            rest.isOther = true
            rest.messages = []
            rest.messageCount = nil
            result.append(rest)
        }
        return result
    }

    /// Rows whose code, or whose message, is counted under "other".
    var rowsBeyondLimits: (codes: Int, messages: Int) {
        let withOtherMessages = groups.reduce(noCode.rowsWithOtherMessages) { $0 + $1.rowsWithOtherMessages }
        return (other.rows, withOtherMessages)
    }

    private func summary(of group: Group, code: String?, rowsSeen: Int) -> CodeSummary {
        var listed = group.messages.map { number in
            let text = String(decoding: texts.text(number), as: UTF8.self)
            return MessageSummary(
                pattern: text, rows: messages[number].rows, example: text, exampleRow: messages[number].firstRow)
        }
        if group.rowsWithoutMessage > 0 {
            listed.append(
                MessageSummary(
                    pattern: nil, rows: group.rowsWithoutMessage, example: nil,
                    exampleRow: group.firstRowWithoutMessage))
        }
        listed.sort()
        return CodeSummary(
            code: code, rows: group.rows, share: Share(of: group.rows, in: rowsSeen), firstRow: group.firstRow,
            lastRow: group.lastRow, messages: Array(listed.prefix(AnalysisLimits.messagesListed)),
            messageCount: group.rowsWithOtherMessages == 0 ? listed.count : nil)
    }
}

extension TextRange {
    /// The bytes that tell a code or a message from others, less those of a character that would be cut.
    fileprivate func groupingKey(in text: Span<UInt8>) -> Range<Int> {
        guard count > AnalysisLimits.groupingBytes else { return offset..<offset + count }
        var end = offset + AnalysisLimits.groupingBytes
        while end > offset, text[end] & 0xC0 == 0x80 { end -= 1 }
        return offset..<end
    }
}
