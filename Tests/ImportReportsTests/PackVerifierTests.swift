import Foundation
import ImportFoundation
import ImportInputs
import ImportReports
import TestSupport
import Testing

/// If any byte of a packed audit changes, it is no longer verified, unless its files remain the same.
struct PackVerifierTests {
    /// A packed audit with two files.
    static var pack: [UInt8] { made.pack }
    /// The `MANIFEST.json` in the pack.
    static var manifest: [UInt8] { made.manifest }

    private static let made: (pack: [UInt8], manifest: [UInt8]) = {
        let files = [
            ("codes.csv", "a,b\r\n1,2\r\n"), ("jobs/j/report.md", String(repeating: "# Report of a job\n", count: 5)),
        ]
        var manifest: [UInt8] = []
        var sums: [UInt8] = []
        var zipped: [UInt8] = []
        do {
            var writer = PackManifestWriter(toolVersion: "1", options: ["--formats csv"]) { part in
                part.withUnsafeBufferPointer { manifest += $0 }
            }
            try writer.append(PackInput(source: "in/a.json", bytes: 1, sha256: hash("x"), state: .audited))
            try writer.append(
                PackInput(source: "in/\u{1B}[31m", bytes: nil, sha256: nil, state: .unreadable, reason: "\u{202E}<b>"))
            try writer.append(file: PackedFile(path: "in/a.json", bytes: 1, sha256: hash("x")))
            for (path, text) in files {
                try writer.append(output: PackedFile(path: path, bytes: text.utf8.count, sha256: hash(text)))
                sums += PackManifest.sumsLine(path, sha256: hash(text))
            }
            try writer.finish()
            sums =
                PackManifest.sumsLine(PackManifest.file, sha256: hash(String(decoding: manifest, as: UTF8.self))) + sums
            let zip = try ZipWriter { part in part.withUnsafeBufferPointer { zipped += $0 } }
            let own = [(PackManifest.file, manifest), (PackManifest.sumsFile, sums)]
            for (path, bytes) in own + files.map({ ($0.0, Array($0.1.utf8)) }) {
                try zip.beginFile("audit/\(path)", byteCount: bytes.count)
                try zip.write(bytes.span)
            }
            try zip.finish()
        } catch {
            Issue.record("\(error)")
        }
        return (zipped, manifest)
    }()

    private static func hash(_ text: String) -> String {
        var hash = SHA256()
        hash.update(Array(text.utf8).span)
        return hash.finish()
    }

    /// Writes bytes to a file and verifies it.
    private func verify(_ bytes: [UInt8], in file: FileHandle) throws -> PackVerification {
        try file.truncate(atOffset: 0)
        try file.seek(toOffset: 0)
        try file.write(contentsOf: Data(bytes))
        var verifier = try PackVerifier(name: "x.zip", descriptor: file.fileDescriptor)
        return try verifier.verify()
    }

    private func withFile(_ body: (FileHandle, URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "x.zip")
            try Data().write(to: url)
            let file = try FileHandle(forUpdating: url)
            defer { try? file.close() }
            try body(file, folder)
        }
    }

    @Test("As it was packed, it is verified")
    func untouched() throws {
        try withFile { file, _ in
            let result = try verify(Self.pack, in: file)
            #expect(result.isVerified && result.files == .init(listed: 2, matching: 2), "\(result)")
            #expect(result.sha256 == Self.hash(of: Self.pack))
        }
    }

    private static func hash(of bytes: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(bytes.span)
        return hash.finish()
    }

    @Test(
        "Whatever happens to a byte, what still is verified holds the same files", .needs(.python),
        arguments: ["change", "remove", "insert"])
    func everyByte(_ change: String) throws {
        try withFile { file, folder in
            let original = folder.appending(path: "original.zip")
            try Data(Self.pack).write(to: original)
            var verified: [String] = []
            for place in Self.pack.indices {
                for value in change == "change" ? [1, 0x80, Self.pack[place]] : [UInt8(place & 0xFF)] {
                    var bytes = Self.pack
                    switch change {
                    case "change": bytes[place] ^= value
                    case "remove": bytes.remove(at: place)
                    default: bytes.insert(value, at: place)
                    }
                    guard bytes != Self.pack, let result = try? verify(bytes, in: file), result.isVerified else {
                        continue
                    }
                    let copy = folder.appending(path: "\(verified.count).zip").path
                    try Data(bytes).write(to: URL(filePath: copy))
                    verified.append(copy)
                }
            }
            // Changes to the version of the program that wrote the zip, which no reader needs: one byte per file, and
            // little else.
            #expect(verified.count < 60, "\(verified.count)")
            let result = try Python.run("Tests/Checkers/same_files.py", [original.path] + verified)
            let same = String(repeating: "same\n", count: verified.count)
            #expect(result.status == 0 && result.outputText == same && result.errors.isEmpty, "\(result)")
        }
    }

    @Test("Cut off anywhere, it is not a zip")
    func cutOff() throws {
        try withFile { file, _ in
            for count in Self.pack.indices {
                #expect(throws: ZipFault.self) { try verify(Array(Self.pack[..<count]), in: file) }
            }
        }
    }

    @Test("Bytes at random never crash it", .seeded)
    func random() throws {
        var random = SplitMix64(seed: Seeds.new)
        try withFile { file, _ in
            for _ in 0..<2000 {
                var bytes = Self.pack
                for _ in 0..<Int.random(in: 1...20, using: &random) {
                    bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
                }
                if Bool.random(using: &random) {
                    bytes.removeSubrange(0..<Int.random(in: bytes.indices, using: &random))
                }
                _ = try? verify(bytes, in: file)
            }
        }
    }

    @Test("A text and a JSON in which nothing acts on a terminal")
    func hostileNames() throws {
        try withFile { file, _ in
            var result = try verify(Self.pack, in: file)
            let hostile = "a\u{1B}[31m\u{202E}\n\u{9B}\u{7}"
            result.begin(inputs: .init(listed: 1), byName: 1)
            for kind in [PackVerification.Problem.Kind.changed, .missing, .extra, .unsound] {
                result.add(.init(kind, .input, hostile, detail: hostile))
            }
            for bytes in [result.text(usesColor: false), result.json] {
                let text = String(decoding: bytes, as: UTF8.self)
                for scalar in "\u{1B}\u{202E}\u{9B}\u{7}".unicodeScalars {
                    #expect(!text.unicodeScalars.contains(scalar))
                }
            }
            #expect(String(decoding: result.text(usesColor: false), as: UTF8.self).split(separator: "\n").count == 10)
            let json = try JSONSerialization.jsonObject(with: Data(result.json)) as? [String: Any]
            let problems = try #require(json?["problems"] as? [[String: Any]])
            #expect(
                problems.count == 4 && problems[0]["name"] as? String == hostile && json?["verified"] as? Bool == false)
        }
    }
}
