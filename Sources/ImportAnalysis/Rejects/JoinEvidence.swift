import ImportFoundation
package import ImportSources

/// The evidence that row N of a job is, or is not, record N of a source: values that messages quote must be in the
/// records of their rows.
///
/// For each row with such values, its own record is searched, and up to ``SourceReader/neighbours`` records before and
/// after it. `Docs/audit.md` describes the rule in words.
package struct JoinEvidence: Sendable {
    /// The maximum number of values searched for in one row.
    private static let valuesOfRow = 8
    /// Values other than addresses and ids that are shorter than this prove nothing.
    private static let shortestText = 3
    /// The maximum number of ids of succeeded rows that are searched for.
    package static let idsLookedFor = 10_000
    /// Rows whose messages quote values, and how many of them have at least one in their record.
    package private(set) var rows = 0
    package private(set) var confirmed = 0
    /// Rows that quote an address or an id. Such a value belongs to the row, so even a single one is evidence.
    package private(set) var strongRows = 0
    package private(set) var strongConfirmed = 0
    package private(set) var values = 0
    package private(set) var found = 0
    /// For each distance, the rows that have values there, among the rows that were compared with their neighbors. Each
    /// also stands for the rows that were left out since the one before.
    private(set) var foundAt: [Int: Int] = [:]
    /// The same for rows that quote an address or an id.
    private(set) var strongAt: [Int: Int] = [:]
    /// For each distance, the ids of succeeded rows that were found there.
    private(set) var idsAt: [Int: Int] = [:]
    /// Those that are in the records of their own rows.
    package private(set) var idsFound = 0
    /// For each quoted value, the number of rows in which it was missing and in which it was found. A value that is
    /// repeated and never found is a word of the messages, such as a permitted value or the name of a property.
    private var repeated: [ExactText: (missed: Int, found: Int, isStrong: Bool)] = [:]
    private static let repeatedValues = 4096
    /// The minimum number of rows that count for a word. A row without any of its values counts for the least frequent
    /// of them.
    private static let wordRows = 3

    private var slots = MessageSlots()
    /// The names of columns and keys. Messages quote them, and they are in no record or in all of them.
    private let names: Set<ExactText>
    private let longestName: Int
    private var needles = Needles()
    private var record: [UInt8] = []

    /// - Parameter names: the names of the source's columns.
    package init(names: [String]) {
        self.names = Set(
            names.map { name in
                var bytes = Array(name.utf8)
                bytes.fold()
                return ExactText(bytes: bytes)
            })
        longestName = self.names.map { $0.bytes.count }.max() ?? 0
    }

    /// The values searched for in one row, in one buffer.
    private struct Needles {
        private(set) var bytes: [UInt8] = []
        private var ends: [Int] = []

        var count: Int { ends.count }
        var isEmpty: Bool { ends.isEmpty }

        subscript(index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

        /// The range of the value that was appended last.
        var last: Range<Int> { self[ends.count - 1] }

        mutating func removeAll() {
            bytes.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
        }

        mutating func append(_ value: Span<UInt8>) {
            let start = bytes.count
            bytes.append(span: value)
            bytes.fold(from: start)
            ends.append(bytes.count)
        }

        mutating func removeLast() {
            let start = last.lowerBound
            bytes.removeSubrange(start...)
            ends.removeLast()
        }

        func text(_ index: Int) -> ExactText { ExactText(bytes: Array(bytes[self[index]])) }
    }

    /// Searches for the values of a failed row's message.
    ///
    /// - Parameter source: positioned at the record that is assumed to be the row.
    package mutating func look(for message: Span<UInt8>, in source: SourceReader) {
        slots.removeAll()
        let message = message.extracting(0..<message.wholeCharacters(within: AnalysisLimits.groupingBytes))
        MessageScanner.scan(message, ByteClass.table.span, into: &slots)
        needles.removeAll()
        var isStrong = false
        for index in 0..<slots.count where needles.count < Self.valuesOfRow {
            let slot = slots[index]
            let isOwn: Bool
            switch slot.kind {
            case .email, .uuid, .url: isOwn = true
            case .text: isOwn = false
            case .token, .date: continue
            }
            guard isOwn || slot.range.count >= Self.shortestText else { continue }
            needles.append(message.extracting(slot.range))
            // Most values are longer than any name.
            if slot.range.count <= longestName, names.contains(needles.text(needles.count - 1)) {
                needles.removeLast()
                continue
            }
            isStrong = isStrong || isOwn
        }
        guard !needles.isEmpty else { return }
        values += needles.count
        rows += 1
        if isStrong { strongRows += 1 }
        let here = count(in: source, 0)
        found += here
        if here > 0 {
            confirmed += 1
            if isStrong { strongConfirmed += 1 }
        }
        noteWords(isFound: here > 0, isStrong)
        // If its own record has all values, neighbors are only sampled, to learn whether they have them as well.
        let isSampled = here == needles.count && rows > 64
        guard !isSampled || rows & 15 == 1, source.hasNeighbours else { return }
        let weight = isSampled ? 16 : 1
        func note(_ distance: Int) {
            foundAt[distance, default: 0] += weight
            if isStrong { strongAt[distance, default: 0] += weight }
        }
        if here > 0 { note(0) }
        for distance in 1...SourceReader.neighbours {
            for signed in [distance, -distance] where count(in: source, signed) > 0 { note(signed) }
        }
    }

    /// Records whether a row has any of its values.
    private mutating func noteWords(isFound: Bool, _ isStrong: Bool) {
        if isFound, repeated.isEmpty { return }
        let keys = (0..<needles.count).map { needles.text($0) }
        guard !isFound else {
            for key in keys where repeated[key] != nil { repeated[key]?.found += 1 }
            return
        }
        guard let rarest = keys.min(by: { (repeated[$0]?.missed ?? 0) < (repeated[$1]?.missed ?? 0) }),
            repeated[rarest] != nil || repeated.count < Self.repeatedValues
        else { return }
        repeated[rarest, default: (0, 0, isStrong)].missed += 1
    }

    /// Rows without any of their values that quote only words of the messages.
    private var rowsOfWords: (all: Int, strong: Int) {
        repeated.values.reduce(into: (0, 0)) { sums, word in
            guard word.missed >= Self.wordRows, word.found == 0 else { return }
            sums.0 += word.missed
            if word.isStrong { sums.1 += word.missed }
        }
    }

    /// Searches for the id of a row that succeeded, because a source may have a column with record ids.
    package mutating func look(forID id: Span<UInt8>, in source: SourceReader) {
        guard id.count >= 8 else { return }
        needles.removeAll()
        needles.append(id)
        let isHere = count(in: source, 0) > 0
        if isHere { idsFound += 1 }
        // Distances are compared only by rows that were searched at all of them.
        guard source.hasNeighbours else { return }
        if isHere { idsAt[0, default: 0] += 1 }
        for distance in 1...SourceReader.neighbours {
            for signed in [distance, -distance] where count(in: source, signed) > 0 {
                idsAt[signed, default: 0] += 1
            }
        }
    }

    /// Returns the number of values that are in a record.
    private mutating func count(in source: SourceReader, _ distance: Int) -> Int {
        record.removeAll(keepingCapacity: true)
        let isThere: Void? = source.withRecord(distance) { bytes in
            source.encoding.text(of: bytes, into: &record)
        }
        guard isThere != nil else { return 0 }
        if source.form.isTable {
            record.undouble()
        } else if record.contains(UInt8(ascii: "\\")) {
            record = Self.unescaped(record)
        }
        record.fold()
        var found = 0
        for index in 0..<needles.count
        where record.span.contains(value: needles.bytes.span.extracting(needles[index])) {
            found += 1
        }
        return found
    }

    /// Returns JSON text with escapes replaced by the characters that they represent.
    private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        var units: [UInt16] = []
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        func flush() {
            if units.isEmpty { return }
            result.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
            units.removeAll()
        }
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                flush()
                result.append(bytes[index])
                index += 1
                continue
            }
            let escaped = bytes[index + 1]
            index += 2
            if escaped == UInt8(ascii: "u"), index + 4 <= bytes.count {
                let digits = bytes[index..<index + 4].compactMap { ASCII.hexValue(of: $0) }
                index += 4
                units.append(digits.reduce(0) { $0 << 4 | UInt16($1) })
                continue
            }
            flush()
            switch escaped {
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            default: result.append(escaped)
            }
        }
        flush()
        return result
    }
}

