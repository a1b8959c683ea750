import ImportFoundation
import ImportInputs
import TestSupport
import Testing

/// Zips that are damaged, joined, or made by different programs: no entry is lost silently, whether the zip is a file,
/// which is read by its list, or comes through a pipe.
@Suite struct ZipDamageTests {
    private static let dump = dumpOfSixtyRows

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

    /// Expects each of the three entries whole, or something that is reported, from the file and through a pipe.
    private func expectAllOrAWord(of damaged: [UInt8], in folder: Workspace, _ change: String) throws {
        try folder.write(damaged, as: "damaged")
        for found in [try folder.found(in: "damaged"), try folder.foundThroughPipe("damaged")] {
            let whole = found.filter { $0.failure == nil && $0.text.hasSuffix(Self.dump) }
            #expect(
                Set(whole.map { $0.text.prefix(1) }).count == 3 || found.contains { $0.isReported },
                "\(change): \(found)")
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
            try expectAllOrAWord(of: damaged, in: folder, "byte \(place), now \(damaged[place])")
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
            try expectAllOrAWord(of: damaged, in: folder, "byte \(place), now \(damaged[place])")
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
            // Only the list tells a link from a file with its target.
            let streamed = try folder.foundThroughPipe(name)
            #expect(streamed.contains(Found("\(name)!jobs/a", "{}")), "\(streamed)")
            #expect(streamed.allSatisfy { $0.refusal == nil && $0.failure == nil }, "\(streamed)")
        }
        #expect(try folder.found(in: "secret.zip") == [Found("secret.zip", refusal: .holdsNoFiles)])
    }

    /// In Shift JIS, a character may have a backslash as its second byte; other programs separate folders by it.
    @Test func backslashesInNamesAreNoDamage() throws {
        let folder = try Workspace()
        try folder.python(
            """
            import zipfile
            def pack(name, *entries):
                with zipfile.ZipFile(name, 'w') as z:
                    for entry in entries: z.writestr(entry, '{}')
            pack('windows.zip', 'jobs\\\\a.json', 'jobs\\\\.hidden', '.\\\\b.json', '.c\\\\d.json')
            pack('ascii.zip', 'AB.json', 'ABCD.json')
            zip = open('ascii.zip', 'rb').read().replace(b'AB.json', b'\\x95\\x5c.json').replace(b'CD', b'\\x83\\x5c')
            open('japanese.zip', 'wb').write(zip)
            """)
        for (name, count) in [("windows.zip", 2), ("japanese.zip", 2)] {
            for found in [try folder.found(in: name), try folder.foundThroughPipe(name)] {
                #expect(found.count == count && found.allSatisfy { $0.text == "{}" && $0.refusal == nil }, "\(found)")
            }
        }
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
}
