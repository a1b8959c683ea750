private import Glibc

/// The bytes of one buffer of a column in a record batch.
///
/// Safe, because each append first makes room for what it writes.
@safe
struct ColumnBuffer: ~Copyable {
    private var start: UnsafeMutableRawPointer
    private var capacity: Int
    /// The number of bytes so far.
    private(set) var count = 0

    init(capacity: Int = 4096) {
        self.capacity = capacity
        unsafe start = .allocate(byteCount: capacity, alignment: 64)
    }

    deinit {
        unsafe start.deallocate()
    }

    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: count) }

    mutating func removeAll() {
        count = 0
    }

    /// Appends a number `times` times.
    @inline(__always)
    mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number, times: Int = 1) {
        let number = number.littleEndian
        unsafe withRoom(MemoryLayout<Number>.stride * times) { room in
            for index in 0..<times {
                unsafe room.storeBytes(of: number, toByteOffset: index * MemoryLayout<Number>.stride, as: Number.self)
            }
        }
    }

    /// Appends `times` numbers, each of them `step` more than the one before.
    @inline(__always)
    mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(from first: Number, by step: Number, times: Int) {
        unsafe withRoom(MemoryLayout<Number>.stride * times) { room in
            var number = first
            for index in 0..<times {
                unsafe room.storeBytes(
                    of: number.littleEndian, toByteOffset: index * MemoryLayout<Number>.stride, as: Number.self)
                number &+= step
            }
        }
    }

    @inline(__always)
    mutating func append(_ bytes: Span<UInt8>) {
        let count = bytes.count
        guard count > 0 else { return }
        unsafe withRoom(count) { room in
            unsafe bytes.withUnsafeBytes { bytes in
                guard let source = bytes.baseAddress else { return }
                unsafe memcpy(room, source, count)
            }
        }
    }

    /// Appends `times` texts of `count` bytes that are `stride` bytes apart in `text`.
    @inline(__always)
    mutating func append(_ text: Span<UInt8>, at offset: Int, count: Int, stride: Int, times: Int) {
        guard times > 0, count > 0 else { return }
        precondition(offset >= 0 && offset + (times - 1) * stride + count <= text.count)
        unsafe withRoom(count * times) { room in
            unsafe text.withUnsafeBytes { text in
                guard let text = text.baseAddress else { return }
                var source = unsafe text + offset
                var target = unsafe room
                if count == 36 {
                    // A copy of constant length is inlined, and nearly all ids are UUIDs.
                    for _ in 0..<times {
                        unsafe memcpy(target, source, 36)
                        unsafe (source, target) = (source + stride, target + 36)
                    }
                } else {
                    for _ in 0..<times {
                        unsafe memcpy(target, source, count)
                        unsafe (source, target) = (source + stride, target + count)
                    }
                }
            }
        }
    }

    /// Appends zeros until the count is a multiple of `width`.
    mutating func align(_ width: Int) {
        append(UInt8(0), times: (width - count % width) % width)
    }

    @inline(__always)
    private mutating func withRoom(_ bytes: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
        if capacity - count < bytes { grow(by: bytes) }
        unsafe body(start + count)
        count += bytes
    }

    private mutating func grow(by bytes: Int) {
        let capacity = max(self.capacity * 2, count + bytes)
        let grown = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
        unsafe grown.copyMemory(from: start, byteCount: count)
        unsafe start.deallocate()
        unsafe start = grown
        self.capacity = capacity
    }
}

/// A validity bitmap: one bit for each row that says whether the row has a value.
struct Validity: ~Copyable {
    private var bits = [UInt8]()
    /// The number of rows so far.
    private(set) var count = 0
    /// The number of rows without a value.
    private(set) var nullCount = 0

    mutating func removeAll() {
        bits.removeAll(keepingCapacity: true)
        (count, nullCount) = (0, 0)
    }

    /// Appends `times` rows, all with or all without a value.
    @inline(__always)
    mutating func append(_ isValid: Bool, times: Int) {
        if !isValid { nullCount += times }
        var left = times
        while left > 0 {
            if count & 7 == 0 {
                if left >= 8 {
                    bits.append(contentsOf: repeatElement(isValid ? 0xFF : 0, count: left / 8))
                    count += left / 8 * 8
                    left %= 8
                    continue
                }
                bits.append(0)
            }
            if isValid { bits[count >> 3] |= 1 << UInt8(count & 7) }
            count += 1
            left -= 1
        }
    }

    /// The bits; empty if every row has a value, which the format allows.
    var bytes: [UInt8] { nullCount == 0 ? [] : bits }
}
