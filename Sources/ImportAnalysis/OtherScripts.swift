// Quotes that are not ASCII, and digits of other scripts, as in messages in languages other than English.
extension Span<UInt8> {
    /// Returns the quotation that begins at `index` with a mark that is not ASCII, or nil if none begins there.
    func quotation(at index: Int) -> Quotation? {
        let second = index + 1 < count ? self[index + 1] : 0
        let third = index + 2 < count ? self[index + 2] : 0
        return switch (self[index], second, third) {
        // « » and » «
        case (0xC2, 0xAB, _): Quotation(0, length: 2, closing: (0xC2, 0xBB, 0))
        case (0xC2, 0xBB, _): Quotation(1, length: 2, closing: (0xC2, 0xAB, 0), isAmbiguous: true)
        // ‘ ’, ‚ ‘ and ‚ ’
        case (0xE2, 0x80, 0x98): Quotation(2, closing: (0xE2, 0x80, 0x99), isAmbiguous: true)
        case (0xE2, 0x80, 0x9A): Quotation(3, closing: (0xE2, 0x80, 0x98), or: (0xE2, 0x80, 0x99))
        // “ ”, ” ”, „ “ and „ ”
        case (0xE2, 0x80, 0x9C): Quotation(4, closing: (0xE2, 0x80, 0x9D))
        case (0xE2, 0x80, 0x9D): Quotation(5, closing: (0xE2, 0x80, 0x9D), isAmbiguous: true)
        case (0xE2, 0x80, 0x9E): Quotation(6, closing: (0xE2, 0x80, 0x9C), or: (0xE2, 0x80, 0x9D))
        // ‹ › and › ‹
        case (0xE2, 0x80, 0xB9): Quotation(7, closing: (0xE2, 0x80, 0xBA))
        case (0xE2, 0x80, 0xBA): Quotation(8, closing: (0xE2, 0x80, 0xB9), isAmbiguous: true)
        // 「 」 and 『 』
        case (0xE3, 0x80, 0x8C): Quotation(9, closing: (0xE3, 0x80, 0x8D))
        case (0xE3, 0x80, 0x8E): Quotation(10, closing: (0xE3, 0x80, 0x8F))
        default: nil
        }
    }

    /// Returns the range of the text in a quotation whose opening mark is at `start`, or nil if nothing closes it.
    func text(of quotation: Quotation, at start: Int, _ classes: Span<ByteClass>) -> Range<Int>? {
        let first = start + quotation.length
        var index = first
        while index < count {
            if self[index] >= 0xC2, quotation.isClosed(by: self, at: index) {
                let isApostrophe = self[index] == 0xE2 && self[index + 2] == 0x99 && hasLetter(index + 3, classes)
                if !isApostrophe { return first..<index }
            }
            index += 1
        }
        return nil
    }

    /// Whether there is a letter or a digit of any script here. Outside ASCII, anything but punctuation counts as one.
    private func hasLetter(_ index: Int, _ classes: Span<ByteClass>) -> Bool {
        guard index < count else { return false }
        let byte = self[index]
        guard byte >= 0x80 else { return isWord(index, classes) }
        let second = index + 1 < count ? self[index + 1] : 0
        let third = index + 2 < count ? self[index + 2] : 0
        return switch byte {
        case ..<0xC3: false
        // U+2000 to U+2BFF
        case 0xE2: second >= 0xB0
        // U+3000 to U+303F
        case 0xE3: second != 0x80
        // U+FF00 to U+FF0F
        case 0xEF: second != 0xBC || third >= 0x90
        default: true
        }
    }

    /// Whether a letter or a digit of any script precedes a mark.
    func hasLetter(before index: Int, _ classes: Span<ByteClass>) -> Bool {
        guard index > 0 else { return false }
        var start = index - 1
        while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
        return hasLetter(start, classes)
    }

    /// Returns the end of a number whose digits are not ASCII, or nil if none begins here. Points and commas, including
    /// Arabic ones, join two digits.
    func otherNumber(at start: Int) -> Int? {
        var end = start + otherDigit(at: start)
        guard end > start else { return nil }
        while end < count {
            let digit = otherDigit(at: end)
            if digit > 0 {
                end += digit
                continue
            }
            let joint =
                switch self[end] {
                case UInt8(ascii: "."), UInt8(ascii: ","): 1
                // ٫ and ٬
                case 0xD9: end + 1 < count && (self[end + 1] == 0xAB || self[end + 1] == 0xAC) ? 2 : 0
                default: 0
                }
            guard joint > 0, otherDigit(at: end + joint) > 0 else { break }
            end += joint
        }
        return end
    }

