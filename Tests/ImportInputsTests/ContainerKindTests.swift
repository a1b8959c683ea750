import ImportFoundation
import ImportInputs
import TestSupport
import Testing

/// Every kind of container, packed by the programs that people use.
@Suite struct ContainerKindTests {
    private static let blockBytes = 256 * 1024
    /// A dump that is longer than any buffer on its way.
    private static let dump = dumpText(
        rows: (0..<12_000).map { #"{"id":"\#($0)","created":true}"# }.joined(separator: ","))

    @Test(
        arguments: [
            "gzip -c", "gzip -1c", "zstd -qc", "xz -c", "bzip2 -c", "lz4 -qc", "lz4 -lqc", "xz --format=lzma -c",
        ])
    func compressedFiles(_ command: String) throws {
        let folder = try Workspace()
        try folder.write(Self.dump, as: "dump.json")
        // The content, not the name, says what it is.
        try folder.shell("\(command) dump.json > packed.txt")
        let expected =
            command.contains("lzma")
            // A format without a signature cannot be recognized. Its bytes are passed on unchanged.
            ? [Found("packed.txt", String(decoding: try folder.bytes("packed.txt"), as: UTF8.self))]
            : [Found("packed.txt", Self.dump)]
        #expect(try folder.found(in: "packed.txt") == expected)
        #expect(try folder.foundThroughPipe("packed.txt") == expected)
    }

    /// Files of several parts, as parallel compressors and `cat` produce them.
    @Test(arguments: ["gzip -c", "zstd -qc", "xz -c", "bzip2 -c", "lz4 -qc"])
    func severalMembers(_ command: String) throws {
        let folder = try Workspace()
        try folder.write(Self.dump, as: "dump.json")
        try folder.shell("split -n 3 dump.json part. && for part in part.*; do \(command) $part; done > packed")
        #expect(try folder.found(in: "packed") == [Found("packed", Self.dump)])
    }

    @Test(arguments: ["gzip -c", "zstd -qc", "xz -c", "bzip2 -c", "lz4 -qc"])
    func emptyFilesAreEmptyStreams(_ command: String) throws {
        let folder = try Workspace()
        try folder.shell("\(command) < /dev/null > packed")
        #expect(try folder.found(in: "packed") == [Found("packed")])
    }

    static let commands = [
        "tar cf $OUT a.json sub", "tar cf $OUT --format=v7 a.json sub", "tar cf $OUT --format=ustar a.json sub",
        "tar cf $OUT --format=pax a.json sub", "tar cf $OUT --format=oldgnu a.json sub", "tar czf $OUT a.json sub",
        "tar cJf $OUT a.json sub", "tar cjf $OUT a.json sub", "tar cf $OUT --zstd a.json sub",
        "tar cf - a.json sub | lz4 -qc > $OUT", "zip -qr $OUT a.json sub", "zip -q0r $OUT a.json sub",
        "zip -qr - a.json sub | cat > $OUT", "python3 -m zipfile -c $OUT a.json sub",
        "tar cf $OUT a.json && tar rf $OUT sub", "tar cf 1 a.json && tar cf 2 sub && cat 1 2 > $OUT",
    ]

    @Test(arguments: commands)
    func archives(_ command: String) throws {
        let folder = try Workspace()
        try folder.write(Self.dump, as: "a.json")
        try folder.write("{}", as: "sub/b.json")
        try folder.write("", as: "sub/zé.json")
        try folder.shell(
            command.replacing("$OUT", with: "packed.zip") + "; test -e packed.zip || mv packed.zip.zip packed.zip")
        let expected: Set = ["packed.zip!a.json", "packed.zip!sub/b.json", "packed.zip!sub/zé.json"]
        for found in [try folder.found(in: "packed.zip"), try folder.foundThroughPipe("packed.zip")] {
            #expect(Set(found.map(\.source)) == expected && found.count == 3)
            #expect(found.first == Found("packed.zip!a.json", Self.dump))
            #expect(found.contains(Found("packed.zip!sub/b.json", "{}")))
            #expect(found.contains(Found("packed.zip!sub/zé.json", "")))
        }
    }

    @Test func sevenZip() throws {
        let folder = try Workspace()
        try folder.write(Self.dump, as: "a.json")
        try folder.write("{}", as: "b.json")
        try folder.shell("7z a packed.7z a.json b.json && tar cf outer.tar packed.7z && gzip -k packed.7z")
        #expect(
            try folder.found(in: "packed.7z") == [
                Found("packed.7z!a.json", Self.dump), Found("packed.7z!b.json", "{}"),
            ])
        let refusal = InputRefusal.needsFile(.sevenZip)
        #expect(try folder.foundThroughPipe("packed.7z") == [Found("packed.7z", refusal: refusal)])
        #expect(try folder.found(in: "outer.tar") == [Found("outer.tar!packed.7z", refusal: refusal)])
        #expect(try folder.found(in: "packed.7z.gz") == [Found("packed.7z.gz", refusal: refusal)])
    }

    @Test func compressedEntriesAndArchivesInArchives() throws {
        let folder = try Workspace()
        try folder.write("{}", as: "x.json")
        try folder.shell(
            """
            gzip -k x.json && zip -q inner.zip x.json && tar czf inner.tgz x.json && zip -q deep.zip inner.zip x.json
            tar cf outer.tar x.json.gz inner.zip inner.tgz deep.zip && zip -q outer.zip outer.tar && gzip -k outer.zip
            """)
        let deep = Found("outer.tar!deep.zip!inner.zip", refusal: .nestedTooDeep)
        #expect(
            try folder.found(in: "outer.tar") == [
                Found("outer.tar!x.json.gz", "{}"), Found("outer.tar!inner.zip!x.json", "{}"),
                Found("outer.tar!inner.tgz!x.json", "{}"), deep, Found("outer.tar!deep.zip!x.json", "{}"),
            ])
        let nested = try folder.found(in: "outer.zip.gz").filter { $0.refusal == .nestedTooDeep }.map(\.source)
        #expect(nested == ["inner.zip", "inner.tgz", "deep.zip"].map { "outer.zip.gz!outer.tar!" + $0 })
    }

