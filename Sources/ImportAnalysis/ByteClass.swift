/// What a byte can be in a message: the letters of a word, the digits of a value, or what holds two words together.
struct ByteClass: OptionSet {
    let rawValue: UInt8

    static let digit = ByteClass(rawValue: 1 << 0)
    /// a–f, A–F
    static let hexLetter = ByteClass(rawValue: 1 << 1)
    /// Other letters of ASCII, and the low line.
    static let otherLetter = ByteClass(rawValue: 1 << 2)
    static let word: ByteClass = [.digit, .hexLetter, .otherLetter]
    /// A point: joins two words.
    static let point = ByteClass(rawValue: 1 << 3)
    /// A comma: joins two digits.
    static let comma = ByteClass(rawValue: 1 << 4)
    /// A colon: joins two digits.
    static let colon = ByteClass(rawValue: 1 << 5)
    /// A hyphen or a plus: joins two words; before a number, its sign.
    static let sign = ByteClass(rawValue: 1 << 6)
    /// Text in quotes may begin here: ' " `
    static let quote = ByteClass(rawValue: 1 << 7)

    /// The class of each byte.
    static let table: [ByteClass] = (UInt8.min...UInt8.max).map { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): .hexLetter
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
            .otherLetter
        case UInt8(ascii: "."): .point
        case UInt8(ascii: ","): .comma
        case UInt8(ascii: ":"): .colon
        case UInt8(ascii: "-"), UInt8(ascii: "+"): .sign
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): .quote
        default: []
        }
    }
}