    /// Returns the length in bytes of the non-ASCII digit here; 0 if there is none.
    private func otherDigit(at index: Int) -> Int {
        guard index + 1 < count else { return 0 }
        let lead = self[index]
        // Digits begin with these bytes only, so most letters are ruled out at once.
        switch lead {
        case 0xD9, 0xDB, 0xDF:
            return Self.isDigit(UInt32(lead & 0x1F) << 6 | UInt32(self[index + 1] & 0x3F)) ? 2 : 0
        case 0xE0, 0xE1, 0xEA, 0xEF:
            guard index + 2 < count else { return 0 }
            let middle = UInt32(self[index + 1] & 0x3F) << 6
            return Self.isDigit(UInt32(lead & 0x0F) << 12 | middle | UInt32(self[index + 2] & 0x3F)) ? 3 : 0
        case 0xF0:
            guard index + 3 < count else { return 0 }
            let middle = UInt32(self[index + 1] & 0x3F) << 12 | UInt32(self[index + 2] & 0x3F) << 6
            return Self.isDigit(middle | UInt32(self[index + 3] & 0x3F)) ? 4 : 0
        default: return 0
        }
    }

    /// Decimal digits (general category Nd) other than those of ASCII, as of Unicode 14.
    private static func isDigit(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x660...0x669, 0x6F0...0x6F9, 0x7C0...0x7C9, 0x966...0x96F, 0x9E6...0x9EF, 0xA66...0xA6F, 0xAE6...0xAEF,
            0xB66...0xB6F, 0xBE6...0xBEF, 0xC66...0xC6F, 0xCE6...0xCEF, 0xD66...0xD6F, 0xDE6...0xDEF, 0xE50...0xE59,
            0xED0...0xED9, 0xF20...0xF29, 0x1040...0x1049, 0x1090...0x1099, 0x17E0...0x17E9, 0x1810...0x1819,
            0x1946...0x194F, 0x19D0...0x19D9, 0x1A80...0x1A89, 0x1A90...0x1A99, 0x1B50...0x1B59, 0x1BB0...0x1BB9,
            0x1C40...0x1C49, 0x1C50...0x1C59, 0xA620...0xA629, 0xA8D0...0xA8D9, 0xA900...0xA909, 0xA9D0...0xA9D9,
            0xA9F0...0xA9F9, 0xAA50...0xAA59, 0xABF0...0xABF9, 0xFF10...0xFF19, 0x104A0...0x104A9, 0x10D30...0x10D39,
            0x11066...0x1106F, 0x110F0...0x110F9, 0x11136...0x1113F, 0x111D0...0x111D9, 0x112F0...0x112F9,
            0x11450...0x11459, 0x114D0...0x114D9, 0x11650...0x11659, 0x116C0...0x116C9, 0x11730...0x11739,
            0x118E0...0x118E9, 0x11950...0x11959, 0x11C50...0x11C59, 0x11D50...0x11D59, 0x11DA0...0x11DA9,
            0x16A60...0x16A69, 0x16AC0...0x16AC9, 0x16B50...0x16B59, 0x1D7CE...0x1D7FF, 0x1E140...0x1E149,
            0x1E2F0...0x1E2F9, 0x1E950...0x1E959, 0x1FBF0...0x1FBF9:
            true
        default: false
        }
    }
}

/// A kind of quotation whose marks are not ASCII, and the marks that close it.
struct Quotation {
    typealias Mark = (UInt8, UInt8, UInt8)

    /// Distinguishes quotations by their opening marks.
    let number: UInt16
    /// The length in bytes of each of its marks.
    let length: Int
    /// Whether the opening mark also closes other quotations, or is an apostrophe. After a letter it does not open one.
    let isAmbiguous: Bool
    private let closing: Mark
    private let otherClosing: Mark

    init(_ number: UInt16, length: Int = 3, closing: Mark, or other: Mark? = nil, isAmbiguous: Bool = false) {
        self.number = number
        self.length = length
        self.isAmbiguous = isAmbiguous
        self.closing = closing
        otherClosing = other ?? closing
    }

    func isClosed(by text: Span<UInt8>, at index: Int) -> Bool {
        guard index + length <= text.count else { return false }
        let bytes = (text[index], text[index + 1], length == 2 ? 0 : text[index + 2])
        return bytes == closing || bytes == otherClosing
    }
}
