import ImportFoundation
import ImportInputs
import TestSupport
import Testing

/// Bombs, early ends, and streams that are not read.
@Suite struct ContainerLimitTests {
    private static let limits = InputLimits(expandedBytes: 100_000, expansionRatio: 1)

    @Test(arguments: ["gzip -c", "zstd -qc", "xz -c", "bzip2 -c", "lz4 -qc"])
    func compressedBombs(_ command: String) throws {
        let folder = try Workspace()
        try folder.shell("head -c 3000000 /dev/zero | tr '\\0' ' ' | \(command) > bomb")
        let found = try #require(try folder.found(in: "bomb", limits: Self.limits).first)
        #expect(found.text == String(repeating: " ", count: found.text.utf8.count))
        guard case .expandsTooFar(let limit)? = found.failure?.reason else {
            Issue.record("\(found)")
            return
        }
        #expect(found.text.utf8.count == limit && limit >= 100_000 && limit < 1_000_000)
    }

    /// The limit applies to all entries together, including those that are compressed twice and those that are not
    /// read.
    @Test(arguments: [
        "tar czf bomb a b c", "zip -q bomb.zip a b c && mv bomb.zip bomb", "gzip a b c && tar cf bomb a.gz b.gz c.gz",
    ])
    func archivesAsBombs(_ command: String) throws {
        let folder = try Workspace()
        for name in ["a", "b", "c"] { try folder.shell("head -c 70000 /dev/zero | tr '\\0' ' ' > \(name)") }
        try folder.shell(command)
        let found = try folder.found(in: "bomb", limits: Self.limits)
        #expect(found.first?.text.utf8.count == 70_000 && found.first?.failure == nil)
        // The headers of a compressed tar archive count, too.
        #expect((98_000...100_000).contains(found.reduce(0) { $0 + $1.text.utf8.count }))
        let failure = ReadFailure(.expandsTooFar(limit: 100_000))
        #expect(found.dropFirst().first?.failure == failure)
        #expect(found.last?.refusal == .cutShort(failure, entriesRead: 2) && found.count == 3)
        // With the default limits, this is an ordinary archive.
        #expect(try folder.found(in: "bomb").map(\.text.utf8.count) == [70_000, 70_000, 70_000])
    }

    @Test func streamsMayBeLeftUnread() throws {
        let folder = try Workspace()
        let text = String(repeating: "x", count: 300_000)
        for name in ["a", "b", "c"] { try folder.write(name + text, as: name) }
        try folder.shell("tar cf x.tar a b c && tar czf x.tgz a b c && zip -q x.zip a b c && 7z a x.7z a b c")
        for name in ["x.tar", "x.tgz", "x.zip", "x.7z"] {
            for bytesRead in [0, 1, 100_000] {
                let descriptor = try InputPath(folder[name]).open()
                var firsts: [String] = []
                ContainerReader().read(descriptor: descriptor, name: name) { item in
                    guard case .stream(let source, var bytes) = item else { return }
                    firsts.append(source)
                    if source.hasSuffix("c") { return firsts.append(String(Found(item).text.prefix(2))) }
                    var room = [UInt8](repeating: 0, count: bytesRead)
                    _ = room.withUnsafeMutableBytes { room in
                        Result { () throws(ReadFailure) in try bytes.read(into: room) }
                    }
                }
                #expect(firsts == ["\(name)!a", "\(name)!b", "\(name)!c", "cx"])
            }
        }
    }

    @Test func theBodysErrorEndsIt() throws {
        struct Stop: Error {}
        let folder = try Workspace()
        for name in ["a", "b"] { try folder.write(String(repeating: name, count: 5_000_000), as: name) }
        try folder.shell("tar cf x.tar a b && gzip -1k x.tar")
        for name in ["x.tar", "x.tar.gz"] {
            let descriptor = try InputPath(folder[name]).open()
            let progress = InputProgress()
            var count = 0
            #expect(throws: Stop.self) {
                try ContainerReader().read(descriptor: descriptor, name: name, progress: progress) { _ in
                    count += 1
                    throw Stop()
                }
            }
            #expect(count == 1 && progress.bytesRead > 0 && progress.bytesRead <= 200_000)
        }
    }

    /// A stream that is kept longer than it is valid fails and touches no freed memory.
    @Test func streamsEndWithTheirCall() throws {
        let folder = try Workspace()
        for name in ["a", "b"] { try folder.write(String(repeating: name, count: 5_000), as: name) }
        try folder.shell("tar cf x.tar a b")
        let descriptor = try InputPath(folder["x.tar"]).open()
        var kept: [any ByteSource] = []
        ContainerReader().read(descriptor: descriptor, name: "x.tar") { item in
            if case .stream(_, let bytes) = item { kept.append(bytes) }
        }
        #expect(kept.count == 2)
        for source in kept { #expect(Content(of: source).failure == ReadFailure(.closed)) }
    }

    @Test func progressCountsTheBytesOnTheDisk() throws {
        let folder = try Workspace()
        try folder.write(String(repeating: "0123456789", count: 100_000), as: "a")
        try folder.shell("gzip -k a && tar cf a.tar a && tar czf a.tgz a")
        for name in ["a", "a.gz", "a.tar", "a.tgz"] {
            let progress = InputProgress()
            let descriptor = try InputPath(folder[name]).open()
            ContainerReader().read(descriptor: descriptor, name: name, progress: progress) { _ = Found($0) }
            #expect(progress.bytesRead == (try folder.bytes(name).count))
        }
    }

    /// Standard input may be a file of which a part was already read.
    @Test func readingBeginsWhereTheDescriptorStands() throws {
        let folder = try Workspace()
        try folder.write("{}", as: "a")
        try folder.shell(
            "tar cf a.tar a && gzip -k a && zip -q a.zip a && for f in a a.tar a.gz a.zip; do (echo before; cat $f) > b.$f; done"
        )
        for name in ["a", "a.tar", "a.gz", "a.zip"] {
            let descriptor = try InputPath(folder["b." + name]).open()
            _ = DescriptorSource(descriptor: descriptor).skipping(7)
            let found = Found.all(in: descriptor, named: "in", limits: InputLimits())
            #expect(found.map(\.text) == ["{}"], "\(name) \(found)")
        }
    }
}

extension DescriptorSource {
    fileprivate func skipping(_ count: Int) -> DescriptorSource {
        var source = self
        var room = [UInt8](repeating: 0, count: count)
        _ = room.withUnsafeMutableBytes { room in
            Result { () throws(ReadFailure) in try source.read(into: room) }
        }
        return source
    }
}
