import ImportFoundation

/// Message patterns that are the same although jobs may write them differently.
///
/// A value that is the same in all rows of a job is literal text in its pattern: `'stage' is missing` in one job and
/// `'{text}' is missing` in another may be one pattern. All messages of a pattern have the same mask, which follows
/// from any of them, whatever its values. So patterns are the same if their examples have the same mask.
struct MessageFamily: Sendable {
    /// Equal if and only if the patterns are the same.
    let key: [UInt8]
    private var form: Form

    private enum Form {
        /// Rows without a message.
        case none
        /// A pattern that does not match its example, from a summary made by another program.
        case verbatim(String)
        /// A message, and what is known about its values.
        case masked(example: [UInt8], slots: [Slot])
    }

    private struct Slot {
        var first: MessageSlot
        /// Whether there are values other than the example's.
        var varies = false
    }

    // Neither byte occurs in UTF-8 or stands for a value in a mask.
    private static let noMessage: UInt8 = 0xFE
    private static let verbatim: UInt8 = 0xFF

    /// - Parameter mask: reused for all patterns.
    init(_ message: MessageSummary, _ mask: inout MessageMask) {
        guard let pattern = message.pattern else {
            key = [Self.noMessage]
            form = .none
            return
        }
        var example = Array((message.example ?? "").utf8)
        let beginning = 0..<example.span.wholeCharacters(within: AnalysisLimits.groupingBytes)
        example.removeSubrange(beginning.upperBound...)
        mask.apply(to: example.span)
        guard let slots = Self.slots(of: pattern, example, mask.slots) else {
            key = [Self.verbatim] + pattern.utf8
            form = .verbatim(pattern)
            return
        }
        key = Array(mask.bytes[..<mask.count])
        form = .masked(example: example, slots: slots)
    }

    /// Returns what a pattern says about each value of its example; nil if it does not match the example.
    private static func slots(of pattern: String, _ example: [UInt8], _ found: borrowing MessageSlots) -> [Slot]? {
        var reader = PatternReader(pattern)
        var slots: [Slot] = []
        var next = 0
        for index in 0..<found.count {
            var slot = Slot(first: found[index])
            let range = slot.first.range
            guard reader.skip(example[next..<range.lowerBound]) else { return nil }
            if let name = reader.placeholder() {
                guard let doubts = MessageSlot.doubts(of: slot.first.kind, named: name) else { return nil }
                slot.first.doubts.formUnion(doubts)
                slot.varies = true
            } else if !reader.skip(example[range]) {
                return nil
            }
            slots.append(slot)
            next = range.upperBound
        }
        return reader.skip(example[next...]) && reader.isAtEnd ? slots : nil
    }

    /// Adds the values of another pattern with the same key.
    mutating func merge(_ other: MessageFamily) {
        guard case .masked(let example, var slots) = form, case .masked(let otherExample, let others) = other.form,
            slots.count == others.count
        else { return }
        for index in slots.indices {
            let slot = others[index]
            slots[index].varies =
                slots[index].varies || slot.varies
                || example[slots[index].first.range] != otherExample[slot.first.range]
            slots[index].first.doubts.formUnion(slot.first.doubts)
        }
        form = .masked(example: example, slots: slots)
    }

    /// The pattern as text; nil for rows without a message.
    var pattern: String? {
        switch form {
        case .none: return nil
        case .verbatim(let text): return text
        case .masked(let example, let slots):
            var pattern: [UInt8] = []
            var next = 0
            for slot in slots {
                let range = slot.first.range
                PatternText.append(example[next..<range.lowerBound], to: &pattern)
                next = range.upperBound
                if slot.varies {
                    let name = MessageSlot.name(of: slot.first.kind, slot.first.doubts)
                    PatternText.append(placeholder: name, to: &pattern)
                } else {
                    PatternText.append(example[range], to: &pattern)
                }
            }
            PatternText.append(example[next...], to: &pattern)
            return String(decoding: pattern, as: UTF8.self)
        }
    }

    /// An example message, from the first job; nil for rows without one.
    var example: String? {
        switch form {
        case .none: nil
        case .verbatim(let text): text
        case .masked(let example, _): String(decoding: example, as: UTF8.self)
        }
    }
}
