import ImportFoundation
import ImportInputs
import TestSupport
import Testing

/// Containers that are cut off or damaged: everything before the damage is delivered, then the error is reported.
@Suite struct ContainerDamageTests {
    private static let dump = dumpOfSixtyRows

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
