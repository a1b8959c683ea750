import Testing
import XHTMLValidation

@Suite("Grammars")
struct GrammarTests {
    struct Broken: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var text: String
        var code: XHTMLProblem.Code
        var line: Int
    }

    private static let start =
        "<grammar xmlns=\"http://relaxng.org/ns/structure/1.0\" "
        + "datatypeLibrary=\"http://www.w3.org/2001/XMLSchema-datatypes\">\n"

    static let broken = [
        Broken(testDescription: "empty", text: "", code: .notWellFormed, line: 1),
        Broken(testDescription: "not XML", text: "start = element a { text }", code: .notWellFormed, line: 1),
        Broken(testDescription: "not RELAX NG", text: "<html/>", code: .grammar, line: 1),
        Broken(
            testDescription: "undefined name", text: start + "<start>\n<ref name=\"a\"/></start></grammar>",
            code: .grammar, line: 3),
        Broken(
            testDescription: "unknown type",
            text: start + "<start><element name=\"a\">\n<data type=\"nonsense\"/></element></start></grammar>",
            code: .grammar, line: 3),
        Broken(
            testDescription: "broken pattern",
            text: start + "<start><element name=\"a\"><data type=\"string\">\n<param name=\"pattern\">(</param></data>"
                + "</element></start></grammar>", code: .grammar, line: 3),
        Broken(
            testDescription: "endless recursion",
            text: start + "<start><ref name=\"a\"/></start>\n<define name=\"a\"><ref name=\"a\"/></define></grammar>",
            code: .grammar, line: 3),
        Broken(
            testDescription: "include", text: start + "<include href=\"file:///etc/passwd\"/></grammar>",
            code: .externalResource, line: 2),
        Broken(
            testDescription: "externalRef",
            text: start + "<start>\n<externalRef href=\"http://127.0.0.1:9/\"/></start></grammar>",
            code: .externalResource, line: 3),
        Broken(
            testDescription: "document type", text: "<!DOCTYPE grammar [<!ENTITY a 'b'>]>\n" + start + "</grammar>",
            code: .doctype, line: 1),
    ]

    @Test("an invalid grammar is refused, with the line", arguments: broken)
    func refused(grammar: Broken) throws {
        let failure = try #require(throws: XHTMLGrammar.Failure.self) {
            try XHTMLGrammar(Array(grammar.text.utf8))
        }
        let first = try #require(failure.problems.first)
        #expect(first.code == grammar.code, "\(failure.problems)")
        #expect(first.line == grammar.line, "\(failure.problems)")
    }

    @Test("ids declared as xsd:ID")
    func declaredIDs() throws {
        let text =
            Self.start + """
                <start><element name="r"><zeroOrMore><element name="e">
                <optional><attribute name="id"><data type="ID"/></attribute></optional>
                <optional><attribute name="for"><data type="IDREF"/></attribute></optional>
                </element></zeroOrMore></element></start></grammar>
                """
        let grammar = try XHTMLGrammar(Array(text.utf8))
        let validator = XHTMLValidator(grammar: grammar)
        let document = """
            <r>
            <e id="a"/><e for="a"/>
            <e id="a"/>
            <e for="b"/></r>
            """
        let problems = validator.problems(in: Array(document.utf8))
        #expect(problems.map(\.code) == [.duplicateID, .grammar, .danglingReference])
        #expect(problems.map(\.line) == [3, 3, 4])
        #expect(problems.first?.message.hasSuffix("(See line 2.)") == true)
    }

    @Test("grammars compiled on several threads at once")
    func concurrency() async throws {
        let text = try Fixture(url: Fixture.grammar).bytes
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<5 {
                        let validator = XHTMLValidator(grammar: try XHTMLGrammar(text))
                        #expect(validator.problems(in: page("<p>x</p>")) == [])
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
