import ImportReports
import Testing

/// Folder names that are valid on every file system and always unique.
struct JobFolderNameTests {
    private func name(_ jobID: String?, source: String = "dump.json", sha256: String? = nil) -> String {
        jobFolderName(jobID: jobID, source: source, sha256: sha256)
    }

    @Test(
        "Plain ids are their own names",
        arguments: ["7291a562-6bd7-42c5-8c27-f197d45d8c4d", "job_1.2", "0", "a-0123456789abcdef"])
    func plain(id: String) {
        #expect(name(id) == id)
    }

    static let odd = [
        "", ".", "..", ".hidden", "-rf", "a/b", "a\\b", "../../etc/passwd", "/", "a\0b", "a\nb", "a:b", "a*?<>|\"b",
        "con",
        "CON", "con.txt", "nul", "com1", "lpt9.json", "COM¹", "a.", "a ", " a", "a..", "Abc", "abC", "é", "e\u{301}",
        "задание", "😀",
        "\u{202E}x", "~", "%2e%2e", String(repeating: "x", count: 101), String(repeating: "é", count: 80),
        "x-0123456789abcdef01234567", "a\u{338}", "\u{FEFF}", "conin$", "ﬀ", "ı", "İ",
    ]

    @Test("All others are made safe, and get a hash", arguments: odd)
    func safe(id: String) {
        let name = name(id)
        #expect(name.utf8.count <= 100)
        #expect(name.wholeMatch(of: /.+-[0-9a-f]{24}/) != nil, "\(name)")
        #expect(!name.hasPrefix(".") && !name.hasPrefix("-") && !name.hasPrefix(" "))
        #expect(
            !name.unicodeScalars.contains {
                "/\\:*?\"<>|\u{0}\n $".unicodeScalars.contains($0) || $0.properties.generalCategory == .format
            })
        let stem = name.prefix { $0 != "." && $0 != "-" }.lowercased()
        #expect(!["con", "nul", "com1", "lpt9", "com¹"].contains(stem), "\(name)")
    }

    @Test("No two ids share a name, not even where case does not count")
    func unique() {
        var ids = Self.odd
        // The names of other jobs' folders may be ids, too.
        ids += Self.odd.map { name($0) }
        ids += ["ABC", "abc", "aBC", "a_b", "a\u{2028}b", String(repeating: "x", count: 100), "é\u{301}"]
        let names = Set(ids.map { Array(name($0).lowercased().utf8) })
        #expect(names.count == Set(ids.map { Array($0.utf8) }).count)
    }

    @Test("A sync import is named by its file and contents")
    func sync() {
        let first = name(nil, source: "in/archive.tar.gz!2026/import.json.gz", sha256: "aa")
        #expect(first.hasPrefix("import-"))
        #expect(first == name(nil, source: "elsewhere/import.json", sha256: "aa"))
        #expect(first != name(nil, source: "elsewhere/import.json", sha256: "ab"))
        #expect(name(nil, source: "x.jsonl:12", sha256: "aa").hasPrefix("x.jsonl_12-"))
        #expect(name(nil, source: "-", sha256: "aa").hasPrefix("standard-input-"))
        #expect(name(nil, source: "a", sha256: nil) != name(nil, source: "b", sha256: nil))
        #expect(name(nil, source: "../..", sha256: "aa").hasPrefix("_-"))
        // No id can produce the name of a sync import.
        #expect(name(first) != first)
    }
}
