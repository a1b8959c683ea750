import Foundation
import TestSupport
import Testing

/// The pages as a browser renders them.
struct BrowserTests {
    /// Pages of every kind: all samples, including hostile and cut off ones, codes files, rules and overviews.
    private static let names: Set<String> = Set(
        Repository.sampleJobs + [
            "many-failures-rows", "hostile-rows", "crowded", "shared-records", "judged-many", "judged-hostile",
            "index-judged", "index-samples-4",
            "index-none-0", "index-years", "trends-years", "trends-hostile", "trends-none", "trends-far",
            "history-job", "history-overview",
        ])

    @Test(
        "By axe-core in Chromium: accessible by WCAG 2.2 AA in both schemes, nothing too wide, no script runs",
        .needs(.python, .program("chromium"), .pythonModule("axe_playwright_python")))
    func accessible() throws {
        try withTemporaryFolder { folder in
            let pages = PageValidityTests.pages.filter { Self.names.contains($0.name) }
            #expect(Set(pages.map { $0.name }) == Self.names)
            // A page that is wrong in every way, to prove that the checker does check.
            let wrong = """
                <html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body>
                <p style="color: #bbb; width: 900px">pale</p></body></html>
                """
            let files = try (pages + [(name: "wrong", bytes: Array(wrong.utf8))]).map { name, bytes in
                let file = folder.appending(path: "\(name).xhtml")
                try Data(bytes).write(to: file)
                return file.path
            }
            let result = try Python.run("Tests/Checkers/accessibility.py", files)
            #expect(result.status == 0, "\(result)")
            let faults = result.outputText.split(separator: "\n")
            for sign in ["html-has-lang", "color-contrast", "p.null is too wide", "a script runs"] {
                #expect(faults.contains { $0.hasPrefix("wrong") && $0.contains(sign) }, "\(sign)")
            }
            for fault in faults where !fault.hasPrefix("wrong") { Issue.record("\(fault)") }
        }
    }
}
