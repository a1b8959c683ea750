import Foundation
import ImportFoundation
import ImportInputs
import TestSupport
import Testing

/// The zips that audits are packed in.
struct ZipTests {
    /// Writes a zip of files with these contents.
    private func write(_ files: some Sequence<(name: String, content: [UInt8])>, to url: URL) throws {
        try Data().write(to: url)
        let file = try FileHandle(forWritingTo: url)
        let zip = try ZipWriter { bytes in try file.write(contentsOf: bytes.withUnsafeBufferPointer { Data($0) }) }
        for (name, content) in files {
            try zip.beginFile(name, byteCount: content.count)
            try zip.write(content.span)
        }
        try zip.finish()
        try file.close()
    }

    /// Reads a zip with the strict reader.
    private func read(_ url: URL, _ body: (String, [UInt8]) throws -> Void) throws {
        let file = try FileHandle(forReadingFrom: url)
        var directory = try ZipDirectory(descriptor: file.fileDescriptor)
        while let entry = try directory.next() {
            var source = directory.source(of: entry)
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 1000)
            while true {
                let read = chunk.withUnsafeMutableBytes { buffer in
                    Result { () throws(ReadFailure) in try source.read(into: buffer) }
                }
                let count = try read.get()
                if count == 0 { break }
                bytes += chunk[..<count]
            }
            try body(entry.name, bytes)
        }
    }

    @Test(
        "More files than a plain zip can have are there again, for unzip too",
        arguments: [65_534, 65_535, 65_536, 66_000])
    func manyFiles(count: Int) throws {
        let folder = try Workspace()
        let url = URL(filePath: folder["many.zip"])
        let names = (0..<count).map { "t/\(1_000_000 + $0)" }
        try write(names.lazy.map { ($0, Array($0.utf8.suffix($0.utf8.count % 7))) }, to: url)
        var found = 0
        try read(url) { name, content in
            #expect(name == names[found])
            #expect(content == Array(name.utf8.suffix(name.utf8.count % 7)))
            found += 1
        }
        #expect(found == count)
        try folder.shell("unzip -tqq many.zip")
    }

    @Test("Contents of every size and kind are there again, under any name", .seeded, arguments: Seeds.and(new: 7))
    func contents(seed: UInt64) throws {
        let folder = try Workspace()
        let url = URL(filePath: folder["contents.zip"])
        var random = SplitMix64(seed: seed)
        let sizes = [0, 1, 2, 255, 4096, 65_535, 65_536, 262_144, 300_001]
        var files = sizes.enumerated().flatMap { number, size in
            [
                (name: "t/\(number)a", content: [UInt8](repeating: 7, count: size)),
                (name: "t/\(number)b", content: (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }),
            ]
        }
        files.append((name: "t/ä日本/й", content: [1]))
        try write(files, to: url)
        var found: [(String, [UInt8])] = []
        try read(url) { found.append(($0, $1)) }
        #expect(found.map { Array($0.0.utf8) } == files.map { Array($0.name.utf8) })
        #expect(found.map { $0.1 } == files.map { $0.content })
    }

    private struct Refusal: Error, Equatable {}

    @Test("An error thrown by the output is passed on, and nothing more is written", arguments: [0, 10, 100_000])
    func outputFails(limit: Int) throws {
        var written = 0
        var calls = 0
        #expect(throws: Refusal.self) {
            let zip = try ZipWriter { bytes in
                calls += 1
                guard written + bytes.count <= limit else { throw Refusal() }
                written += bytes.count
            }
            var random = SplitMix64(seed: 1)
            for number in 0..<100 {
                try zip.beginFile("t/\(number)", byteCount: 50_000)
                let content = (0..<50_000).map { _ in UInt8.random(in: 0...255, using: &random) }
                try zip.write(content.span)
            }
            try zip.finish()
        }
        #expect(written <= limit && calls == 1)
    }

    @Test("Half a zip gets no end, and a file cannot be longer than declared")
    func halfWritten() throws {
        var bytes: [UInt8] = []
        do {
            let zip = try ZipWriter { part in part.withUnsafeBufferPointer { bytes += $0 } }
            try zip.beginFile("t/a", byteCount: 3)
            let content: [UInt8] = [1, 2, 3, 4]
            #expect(throws: ZipWriter.Failure.self) { try zip.write(content.span) }
        }
        #expect(!bytes.contains(0x06))
    }
}
