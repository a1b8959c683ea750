import ImportReports
import TestSupport
import Testing

/// `Docs/template-model.md` against the program: every name, each of the kind that it is.
struct ModelDocumentationTests {
    /// The kinds of all names that a part of the page has a row for.
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
        try compare(documented(1), with: ReportModel.shape, models.map { $0.kinds })
    }

    @Test("The names of an overview")
    func overview() throws {
        let models = try [
            OverviewModel(OverviewTests.samples(), for: .xhtml, toolVersion: "1", files: OverviewTests.files),
            OverviewModel(OverviewTests.many(2000), for: .xhtml, toolVersion: "1", files: OverviewTests.files),
            UserRulesTests.overview(.markdown),
        ]
        try compare(documented(2), with: OverviewModel.shape, models.map { $0.kinds })
    }

    private func compare(
        _ documented: [String: String], with shape: [String: ModelShape], _ models: [[String: Set<String>]]
    ) throws {
        // A shape does not tell a list from an object.
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
        // What models hold in fact.
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
