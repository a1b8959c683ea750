import Foundation
import TestSupport
import Testing
import XHTMLValidation

@Suite("Documents in files")
struct FixtureTests {
    @Test("valid", arguments: try Fixture.all(in: "valid"))
    func valid(fixture: Fixture) throws {
        let problems = try XHTMLValidator.report.get().problems(in: fixture.bytes)
        #expect(problems == [])
    }

    @Test("invalid: the codes and lines that the file expects, in order", arguments: try Fixture.all(in: "invalid"))
    func invalid(fixture: Fixture) throws {
        let problems = try XHTMLValidator.report.get().problems(in: fixture.bytes)
        let expected = try Expectation.all(for: fixture)
        #expect(problems.map(Expectation.init) == expected, "\(problems)")
        for problem in problems {
            #expect(problem.message.last?.isNewline == false)
            #expect(problem.message.count > 20)
        }
    }

    @Test("nothing is printed, whatever the error")
    func silence() async throws {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardErrorContent, \.standardOutputContent]
        ) {
            let validator = try XHTMLValidator.report.get()
            for fixture in try Fixture.all(in: "invalid") {
                _ = validator.problems(in: try fixture.bytes)
            }
            for grammar in GrammarTests.broken {
                _ = try? XHTMLGrammar(Array(grammar.text.utf8))
            }
        }
        let printed = try #require(result)
        #expect(String(decoding: printed.standardErrorContent, as: UTF8.self) == "")
        #expect(!String(decoding: printed.standardOutputContent, as: UTF8.self).contains("error"))
    }
}

/// libxml2's own command on the same files: it calls the same library, with none of our code.
@Suite("Agreement with xmllint", .needs(.program("xmllint")))
struct OracleTests {
    @Test("valid files", arguments: try Fixture.all(in: "valid"))
    func valid(fixture: Fixture) throws {
        let accepts = try Oracle.accepts(fixture)
        #expect(accepts)
    }

    /// Faults that are not compared: these documents are refused before the grammar is used.
    private static let stricter: Set<XHTMLProblem.Code> = [.encoding, .doctype, .tooManyAttributes]

    @Test("invalid files", arguments: try Fixture.all(in: "invalid"))
    func invalid(fixture: Fixture) throws {
        let codes = Set(try XHTMLValidator.report.get().problems(in: fixture.bytes).map(\.code))
        guard codes.isDisjoint(with: Self.stricter) else { return }
        let accepts = try Oracle.accepts(fixture)
        #expect(accepts == codes.isDisjoint(with: [.grammar, .notWellFormed]))
    }
}

private enum Oracle {
    static func accepts(_ fixture: Fixture) throws -> Bool {
        let arguments = ["--nonet", "--noout", "--relaxng", Fixture.grammar.path, fixture.url.path]
        return try RunningCommand(program: Tool.program("xmllint").path(), arguments).finish().status == 0
    }
}
