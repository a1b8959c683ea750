/// The extra fields of a file in a zip: numbers beyond 32 bits, the owner, and times, of which there are none. Any
/// other might change how a program reads the file, as the one with another name does, and is refused.
struct ZipExtra {
    private static let numbersField = 0x0001
    private static let timesField = 0x5455
    private static let ownerField = 0x7875
    /// A version, and a user and a group of 32 bits, each with its length: nobody in particular.
    private static let nobody: [UInt8] = [1, 4, 0, 0, 0, 0, 4, 0, 0, 0, 0]

    /// Those that are not taken yet; nil without the field.
    private var numbers: [Int]?

    /// Nil for fields that are cut off, that come twice, or that are none of the two.
    init?(_ bytes: ArraySlice<UInt8>) {
        let record = ZipRecord(bytes: Array(bytes))
        var position = 0
        var (hasTimes, hasOwner) = (false, false)
        while position < bytes.count {
            guard position + 4 <= bytes.count else { return nil }
            let (field, count) = (record.half(position), record.half(position + 2))
            position += 4
            guard position + count <= bytes.count else { return nil }
            switch field {
            case Self.numbersField where numbers == nil && count % 8 == 0 && count > 0:
                var found: [Int] = []
                for offset in stride(from: position, to: position + count, by: 8) {
                    guard let number = record.long(offset) else { return nil }
                    found.append(number)
                }
                numbers = found.reversed()
            // A byte that says which times follow.
            case Self.timesField where !hasTimes && count == 1 && record.bytes[position] == 0:
                hasTimes = true
            case Self.ownerField
            where !hasOwner && record.bytes[position..<position + count].elementsEqual(Self.nobody):
                hasOwner = true
            default:
                return nil
            }
            position += count
        }
    }

    /// Whether there are numbers beyond 32 bits, or places for them.
    var hasNumbers: Bool { numbers != nil }

    /// Whether all numbers were asked for.
    var isUsedUp: Bool { numbers?.isEmpty != false }

    /// The number that a field of 32 bits stands for; nil if it is to be here and is not.
    mutating func number(for field: Int) -> Int? {
        guard field == ZipListed.beyond, numbers != nil else { return field }
        return numbers?.popLast()
    }
}
