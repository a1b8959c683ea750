import ImportDumps
import ImportFoundation

/// Groups failed rows by code, and within a code by the pattern of the message, in bounded memory
/// (``AnalysisLimits``).
struct CodeTable: Sendable {
    /// Identifies the code of a row while it is kept.
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
        /// Rows without a message, and the first and the last of them.
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

        /// Adds the rows of a group that is replaced. Its messages are no longer told apart.
        mutating func add(_ group: Group) {
            firstRow = rows == 0 ? group.firstRow : min(firstRow, group.firstRow)
            lastRow = max(lastRow, group.lastRow)
            rows += group.rows
            positions.add(group.positions)
        }

        /// Makes it the group of a code that replaces another.
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
    /// Unique for each code, and new if a code is listed again.
    private var nextID = 1
    private var codes = MostFrequent<Group>(limit: AnalysisLimits.codes)
    private var mask = MessageMask()
    /// Patterns that each code may have.
    private var patternLimit = AnalysisLimits.patternsPerCode
    private var values = ValueShare(codes: 0)

    /// Counts one failed row, whose code and message are in `text`, and returns its code.
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

    /// Lists a new code. The one that it replaces is counted under "other".
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

    /// Codes share the patterns of a job, and the values of their slots. How many each may have depends on their number
    /// alone.
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

    /// Drops the patterns beyond the limit after all rows were counted.
    mutating func settle() {
        noCode.patterns.settle(limit: patternLimit, values: values)
        for number in codes.elements.indices {
            codes.elements[number].patterns.settle(limit: patternLimit, values: values)
        }
    }
}

// MARK: - What it came to

extension CodeTable {
    /// The groups, largest first, then by code; the rows beyond the limit last.
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

    /// The most significant incidents of all codes that are told apart, the strongest first.
    func incidents(rowsSeen: Int) -> [FailureIncident] {
        var series = codes.elements.indices.filter { codes.elements[$0].rows >= AnalysisLimits.incidentRows }.map {
            (group: codes.elements[$0], number: Int?($0))
        }
        if noCode.rows >= AnalysisLimits.incidentRows { series.append((noCode, nil)) }
        var found: [(incident: FailureIncident, excess: Double)] = []
        for (group, number) in series {
            // Rows before a code was listed may also have it.
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

    /// Where the failed rows of all codes are.
    var positions: PositionCounter {
        var positions = noCode.positions
        positions.add(other.positions)
        for group in codes.elements { positions.add(group.positions) }
        return positions
    }

    /// Rows whose code, or whose message, is counted under "other".
    var rowsBeyondLimits: (codes: Int, messages: Int) {
        let withOtherMessages = codes.elements.reduce(noCode.patterns.otherRows) { $0 + $1.patterns.otherRows }
        return (other.rows, withOtherMessages)
    }

    /// The text of a code; of one that gave way to others, the name of the rest.
    func name(of id: CodeID) -> (code: String?, isOther: Bool) {
        if id == .none { return (nil, false) }
        guard let number = codes.elements.firstIndex(where: { $0.id == id }) else {
            return (CodeSummary.otherCodes, true)
        }
        return (text(number), false)
    }

    /// The codes that are told apart; nil if these are all codes.
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
    /// The summary of a code with a single failed row, as a ``CodeTable`` that counted this row makes it: there is no
    /// other message to compare with, so nothing of it varies.
    ///
    /// - Parameters:
    ///   - code: its code, which is in `text`, as the message is.
    ///   - rowsSeen: all rows of the job, no less than `row`.
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
    /// The bytes that tell a code or a message from others, less those of a character that would be cut.
    fileprivate func beginning(in text: Span<UInt8>) -> Range<Int> {
        let whole = text.extracting(offset..<offset + count)
        return offset..<offset + whole.wholeCharacters(within: AnalysisLimits.groupingBytes)
    }
}
