import ImportDumps
import ImportFoundation

/// Groups failed rows by code, and the rows of each code by message pattern, in bounded memory (``AnalysisLimits``).
struct CodeTable: Sendable {
    /// Identifies a row's code for as long as the code is kept.
    enum CodeID: Hashable, Sendable {
        /// No code.
        case none
        case code(Int)
        /// A code beyond the limit.
        case other
    }

    private struct Group {
        var id: CodeID
        var rows = 0
        var firstRow = 0
        var lastRow = 0
        var positions = PositionCounter()
        var trace = FailureTrace()
        var patterns = MessagePatterns()
        /// The number of rows without a message, and the first and last of them.
        var rowsWithoutMessage = 0
        var firstRowWithoutMessage = 0
        var lastRowWithoutMessage = 0

        mutating func count(row: Int) {
            if rows == 0 { firstRow = row }
            rows += 1
            lastRow = row
            positions.count(row: row)
            trace.count(row: row)
        }

        /// Adds the rows of a group that is evicted. Their messages are no longer told apart.
        mutating func add(_ group: Group) {
            firstRow = rows == 0 ? group.firstRow : min(firstRow, group.firstRow)
            lastRow = max(lastRow, group.lastRow)
            rows += group.rows
            positions.add(group.positions)
        }

        /// Resets the group for the code that replaces an evicted one.
        mutating func renew(as id: CodeID) {
            self.id = id
            rows = 0
            positions.clear()
            trace.clear()
            patterns.clear()
            rowsWithoutMessage = 0
        }
    }

    private var noCode = Group(id: .none)
    private var other = Group(id: .other)
    /// The id for the next new code. A code that is listed again gets a new id.
    private var nextID = 1
    private var codes = MostFrequent<Group>(limit: AnalysisLimits.codes)
    private var mask = MessageMask()
    /// The number of patterns that each code may have.
    private var patternLimit = AnalysisLimits.patternsPerCode
    private var values = ValueShare(codes: 0)

    /// Counts one failed row whose code and message are in `text`. Returns the id of its code.
    mutating func count(row: Int, code: TextRange?, message: TextRange?, text: Span<UInt8>) -> CodeID {
        guard let code, code.count > 0 else {
            Self.count(row: row, message: message, text: text, in: &noCode, &mask, patternLimit, values)
            return .none
        }
        let key = text.extracting(code.beginning(in: text))
        let hash = TextHash.hash(key)
        let number = codes.find(key, hash: hash) ?? insert(key, hash: hash)
        codes.count(number)
        Self.count(row: row, message: message, text: text, in: &codes.elements[number], &mask, patternLimit, values)
        return codes.elements[number].id
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

    /// Lists a new code. If that evicts another code, the rows of the latter are counted under "other".
    private mutating func insert(_ code: Span<UInt8>, hash: UInt64) -> Int {
        let id = CodeID.code(nextID)
        nextID += 1
        let (number, gaveWay) = codes.insert(code, hash: hash, Group(id: id))
        if gaveWay {
            other.add(codes.elements[number])
            codes.elements[number].renew(as: id)
        } else {
            sharePatterns()
        }
        return number
    }

    /// Divides the job's patterns and slot values among its codes. The shares depend only on the number of codes.
    private mutating func sharePatterns() {
        let share = max(1, min(AnalysisLimits.patternsPerCode, AnalysisLimits.patterns / (codes.count + 1)))
        let newValues = ValueShare(codes: codes.count)
        guard share < patternLimit || newValues != values else { return }
        (patternLimit, values) = (min(share, patternLimit), newValues)
        noCode.patterns.shrink(limit: patternLimit, values: values)
        for number in codes.elements.indices {
            codes.elements[number].patterns.shrink(limit: patternLimit, values: values)
        }
    }

    /// Drops the patterns beyond the limit once all rows have been counted.
    mutating func settle() {
        noCode.patterns.settle(limit: patternLimit, values: values)
        for number in codes.elements.indices {
            codes.elements[number].patterns.settle(limit: patternLimit, values: values)
        }
    }
}

// MARK: - What it came to

extension CodeTable {
    /// Returns the groups: largest first, then by code. The rows beyond the limit come last.
    func summaries(rowsSeen: Int) -> [CodeSummary] {
        var result: [CodeSummary] = []
        if noCode.rows > 0 { result.append(summary(of: noCode, code: nil, rowsSeen: rowsSeen)) }
        for number in codes.elements.indices {
            var code = summary(of: codes.elements[number], code: text(number), rowsSeen: rowsSeen)
            code.isAtLeast = codes.floor(of: number) > 0
            result.append(code)
        }
        result.sort(by: CodeSummary.isListedBefore)
        if other.rows > 0 {
            var rest = summary(of: other, code: CodeSummary.otherCodes, rowsSeen: rowsSeen)
            rest.isOther = true
            rest.messages = []
            rest.messageCount = nil
            result.append(rest)
        }
        return result
    }

