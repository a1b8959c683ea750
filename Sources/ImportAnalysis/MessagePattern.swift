/// Failed rows of one code whose messages differ only in their values.
struct MessagePattern: Sendable {
    /// The first row's message. It contains the value of each slot that has only one.
    private var example: [UInt8] = []
    private(set) var rows = 0
    private var firstRow = 0
    private var lastRow = 0
    private var slots: [Slot] = []

    private struct Slot {
        var first: MessageSlot
        var state = State.one
        var values: SlotValues?

        /// - Parameters:
        ///   - example: the message that contains the slot's first value.
        ///   - rows: the number of earlier rows.
        ///   - limit: the most values to tell apart; 0 if the values of this slot are not counted.
        mutating func count(_ value: Span<UInt8>, example: [UInt8], rows: Int, limit: Int) {
            switch state {
            case .many: return
            case .few:
                if values?.count(value, limit: limit) == true { return }
                state = .many
                values = nil
            case .one:
                let known = example.span.extracting(first.range)
                if known.isSame(as: value) { return }
                state = .many
                guard limit > 0 else { return }
                var few = SlotValues(known, rows: rows)
                _ = few.count(value, limit: limit)
                values = few
                state = .few
            }
        }

        /// Drops the values if there are more than `limit`.
        mutating func limit(to limit: Int) {
            guard let few = values, few.count > limit else { return }
            state = .many
            values = nil
        }
    }

    private enum State {
        /// All rows have the example's value.
        case one
        /// `values` contains all values.
        case few
        /// There are too many values to tell apart, or they are not counted.
        case many
    }

    /// Starts the pattern with the message of the row to be counted next, reusing the memory of an earlier pattern.
    mutating func begin(_ found: borrowing MessageSlots, message: Span<UInt8>, row: Int) {
        example.removeAll(keepingCapacity: true)
        unsafe message.withUnsafeBufferPointer { unsafe example.append(contentsOf: $0) }
        rows = 0
        firstRow = row
        slots.removeAll(keepingCapacity: true)
        for index in 0..<found.count { slots.append(Slot(first: found[index])) }
    }

    /// Counts a row. Its message has the pattern's key, and therefore the same slots.
    ///
    /// - Parameter valueLimit: the most values of a slot to tell apart, at least two.
    mutating func count(row: Int, _ message: Span<UInt8>, _ found: borrowing MessageSlots, valueLimit: Int) {
        for index in slots.indices {
            let slot = found[index]
            slots[index].first.doubts.formUnion(slot.doubts)
            slots[index].count(
                message.extracting(slot.range), example: example, rows: rows,
                limit: index < AnalysisLimits.slotsCounted ? valueLimit : 0)
        }
        rows += 1
        lastRow = row
    }

    /// Drops the values of slots that have more than `limit`.
    mutating func limitValues(to limit: Int) {
        for index in slots.indices { slots[index].limit(to: limit) }
    }
}

// MARK: - What it came to

extension MessagePattern {
    /// - Parameter rowsOfCode: the rows of the code, of which the pattern has a share.
    func summary(rowsOfCode: Int) -> MessageSummary {
        var pattern: [UInt8] = []
        var shown: [SlotSummary] = []
        var next = 0
        for slot in slots {
            let range = slot.first.range
            PatternText.append(example[next..<range.lowerBound], to: &pattern)
            next = range.upperBound
            if slot.state == .one {
                PatternText.append(example[range], to: &pattern)
            } else {
                let name = MessageSlot.name(of: slot.first.kind, slot.first.doubts)
                PatternText.append(placeholder: name, to: &pattern)
                shown.append(SlotSummary(name: name, rows: rows, slot.values))
            }
        }
        PatternText.append(example[next...], to: &pattern)
        return MessageSummary(
            pattern: String(decoding: pattern, as: UTF8.self), rows: rows, share: Share(of: rows, in: rowsOfCode),
            firstRow: firstRow, lastRow: lastRow, example: String(decoding: example, as: UTF8.self),
            exampleRow: firstRow, slots: shown)
    }
}

extension SlotSummary {
    fileprivate init(name: String, rows: Int, _ values: SlotValues?) {
        let listed = values?.sorted().prefix(AnalysisLimits.valuesListed) ?? []
        self.init(
            name: name, distinctValues: values?.count, values: Array(listed),
            otherRows: rows - listed.reduce(0) { $0 + $1.rows })
    }
}

