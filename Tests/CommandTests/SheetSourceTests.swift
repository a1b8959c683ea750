import TestSupport
import Testing

/// Source workbooks: what `rejects` hands back, and which workbooks it refuses.
@Suite(.needs(.pythonModule("openpyxl"))) struct SheetSourceTests {
    @Test(
        "Rows come back cell by cell, from workbooks of every make", .seeded,
        arguments: [["--seed", "1", "--count", "45"], ["--seed", "NEW", "--count", "60"]])
    func handedBack(options: [String]) throws {
        try check("sheets.py", options)
    }

    @Test("No byte of a workbook makes it crash", .seeded)
    func mutated() throws {
        try check("sheets.py", ["--seed", "NEW", "--count", "12", "--mutate", "25"])
    }

    @Test("Unusable workbooks are refused in one sentence, with sheet and cell, and nothing is written")
    func refused() throws {
        try check("sheetcases.py", [])
    }

    private func check(_ script: String, _ options: [String]) throws {
        let arguments = options.map { $0 == "NEW" ? "\(Seeds.new)" : $0 }
        let run = try Python.run("Tests/Oracle/\(script)", ["--binary", RunningCommand.binary] + arguments)
        #expect(run.status == 0, "\(run)")
    }
}
