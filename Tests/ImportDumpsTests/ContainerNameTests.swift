import ImportDumps
import Testing

/// Names are text to show, whatever they are.
@Suite struct ContainerNameTests {
    @Test func hostileNames() throws {
        let folder = try PackingFolder()
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
        let folder = try PackingFolder()
        try folder.run(
            """
            mkdir -p d/.git __MACOSX d/sub && for f in d/.x.json d/.git/y.json __MACOSX/._z.json d/sub/..w.json d/v.json
            do echo '{}' > $f; done; tar cf h.tar d __MACOSX ./d && zip -qr h.zip d __MACOSX
            """)
        #expect(try folder.found(in: "h.zip").map(\.source) == ["h.zip!d/v.json"])
        #expect(try folder.found(in: "h.tar").map(\.source).first == "h.tar!d/v.json")
    }

    @Test func linksAndSpecialFilesAreRefused() throws {
        let folder = try PackingFolder()
        try folder.run(
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
}
