import ImportFoundation
import ImportInputs
import TestSupport
import Testing

/// Containers that are cut off or damaged: everything before the damage is delivered, then the error is reported.
@Suite struct ContainerDamageTests {
    private static let dump = dumpText(
        rows: (0..<60).map { #"{"id":"\#($0 * 7919 % 1000)","created":true}"# }.joined(separator: ","))

    /// Python's zlib, fed byte by byte, tells how much of each prefix can be unpacked.
    @Test func everyPrefixOfGzipDeliversWhatIsThere() throws {
        let folder = try Workspace()
        try folder.write(Self.dump, as: "dump.json")
        try folder.shell("gzip -k dump.json")
        try folder.python(
            """
            import zlib
            unpack, count = zlib.decompressobj(31), 0
            with open('counts', 'w') as counts:
                for byte in open('dump.json.gz', 'rb').read():
                    count += len(unpack.decompress(bytes([byte])))
                    print(count, file=counts)
            """)
        let counts = String(decoding: try folder.bytes("counts"), as: UTF8.self).split(separator: "\n").map {
            Int($0) ?? -1
        }
        let packed = try folder.bytes("dump.json.gz")
        let whole = Array(Self.dump.utf8)
        for length in 2..<packed.count {
            try folder.write(Array(packed[..<length]), as: "cut")
            let found = try folder.found(in: "cut")
            let failure = ReadFailure(.breaksOff(.gzip))
            if counts[length - 1] == 0 {
                #expect(found == [Found("cut", refusal: .unreadable(failure))])
            } else {
                #expect(
                    found == [
                        Found(
                            "cut", String(decoding: whole[..<counts[length - 1]], as: UTF8.self),
                            failure: .breaksOff(.gzip))
                    ])
            }
        }
    }

    /// Entries before the cut are complete, the entry with the cut is a prefix, and the archive reports where it ends.
    @Test(arguments: ["tar cf", "tar czf", "tar cjf", "zip -q", "zip -q0", "tar --zstd -cf", "7z a"])
    func everyPrefixOfAnArchive(_ command: String) throws {
        let folder = try Workspace()
        for name in ["a", "b", "c"] { try folder.write(name + Self.dump, as: name) }
        try folder.shell("\(command) packed.zip a b c")
        let packed = try folder.bytes("packed.zip")
        // After the third entry, a tar archive has only zeros. Shorter prefixes can only be recognized as gzip or zip.
        for length in stride(
            from: command.hasPrefix("tar cf") ? 512 : 10, to: packed.count, by: packed.count > 3000 ? 97 : 13)
        {
            try folder.write(Array(packed[..<length]), as: "cut")
            for found in [try folder.found(in: "cut"), try folder.foundThroughPipe("cut")] {
                let whole = found.filter { $0.source.hasPrefix("cut!") && $0.failure == nil && $0.refusal == nil }
                #expect(whole.allSatisfy { $0.text == $0.source.suffix(1) + Self.dump })
                #expect(
                    found.allSatisfy {
                        ($0.source.suffix(1) + Self.dump).hasPrefix($0.text) || !$0.source.contains("!")
                    })
                // An error is reported unless all entries are there.
                #expect(
                    whole.count == 3 || found.contains { $0.failure != nil || $0.refusal != nil }, "\(length) \(found)")
            }
        }
    }

    /// The zip with its end in the form for more than 65,535 entries or 4 GiB.
    private func withLongEnd(_ zip: [UInt8]) -> [UInt8] {
        func bytes(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(number >> (8 * $0) & 0xFF) } }
        let end = zip.count - 22
        func number(_ offset: Int, _ count: Int) -> Int {
            zip[end + offset..<end + offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let entries = bytes(number(10, 2), 8)
        let record =
            bytes(0x0606_4B50, 4) + bytes(44, 8) + bytes(45, 2) + bytes(45, 2) + bytes(0, 8) + entries + entries
            + bytes(number(12, 4), 8) + bytes(number(16, 4), 8)
        let locator = bytes(0x0706_4B50, 4) + bytes(0, 4) + bytes(end, 8) + bytes(1, 4)
        let small = bytes(0x0605_4B50, 4) + bytes(0, 4) + [UInt8](repeating: 0xFF, count: 12) + bytes(0, 2)
        return zip[..<end] + record + locator + small
    }

    @Test func zipsWithALongEndAreRead() throws {
        let folder = try Workspace()
        for name in ["a", "b", "c"] { try folder.write(name + Self.dump, as: name) }
        try folder.shell("zip -q packed.zip a b c")
        try folder.write(withLongEnd(folder.bytes("packed.zip")), as: "long.zip")
        try folder.python("import zipfile; assert zipfile.ZipFile('long.zip').testzip() is None")
        for found in [try folder.found(in: "long.zip"), try folder.foundThroughPipe("long.zip")] {
            #expect(found.map { $0.text } == ["a", "b", "c"].map { $0 + Self.dump })
            #expect(found.allSatisfy { $0.refusal == nil && $0.failure == nil }, "\(found)")
        }
    }

    /// Whatever is damaged, in the file or through a pipe: each entry is there whole, or something is reported.
    @Test(.seeded, arguments: ["zip -q", "zip -q0", "long"], Seeds.and(new: 1))
    func noEntryOfAZipIsLostWithoutAWord(_ command: String, seed: UInt64) throws {
        let folder = try Workspace()
        for name in ["a", "b", "c"] { try folder.write(name + Self.dump, as: name) }
        try folder.shell("\(command == "long" ? "zip -q" : command) packed.zip a b c")
        let packed = try command == "long" ? withLongEnd(folder.bytes("packed.zip")) : folder.bytes("packed.zip")
        // The signatures of all records, and random bytes.
        var places = packed.indices.filter { packed[$0...].starts(with: [0x50, 0x4B]) && $0 > 4 }
        var random = SplitMix64(seed: seed)
        for _ in 0..<60 { places.append(Int.random(in: 6..<packed.count, using: &random)) }
        for place in places {
            var damaged = packed
            damaged[place] ^= UInt8.random(in: 1...255, using: &random)
            try folder.write(damaged, as: "damaged")
            for found in [try folder.found(in: "damaged"), try folder.foundThroughPipe("damaged")] {
                let whole = found.filter { $0.failure == nil && $0.text.hasSuffix(Self.dump) }
                #expect(
                    Set(whole.map { $0.text.prefix(1) }).count == 3 || found.contains { $0.isReported },
                    "byte \(place): \(found)")
            }
        }
    }

    /// Nothing in a zip protects names and kinds. An entry must not be taken for a folder, a link, or a hidden file.
    @Test(arguments: ["zip -q", "zip -q0", "zip -qD"])
    func noNameOrKindOfAZipHidesAnEntry(_ command: String) throws {
        let folder = try Workspace()
        for name in ["a", "b", "c"] { try folder.write(name + Self.dump, as: "jobs/\(name)") }
        try folder.shell("\(command) -r packed.zip jobs")
        let packed = try folder.bytes("packed.zip")
        let names = packed.indices.filter { packed[$0...].starts(with: "jobs/b".utf8) }
        try #require(names.count == 2)
        var changes: [(place: Int, byte: UInt8)] = []
        for name in names {
            // The first byte, the separator, and the last byte of the name.
            for place in [name, name + 4, name + 5] {
                changes += [0, 0x20, 0x2E, 0x2F, 0x5C, 0x5F, 0x7E, 0xFF].map { (place, $0) }
            }
        }
        // In the list, 46 bytes come before the name. Unix keeps the kind in the upper half of the last byte of the
        // attributes, and the list has the system in its sixth byte; on others, bit 4 marks a folder.
        let record = names[1] - 46
        changes += (0...15).map { (record + 41, $0 << 4 | packed[record + 41] & 0xF) }
        changes += [0, 1, 3, 7, 19].map { (record + 5, $0) }
        changes.append((record + 38, packed[record + 38] | 0x10))
        for (place, byte) in changes {
            var damaged = packed
            damaged[place] = byte
            try folder.write(damaged, as: "damaged")
            for found in [try folder.found(in: "damaged"), try folder.foundThroughPipe("damaged")] {
                let whole = found.filter { $0.failure == nil && $0.text.hasSuffix(Self.dump) }
                #expect(
                    Set(whole.map { $0.text.prefix(1) }).count == 3 || found.contains { $0.isReported },
                    "byte \(place), now \(byte): \(found)")
            }
        }
    }

    /// What is damaged so that it looks like a folder, a link or a device is read: no row is lost.
    @Test(arguments: ["zip -q", "zip -q0"]) func kindsThatAreDamagedLoseNoRow(_ command: String) throws {
        let folder = try Workspace()
        for name in ["a", "b", "c"] { try folder.write(name + Self.dump, as: name) }
        try folder.shell("\(command) packed.zip a b c")
        let packed = try folder.bytes("packed.zip")
        let records = packed.indices.filter { packed[$0...].starts(with: [0x50, 0x4B, 1, 2]) }
        try #require(records.count == 3)
        for kind in 0...15 as ClosedRange<UInt8> {
            var damaged = packed
            damaged[records[1] + 41] = kind << 4 | 1
            try folder.write(damaged, as: "damaged")
            let found = try folder.found(in: "damaged")
            for name in ["a", "b", "c"] {
                #expect(found.count { $0.text == name + Self.dump } == 1, "kind \(kind): \(found)")
                #expect(found.contains { $0.source == "damaged!\(name)" }, "kind \(kind): \(found)")
            }
        }
    }

    /// The list of a zip with many entries is longer than what is usually read of its end.
    @Test func hiddenNamesAreComparedWithALongList() throws {
        let folder = try Workspace()
        try folder.python(
            """
            import zipfile
            with zipfile.ZipFile('whole.zip', 'w') as z:
                for number in range(2500):
                    z.writestr(f'jobs/{number}.json', '{}')
                    if number % 500 == 0: z.writestr(f'__MACOSX/._{number}.json', 'x')
            zip = bytearray(open('whole.zip', 'rb').read())
            zip[zip.index(b'jobs/7.json') + 5] = ord('.')
            open('damaged.zip', 'wb').write(zip)
            """)
        let whole = try folder.found(in: "whole.zip")
        #expect(whole.count == 2500 && whole.allSatisfy { $0.text == "{}" && $0.refusal == nil })
        let damaged = try folder.found(in: "damaged.zip")
        #expect(damaged.count == 2500 && damaged.dropLast().allSatisfy { $0.text == "{}" })
        #expect(damaged.last?.refusal == .cutShort(ReadFailure(.damaged(.zip, .skippedNames)), entriesRead: 2505))
    }

    /// Real folders and links, as different programs write them, are still what they are.
    @Test func foldersAndLinksOfAZip() throws {
        let folder = try Workspace()
        try folder.write("{}", as: "jobs/a")
        try folder.write("{}", as: "jobs/.hidden")
        try folder.shell(
            """
            mkdir jobs/empty; ln -s ../elsewhere/jobs jobs/link
            zip -qry unix.zip jobs; 7z a -tzip -snl 7z.zip jobs
            bsdtar -a -cf bsd.zip jobs; bsdtar -c --format zip jobs | cat > streamed.zip
            zip -qr -P secret secret.zip jobs/empty
            """)
        try folder.python(
            """
            import zipfile
            class Stream:
                def __init__(self, file): self.write, self.flush = file.write, file.flush
            # As Java writes folders: packed, although there is nothing in them, with the sizes behind.
            with open('java.zip', 'wb') as file:
                with zipfile.ZipFile(Stream(file), 'w', zipfile.ZIP_DEFLATED) as z:
                    z.writestr('jobs/', '')
                    z.writestr('jobs/a', '{}')
            """)
        for name in ["unix.zip", "7z.zip", "bsd.zip", "streamed.zip", "java.zip"] {
            let found = try folder.found(in: name)
            #expect(found.filter { $0.refusal == nil } == [Found("\(name)!jobs/a", "{}")], "\(found)")
            #expect(found.allSatisfy { $0.refusal?.isExpected ?? true }, "\(found)")
        }
        #expect(try folder.found(in: "secret.zip") == [Found("secret.zip", refusal: .holdsNoFiles)])
    }

    /// Without the list, or beyond an entry that is not where the list says, entries are found from the front.
    @Test func entriesOfAZipAreFoundWithoutItsList() throws {
        let folder = try Workspace()
        for name in ["a", "b", "c"] { try folder.write(name + Self.dump, as: name) }
        try folder.shell("zip -q packed.zip a b c")
        let packed = try folder.bytes("packed.zip")
        func places(of signature: [UInt8]) -> [Int] { packed.indices.filter { packed[$0...].starts(with: signature) } }
        let (list, headers) = (places(of: [0x50, 0x4B, 1, 2]), places(of: [0x50, 0x4B, 3, 4]))
        try #require(list.count == 3 && headers.count == 3)
        for (place, lost) in [(list[0], ""), (list[1], ""), (list[2], ""), (headers[1], "b")] {
            var damaged = packed
            damaged[place + 2] = 0x7F
            try folder.write(damaged, as: "damaged")
            for found in [try folder.found(in: "damaged"), try folder.foundThroughPipe("damaged")] {
                for name in ["a", "b", "c"] where name != lost {
                    #expect(found.count { $0.text == name + Self.dump } == 1, "\(place): \(found)")
                }
                #expect(found.contains { $0.refusal != nil }, "\(place): \(found)")
            }
        }
    }

    /// Only the last list counts for libarchive, or only the first: the other archive must not be missing in silence.
    @Test func joinedZipsAreNoticed() throws {
        let folder = try Workspace()
        for name in ["a", "b", "c", "d"] { try folder.write(name + Self.dump, as: name) }
        try folder.shell("zip -q 1.zip a b; zip -q 2.zip c d; echo comment | zip -q -z 3.zip c d")
        try folder.shell("cat 1.zip 2.zip > joined")
        for found in [try folder.found(in: "joined"), try folder.foundThroughPipe("joined")] {
            guard case .cutShort? = found.last?.refusal else {
                Issue.record("\(found)")
                continue
            }
        }
        for name in ["1.zip", "3.zip"] {
            for found in [try folder.found(in: name), try folder.foundThroughPipe(name)] {
                #expect(found.count == 2 && found.allSatisfy { $0.refusal == nil && $0.failure == nil }, "\(found)")
            }
        }
    }

    @Test(
        .seeded, arguments: ["tar cf", "tar czf", "tar cJf", "tar --zstd -cf", "zip -q", "7z a", "zip -q0"],
        Seeds.and(new: 1))
    func flippedBytesAreHarmless(_ command: String, seed: UInt64) throws {
        let folder = try Workspace()
        for name in ["a", "b", "c"] { try folder.write(name + Self.dump, as: name) }
        try folder.shell("\(command) packed.zip a b c")
        let packed = try folder.bytes("packed.zip")
        var random = SplitMix64(seed: seed)
        var noticed = 0
        for _ in 0..<150 {
            var damaged = packed
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                damaged[Int.random(in: 6..<packed.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            }
            try folder.write(damaged, as: "damaged")
            let found = try folder.found(in: "damaged")
            if found.contains(where: { $0.failure != nil || $0.refusal != nil }) { noticed += 1 }
        }
        // Plain tar has checksums only for headers. Other seeds may find other numbers.
        if seed == 1 { #expect(noticed > (command == "tar cf" ? 10 : 60)) }
    }

    @Test func aWrongChecksumComesAfterAllBytes() throws {
        let folder = try Workspace()
        try folder.write(Self.dump, as: "dump.json")
        try folder.shell("gzip -k dump.json && zip -q0 dump.zip dump.json")
        var packed = try folder.bytes("dump.json.gz")
        packed[packed.count - 7] ^= 1
        try folder.write(packed, as: "wrong.gz")
        #expect(
            try folder.found(in: "wrong.gz") == [Found("wrong.gz", Self.dump, failure: .damaged(.gzip, .checksum))])
        var zip = try folder.bytes("dump.zip")
        let place = try #require(zip.firstRange(of: Array("created".utf8))?.lowerBound)
        zip[place] = UInt8(ascii: "C")
        try folder.write(zip, as: "wrong.zip")
        let text = Self.dump.replacing("created", with: "Created", maxReplacements: 1)
        #expect(
            try folder.found(in: "wrong.zip") == [
                Found("wrong.zip!dump.json", text, failure: .damaged(.zip, .checksum))
            ])
    }

    /// If another part follows and is damaged at its beginning, nothing may end silently.
    @Test(arguments: ["zstd -qc", "xz -c", "bzip2 -c", "lz4 -qc"])
    func otherBytesBehindTheEndAreAFault(_ command: String) throws {
        let folder = try Workspace()
        try folder.write(Self.dump, as: "dump.json")
        try folder.shell("\(command) dump.json > packed")
        let packed = try folder.bytes("packed")
        for tail in [Array("x".utf8), Array("more of another kind".utf8), [packed[0] ^ 1] + packed.dropFirst()] {
            try folder.write(packed + tail, as: "tail")
            let found = try #require(try folder.found(in: "tail").first)
            #expect(Self.dump.hasPrefix(found.text) && found.failure != nil || found.refusal != nil, "\(found)")
        }
    }

    /// A damaged header costs one entry of a tar archive, not those after it.
    @Test func aDamagedPartIsPassedOver() throws {
        let folder = try Workspace()
        for name in ["a", "b", "c"] { try folder.write(name + Self.dump, as: name) }
        try folder.shell("tar cf packed.tar a b c")
        var packed = try folder.bytes("packed.tar")
        let second = 512 + (Self.dump.utf8.count + 1 + 511) / 512 * 512
        packed[second + 150] ^= 1
        try folder.write(packed, as: "damaged.tar")
        let found = try folder.found(in: "damaged.tar")
        #expect(found.map(\.source) == ["damaged.tar!a", "damaged.tar", "damaged.tar!c"])
        #expect(found.last?.text == "c" + Self.dump)
        guard case .damagedPart(_, entriesRead: 1)? = found[1].refusal else {
            Issue.record("\(found[1])")
            return
        }
    }

    @Test func aTarCutBetweenEntriesIsNoticed() throws {
        let folder = try Workspace()
        try folder.write("{}", as: "a")
        try folder.write("{}", as: "b")
        try folder.shell("tar cf packed.tar a b && head -c 1024 packed.tar > cut.tar")
        let end = Found("cut.tar", refusal: .cutShort(ReadFailure(.breaksOff(.tar)), entriesRead: 1))
        #expect(try folder.found(in: "cut.tar") == [Found("cut.tar!a", "{}"), end])
        #expect(try folder.foundThroughPipe("cut.tar") == [Found("cut.tar!a", "{}"), end])
    }

    /// Files as `split` leaves them: each half is read as far as possible, or refused with a reason.
    @Test func halvesOfArchives() throws {
        let folder = try Workspace()
        for name in ["a", "b", "c"] { try folder.write(name + Self.dump, as: name) }
        try folder.shell(
            """
            head -c 50000 /dev/urandom > b
            tar czf packed.tgz a b c && zip -q packed.zip a b c && split -n 2 packed.tgz t. && split -n 2 packed.zip z.
            """)
        for name in ["t.aa", "z.aa"] {
            let found = try folder.found(in: name)
            #expect(found.first == Found("\(name)!a", "a" + Self.dump))
            #expect(found.count == 3 && found[1].failure != nil && found[2].refusal != nil)
        }
    }

    @Test func encryptedArchives() throws {
        let folder = try Workspace()
        try folder.write(Self.dump, as: "a.json")
        try folder.shell(
            """
            zip -q -P secret old.zip a.json && 7z a -psecret -tzip -mem=AES256 new.zip a.json
            7z a -psecret data.7z a.json && 7z a -psecret -mhe=on names.7z a.json && zip -q old.zip .script.py || true
            """)
        for name in ["old.zip", "new.zip", "data.7z"] {
            #expect(try folder.found(in: name) == [Found("\(name)!a.json", refusal: .encrypted)], "\(name)")
        }
        #expect(try folder.found(in: "names.7z") == [Found("names.7z", refusal: .encrypted)])
    }

    @Test func methodsThatAreNotSupported() throws {
        let folder = try Workspace()
        try folder.python(
            """
            import zipfile, struct
            with zipfile.ZipFile('x.zip', 'w') as z:
                z.writestr('a.json', '{"a":1}')
                z.writestr('b.json', '{}')
            b = bytearray(open('x.zip', 'rb').read())
            struct.pack_into('<H', b, 8, 99 - 2)
            struct.pack_into('<H', b, b.index(b'PK\\x01\\x02') + 10, 99 - 2)
            open('x.zip', 'wb').write(b)
            """)
        let found = try folder.found(in: "x.zip")
        #expect(found.map(\.source) == ["x.zip!a.json", "x.zip!b.json"] && found.last?.text == "{}")
        guard case .unreadable(let failure)? = found.first?.refusal, case .damaged(.zip, .method) = failure.reason
        else {
            Issue.record("\(found)")
            return
        }
    }
}
