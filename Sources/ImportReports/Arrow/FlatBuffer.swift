/// A FlatBuffer that is written front to back: parents first, then what they point to. It implements as much of the
/// format as Arrow's messages need, and its output passes the verification of readers.
struct FlatBuffer {
    /// A field of a table. Fields are in the order of the schema.
    enum Field {
        /// Not stored: the reader uses the default.
        case absent
        case bool(Bool)
        case byte(UInt8)
        case short(Int16)
        case int(Int32)
        case long(Int64)
        /// Room for a pointer to a table, a vector or a string, filled in by ``FlatBuffer/point(_:)``.
        case pointer

        fileprivate var width: Int {
            switch self {
            case .absent: 0
            case .bool, .byte: 1
            case .short: 2
            case .int, .pointer: 4
            case .long: 8
            }
        }
    }

    /// The position of a pointer that is yet to be filled in.
    struct Place {
        fileprivate let position: Int
    }

    /// All bytes, beginning with the pointer to the root.
    private(set) var bytes: [UInt8] = [0, 0, 0, 0]
    /// The place of the pointer to the root.
    let root = Place(position: 0)

    /// Writes a table and makes `place` point to it.
    ///
    /// - Returns: the places of its pointers, in the order of the fields.
    mutating func table(at place: Place, _ fields: [Field]) -> [Place] {
        var offsets: [Int] = []
        var size = 4
        for field in fields {
            let width = field.width
            guard width > 0 else {
                offsets.append(0)
                continue
            }
            size = (size + width - 1) / width * width
            offsets.append(size)
            size += width
        }
        align(2)
        let directory = bytes.count
        append(Int16(4 + 2 * fields.count))
        append(Int16(size))
        for offset in offsets { append(Int16(offset)) }
        align(8)
        let start = bytes.count
        point(place)
        append(Int32(start - directory))
        var places: [Place] = []
        for (field, offset) in zip(fields, offsets) where offset > 0 {
            fill(to: start + offset)
            switch field {
            case .absent: break
            case .bool(let value): bytes.append(value ? 1 : 0)
            case .byte(let value): bytes.append(value)
            case .short(let value): append(value)
            case .int(let value): append(value)
            case .long(let value): append(value)
            case .pointer:
                places.append(Place(position: bytes.count))
                append(Int32(0))
            }
        }
        return places
    }

    /// Writes a string and makes `place` point to it.
    mutating func string(at place: Place, _ text: String) {
        align(4)
        point(place)
        append(Int32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
        bytes.append(0)
    }

    /// Writes a vector of pointers and makes `place` point to it.
    mutating func pointers(at place: Place, count: Int) -> [Place] {
        align(4)
        point(place)
        append(Int32(count))
        return (0..<count).map { _ in
            defer { append(Int32(0)) }
            return Place(position: bytes.count)
        }
    }

    /// Writes a vector of structs of two numbers and makes `place` point to it.
    mutating func pairs(at place: Place, _ pairs: [(Int, Int)]) {
        while bytes.count % 8 != 4 { bytes.append(0) }
        point(place)
        append(Int32(pairs.count))
        for (first, second) in pairs {
            append(Int64(first))
            append(Int64(second))
        }
    }

    /// Makes a place point to the next byte.
    private mutating func point(_ place: Place) {
        let distance = UInt32(bytes.count - place.position).littleEndian
        unsafe withUnsafeBytes(of: distance) { source in
            for index in 0..<4 { bytes[place.position + index] = unsafe source[index] }
        }
    }

    private mutating func align(_ width: Int) {
        fill(to: (bytes.count + width - 1) / width * width)
    }

    private mutating func fill(to end: Int) {
        while bytes.count < end { bytes.append(0) }
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: number.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }
}
