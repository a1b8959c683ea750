import ImportFoundation
import ImportInputs
import TestSupport
import Testing

/// Rare cases of RFC 1952.
@Suite struct GzipTests {
    private static let text = String(repeating: #"{"created":true},"#, count: 5000)

    /// Python's gzip module is the oracle for headers with all fields, and for parts of any size.
    @Test func headersOfAllKinds() throws {
        let folder = try Workspace()
        try folder.write(Self.text, as: "text")
        try folder.python(
            """
            import gzip, struct, zlib
            text = open('text', 'rb').read()
            def member(flags, data):
                head = b'\\x1f\\x8b\\x08' + bytes([flags]) + b'\\0' * 5 + b'\\3'
                if flags & 4: head += struct.pack('<H', 300) + b'e' * 300
                if flags & 8: head += b'name' * 200 + b'\\0'
                if flags & 16: head += b'comment' * 100 + b'\\0'
                if flags & 2: head += struct.pack('<H', zlib.crc32(head) & 0xffff)
                pack = zlib.compressobj(wbits=-15)
                return head + pack.compress(data) + pack.flush() + struct.pack('<II', zlib.crc32(data), len(data))
            parts = b''.join(member(flags, text[i * 2657:(i + 1) * 2657]) for i, flags in enumerate(range(32)))
            open('parts.gz', 'wb').write(parts + member(0, text[32 * 2657:]) + member(31, b'') + b'\\0' * 1000)
            assert gzip.open('parts.gz').read() == text
            """)
        #expect(try folder.found(in: "parts.gz") == [Found("parts.gz", Self.text)])
        // Byte by byte through a pipe, and into buffers of different sizes.
        let packed = try folder.bytes("parts.gz")
        for room in [1, 7, 300, 70_000] {
            let content = Content(of: gzipSource(packed, chunk: room == 1 ? 1 : 11), room: room)
            #expect(content.failure == nil && content.bytes == Array(Self.text.utf8))
        }
    }

    @Test(arguments: ["x", "\n", "{}", "\u{0}\u{0}x", "\u{1F}x", "\u{1F}"])
    func otherBytesBehindTheEndAreAFault(_ tail: String) throws {
        let folder = try Workspace()
        try folder.write(Self.text, as: "text")
        try folder.shell("gzip text")
        let packed = try folder.bytes("text.gz")
        try folder.write(packed + Array(tail.utf8), as: "tail.gz")
        let found = try #require(try folder.found(in: "tail.gz").first)
        #expect(found.text == Self.text && found.failure != nil)
    }

    @Test("Of damaged data, what zlib delivers is delivered, and nothing else", .seeded, arguments: Seeds.and(new: 1))
    func damagedData(seed: UInt64) throws {
        let folder = try Workspace()
        let count = 60
        try folder.python(
            """
            import ctypes, gzip, random
            z, rng = ctypes.CDLL('libz.so.1'), random.Random(\(seed))

            class Stream(ctypes.Structure):
                _fields_ = [('next_in', ctypes.c_char_p), ('avail_in', ctypes.c_uint), ('total_in', ctypes.c_ulong),
                            ('next_out', ctypes.c_void_p), ('avail_out', ctypes.c_uint), ('total_out', ctypes.c_ulong),
                            ('msg', ctypes.c_char_p), ('state', ctypes.c_void_p), ('zalloc', ctypes.c_void_p),
                            ('zfree', ctypes.c_void_p), ('opaque', ctypes.c_void_p), ('data_type', ctypes.c_int),
                            ('adler', ctypes.c_ulong), ('reserved', ctypes.c_ulong)]

            def inflated(data):
                stream, out = Stream(), ctypes.create_string_buffer(4_000_000)
                stream.next_in, stream.avail_in = data, len(data)
                stream.next_out, stream.avail_out = ctypes.addressof(out), len(out)
                z.inflateInit2_(ctypes.byref(stream), 31, b'1.2.11', ctypes.sizeof(stream))
                z.inflate(ctypes.byref(stream), 2)
                assert stream.avail_out > 0
                z.inflateEnd(ctypes.byref(stream))
                return out.raw[:stream.total_out]

            for number in range(\(count)):
                rows = [f'{{"id":"{rng.randbytes(rng.choice([1, 16])).hex()}","created":true}},'
                        for _ in range(rng.choice([3, 300, 8000]))]
                data = bytearray(gzip.compress(''.join(rows).encode(), rng.randint(1, 9)))
                start = rng.randrange(10, len(data) - 8)
                for at in range(start, min(len(data) - 8, start + rng.choice([1, 3, 100]))):
                    data[at] = rng.randrange(256)
                open(f'{number}.gz', 'wb').write(data)
                open(f'{number}.out', 'wb').write(inflated(bytes(data)))
            """)
        // ISA-L reads on where zlib refuses a block because its codes are incomplete, as chance rarely makes them.
        var readOn = 0
        for number in 0..<count {
            let expected = try folder.bytes("\(number).out")
            let packed = try folder.bytes("\(number).gz")
            let first = Content(of: gzipSource(packed, chunk: .max), room: 100_000).bytes
            if first != expected, first.starts(with: expected) { readOn += 1 }
            for (chunk, room) in [(Int.max, 100_000), (7, 100_000), (Int.max, 40), (5000, 300_000)] {
                let found = Content(of: gzipSource(packed, chunk: chunk), room: room).bytes
                let isSame = found == (first.starts(with: expected) ? first : expected)
                #expect(
                    isSame,
                    "\(number), reads of \(chunk), room for \(room): \(found.count) bytes, not \(expected.count)")
            }
        }
        #expect(readOn <= 2)
    }

    @Test func headersThatAreWrong() throws {
        let folder = try Workspace()
        let head: [UInt8] = [0x1F, 0x8B]
        for (rest, damage) in [
            ([9, 0, 0, 0, 0, 0, 0, 0], ReadFailure.Damage.method(nil)),
            ([8, 0x80, 0, 0, 0, 0, 0, 0], .structure), ([8, 0, 0, 0, 0, 0, 0, 0, 0x07], .structure),
        ] as [([UInt8], ReadFailure.Damage)] {
            try folder.write(head + rest + [0xFF], as: "wrong.gz")
            let refusal = InputRefusal.unreadable(ReadFailure(.damaged(.gzip, damage)))
            #expect(try folder.found(in: "wrong.gz") == [Found("wrong.gz", refusal: refusal)])
        }
    }

    private func gzipSource(_ bytes: [UInt8], chunk: Int) -> some ByteSource {
        let budget = ExpansionBudget(limits: InputLimits(), progress: InputProgress(), size: nil)
        return GzipSource(ArraySource(bytes, chunk: chunk), meter: ExpansionMeter(budget: budget))
    }
}
