import ImportDumps

/// Groups failed rows by code, and within a code by the pattern of the message, in bounded memory
/// (``AnalysisLimits``).
struct CodeTable: Sendable {
    /// Tells the code of a row from other codes; it stays the same when groups are renumbered.
    enum CodeID: Hashable, Sendable {
        /// No code.
        case none
        case code(Int)
        /// A code beyond the limit.
        case other
    }

    private struct Group {
        var hash: UInt64
        var id: CodeID
        var rows = 0
        var firstRow = 0
        var lastRow = 0
        var positions = PositionCounter()
        var patterns = MessagePatterns()
        /// Rows without a message, and the first and the last of them.
        var rowsWithoutMessage = 0
        var firstRowWithoutMessage = 0
        var lastRowWithoutMessage = 0
        /// False once the group gave way to a code with a smaller hash.
        var isKept = true

        mutating func count(row: Int) {
            if rows == 0 { firstRow = row }
            rows += 1
            lastRow = row
            positions.count(row: row)
        }
    }

    private var noCode = Group(hash: 0, id: .none)
    private var other = Group(hash: 0, id: .other)
    private var nextID = 1
    /// Numbers the codes; `groups` is in the same order.
    private var codes = TextIndex()
    private var groups: [Group] = []
    /// Numbers of the groups that are kept, and which of them has the largest hash once they are at the limit.
    private var kept: [Int] = []
    private var largest: Int?
    private var mask = MessageMask()
    /// Patterns that each code may have.
    private var patternLimit = AnalysisLimits.patternsPerCode
    private var values = ValueShare(codes: 0)

    /// Counts one failed row, whose code and message lie in `text`, and returns its code.
    mutating func count(row: Int, code: TextRange?, message: TextRange?, text: Span<UInt8>) -> CodeID {
        guard let code, code.count > 0 else {
            Self.count(row: row, message: message, text: text, in: &noCode, &mask, patternLimit, values)
            return .none
        }
        let key = text.extracting(code.beginning(in: text))
        let hash = TextHash.hash(key)
        guard let number = codes.find(key, hash: hash) ?? insert(key, hash: hash), groups[number].isKept else {
            other.count(row: row)
            return .other
        }
        Self.count(row: row, message: message, text: text, in: &groups[number], &mask, patternLimit, values)
        return groups[number].id
    }

    private static func count(
        row: Int, message: TextRange?, text: Span<UInt8>, in group: inout Group, _ mask: inout MessageMask,
        _ limit: Int, _ values: ValueShare
    ) {
        group.count(row: row)
        guard let message, message.count > 0 else {
            if group.rowsWithoutMessage == 0 { group.firstRowWithoutMessage = row }
            group.rowsWithoutMessage += 1
            group.lastRowWithoutMessage = row
            return
        }
        let beginning = text.extracting(message.beginning(in: text))
        mask.apply(to: beginning)
        group.patterns.count(row: row, beginning, mask, limit: limit, values: values)
    }

    /// Takes up a new code; nil if it is not among those that are kept.
    private mutating func insert(_ code: Span<UInt8>, hash: UInt64) -> Int? {
        if kept.count == AnalysisLimits.codes {
            if largest == nil { largest = kept.max { groups[$0].hash < groups[$1].hash } }
            guard let loser = largest, hash < groups[loser].hash else { return nil }
            drop(loser)
        }
        let number = codes.insert(code, hash: hash)
        groups.append(Group(hash: hash, id: .code(nextID)))
        nextID += 1
        kept.append(number)
        largest = nil
        sharePatterns()
        return number
    }

    /// Codes share the patterns of a job, and the values of their slots. How many each may have depends on their number
    /// alone.
    private mutating func sharePatterns() {
        let share = max(1, min(AnalysisLimits.patternsPerCode, AnalysisLimits.patterns / (kept.count + 1)))
        let newValues = ValueShare(codes: kept.count)
        guard share < patternLimit || newValues != values else { return }
        (patternLimit, values) = (min(share, patternLimit), newValues)
        settle()
    }

    /// Gives up the patterns beyond the limit: what is left does not depend on the order of the rows.
    mutating func settle() {
        noCode.patterns.settle(limit: patternLimit, values: values)
        for number in kept { groups[number].patterns.settle(limit: patternLimit, values: values) }
    }

    /// Counts a group under "other". It cannot come back: its hash is larger than any that is kept.
    private mutating func drop(_ loser: Int) {
        let group = groups[loser]
        other.firstRow = other.rows == 0 ? group.firstRow : min(other.firstRow, group.firstRow)
        other.lastRow = max(other.lastRow, group.lastRow)
        other.rows += group.rows
        other.positions.add(group.positions)
        groups[loser] = Group(hash: group.hash, id: group.id, isKept: false)
        kept.removeAll { $0 == loser }
        if groups.count >= 4 * AnalysisLimits.codes { renumber() }
    }

    /// Gives up the memory of groups that were dropped.
    private mutating func renumber() {
        var newCodes = TextIndex()
        var newGroups: [Group] = []
        for number in kept {
            _ = newCodes.insert(codes.text(number).span, hash: groups[number].hash)
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

    /// Where the failed rows of all codes lie.
    var positions: PositionCounter {
        var positions = noCode.positions
        positions.add(other.positions)
        for group in groups where group.isKept { positions.add(group.positions) }
        return positions
    }

    /// Rows whose code, or whose message, is counted under "other".
    var rowsBeyondLimits: (codes: Int, messages: Int) {
        let withOtherMessages = groups.reduce(noCode.patterns.otherRows) { $0 + $1.patterns.otherRows }
        return (other.rows, withOtherMessages)
    }

    /// The text of a code; of one that gave way to others, the name of the rest.
    func name(of id: CodeID) -> (code: String?, isOther: Bool) {
        if id == .none { return (nil, false) }
        guard let number = groups.firstIndex(where: { $0.id == id && $0.isKept }) else {
            return (CodeSummary.otherCodes, true)
        }
        return (String(decoding: codes.text(number), as: UTF8.self), false)
    }

    /// The codes that are told apart; nil if they are all that there are.
    var keptIDs: Set<CodeID>? {
        other.rows == 0 ? nil : Set(kept.map { groups[$0].id }).union([.none])
    }

    private func summary(of group: Group, code: String?, rowsSeen: Int) -> CodeSummary {
        var listed = group.patterns.summaries(rowsOfCode: group.rows)
        if group.rowsWithoutMessage > 0 {
            listed.append(
                MessageSummary(
                    pattern: nil, rows: group.rowsWithoutMessage,
                    share: Share(of: group.rowsWithoutMessage, in: group.rows),
                    firstRow: group.firstRowWithoutMessage, lastRow: group.lastRowWithoutMessage, example: nil,
                    exampleRow: group.firstRowWithoutMessage, slots: []))
        }
        listed.sort()
        return CodeSummary(
            code: code, rows: group.rows, share: Share(of: group.rows, in: rowsSeen), firstRow: group.firstRow,
            lastRow: group.lastRow, messages: Array(listed.prefix(AnalysisLimits.messagesListed)),
            messageCount: group.patterns.otherRows == 0 ? listed.count : nil,
            positions: group.positions.positions(rowsSeen: rowsSeen))
    }
}

extension TextRange {
    /// The bytes that tell a code or a message from others, less those of a character that would be cut.
    fileprivate func beginning(in text: Span<UInt8>) -> Range<Int> {
        let whole = text.extracting(offset..<offset + count)
        return offset..<offset + whole.wholeCharacters(AnalysisLimits.groupingBytes).count
    }
}
