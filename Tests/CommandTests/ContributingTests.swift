import Foundation
import TestSupport
import Testing

/// Compares `CONTRIBUTING.md` with the tree: everything that it names must exist.
struct ContributingTests {
    /// The contents of code spans other than places and symbols.
    private static let others: Set = [
        "summary.json", "CI=true", "swift test", "unsafe", ".needs(.python)", ".seeded", "--seed 123456",
        "--seed random", "import-audit.yml", ".measuresMemory", "--sanitize thread", "--sanitize undefined", "--filter",
    ]

    @Test("Every path and every symbol that it names exists, and nothing else is set as code")
    func names() throws {
        let text = String(decoding: try Repository.bytes("CONTRIBUTING.md"), as: UTF8.self)
        // Code blocks name only scripts and options.
        let parts = text.components(separatedBy: "```")
        let spans = parts.enumerated().filter { $0.offset % 2 == 0 }.flatMap { $0.element.matches(of: /`([^`\n]+)`/) }
            .map { String($0.1) }
        #expect(spans.count > 60)
        let symbols = try Symbols()
        for span in Set(spans) where !Self.others.contains(span) {
            #expect(Self.isPlace(span) || symbols.declares(span) || symbols.reads(span), "\(span)")
        }
        for block in parts.enumerated().filter({ $0.offset % 2 == 1 }) {
            for word in block.element.split(whereSeparator: \.isWhitespace) where word.contains("/") {
                #expect(Self.isPlace(String(word)), "\(word)")
            }
        }
    }

    @Test("Every folder with sources has its row in the map")
    func map() throws {
        let text = String(decoding: try Repository.bytes("CONTRIBUTING.md"), as: UTF8.self)
        for folder in ["Sources", "Tests"] {
            for name in try Repository.names(in: folder) where !name.contains(".") {
                #expect(text.contains("`\(folder)/\(name)`"), "\(folder)/\(name)")
            }
        }
    }

    /// Returns whether a span is a path from the root of the repository, or a command whose program is one.
    private static func isPlace(_ span: String) -> Bool {
        let path = span.split(separator: " ").first.map { String($0) } ?? ""
        return (path.contains("/") || path.contains(".md") || ["Templates", "Benchmarks", "Samples"].contains(path))
            && FileManager.default.fileExists(atPath: Repository.path(path))
    }
}

/// All names that the repository declares, by file.
private struct Symbols {
    private struct File {
        var types: Set<String> = []
        var members: Set<String> = []
    }

    private var files: [File] = []
    private var sources: [String] = []

    init() throws {
        for folder in ["Sources", "Tests", "Benchmarks", "Fuzz/Targets"] {
            let paths = FileManager.default.enumerator(atPath: Repository.path(folder))
            while let path = paths?.nextObject() as? String {
                guard path.hasSuffix(".swift") || path.hasSuffix(".py") else { continue }
                let source = String(decoding: try Repository.bytes("\(folder)/\(path)"), as: UTF8.self)
                files.append(Self.declarations(of: source))
                sources.append(source)
            }
        }
    }

    /// Returns the names after words that declare something. Regular expressions would take a minute for this.
    private static func declarations(of source: String) -> File {
        var file = File()
        for line in source.utf8.split(separator: UInt8(ascii: "\n")) {
            let isAtStart = line.first.map { $0 != UInt8(ascii: " ") } == true
            let words = line.split { byte in
                !(byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x5F)
            }.map { String(Substring($0)) }
            for (index, word) in words.enumerated() where index + 1 < words.count {
                switch word {
                case "struct", "class", "enum", "actor", "protocol", "typealias": file.types.insert(words[index + 1])
                // Extensions of nested types also name the outer ones.
                case "extension": file.types.formUnion(words[(index + 1)...])
                case "func", "var", "let", "def": file.members.insert(words[index + 1])
                case "case": file.members.formUnion(words[(index + 1)...])
                default: break
                }
            }
            // Python constants.
            if isAtStart, let first = words.first, first == first.uppercased() { file.members.insert(first) }
        }
        return file
    }

    /// Returns whether a name is a type, or, after a dot, a member of a type that is declared or extended in the same
    /// file.
    func declares(_ name: String) -> Bool {
        let parts = name.split(separator: ".").map { String($0) }
        guard let first = parts.first, let last = parts.last, name.wholeMatch(of: /[A-Z]\w*(\.\w+)*/) != nil else {
            return false
        }
        guard parts.count > 1 else { return files.contains { $0.types.contains(first) || $0.members.contains(first) } }
        return files.contains { file in
            parts.dropLast().allSatisfy(file.types.contains)
                && (file.members.contains(last) || file.types.contains(last))
        }
    }

    /// Returns whether a name is an environment variable that the sources read.
    func reads(_ name: String) -> Bool {
        let variable = name.split(separator: "=").first.map { String($0) } ?? ""
        return variable.hasPrefix("IMPORT_AUDIT_") && sources.contains { $0.contains("\"\(variable)\"") }
    }
}