extension JoinEvidence {
    /// The result of the evidence.
    package enum Result: Sendable, Equatable {
        /// Nothing was quoted and no id was found: the pairing rests on the row numbers alone.
        case none
        /// Enough values are where they should be.
        case confirmed
        /// More values were found this many records further on (or back, if negative).
        case shifted(Int, foundThere: Int, foundHere: Int)
        /// Too few rows are confirmed.
        case doubtful
    }

    /// - Shifted: at another distance, at least two more rows have their values than here, and at least twice as many
    ///   as at any third distance. For addresses and ids, one row is enough if there is none here. Values that all
    ///   records have prove nothing, because they are found at all distances.
    /// - Doubtful: fewer than half of the rows, or of the rows that quote an address or an id, have any of their values
    ///   in their records. Rows that quote only words of the messages do not count. A wrong source has the values only
    ///   by accident.
    package var result: Result {
        for (counts, enough) in [(strongAt, 1), (foundAt, 2), (idsAt, 1)] {
            if let shift = Self.shift(in: counts, enough: enough) { return shift }
        }
        let hasIDs = (idsAt[0] ?? 0) > 0
        let words = rowsOfWords
        let (rows, strongRows) = (rows - words.all, strongRows - words.strong)
        guard rows > 0 else { return hasIDs ? .confirmed : .none }
        // Rows often quote things other than their own values, but most quoted addresses and ids are their own.
        if !hasIDs, confirmed * 2 < rows || strongConfirmed * 2 < strongRows { return .doubtful }
        return confirmed > 0 || hasIDs ? .confirmed : .none
    }

