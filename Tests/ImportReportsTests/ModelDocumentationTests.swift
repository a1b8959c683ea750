import Foundation
import ImportAnalysis
import ImportReports
import TestSupport
import Testing

/// Compares `Docs/template-model.md` with the program: its tables match the declarations, and models contain what they
/// say.
///
/// `IMPORT_AUDIT_RECORD_GOLDENS=1 swift test --filter ModelDocumentationTests` writes the tables again and fails, so
/// that no change is accepted by accident. The text around them is written by hand.
struct ModelDocumentationTests {
    private static let path = "Docs/template-model.md"

    @Test("The tables are those of the declarations")
    func recorded() throws {
        let page = try Repository.bytes(Self.path).text
        let expected = Self.withTables(page)
        if ProcessInfo.processInfo.environment["IMPORT_AUDIT_RECORD_GOLDENS"] != nil {
            try Data(expected.utf8).write(to: Repository.root.appending(path: Self.path))
            Issue.record("recorded \(Self.path)")
            return
        }
        guard page != expected else { return }
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        let expectedLines = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let first = zip(lines, expectedLines).first { $0 != $1 }
        Issue.record(
            """
            \(Self.path) is not as declared (\(lines.count) lines, not \(expectedLines.count)), first in:
            recorded: \(first?.0 ?? "")
            declared: \(first?.1 ?? "")
            """)
    }

    /// Returns the page with regenerated tables. A table has the names that the heading above it lists. Under a heading
    /// without names, it has all names that no other heading in its part lists.
    private static func withTables(_ page: String) -> String {
        let parts = [
            "## Names in a report": ReportModel.descriptions, "## Names in an overview": OverviewModel.descriptions,
        ]
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        var result: [Substring] = []
        var names: [ModelDescription] = []
        var (rest, section) = (names, names)
        var isInTable = false
        for (index, line) in lines.enumerated() {
            if line.hasPrefix("## ") {
                names = parts[String(line)] ?? []
                let part = lines[(index + 1)...].prefix { !$0.hasPrefix("## ") }
                let inHeadings = part.filter { $0.hasPrefix("### ") }.flatMap(quoted)
                rest = names.filter { !inHeadings.contains($0.name) }
                section = rest
            } else if line.hasPrefix("### ") {
                let inHeading = quoted(line)
                section = inHeading.isEmpty ? rest : names.filter { inHeading.contains($0.name) }
            } else if line == "| name | kind | meaning |" {
                isInTable = true
                result += section.table.split(separator: "\n")
            }
            isInTable = isInTable && line.hasPrefix("|")
            if !isInTable { result.append(line) }
        }
        return result.joined(separator: "\n")
    }

    private static func quoted(_ heading: Substring) -> [String] {
        heading.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
    }

    /// Returns the kinds of all names for which a part of the page has a row.
    private func documented(_ part: Int) throws -> [String: String] {
        let parts = try Repository.bytes("Docs/template-model.md").text.split(separator: "\n## Names in ")
        #expect(parts.count == 3)
        var kinds: [String: String] = [:]
        var isTable = false
        for line in parts[part].split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("| name | kind | meaning |") { isTable = true }
            if line.isEmpty { isTable = false }
            guard isTable, line.hasPrefix("| `") else { continue }
            let cells = line.replacing("\\|", with: "\u{0}").split(separator: "|")
            try #require(cells.count >= 3, "\(line)")
            let kind = String(cells[1].replacing("\u{0}", with: "|").replacing("**D**", with: "")).trimmed
            for name in cells[0].split(separator: ",") {
                let text = String(name).trimmed
                #expect(text.hasPrefix("`") && text.hasSuffix("`"), "\(text)")
                #expect(kinds.updateValue(kind, forKey: String(text.dropFirst().dropLast())) == nil, "twice: \(text)")
            }
        }
        return kinds
    }

    @Test("The names of a report")
    func report() throws {
        var models = try Repository.sampleJobs.map {
            ReportModel(try audit(sample: $0), toolVersion: "1", files: [.rows, .failures, .codes])
        }
        models.append(ReportModel(try audit(crowdedDump), toolVersion: "1", files: [.rows, .failures, .codes]))
        models.append(
            ReportModel(try SharedRecordsTests.summary(records: 60), toolVersion: "1", files: [.rows]))
        models += try UserRulesTests.models().map { $0.model }
        let sent = try audit(crowdedDump)
        let lines = Dictionary(ShownPlaces.rows(of: sent).map { ($0, $0 + 1) }, uniquingKeysWith: { line, _ in line })
        models.append(
            ReportModel(
                sent, toolVersion: "1", files: [], redaction: RedactionMark(isKeyed: true, keyID: "0123abcd"),
                places: ShownPlaces(source: "sent.csv", isSheet: false, trustsOrder: true, lines: lines)))
        models.append(
            ReportModel(sent, toolVersion: "1", files: [], history: TrendsPageTests.report(days: 70)))
        try compare(documented(1), with: ReportModel.shape, models.map { $0.kinds })
    }

    @Test("The names of an overview")
    func overview() throws {
        let models = try [
            OverviewModel(OverviewTests.samples(), for: .xhtml, toolVersion: "1", files: OverviewTests.files),
            OverviewModel(OverviewTests.many(2000), for: .xhtml, toolVersion: "1", files: OverviewTests.files),
            UserRulesTests.overview(.markdown),
            OverviewModel(OverviewTests.surrounded(), for: .xhtml, toolVersion: "1", files: []),
            OverviewModel(
                OverviewTests.samples(), for: .xhtml, toolVersion: "1", files: OverviewTests.files,
                history: TrendsPageTests.report(days: 70)),
        ]
        try compare(documented(2), with: OverviewModel.shape, models.map { $0.kinds })
    }

    private func compare(
        _ documented: [String: String], with shape: [String: ModelShape], _ models: [[String: Set<String>]]
    ) throws {
        // A shape does not distinguish a list from an object.
        let plain = Dictionary(uniqueKeysWithValues: documented.map { ($0.key.replacing("[]", with: ""), $0.value) })
        var known: [String: String] = [:]
        for (path, shape) in flattened(shape) {
            known[path] =
                switch shape {
                case .text: "string"
                case .flag: "bool"
                case .section: "section"
                }
        }
        #expect(Set(known.keys).subtracting(plain.keys).sorted() == [], "not documented")
        #expect(Set(plain.keys).subtracting(known.keys).sorted() == [], "documented, but not there")
        for (path, kind) in plain {
            let expected = ["list", "object", "object | false"].contains(kind) ? "section" : kind
            #expect(known[path] == expected, "\(path)")
        }
        // The values that models really have.
        let allowed: [String: Set<String>] = [
            "string": ["string"], "bool": ["true", "false"], "list": ["list"], "object": ["object"],
            "object | false": ["object", "false"],
        ]
        var seen: Set<String> = []
        for model in models {
            for (path, kinds) in model {
                let kind = try #require(documented[path], "\(path)")
                #expect(kinds.isSubset(of: try #require(allowed[kind], "\(kind)")), "\(path): \(kinds), not \(kind)")
                seen.insert(path)
            }
        }
        #expect(seen.count > documented.count * 9 / 10, "\(Set(documented.keys).subtracting(seen).sorted())")
    }

    private func flattened(_ shape: [String: ModelShape], _ path: String = "") -> [(String, ModelShape)] {
        shape.flatMap { name, value -> [(String, ModelShape)] in
            guard case .section(let inner) = value else { return [(path + name, value)] }
            return [(path + name, value)] + flattened(inner, path + name + ".")
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
