private import CISAL
private import Glibc
package import ImportFoundation

/// The contents of a file in a zip, inflated by ISA-L. If their size or checksum differs from the zip's, the read at
/// the end fails.
package struct ZipEntrySource: ByteSource {
    private let reader: ZipEntryReader

    package var isPrompt: Bool { true }

    init(_ entry: ZipEntry, descriptor: Int32) {
        reader = ZipEntryReader(entry, descriptor: descriptor)
    }

    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        try unsafe reader.read(into: buffer)
    }
}

/// The inflate state. Only one thread at a time uses it, as with any source, so it can be sent between threads.
@safe
private final class ZipEntryReader: @unchecked Sendable {
    private static let capacity = 64 * 1024

    private let entry: ZipEntry
    private let descriptor: Int32
    private let state: UnsafeMutablePointer<inflate_state>
    private let input: UnsafeMutableRawBufferPointer
    /// The byte offset of the next bytes in the zip.
    private var position: Int
    /// The number of bytes still to be delivered.
    private var left: Int
    private var isAtEnd = false

    init(_ entry: ZipEntry, descriptor: Int32) {
        self.entry = entry
        self.descriptor = descriptor
        position = entry.data.lowerBound
        left = entry.byteCount
        unsafe state = .allocate(capacity: 1)
        unsafe input = .allocate(byteCount: Self.capacity, alignment: 64)
        unsafe input.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe isal_inflate_init(state)
        unsafe state.pointee.avail_in = 0
        // Raw data, with a checksum of the output.
        unsafe state.pointee.crc_flag = UInt32(ISAL_GZIP_NO_HDR)
    }

    deinit {
        unsafe state.deallocate()
        unsafe input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        guard buffer.count > 0, !isAtEnd else { return 0 }
        if left > 0 {
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, left)])
            let count = try unsafe fill(room)
            guard count > 0 else { throw damaged(.structure) }
            left -= count
            return count
        }
        // The data must end after the last byte.
        var more: UInt8 = 0
        let count = try unsafe withUnsafeMutableBytes(of: &more) { byte throws(ReadFailure) in try unsafe fill(byte) }
        guard count == 0, position == entry.data.upperBound, unreadBytes == 0 else { throw damaged(.structure) }
        guard unsafe state.pointee.crc == entry.checksum else { throw damaged(.checksum) }
        isAtEnd = true
        return 0
    }

    /// Fills `room` and returns the number of bytes; 0 means the end of the data.
    private func fill(_ room: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        if !entry.isDeflated {
            let count = try unsafe readPacked(into: room)
            let bytes = unsafe room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe state.pointee.crc = crc32_gzip_refl(state.pointee.crc, bytes, UInt64(count))
            return count
        }
        while unsafe state.pointee.block_state != ISAL_BLOCK_FINISH {
            if unsafe state.pointee.avail_in == 0 {
                let count = try unsafe readPacked(into: input)
                unsafe state.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                unsafe state.pointee.avail_in = UInt32(count)
            }
            let hadInput = unsafe state.pointee.avail_in > 0
            let wanted = min(room.count, Int(UInt32.max))
            unsafe state.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe state.pointee.avail_out = UInt32(wanted)
            guard unsafe isal_inflate(state) >= ISAL_DECOMP_OK else { throw damaged(.structure) }
            let count = unsafe wanted - Int(state.pointee.avail_out)
            if count > 0 { return count }
            let isFinished = unsafe state.pointee.block_state == ISAL_BLOCK_FINISH
            guard hadInput || isFinished else { throw damaged(.structure) }
        }
        return 0
    }

    /// The number of whole bytes read from the zip that are not part of the deflated data.
    private var unreadBytes: Int {
        guard entry.isDeflated else { return 0 }
        return unsafe Int(state.pointee.avail_in) + Int(state.pointee.read_in_length) / 8
    }

    private func readPacked(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let wanted = min(buffer.count, entry.data.upperBound - position)
        guard wanted > 0 else { return 0 }
        while true {
            let count = unsafe pread(descriptor, buffer.baseAddress, wanted, position)
            if count > 0 {
                position += count
                return count
            }
            if count == 0 { throw ReadFailure(.breaksOff(.zip)) }
            if errno != EINTR { throw ReadFailure(errorNumber: errno) }
        }
    }

    private func damaged(_ damage: ReadFailure.Damage) -> ReadFailure { ReadFailure(.damaged(.zip, damage)) }
}

/// The bytes of a zip in a regular file.
struct ZipBytes: Sendable {
    let descriptor: Int32
    let count: Int

    init(descriptor: Int32) throws(ZipFault) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw ZipFault(.system(errorNumber: errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ZipFault(.noRegularFile) }
        self.descriptor = descriptor
        count = status.st_size
    }

    /// Reads all bytes of a range, which must be within the file.
    func read(at offset: Int, count: Int) throws(ZipFault) -> ZipRecord {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
            throw ZipFault(.structure)
        }
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let read = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe pread(descriptor, bytes.baseAddress?.advanced(by: filled), count - filled, offset + filled)
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw ZipFault(.system(errorNumber: errno)) }
            // Another program has truncated the file in the meantime.
            guard read > 0 else { throw ZipFault(.noEnd) }
            filled += read
        }
        return ZipRecord(bytes: bytes)
    }
}

/// Reads all of a file without moving its descriptor.
struct ZipBytesSource: ByteSource {
    let file: ZipBytes
    private var position = 0

    var isPrompt: Bool { true }

    init(_ file: ZipBytes) {
        self.file = file
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        while true {
            let count = unsafe pread(file.descriptor, buffer.baseAddress, buffer.count, position)
            if count >= 0 {
                position += count
                return count
            }
            if errno != EINTR { throw ReadFailure(errorNumber: errno) }
        }
    }
}

/// Some bytes of a zip, in which numbers are little-endian.
struct ZipRecord {
    let bytes: [UInt8]

    func number(at offset: Int, bytes count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }

    func half(_ offset: Int) -> Int { Int(number(at: offset, bytes: 2)) }
    func word(_ offset: Int) -> Int { Int(number(at: offset, bytes: 4)) }

    /// Nil unless it can be the size of a file.
    func long(_ offset: Int) -> Int? { Int(exactly: number(at: offset, bytes: 8)) }

    func hasSignature(_ kind: ZipSignature, at offset: Int = 0) -> Bool { word(offset) == kind.rawValue }
}

/// The signatures of the records of a zip.
enum ZipSignature: Int {
    case local = 0x0403_4B50
    case central = 0x0201_4B50
    case descriptor = 0x0807_4B50
    case end = 0x0605_4B50
    case end64 = 0x0606_4B50
    case end64Locator = 0x0706_4B50
}