/// The notation of patterns: braces of the message's own text are doubled; a placeholder is enclosed in single ones.
enum PatternText {
    /// Appends text of the message itself.
    static func append(_ text: ArraySlice<UInt8>, to pattern: inout [UInt8]) {
        for byte in text { append(byte, to: &pattern) }
    }

    @inline(__always)
    private static func append(_ byte: UInt8, to pattern: inout [UInt8]) {
        pattern.append(byte)
        if isBrace(byte) { pattern.append(byte) }
    }

    static func append(placeholder name: String, to pattern: inout [UInt8]) {
        pattern.append(UInt8(ascii: "{"))
        pattern.append(contentsOf: name.utf8)
        pattern.append(UInt8(ascii: "}"))
    }

    /// Returns the pattern of a message in which nothing varies.
    static func pattern(withoutSlots message: Span<UInt8>) -> String {
        var pattern: [UInt8] = []
        pattern.reserveCapacity(message.count + 8)
        for index in message.indices { append(message[index], to: &pattern) }
        return String(decoding: pattern, as: UTF8.self)
    }

    fileprivate static func isBrace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}")
    }
}

/// Reads a pattern from left to right, in parallel with one of its messages.
struct PatternReader {
    private let pattern: [UInt8]
    private var index = 0

    init(_ pattern: String) {
        self.pattern = Array(pattern.utf8)
    }

    var isAtEnd: Bool { index == pattern.count }

    /// Skips text of the message. Returns false if the pattern has something else here.
    mutating func skip(_ text: ArraySlice<UInt8>) -> Bool {
        for byte in text {
            for _ in 0..<(PatternText.isBrace(byte) ? 2 : 1) {
                guard index < pattern.count, pattern[index] == byte else { return false }
                index += 1
            }
        }
        return true
    }

    /// Skips a placeholder and returns its name, or nil if there is none here.
    mutating func placeholder() -> String? {
        let start = index + 1
        guard start < pattern.count, pattern[index] == UInt8(ascii: "{"), pattern[start] != UInt8(ascii: "{"),
            let end = pattern[start...].firstIndex(of: UInt8(ascii: "}"))
        else { return nil }
        index = end + 1
        return String(decoding: pattern[start..<end], as: UTF8.self)
    }
}

/// A message with its values masked, which is equal for all messages of a pattern. A mask is reused for message after
/// message and allocates nothing.
struct MessageMask: Sendable {
    /// The message's values, from left to right.
    private(set) var slots = MessageSlots()
    /// The message with one byte in the position of each value, in the first `count` bytes. Only its empty quotes can
    /// make it longer than the message, by one byte each.
    private(set) var bytes = [UInt8](repeating: 0, count: AnalysisLimits.groupingBytes * 2)
    private(set) var count = 0

    /// Masks a message of at most ``AnalysisLimits/groupingBytes``.
    mutating func apply(to message: Span<UInt8>) {
        slots.removeAll()
        MessageScanner.scan(message, ByteClass.table.span, into: &slots)
        var source = 0
        var target = 0
        unsafe message.withUnsafeBufferPointer { message in
            unsafe bytes.withUnsafeMutableBufferPointer { bytes in
                for index in 0..<slots.count {
                    let slot = slots[index]
                    let length = Int(slot.offset) - source
                    unsafe Self.copy(message, source, length, bytes, target)
                    target += length
                    unsafe bytes[target] = slot.kind.rawValue
                    target += 1
                    source = slot.range.upperBound
                }
                unsafe Self.copy(message, source, message.count - source, bytes, target)
                target += message.count - source
            }
        }
        count = target
    }

    /// Both ranges are within their buffers: slots are in order, inside the message, and do not overlap.
    @inline(__always)
    private static func copy(
        _ source: UnsafeBufferPointer<UInt8>, _ from: Int, _ length: Int, _ target: UnsafeMutableBufferPointer<UInt8>,
        _ to: Int
    ) {
        guard length > 0, let from = unsafe source.baseAddress?.advanced(by: from),
            let to = unsafe target.baseAddress?.advanced(by: to)
        else { return }
        unsafe to.update(from: from, count: length)
    }
}
