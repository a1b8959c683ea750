import ImportDumps
import ImportRedaction
import TestSupport
import Testing

/// The places of dumps in other documents, which consist of names from these documents.
@Suite struct PlaceRedactionTests {
    private static func redacted(_ pointer: String, _ rules: RedactionRules = RedactionRules()) -> String {
        var redactor = TextRedactorTests.redactor(rules: rules)
        return redactor.redact(.inside(.whole, pointer: pointer)).suffix
    }

    @Test(
        "Each name is replaced as a whole; indices and usual names stay",
        arguments: [
            ("/users/anna@firma.de", "#/N/N"), ("/data/results/12/body", "#/data/results/12/body"),
            ("/log/entries/1/response/content", "#/log/entries/1/response/content"), ("/Data", "#/N"), ("", ""),
            ("/", "#/"),
            ("/12345/4930987654", "#/12345/N"), ("/a~1b~0", "#/N"), ("/data/\u{301}x/y", "#/data/N/N"), ("/~01", "#/N"),
            ("/log:2", "#/log:2"), ("/anna:2:345", "#/N:2:345"), ("/log:2/anna:7", "#/log:2/N:7"),
            ("/a:4930987654", "#/N"), ("/a:", "#/N"), ("/:2", "#/:2"), ("/a:1:2:3", "#/N:2:3"),
        ])
    func pointers(_ pointer: String, _ expected: String) {
        #expect(Self.redacted(pointer).replacing(/n-[0-7][0-9a-f]{19}/, with: "N") == expected)
    }

    @Test("Names that differ stay different, and a name is the same wherever it is")
    func distinct() {
        let id = "abe72624-edce-4501-ae6b-4bb368266110"
        let names = [
            "anna", "Anna", "a~1b", "a~0b", "a~01b", "ab", id, id.uppercased(), "+49 30 1234567", "0049 30 1234567",
        ]
        let all = names.map { Self.redacted("/\($0)") }
        #expect(Set(all).count == names.count)
        #expect(names.map { Self.redacted("/data/\($0)").dropFirst(6) } == all.map { $0.dropFirst(1) })
        var rules = RedactionRules()
        rules.keep = ["stage", "a/b"]
        #expect(Self.redacted("/stage/a~1b", rules) == "#/stage/a~1b")
    }

    @Test("Lines and elements stay")
    func outer() {
        var redactor = TextRedactorTests.redactor()
        let line = DocumentPosition.line(Place(byte: 5, line: 2, column: 1))
        #expect(redactor.redact(line) == line)
        #expect(redactor.redact(.element(3)) == .element(3))
        #expect(redactor.redact(.inside(line, pointer: "/anna")).suffix.hasPrefix(":2#/n-"))
    }
}
