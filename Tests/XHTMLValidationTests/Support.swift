import Foundation
import TestSupport
import Testing
import XHTMLValidation

/// A file under Fixtures/, named in test results by its file name.
struct Fixture: CustomTestStringConvertible, Sendable {
    let url: URL

    var testDescription: String { url.lastPathComponent }

    var bytes: [UInt8] {
        // Not Data(contentsOf:), which leaks a buffer for an empty file, as LeakSanitizer would report.
        get throws { Array(try FileHandle(forReadingFrom: url).readToEnd() ?? Data()) }
    }

    /// Returns all documents of a folder, sorted by name. Throws on an empty folder so that a test does not pass
    /// without any.
    static func all(in folder: String) throws -> [Fixture] {
        let files = try FileManager.default.contentsOfDirectory(
            at: tests.appending(path: "Fixtures").appending(path: folder), includingPropertiesForKeys: nil)
        let fixtures = files.filter { $0.pathExtension == "xhtml" }.map(Fixture.init)
        guard !fixtures.isEmpty else { throw CocoaError(.fileNoSuchFile) }
        return fixtures.sorted { $0.testDescription < $1.testDescription }
    }

    private static let tests = Repository.root.appending(path: "Tests/XHTMLValidationTests")
    static let grammar = Repository.root.appending(path: "Templates/report.rng")
}

/// An expected fault such as "code line 7", from the comment `<!-- expect: … -->` in the file, or from a separate file
/// where a comment is impossible.
struct Expectation: Hashable, CustomStringConvertible {
    var code: String
    var line: Int

    var description: String { "\(code) line \(line)" }

    init(_ problem: XHTMLProblem) {
        code = problem.code.rawValue
        line = problem.line
    }

    init(parsing text: Substring) throws {
        let words = text.split(separator: " ")
        guard words.count == 3, words[1] == "line", let line = Int(words[2]) else {
            throw CocoaError(.fileReadCorruptFile, userInfo: [NSLocalizedDescriptionKey: "expectation: \(text)"])
        }
        code = String(words[0])
        self.line = line
    }

    static func all(for fixture: Fixture) throws -> [Expectation] {
        let beside = fixture.url.deletingPathExtension().appendingPathExtension("expect")
        if let text = try? String(contentsOf: beside, encoding: .utf8) {
            return try text.split(separator: "\n").map(Expectation.init(parsing:))
        }
        let text = String(decoding: try fixture.bytes, as: UTF8.self)
        guard let comment = text.firstMatch(of: /<!-- expect: (.+?) -->/) else {
            throw CocoaError(.fileReadCorruptFile, userInfo: [NSLocalizedDescriptionKey: "no expectation"])
        }
        return try comment.1.split(separator: ", ").map(Expectation.init(parsing:))
    }
}

extension XHTMLValidator {
    /// Compiled once for all tests, as programs do it.
    static let report = Result {
        XHTMLValidator(grammar: try XHTMLGrammar(try Fixture(url: Fixture.grammar).bytes))
    }
}

/// Returns a page with the given content, which begins in line 3.
func page(_ body: String, head: String = "") -> [UInt8] {
    Array(
        """
        <html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title>\(head)</head>
        <body>
        \(body)
        </body></html>

        """.utf8)
}
