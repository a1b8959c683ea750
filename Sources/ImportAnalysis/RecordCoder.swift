import ImportDumps

// The byte format of a run's own temporary data: member after member, without names. Only the process that wrote the
// bytes reads them, so they have no version, and the only check is that no read goes past their end.
//
//     number   7 bits per byte, lowest first; the top bit says that more follow. The lowest bit is the sign.
//     text     its length in bytes + 1, then the bytes; 0 for nil
//     list     the number of elements, then each of them

/// Writes or reads the members of a value in order. One declaration of a type's members serves both ways.
protocol RecordCoder {
    mutating func code(_ number: inout Int)
    mutating func code(_ text: inout String?)
    /// Writes and returns `count`, the number of elements of a list, or reads that number and returns it.
    mutating func count(_ count: Int) -> Int
    var isReading: Bool { get }
}

extension RecordCoder {
    @inline(__always)
    mutating func code(_ text: inout String) {
        var optional: String? = text
        code(&optional)
        if isReading { text = optional ?? "" }
    }

    @inline(__always)
    mutating func code(_ flag: inout Bool) {
        var number = flag ? 1 : 0
        code(&number)
        flag = number != 0
    }

    @inline(__always)
    mutating func code(_ number: inout Int?) {
        var isThere = number != nil
        code(&isThere)
        guard isThere else {
            number = nil
            return
        }
        var value = number ?? 0
        code(&value)
        number = value
    }

    @inline(__always)
    mutating func code(_ bits: inout UInt64) {
        var number = Int(bitPattern: UInt(bits))
        code(&number)
        bits = UInt64(UInt(bitPattern: number))
    }

    @inline(__always)
    mutating func code(_ bits: inout UInt64?) {
        var number = bits.map { Int(bitPattern: UInt($0)) }
        code(&number)
        bits = number.map { UInt64(UInt(bitPattern: $0)) }
    }

    /// Codes a value as its index in a list of all possible values.
    @inline(__always)
    mutating func code<Value: Equatable>(_ value: inout Value, of all: [Value]) {
        var number = isReading ? 0 : all.firstIndex(of: value) ?? 0
        code(&number)
        if all.indices.contains(number) { value = all[number] }
    }

    @inline(__always)
    mutating func code<Value>(
        _ value: inout Value?, or empty: @autoclosure () -> Value, _ members: (inout Value, inout Self) -> Void
    ) {
        var isThere = value != nil
        code(&isThere)
        guard isThere else {
            value = nil
            return
        }
        var whole = value ?? empty()
        members(&whole, &self)
        value = whole
    }

    @inline(__always)
    mutating func code<Value>(
        _ list: inout [Value], _ empty: @autoclosure () -> Value, _ members: (inout Value, inout Self) -> Void
    ) {
        let count = count(list.count)
        guard isReading else {
            for var element in list { members(&element, &self) }
            return
        }
        list.removeAll()
        list.reserveCapacity(count)
        for _ in 0..<count {
            var element = empty()
            members(&element, &self)
            list.append(element)
        }
    }

    mutating func code(_ numbers: inout [Int]) {
        code(&numbers, 0) { $1.code(&$0) }
    }
}

/// Appends members to bytes.
struct RecordWriter: RecordCoder {
    var bytes: [UInt8]
    var isReading: Bool { false }

    mutating func code(_ number: inout Int) {
        append(UInt(bitPattern: number << 1 ^ number >> (Int.bitWidth - 1)))
    }

    mutating func code(_ text: inout String?) {
        guard var whole = text else { return append(0) }
        whole.withUTF8 { utf8 in
            append(UInt(utf8.count) + 1)
            unsafe bytes.append(contentsOf: utf8)
        }
    }

    mutating func count(_ count: Int) -> Int {
        append(UInt(count))
        return count
    }

    @inline(__always)
    mutating func append(_ number: UInt) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

/// Reads members from bytes. Past the end, everything is zero or empty.
struct RecordReader: RecordCoder {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    var isReading: Bool { true }

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func code(_ number: inout Int) {
        let bits = next()
        number = Int(bitPattern: bits >> 1) ^ -Int(bitPattern: bits & 1)
    }

    mutating func code(_ text: inout String?) {
        let count = Int(clamping: next()) - 1
        guard count >= 0 else {
            text = nil
            return
        }
        let end = position + min(count, bytes.endIndex - position)
        text = String(decoding: bytes[position..<end], as: UTF8.self)
        position = end
    }

    mutating func byte() -> UInt8 {
        guard position < bytes.endIndex else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }

    /// Reads a number without a sign.
    mutating func number() -> Int { Int(clamping: next()) }

    /// Reads eight bytes, lowest first.
    mutating func word() -> UInt64 {
        guard position + 8 <= bytes.endIndex else { return 0 }
        let start = position - bytes.startIndex
        position += 8
        return unsafe bytes.withUnsafeBytes { bytes in
            unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
        }
    }

    /// The bytes that have not been read.
    var rest: Range<Int> { position..<bytes.endIndex }

    /// Reads bytes; returns where they are.
    mutating func range(_ count: Int) -> Range<Int> {
        let start = position
        position += min(count, bytes.endIndex - position)
        return start..<position
    }

    mutating func count(_: Int) -> Int {
        // Each element takes at least one byte.
        min(Int(clamping: next()), bytes.endIndex - position)
    }

    @inline(__always)
    private mutating func next() -> UInt {
        var (number, shift): (UInt, UInt) = (0, 0)
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            number |= UInt(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return number
    }
}
