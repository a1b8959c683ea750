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

    @Test("nothing is printed, whatever is wrong")
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
