import ImportInputs
import TestSupport
import Testing

/// Names may contain anything and are only text to show.
@Suite struct ContainerNameTests {
    @Test func hostileNames() throws {
        let folder = try Workspace()
        try folder.python(
            """
            import io, tarfile, zipfile
            names = ['../../x', '/etc/passwd', './y', 'a' * 4000, 'a' * 3999 + 'b', 'é' * 900, 'n\\nl\\x1b[31m', 'same', 'same',
                     'same (entry 9)', 'dir/./z', 'wide 😀']
            with tarfile.open('names.tar', 'w', format=tarfile.PAX_FORMAT) as t, zipfile.ZipFile('names.zip', 'w') as z:
                for name in names:
                    info = tarfile.TarInfo(name); info.size = 2
                    t.addfile(info, io.BytesIO(b'{}'))
                    z.writestr(zipfile.ZipInfo(name), '{}')
            with tarfile.open('latin.tar', 'w', format=tarfile.USTAR_FORMAT, encoding='latin-1') as t:
                t.addfile(tarfile.TarInfo('caf\\xe9.json'))
                t.addfile(tarfile.TarInfo(''))
            """)
        let cut = String(repeating: "a", count: 997) + "…"
        let expected = [
            "../../x", "/etc/passwd", "y", cut, cut + " (entry 5)", String(repeating: "é", count: 498) + "…",
            "n\nl\u{1B}[31m", "same", "same (entry 9)", "same (entry 9) (entry 10)", "dir/./z", "wide 😀",
        ]
        for name in ["names.tar", "names.zip"] {
            let found = try folder.found(in: name)
            #expect(found == expected.map { Found("\(name)!\($0)", "{}") })
        }
        #expect(
            try folder.found(in: "latin.tar").map(\.source) == ["latin.tar!caf\u{FFFD}.json", "latin.tar!(no name)"])
    }

    @Test func hiddenEntriesAndFoldersAreSilent() throws {
        let folder = try Workspace()
        try folder.shell(
            """
            mkdir -p d/.git __MACOSX d/sub && for f in d/.x.json d/.git/y.json __MACOSX/._z.json d/sub/..w.json d/v.json
            do echo '{}' > $f; done; tar cf h.tar d __MACOSX ./d && zip -qr h.zip d __MACOSX
            """)
        #expect(try folder.found(in: "h.zip").map(\.source) == ["h.zip!d/v.json"])
        #expect(try folder.found(in: "h.tar").map(\.source).first == "h.tar!d/v.json")
    }

    @Test func linksAndSpecialFilesAreRefused() throws {
        let folder = try Workspace()
        try folder.shell(
            """
            echo '{}' > a && ln a hard && ln -s a soft && mkfifo pipe && tar cf l.tar a hard soft pipe
            zip -qy l.zip a soft
            """)
        #expect(
            try folder.found(in: "l.tar") == [
                Found("l.tar!a", "{}\n"), Found("l.tar!hard", refusal: .hardLink(target: "a")),
                Found("l.tar!soft", refusal: .symbolicLink(target: "a")), Found("l.tar!pipe", refusal: .special(.fifo)),
            ])
        let zip = try folder.found(in: "l.zip")
        #expect(zip.map(\.source) == ["l.zip!a", "l.zip!soft"])
        guard case .symbolicLink? = zip.last?.refusal else {
            Issue.record("\(zip)")
            return
        }
    }

    /// Names in the character set of the machine that made the zip. Python has both encodings.
    @Test(arguments: [
        ("cp932", "注文データ.json"), ("cp932", "テスト/結果_01.json"), ("cp932", "表示.json"), ("cp932", "2026年3月/ｶﾀｶﾅ.json"),
        ("cp932", "ソフト.json"), ("cp932", "月.json"), ("cp932", "ありがとう"),
        ("cp437", "Größe.json"), ("cp437", "Übersicht/Ärger.json"), ("cp437", "élève.json"), ("cp437", "événement"),
        ("cp437", "château/pâté.json"), ("cp437", "año_niño.json"), ("cp437", "Möbel über Öl.json"),
        ("cp437", "½ résumé"),
        ("cp437", "fußgängerübergänge.json"), ("cp437", "Ålesund Øre.json".replacing("Ø", with: "Ö")),
    ])
    func legacyNames(characterSet: String, name: String) throws {
        let folder = try Workspace()
        try folder.write(name, as: "name")
        try folder.python(
            """
            import zipfile
            raw = open('name', encoding='utf-8').read().encode('\(characterSet)')
            with zipfile.ZipFile('z.zip', 'w') as z:
                z.writestr(zipfile.ZipInfo('Q' * len(raw)), '{}')
            data = open('z.zip', 'rb').read().replace(b'Q' * len(raw), raw)
            open('z.zip', 'wb').write(data)
            """)
        #expect(try folder.found(in: "z.zip").map(\.source) == ["z.zip!\(name)"])
        // In a stream, the name comes from the header before the entry.
        try folder.shell("gzip -k z.zip")
        #expect(try folder.found(in: "z.zip.gz").map(\.source) == ["z.zip.gz!\(name)"])
    }

    @Test(.seeded) func anyBytesMakeAName() throws {
        let seed = Seeds.new
        var random = SplitMix64(seed: seed)
        let folder = try Workspace()
        for _ in 0..<40 {
            let raw = (0..<Int.random(in: 1...12, using: &random)).map { _ in UInt8.random(in: 1...255, using: &random)
            }
            .map { [0x2F, 0x2E, 0x7E, 0x5C].contains($0) ? 0x41 : $0 }
            try folder.write(raw.map { String($0) }.joined(separator: " "), as: "raw")
            try folder.python(
                """
                import zipfile
                raw = bytes(map(int, open('raw').read().split()))
                with zipfile.ZipFile('z.zip', 'w') as z:
                    z.writestr(zipfile.ZipInfo('Q' * len(raw)), '{}')
                data = open('z.zip', 'rb').read().replace(b'Q' * len(raw), raw)
                open('z.zip', 'wb').write(data)
                """)
            let found = try folder.found(in: "z.zip").map(\.source)
            #expect(found.count == 1 && !found[0].contains("\u{FFFD}"), "\(raw): \(found), seed \(seed)")
        }
    }

    @Test func filesOfSystemsArePassedOverInFoldersAndArchivesAlike() throws {
        let folder = try Workspace()
        let silent = [
            "Thumbs.db", "thumbs.DB", "desktop.ini", "Desktop.ini", ".DS_Store", "ehthumbs.db", "ehthumbs_vista.db",
            "~$jobs.xlsx", "__MACOSX/a.json", "$RECYCLE.BIN/b.json", "System Volume Information/c.json",
            "sub/Thumbs.db",
        ]
        let read = ["Thumbs.db.json", "sub/a.json", "my desktop.ini", "$RECYCLE.json", "~jobs.json", "__MACOSX.json"]
        for name in silent + read { try folder.write("{}", as: "d/" + name) }
        try folder.shell("cd d && tar cf ../s.tar * && zip -qr ../s.zip . && 7z a ../s.7z . >/dev/null")
        for archive in ["s.tar", "s.zip", "s.7z"] {
            let found = try folder.found(in: archive).map(\.source).sorted()
            #expect(found == read.map { "\(archive)!\($0)" }.sorted())
        }
        let walked = InputTree([folder["d"]]).map { "\($0)" }
        #expect(walked.count == read.count, "\(walked)")
        // Inputs that are named explicitly are read anyway.
        #expect(Array(InputTree([folder["d/Thumbs.db"]])).count == 1)
    }
}