    private static func shift(in counts: [Int: Int], enough: Int) -> Result? {
        let here = counts[0] ?? 0
        // Of equal counts, the nearest distance comes first, and of two equally near ones the later record.
        let others = counts.filter { $0.key != 0 }.sorted { left, right in
            (left.value, -abs(left.key), left.key) > (right.value, -abs(right.key), right.key)
        }
        guard let best = others.first, best.value >= (here == 0 ? enough : here + 2),
            best.value >= 2 * (others.dropFirst().first?.value ?? 0)
        else { return nil }
        return .shifted(best.key, foundThere: best.value, foundHere: here)
    }
}

extension [UInt8] {
    /// Converts ASCII capital letters to lower case.
    fileprivate mutating func fold(from start: Int = 0) {
        var bytes = mutableSpan
        for index in start..<bytes.count {
            let byte = bytes[index]
            bytes[index] = byte | (byte &- 0x41 < 26 ? 0x20 : 0)
        }
    }

    /// Replaces the doubled quotes of a table with single ones.
    fileprivate mutating func undouble() {
        guard var kept = firstIndex(of: UInt8(ascii: "\"")) else { return }
        var bytes = mutableSpan
        var (isBehindQuote, index) = (false, kept)
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\""), isBehindQuote {
                isBehindQuote = false
                continue
            }
            isBehindQuote = byte == UInt8(ascii: "\"")
            bytes[kept] = byte
            kept += 1
        }
        removeSubrange(kept...)
    }
}

extension Span<UInt8> {
    /// Whether this contains a value that is not within a longer word.
    fileprivate func contains(value: Span<UInt8>) -> Bool {
        guard !value.isEmpty, value.count <= count else { return false }
        func isWord(_ index: Int) -> Bool {
            guard index >= 0, index < count else { return false }
            let byte = self[index]
            return ASCII.isDigit(byte) || 0x61...0x7A ~= byte || byte >= 0x80
        }
        let first = value[0]
        var index = 0
        while index + value.count <= count {
            guard self[index] == first, isSame(value, at: index) else {
                index += 1
                continue
            }
            if !isWord(index - 1) || !(ASCII.isDigit(first) || 0x61...0x7A ~= first || first >= 0x80),
                !isWord(index + value.count)
            {
                return true
            }
            index += 1
        }
        return false
    }

    private func isSame(_ value: Span<UInt8>, at start: Int) -> Bool {
        for index in value.indices where self[start + index] != value[index] { return false }
        return true
    }
}
