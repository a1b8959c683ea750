/// The slots of one message after the other, in memory that stays.
struct MessageSlots: Sendable {
    private var slots: [MessageSlot] = []
    private(set) var count = 0

    mutating func removeAll() {
        count = 0
    }

    mutating func append(_ slot: MessageSlot) {
        if count < slots.count { slots[count] = slot } else { slots.append(slot) }
        count += 1
    }

    subscript(index: Int) -> MessageSlot { slots[index] }
}

/// A place in a message where a value stands.
struct MessageSlot: Sendable {
    /// Where the value lies in its message. A message is looked at in its first 1,024 bytes.
    var offset: UInt16
    var count: UInt16
    var kind: Kind
    /// What the value is not.
    var doubts: Doubts = []

    init(_ range: Range<Int>, _ kind: Kind, _ doubts: Doubts = []) {
        offset = UInt16(truncatingIfNeeded: range.lowerBound)
        count = UInt16(truncatingIfNeeded: range.count)
        self.kind = kind
        self.doubts = doubts
    }

    var range: Range<Int> { Int(offset)..<Int(offset) + Int(count) }

    /// What tells two slots apart: messages with different kinds in one place have different patterns. The number
    /// stands for the value in a masked message: a byte that is in no UTF-8.
    enum Kind: UInt8, Sendable {
        /// A number, hexadecimal digits, or letters with digits: one kind, since of random identifiers some are mere
        /// digits.
        case token = 0xF8
        case uuid, email, url, date
        /// Text in quotes, which are not part of it.
        case text
    }

    struct Doubts: OptionSet, Sendable {
        let rawValue: UInt8

        static let isNoNumber = Doubts(rawValue: 1 << 0)
        static let isNoHex = Doubts(rawValue: 1 << 1)
    }

    /// The name of a slot, given what all its values are not.
    static func name(of kind: Kind, _ doubts: Doubts) -> String {
        switch kind {
        case .uuid: "uuid"
        case .email: "email"
        case .url: "url"
        case .date: "date"
        case .text: "text"
        case .token: !doubts.contains(.isNoNumber) ? "number" : !doubts.contains(.isNoHex) ? "hex" : "id"
        }
    }

    /// What values with a name are not, or may not be: numbers may be hexadecimal digits or not. Nil if values of the
    /// kind are never called so.
    static func doubts(of kind: Kind, named name: String) -> Doubts? {
        guard kind == .token else { return name == self.name(of: kind, []) ? [] : nil }
        switch name {
        case "number": return .isNoHex
        case "hex": return .isNoNumber
        case "id": return [.isNoNumber, .isNoHex]
        default: return nil
        }
    }
}
