import ImportAnalysis
import ImportReports
import TestSupport
import Testing

/// The models offer only what the built-in templates use.
struct ModelShapeTests {
    @Test("Every name of a report's shape is used by a built-in template")
    func report() throws {
        try expectAllUsed(ReportModel.shape, in: TemplateSet.Format.allCases.map { $0.fileName })
    }

    @Test("Every name of an overview's shape is used by a built-in template")
    func overview() throws {
        try expectAllUsed(OverviewModel.shape, in: TemplateSet.Format.allCases.map { $0.indexFileName })
    }

    /// Levels and severities as flags, which the built-in pages do not need: they name their icons by the word, and
    /// show the worst jobs in groups.
    private let forOwnTemplates: Set<String> = ["good", "warning", "critical", "pending", "note"]

    /// Names that built-in templates used earlier. Users' templates may still use them.
    private let kept: [[String]] = [
        ["failures", "positions", "bars"], ["failures", "listing", "codes", "width"],
    ]

    private func expectAllUsed(_ shape: [String: ModelShape], in templates: [String]) throws {
        var files: [String: String] = [:]
        for (name, bytes) in BuiltInTemplates.files { files[name] = bytes.text }
        // Computed from the style sheet.
        files["report.css.sha256"] = ""
        let checker = TemplateChecker(files: files)
        for file in templates { try checker.check(file, against: shape) }

        // A name is used if some template becomes invalid without it. If an object around it has the same name, the
        // template would use that one instead. So changing the name's kind is tried, too.
        let unused = paths(of: shape).filter { path in
            [Change.remove, .otherKind].allSatisfy { change in
                let shape = changed(shape, path[...], change)
                return templates.allSatisfy { (try? checker.check($0, against: shape)) != nil }
            }
        }
        .filter { !forOwnTemplates.contains($0.last ?? "") && !$0.starts(with: ["worst", "items"]) }
        .filter { path in !kept.contains { path.starts(with: $0) } }
        #expect(unused.map { $0.joined(separator: ".") }.sorted() == [])
    }

    private func paths(of shape: [String: ModelShape]) -> [[String]] {
        shape.flatMap { name, value in
            guard case .section(let inner) = value else { return [[name]] }
            return [[name]] + paths(of: inner).map { [name] + $0 }
        }
    }

    private enum Change {
        case remove, otherKind
    }

    private func changed(
        _ shape: [String: ModelShape], _ path: ArraySlice<String>, _ change: Change
    ) -> [String: ModelShape] {
        var shape = shape
        guard let name = path.first, let value = shape[name] else { return shape }
        switch value {
        case .section(let inner) where path.count > 1: shape[name] = .section(changed(inner, path.dropFirst(), change))
        case .section: shape[name] = change == .remove ? nil : .text
        case .text, .flag: shape[name] = change == .remove ? nil : .section([:])
        }
        return shape
    }
}

/// A dump with more codes, messages and rows of a finding than a page lists, with long texts and unknown fields.
let crowdedDump: String = {
    var rows: [String] = []
    for code in 0..<30 {
        for message in 0..<(code % 9 + 1) {
            rows.append(
                #"{"error":{"code":"code_\#(code)","message":"message \#(message) <&> of \#(code)"},"x\#(code)":1}"#)
        }
    }
    rows += Array(repeating: #"{"id":"no uuid","created":true,"existing":true,"created":1}"#, count: 40)
    rows += Array(repeating: #"{"error":{}}"#, count: 25) + ["{}", "7"]
    rows.append(#"{"error":{"code":"code_1","message":"\#(String(repeating: "long é ", count: 3000))"}}"#)
    return #"{"job_id":"crowded","status":"new","results":["# + rows.joined(separator: ",")
        + #"],"total":900,"failed":2}"#
}()
