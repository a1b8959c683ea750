import ImportFoundation
package import ImportSources

/// The evidence that row N of a job is, or is not, record N of a source: values that messages quote must be in the
/// records of their rows.
///
/// Each job is judged by itself, too: otherwise, a large job whose source is right would hide a small one whose source is
/// wrong.
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
    /// What was found in the records of some rows.
    package struct Tally: Sendable {
        /// Rows whose messages quote values, and how many of them have at least one in their record.
        package fileprivate(set) var rows = 0
        package fileprivate(set) var confirmed = 0
        /// Rows that quote an address or an id. Such a value belongs to the row, so even a single one is evidence.
        fileprivate var strongRows = 0
        fileprivate var strongConfirmed = 0
        package fileprivate(set) var values = 0
        package fileprivate(set) var found = 0
        /// For each distance, the rows that have values there, among the rows that were compared with their neighbors.
        /// Each also stands for the rows that were left out since the one before.
        fileprivate var foundAt: [Int: Int] = [:]
        /// The same for rows that quote an address or an id.
        fileprivate var strongAt: [Int: Int] = [:]
        /// For each distance, the ids of succeeded rows that were found there.
        fileprivate var idsAt: [Int: Int] = [:]
        /// The ids that were looked for, and those that are in the records of their own rows.
        fileprivate var ids = 0
        package fileprivate(set) var idsFound = 0
        /// For each value that was missing, by its number, the rows without any of their values that count for it.
        fileprivate var missed: [Int: Int] = [:]

        fileprivate mutating func add(_ other: Tally) {
            rows += other.rows
            confirmed += other.confirmed
            strongRows += other.strongRows
            strongConfirmed += other.strongConfirmed
            values += other.values
            found += other.found
            foundAt.merge(other.foundAt, uniquingKeysWith: +)
            strongAt.merge(other.strongAt, uniquingKeysWith: +)
            idsAt.merge(other.idsAt, uniquingKeysWith: +)
            ids += other.ids
            idsFound += other.idsFound
            missed.merge(other.missed, uniquingKeysWith: +)
        }
    }

    /// All jobs that have ended, and the current one.
    package private(set) var all = Tally()
    private var current = Tally()
    private var jobCount = 0
    /// The jobs that do not seem to belong to their records, by their numbers. Only when all jobs have been read is it
    /// known which values are words of the messages.
    private var suspects: [(job: Int, tally: Tally)] = []
    /// A quoted value that was missing in a row. If it is repeated and never found, it is a word of the messages, such as
    /// a permitted value or the name of a property.
    private struct Word {
        var missed = 0
        var isFound = false
        var isStrong: Bool
    }
    private var words: [Word] = []
    /// The number of each such value.
    private var wordNumbers: [ExactText: Int] = [:]
    private static let repeatedValues = 4096
    /// The minimum number of rows that count for a word. A row without any of its values counts for the least frequent
    /// of them.
    private static let wordRows = 3

    private var slots = MessageSlots()
    /// The values in a quoted text.
    private var inner = MessageSlots()
    /// The names of columns and keys. Messages quote them, and they are in no record or in all of them.
    private var names: Set<ExactText> = []
    private var longestName = 0
    private var needles = Needles()
    private var record: [UInt8] = []

    package init() {}

    /// A source begins.
    ///
    /// - Parameter names: the names of its columns.
    package mutating func beginSource(names: [String]) {
        self.names = Set(
            names.map { name in
                var bytes = Array(name.utf8)
                bytes.fold(from: 0)
                return ExactText(bytes: bytes)
            })
        longestName = self.names.map { $0.bytes.count }.max() ?? 0
    }

    /// A job ends.
    package mutating func endJob() {
        if Self.result(of: current, words: (0, 0), isOneOfSeveral: true).isDoubt {
            suspects.append((jobCount, current))
        }
        jobCount += 1
        all.add(current)
        current = Tally()
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

        /// Whether a value has characters beyond ASCII.
        private(set) var hasOtherBytes = false

        mutating func removeAll() {
            hasOtherBytes = false
            bytes.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
        }

        mutating func append(_ value: Span<UInt8>) {
            let start = bytes.count
            bytes.append(span: value)
            if bytes.fold(from: start) { hasOtherBytes = true }
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
        let isSheet = if case .sheet = source.form { true } else { false }
        var isStrong = false
        for index in 0..<slots.count where needles.count < Self.valuesOfRow {
            let slot = slots[index]
            var value = message.extracting(slot.range)
            let isOwn: Bool
            switch slot.kind {
            case .email, .uuid, .url: isOwn = true
            case .text: isOwn = isAddressOrID(value)
            case .token, .date: continue
            }
            guard isOwn || slot.range.count >= Self.shortestText else { continue }
            if isSheet, !isOwn {
                if Self.looksLikeDate(value) { continue }
                // The cell of a number has no plus sign.
                if value[0] == UInt8(ascii: "+"), value.count > Self.shortestText { value = value.extracting(1...) }
            }
            needles.append(value)
            // Most values are longer than any name.
            if slot.range.count <= longestName, names.contains(needles.text(needles.count - 1)) {
                needles.removeLast()
                continue
            }
            isStrong = isStrong || isOwn
        }
        guard !needles.isEmpty else { return }
        current.values += needles.count
        current.rows += 1
        if isStrong { current.strongRows += 1 }
        let here = count(in: source, 0, asPeopleRead: true)
        current.found += here
        if here > 0 {
            current.confirmed += 1
            if isStrong { current.strongConfirmed += 1 }
        }
        noteWords(isFound: here > 0, isStrong)
        // If its own record has all values, neighbors are only sampled, to learn whether they have them as well.
        let isSampled = here == needles.count && current.rows > 64
        guard !isSampled || current.rows & 15 == 1, source.hasNeighbours else { return }
        let weight = isSampled ? 16 : 1
        func note(_ distance: Int) {
            current.foundAt[distance, default: 0] += weight
            if isStrong { current.strongAt[distance, default: 0] += weight }
        }
        if here > 0 { note(0) }
        for distance in 1...SourceReader.neighbours {
            for signed in [distance, -distance] where count(in: source, signed) > 0 { note(signed) }
        }
    }

    /// Whether a quoted text is an address, a UUID or a URL as a whole.
    private mutating func isAddressOrID(_ text: Span<UInt8>) -> Bool {
        inner.removeAll()
        MessageScanner.scan(text, ByteClass.table.span, into: &inner)
        guard inner.count == 1, inner[0].range == 0..<text.count else { return false }
        return switch inner[0].kind {
        case .email, .uuid, .url: true
        case .text, .token, .date: false
        }
    }

    /// Records whether a row has any of its values.
    private mutating func noteWords(isFound: Bool, _ isStrong: Bool) {
        if isFound, words.isEmpty { return }
        let keys = (0..<needles.count).map { needles.text($0) }
        guard !isFound else {
            for key in keys { if let number = wordNumbers[key] { words[number].isFound = true } }
            return
        }
        func missed(_ key: ExactText) -> Int { wordNumbers[key].map { words[$0].missed } ?? 0 }
        guard let rarest = keys.min(by: { missed($0) < missed($1) }) else { return }
        let number: Int
        if let known = wordNumbers[rarest] {
            number = known
        } else {
            guard words.count < Self.repeatedValues else { return }
            number = words.count
            wordNumbers[rarest] = number
            words.append(Word(isStrong: isStrong))
        }
        words[number].missed += 1
        current.missed[number, default: 0] += 1
    }

    /// Rows without any of their values that quote only words of the messages.
    private func rowsOfWords(_ tally: Tally) -> (all: Int, strong: Int) {
        tally.missed.reduce(into: (0, 0)) { sums, missed in
            let word = words[missed.key]
            guard word.missed >= Self.wordRows, !word.isFound else { return }
            sums.0 += missed.value
            if word.isStrong { sums.1 += missed.value }
        }
    }

    /// Whether a text is a date or a time. The cell of a date contains a number of days.
    private static func looksLikeDate(_ value: Span<UInt8>) -> Bool {
        var (digits, marks) = (0, 0)
        for index in value.indices {
            switch value[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: ":"): marks += 1
            case UInt8(ascii: " "), UInt8(ascii: "+"), UInt8(ascii: "T"), UInt8(ascii: "Z"): break
            default: return false
            }
        }
        return marks > 1 && digits > 2
    }

    /// Searches for the id of a row that succeeded, because a source may have a column with record ids.
    package mutating func look(forID id: Span<UInt8>, in source: SourceReader) {
        guard id.count >= 8 else { return }
        needles.removeAll()
        needles.append(id)
        let isHere = count(in: source, 0) > 0
        current.ids += 1
        if isHere { current.idsFound += 1 }
        // Distances are compared only by rows that were searched at all of them.
        guard source.hasNeighbours else { return }
        if isHere { current.idsAt[0, default: 0] += 1 }
        for distance in 1...SourceReader.neighbours {
            for signed in [distance, -distance] where count(in: source, signed) > 0 {
                current.idsAt[signed, default: 0] += 1
            }
        }
    }

    /// Returns the number of values that are in a record.
    ///
    /// - Parameter asPeopleRead: whether to search again, as people read it, for a value that is not there. This takes
    ///   long.
    private mutating func count(in source: SourceReader, _ distance: Int, asPeopleRead: Bool = false) -> Int {
        record.removeAll(keepingCapacity: true)
        let isThere: Void? = source.withRecord(distance) { bytes in
            source.encoding.text(of: bytes, into: &record)
        }
        guard isThere != nil else { return 0 }
        if source.form.isTable {
            record.undouble()
        } else if record.contains(UInt8(ascii: "\\")) {
            record = record.unescaped()
        }
        if record.fold(), needles.hasOtherBytes { record.foldOtherBytes() }
        var found = 0
        var characters: [Character]?
        for index in 0..<needles.count {
            let value = needles.bytes.span.extracting(needles[index])
            if record.span.contains(value: value) {
                found += 1
            } else if asPeopleRead, value.mayBeWrittenOtherwise {
                characters = characters ?? record.span.charactersAsRead
                if characters?.contains(value: value.charactersAsRead) == true { found += 1 }
            }
        }
        return found
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

        package var isDoubt: Bool {
            switch self {
            case .none, .confirmed: false
            case .shifted, .doubtful: true
            }
        }
    }

    /// A reason not to trust the pairing: of one job, by its number, or of all jobs together.
    package struct Doubt: Sendable {
        package let job: Int?
        package let tally: Tally
        package let result: Result
    }

    /// The reasons not to trust the pairing. All jobs together are a reason only if no single one is.
    package var doubts: [Doubt] {
        let doubts = suspects.compactMap { job, tally -> Doubt? in
            let result = Self.result(of: tally, words: rowsOfWords(tally), isOneOfSeveral: jobCount > 1)
            return result.isDoubt ? Doubt(job: job, tally: tally, result: result) : nil
        }
        let result = Self.result(of: all, words: rowsOfWords(all), isOneOfSeveral: false)
        return doubts.isEmpty && result.isDoubt ? [Doubt(job: nil, tally: all, result: result)] : doubts
    }

    /// - Shifted: at another distance, at least two more rows have their values than here, and at least twice as many
    ///   as at any third distance. For addresses and ids, one row is enough if there is none here. Values that all
    ///   records have prove nothing, because they are found at all distances.
    /// - Doubtful: fewer than half of the rows, or of the rows that quote an address or an id, have any of their values
    ///   in their records. Rows that quote only words of the messages do not count. A wrong source has the values only
    ///   by accident. If at least half of the ids are in their rows, they count like rows.
    package var result: Result {
        doubts.first?.result ?? Self.result(of: all, words: rowsOfWords(all), isOneOfSeveral: false)
    }

    private static func result(
        of tally: Tally, words: (all: Int, strong: Int), isOneOfSeveral: Bool
    ) -> Result {
        for (counts, enough) in [(tally.strongAt, 1), (tally.foundAt, 2), (tally.idsAt, 1)] {
            if let shift = Self.shift(in: counts, enough: enough) { return shift }
        }
        let (rows, strongRows) = (tally.rows - words.all, tally.strongRows - words.strong)
        guard rows > 0 else { return tally.idsFound > 0 ? .confirmed : .none }
        // Ids in the source belong to their rows, too. If most were created by the job, they cannot be in the source.
        if tally.idsFound > 0, tally.idsFound * 2 >= tally.ids,
            (tally.confirmed + tally.idsFound) * 2 >= rows + tally.ids
        {
            return .confirmed
        }
        // Rows often quote things other than their own values, but most quoted addresses and ids are their own. Of
        // several jobs, one may have a single row that quotes something else.
        let isAlone = isOneOfSeveral && rows == 1
        if tally.confirmed * 2 < rows && !isAlone || tally.strongConfirmed * 2 < strongRows { return .doubtful }
        return tally.confirmed > 0 ? .confirmed : .none
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
