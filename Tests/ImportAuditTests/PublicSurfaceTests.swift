import Foundation
import TestSupport
import Testing

/// The API for other programs: small and fully documented.
struct PublicSurfaceTests {
    private static let limit = 250

    @Test("Every public declaration has a comment that documents it, and there are few")
    func surface() throws {
        var all: [String] = []
        let paths = try #require(FileManager.default.enumerator(atPath: Repository.path("Sources")))
        while let path = paths.nextObject() as? String {
            guard path.hasSuffix(".swift") else { continue }
            let source = String(decoding: try Repository.bytes("Sources/\(path)"), as: UTF8.self)
            for declaration in PublicDeclaration.all(in: source) {
                all.append(declaration.text)
                #expect(declaration.isDocumented, "\(path):\(declaration.line): \(declaration.text)")
                // The lines of an extension's members would not say that they are public.
                #expect(!declaration.text.contains("extension "), "\(path):\(declaration.line): \(declaration.text)")
            }
        }
        #expect(all.count > 50 && all.count <= Self.limit, "\(all.count) public declarations")
    }

    @Test("A declaration without a comment is seen, whatever its attributes")
    func scanner() {
        let source = """
            public import Foo
            /// Documented.
            @inlinable
            public init() {}

            // No documentation.
            public var a = 1
            /// Documented.
            public enum E {
                /// Documented.
                case a
                case b, c
                public func f() { switch self { case .a: break } }
                @inlinable public static var g: Int { 0 }
                // a public word
                let text = "public"
                public   private(set) var h = 1
                open class C {}
            }
            """
        let found = PublicDeclaration.all(in: source)
        #expect(found.filter { $0.isDocumented }.map { $0.line } == [4, 9, 11])
        #expect(found.filter { !$0.isDocumented }.map { $0.line } == [7, 12, 13, 14, 17, 18])
    }
}

/// A line that declares something public. A case is as public as its enumeration.
private struct PublicDeclaration {
    var text: String
    /// Counted from 1.
    var line: Int
    var isDocumented: Bool

    /// Declarations that may be `open`. Elsewhere, the word is an ordinary name.
    private static let overridable: Set<Substring> = ["class", "func", "var", "subscript", "override"]

    static func all(in source: String) -> [PublicDeclaration] {
        var found: [PublicDeclaration] = []
        var isDocumented = false
        /// The indentation of the current public enumeration.
        var enumeration: Int?
        for (index, line) in source.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let indentation = line.prefix { $0 == " " }.count
            let text = line.dropFirst(indentation)
            if text.hasPrefix("///") {
                isDocumented = true
                continue
            }
            // An attribute on its own line belongs to the next declaration.
            if text.hasPrefix("@"), !text.contains(" ") { continue }
            if let opened = enumeration, indentation <= opened, !text.isEmpty { enumeration = nil }
            let words = text.prefix { $0 != "\"" && $0 != "{" && $0 != "=" }.split(separator: " ")
            let isCase = words.first == "case" && enumeration.map { $0 + 4 == indentation } == true
            let isOpen = zip(words, words.dropFirst()).contains { $0 == "open" && overridable.contains($1) }
            let isPublic = words.contains { $0 == "public" || $0.hasPrefix("public(") } && !words.contains("import")
            if !text.hasPrefix("//"), isCase || isPublic || isOpen {
                found.append(PublicDeclaration(text: String(text), line: index + 1, isDocumented: isDocumented))
                if words.contains("enum") { enumeration = indentation }
            }
            isDocumented = false
        }
        return found
    }
}
