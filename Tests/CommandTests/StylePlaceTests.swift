import Foundation
import TestSupport
import Testing

/// Pages for servers that refuse inline styles, with styles omitted or in a separate file.
struct StylePlaceTests {
    /// Returns the pages in and below the folder `o`.
    private func pages(of space: Workspace) throws -> [String] {
        try space.shell("cd o && find * -name '*.xhtml' | sort").split(separator: "\n").map { String($0) }
    }

    @Test("Linked: report.css is next to every page, and no page contains styles")
    func linked() throws {
        let space = try Workspace()
        let run = try importAudit(
            arguments: ["report", Repository.path("Samples"), "--css", "linked", "-o", "o"], folder: space.path)
        #expect(run.status == 65, "\(run)")
        let pages = try pages(of: space)
        #expect(pages.count > 10)
        let style = try space.text("o/report.css")
        #expect(style.contains("{") && style.count > 10_000)
        for page in pages {
            let text = try space.text("o/\(page)")
            #expect(text.contains(#"<link rel="stylesheet" href="report.css"/>"#), "\(page)")
            #expect(!text.contains("<style"), "\(page)")
            #expect(text.contains("style-src 'self';"), "\(page)")
            #expect(text.contains(#"<a href="report.css">"#), "\(page)")
            let folder = page.split(separator: "/").dropLast().map { "\($0)/" }.joined()
            #expect(try space.text("o/\(folder)report.css") == style, "\(page)")
        }
        let check = try importAudit(arguments: ["validate"] + pages.map { "o/\($0)" }, folder: space.path)
        #expect(check.status == 0, "\(check)")
    }

    @Test("The choice is part of the run: it is undone with its file, packed and proved")
    func rerun() throws {
        let space = try Workspace()
        _ = try space.write(Repository.bytes("Samples/many-failures.json"), as: "a.json")
        func report(_ arguments: String...) throws {
            let run = try importAudit(arguments: ["report", "a.json", "-o", "o"] + arguments, folder: space.path)
            #expect(run.status == 0, "\(run)")
        }
        try report()
        let embedded = try space.text("o/report.xhtml")
        try report("--css", "linked", "--pack", "p.zip")
        #expect(space.names(in: "o")?.contains("report.css") == true)
        #expect(try importAudit(arguments: ["verify", "p.zip", "a.json"], folder: space.path).status == 0)
        #expect(try importAudit(arguments: ["verify", "o"], folder: space.path).status == 0)
        try report()
        #expect(space.names(in: "o")?.contains("report.css") == false)
        #expect(try space.text("o/report.xhtml") == embedded)
    }

    @Test("In a folder that contains its own audit, style sheets are not read as dumps")
    func swept() throws {
        let space = try Workspace()
        _ = try space.write(Repository.bytes("Samples/many-failures.json"), as: "in/a.json")
        #expect(
            try importAudit(arguments: ["report", "in/a.json", "--css", "linked", "-o", "in/o"], folder: space.path)
                .status == 0)
        let run = try importAudit(arguments: ["summary", "in"], folder: space.path)
        #expect(run.status == 0, "\(run)")
    }

    @Test("Without a page there is nothing to link")
    func withoutPage() throws {
        let space = try Workspace()
        _ = try space.write(Repository.bytes("Samples/many-failures.json"), as: "a.json")
        let run = try importAudit(
            arguments: ["report", "a.json", "--css", "linked", "--formats", "md", "-o", "o"], folder: space.path)
        #expect(run.status == 64)
        #expect(run.errorText.contains("--css linked needs pages"))
    }

    @Test(
        "On paper: a job of 240 rows takes two sheets, of A4 or of Letter", .needs(.python, .program("chromium")))
    func paper() throws {
        let space = try Workspace()
        let run = try importAudit(
            arguments: ["report", Repository.sample("many-failures"), "-o", "o"], folder: space.path)
        #expect(run.status == 0, "\(run)")
        let result = try Python.run("Tests/Checkers/printed.py", [space["o/report.xhtml"]])
        #expect(result.status == 0, "\(result)")
        #expect(result.outputText.contains(#""a4": 2, "letter": 2"#), "\(result)")
    }

    /// A page as a browser shows it under a server's security policy.
    private struct Look: Decodable {
        let page: String
        let shapes: Int
        let black: [String]
        let empty: [String]
        let sheets: Int
        let heading: Double
    }

    @Test(
        "Under strict policies of servers: no shape is black or empty, and a linked style sheet applies",
        .needs(.python, .program("chromium")), arguments: ["none", "jenkins"])
    func policies(policy: String) throws {
        let space = try Workspace()
        let isLinked = policy == "jenkins"
        let run = try importAudit(
            arguments: ["report", Repository.path("Samples"), "-o", "o"] + (isLinked ? ["--css", "linked"] : []),
            folder: space.path)
        #expect(run.status == 65, "\(run)")
        let pages = try pages(of: space)
        let result = try Python.run("Tests/Checkers/policies.py", [policy, "\(space.path)/o"] + pages)
        #expect(result.status == 0, "\(result)")
        let looks = try result.outputText.split(separator: "\n").map {
            try JSONDecoder().decode(Look.self, from: Data($0.utf8))
        }
        #expect(looks.map { $0.page } == pages)
        #expect(looks.reduce(0) { $0 + $1.shapes } > 200)
        for look in looks {
            #expect(look.black == [] && look.empty == [], "\(look.page)")
            #expect(look.sheets == (isLinked ? 1 : 0), "\(look.page)")
            // The browser's default size for headings is larger.
            #expect((look.heading < 30) == isLinked, "\(look.page)")
        }
    }
}