    /// Returns the most significant incidents of all codes that are told apart, strongest first.
    func incidents(rowsSeen: Int) -> [FailureIncident] {
        var series = codes.elements.indices.filter { codes.elements[$0].rows >= AnalysisLimits.incidentRows }.map {
            (group: codes.elements[$0], number: Int?($0))
        }
        if noCode.rows >= AnalysisLimits.incidentRows { series.append((noCode, nil)) }
        var found: [(incident: FailureIncident, excess: Double)] = []
        for (group, number) in series {
            // Rows before the code was listed may have it too.
            let before = number.map { codes.floor(of: $0) } ?? 0 > 0 ? group.firstRow - 1 : 0
            let rows = rowsSeen - before
            guard
                let search = IncidentSearch(
                    group.trace, failures: group.rows, rows: rows, series: series.count,
                    fewest: AnalysisLimits.incidentRows)
            else { continue }
            let segments = search.segments()
            let rowsElsewhere = rows - segments.reduce(0) { $0 + $1.rows }
            let failedElsewhere = group.rows - segments.reduce(0) { $0 + $1.failures }
            for segment in segments {
                found.append(
                    (
                        FailureIncident(
                            firstRow: segment.first.row, lastRow: segment.last.row, code: number.map(text),
                            codeRows: segment.failures, rowsElsewhere: rowsElsewhere,
                            codeRowsElsewhere: failedElsewhere), segment.excess
                    ))
            }
        }
        found.sort {
            ($1.excess, $0.incident.firstRow, $0.incident.code.sortKey)
                < ($0.excess, $1.incident.firstRow, $1.incident.code.sortKey)
        }
        return found.prefix(AnalysisLimits.incidentsListed).map { $0.incident }
    }

    /// The positions of the failed rows of all codes.
    var positions: PositionCounter {
        var positions = noCode.positions
        positions.add(other.positions)
        for group in codes.elements { positions.add(group.positions) }
        return positions
    }

    /// The number of rows whose code is counted under "other", and of those whose message is.
    var rowsBeyondLimits: (codes: Int, messages: Int) {
        let withOtherMessages = codes.elements.reduce(noCode.patterns.otherRows) { $0 + $1.patterns.otherRows }
        return (other.rows, withOtherMessages)
    }

    /// Returns the text of a code, or the name for other codes if it was evicted.
    func name(of id: CodeID) -> (code: String?, isOther: Bool) {
        if id == .none { return (nil, false) }
        guard let number = codes.elements.firstIndex(where: { $0.id == id }) else {
            return (CodeSummary.otherCodes, true)
        }
        return (text(number), false)
    }

    /// The ids of the codes that are kept; nil if no code was ever evicted.
    var keptIDs: Set<CodeID>? {
        other.rows == 0 ? nil : Set(codes.elements.map { $0.id }).union([.none])
    }

    private func text(_ number: Int) -> String { String(decoding: codes.key(number), as: UTF8.self) }

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
        listed.sort(by: MessageSummary.isListedBefore)
        return CodeSummary(
            code: code, rows: group.rows, share: Share(of: group.rows, in: rowsSeen), firstRow: group.firstRow,
            lastRow: group.lastRow, messages: Array(listed.prefix(AnalysisLimits.messagesListed)),
            messageCount: group.patterns.otherRows == 0 ? listed.count : nil,
            positions: group.positions.positions(rowsSeen: rowsSeen))
    }
}

extension CodeSummary {
    /// Creates the summary of a code with a single failed row, equal to that of a ``CodeTable`` that counted this row.
    /// There is no other message to compare with, so nothing in the message varies.
    ///
    /// - Parameters:
    ///   - code: its code, which is in `text`, like the message.
    ///   - rowsSeen: the number of rows of the job, at least `row`.
    init(onlyRow row: Int, code: TextRange?, message: TextRange?, text: Span<UInt8>, rowsSeen: Int) {
        var positions = PositionCounter()
        positions.count(row: row)
        let code = code.map { $0.beginning(in: text) }.flatMap { $0.isEmpty ? nil : text.extracting($0).string }
        let message = message.map { $0.beginning(in: text) }.flatMap { $0.isEmpty ? nil : $0 }
        self.init(
            code: code, rows: 1, share: Share(of: 1, in: rowsSeen), firstRow: row, lastRow: row,
            messages: [
                MessageSummary(
                    pattern: message.map { PatternText.pattern(withoutSlots: text.extracting($0)) }, rows: 1,
                    share: Share(of: 1, in: 1), firstRow: row, lastRow: row,
                    example: message.map { text.extracting($0).string }, exampleRow: row, slots: [])
            ], messageCount: 1, positions: positions.positions(rowsSeen: rowsSeen))
    }
}

extension Span<UInt8> {
    fileprivate var string: String { unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) } }
}

extension TextRange {
    /// The leading bytes that identify a code or a message, rounded down to a whole character.
    fileprivate func beginning(in text: Span<UInt8>) -> Range<Int> {
        let whole = text.extracting(offset..<offset + count)
        return offset..<offset + whole.wholeCharacters(within: AnalysisLimits.groupingBytes)
    }
}
