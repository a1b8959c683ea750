/// The messages of an Arrow IPC stream, in the format of Arrow's columnar specification, version 1.0 and later.
///
/// A message is a marker, the length of its metadata, the metadata (a FlatBuffer) and a body of buffers.
enum ArrowMessages {
    /// A column of the stream.
    struct Column: Sendable {
        enum Kind: Sendable {
            case text
            case number
            /// Texts stored as indices into a dictionary, each `bits` wide.
            case dictionary(id: Int, bits: Int)
        }

        var name: String
        var kind: Kind
        var isNullable: Bool
    }

    /// The part of a message body that one buffer occupies.
    struct Extent {
        var offset: Int
        var count: Int
    }

    /// A column's rows in one batch.
    struct Node {
        var rows: Int
        var nulls: Int
    }

    /// Marks the end of a stream.
    static let end: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
    /// The alignment to which bodies and their buffers are padded, in bytes.
    static let alignment = 64

    private static let version = FlatBuffer.Field.short(4)  // V5, the fifth since 0.1

    // Values of the unions in Arrow's schema.
    private enum Header: UInt8 {
        case schema = 1
        case dictionary
        case records
    }
    private static let integerType: UInt8 = 2
    private static let textType: UInt8 = 5

    static func schema(_ columns: [Column]) -> [UInt8] {
        var buffer = FlatBuffer()
        let header = message(.schema, bodyCount: 0, &buffer)
        let schema = buffer.table(at: header, [.short(0), .pointer])
        let fields = buffer.pointers(at: schema[0], count: columns.count)
        for (column, place) in zip(columns, fields) { field(column, at: place, &buffer) }
        return framed(buffer)
    }

    /// Returns what precedes the body of a batch of rows.
    static func records(rows: Int, nodes: [Node], extents: [Extent], bodyCount: Int) -> [UInt8] {
        var buffer = FlatBuffer()
        let header = message(.records, bodyCount: bodyCount, &buffer)
        batch(rows: rows, nodes, extents, at: header, &buffer)
        return framed(buffer)
    }

    /// Returns what precedes the body of a dictionary, which replaces any earlier one with the same number.
    static func dictionary(id: Int, texts: Int, extents: [Extent], bodyCount: Int) -> [UInt8] {
        var buffer = FlatBuffer()
        let header = message(.dictionary, bodyCount: bodyCount, &buffer)
        let data = buffer.table(at: header, [.long(Int64(id)), .pointer, .bool(false)])
        batch(rows: texts, [Node(rows: texts, nulls: 0)], extents, at: data[0], &buffer)
        return framed(buffer)
    }

    private static func message(_ header: Header, bodyCount: Int, _ buffer: inout FlatBuffer) -> FlatBuffer.Place {
        buffer.table(at: buffer.root, [version, .byte(header.rawValue), .pointer, .long(Int64(bodyCount))])[0]
    }

    private static func batch(
        rows: Int, _ nodes: [Node], _ extents: [Extent], at place: FlatBuffer.Place, _ buffer: inout FlatBuffer
    ) {
        let places = buffer.table(at: place, [.long(Int64(rows)), .pointer, .pointer])
        buffer.pairs(at: places[0], nodes.map { ($0.rows, $0.nulls) })
        buffer.pairs(at: places[1], extents.map { ($0.offset, $0.count) })
    }

    private static func field(_ column: Column, at place: FlatBuffer.Place, _ buffer: inout FlatBuffer) {
        let isNumber = if case .number = column.kind { true } else { false }
        let isDictionary = if case .dictionary = column.kind { true } else { false }
        let places = buffer.table(
            at: place,
            [
                .pointer, .bool(column.isNullable), .byte(isNumber ? integerType : textType), .pointer,
                isDictionary ? .pointer : .absent, .pointer,
            ])
        buffer.string(at: places[0], column.name)
        if isNumber { integer(bits: 64, at: places[1], &buffer) } else { _ = buffer.table(at: places[1], []) }
        if case .dictionary(let id, let bits) = column.kind {
            let index = buffer.table(at: places[2], [.long(Int64(id)), .pointer, .bool(false)])
            integer(bits: bits, at: index[0], &buffer)
        }
        // Readers require the vector of children even if it is empty.
        _ = buffer.pointers(at: places[places.count - 1], count: 0)
    }

    private static func integer(bits: Int, at place: FlatBuffer.Place, _ buffer: inout FlatBuffer) {
        _ = buffer.table(at: place, [.int(Int32(bits)), .bool(true)])
    }

    private static func framed(_ buffer: FlatBuffer) -> [UInt8] {
        var metadata = buffer.bytes
        // The body must begin at a multiple of 8.
        while metadata.count % 8 != 0 { metadata.append(0) }
        var bytes: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        unsafe withUnsafeBytes(of: Int32(metadata.count).littleEndian) { unsafe bytes.append(contentsOf: $0) }
        return bytes + metadata
    }
}