    @Test func archivesWithoutFilesSaySo() throws {
        let folder = try Workspace()
        try folder.shell(
            """
            mkdir -p only/.hidden && touch only/.hidden/x.json only/.y && tar cf hidden.tar only
            python3 -c "import zipfile; zipfile.ZipFile('empty.zip', 'w').close()"
            """)
        for name in ["hidden.tar", "empty.zip"] {
            #expect(try folder.found(in: name) == [Found(name, refusal: .holdsNoFiles)])
        }
    }

    @Test(arguments: ["", "x", "{}", "PK", "BZh91 is text", "{\"a\":\"ustar\"}", "<html>"])
    func plainFilesAreThemselves(_ text: String) throws {
        let folder = try Workspace()
        try folder.write(text, as: "plain.tar.gz")
        #expect(try folder.found(in: "plain.tar.gz") == [Found("plain.tar.gz", text)])
        #expect(try folder.foundThroughPipe("plain.tar.gz") == [Found("plain.tar.gz", text)])
    }

    /// A thread reads ahead only if the bytes are available promptly and in whole blocks.
    @Test(arguments: ["dump.json", "dump.json.gz", "dump.json.zst", "dump.tgz", "dump.zip", "dump.7z"])
    func filesArePromptAndFillBlocks(_ name: String) throws {
        let folder = try Workspace()
        try folder.write(Self.dump, as: "dump.json")
        try folder.shell(
            """
            gzip -k dump.json && zstd -qk dump.json && tar czf dump.tgz dump.json && zip -q dump.zip dump.json
            7z a dump.7z dump.json
            """)
        let descriptor = try InputPath(folder[name]).open()
        var counts: [Int] = []
        ContainerReader().read(descriptor: descriptor, name: name) { item in
            guard case .stream(_, var bytes) = item, bytes.isPrompt else { return }
            var block = [UInt8](repeating: 0, count: Self.blockBytes)
            let read = block.withUnsafeMutableBytes { block in
                Result { () throws(ReadFailure) in try bytes.read(into: block) }
            }
            if case .success(let count) = read { counts.append(count) }
        }
        #expect(counts == [Self.blockBytes])
    }
}
