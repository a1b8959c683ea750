import ImportFoundation
import ImportInputs
import TestSupport
import Testing

/// The inputs that a command's arguments resolve to.
@Suite struct InputTreeTests {
    private func items(_ arguments: String...) -> [InputTreeItem] { Array(InputTree(arguments)) }

    private func paths(_ items: [InputTreeItem]) -> [String] {
        items.map { item in
            switch item {
            case .file(let path, _): path.shown
            case .standardInput: "-"
            case .passedOver(let path, let reason): "\(path.shown): \(reason)"
            case .unavailable(let path, _): "\(path.shown): unavailable"
            }
        }
    }

    /// `find` and `sort` are the oracle.
    @Test func filesComeInTheOrderOfTheBytesOfTheirPaths() throws {
        let folder = try Workspace()
        for name in [
            "a/b.json", "a.json", "a/c/d.json", "a-/x", "a0/y", "b", "é", "B", "a/.hidden", ".git/x", "a/.h/x",
            "z/z/z/z",
            "a b", "a\nb", "a/b.json.gz",
        ] { try folder.write("{}", as: name) }
        try folder.shell("mkdir empty")
        let expected = try folder.shell("find . -type f -not -path '*/.*' -print0 | LC_ALL=C sort -z")
            .split(separator: "\u{0}").map { folder.path + $0.dropFirst() }
        #expect(expected.count == 12)
        #expect(paths(items(folder.path)) == expected)
        #expect(paths(items(folder.path + "/")) == expected)
        #expect(items(folder.path).allSatisfy { if case .file(_, size: 2) = $0 { true } else { false } })
    }

    /// No folder may use stack space.
    @Test func asManyFoldersAsTheSystemTakesAsArguments() throws {
        let folder = try Workspace()
        try folder.write("{}", as: "last")
        try folder.shell("mkdir empty")
        let empty = "\(folder.path)/empty"
        var tree = InputTree([String](repeating: empty, count: 200_000) + ["\(folder.path)/last"])
        #expect(paths([tree.next()].compactMap { $0 }) == ["\(folder.path)/last"])
        #expect(tree.next() == nil)
    }

    @Test func argumentsComeInTheirOrder() throws {
        let folder = try Workspace()
        for name in ["b/x", "b/y", "a", ".hidden"] { try folder.write("{}", as: name) }
        try folder.shell("ln -s b link && mkfifo pipe")
        let found = items(
            folder["b"], "-", folder["a"], folder["none"], folder[".hidden"], folder["link"], folder["pipe"],
            folder["a"])
        #expect(
            paths(found) == [
                folder["b/x"], folder["b/y"], "-", folder["a"], folder["none"] + ": unavailable", folder[".hidden"],
                folder["link/x"], folder["link/y"], folder["pipe"], folder["a"],
            ])
        #expect(found.contains(.unavailable(InputPath(folder["none"]), ReadFailure(errorNumber: 2))))
        #expect(found.contains(.file(InputPath(folder["pipe"]), size: nil)))
        #expect(items().isEmpty)
    }

    @Test func linksInFolders() throws {
        let folder = try Workspace()
        for name in ["in/a", "in/sub/b", "outside", "in-as-well"] { try folder.write("{}", as: name) }
        try folder.shell(
            """
            cd in && ln -s ../outside 1 && ln -s ../in-as-well 2 && ln -s sub 3 && ln -s none 4 && ln -s sub/b 5
            ln -s . 6 && ln -s 7 7 && mkfifo 8 && ln -s 8 9 && ln -s ../../a sub/c && ln -s ../a sub/d
            """)
        #expect(
            paths(items(folder["in"]))
                == [
                    "1: linkOutside", "2: linkOutside", "3: linkToFolder", "4: linkBroken", "5", "6: linkToFolder",
                    "7: linkBroken", "8: special(ImportInputs.SpecialFile.fifo)", "9: linkToSpecial", "a", "sub/b",
                    "sub/c: linkBroken", "sub/d",
                ].map { folder["in/"] + $0 })
    }

    @Test func namesThatAreNoText() throws {
        let folder = try Workspace()
        try folder.shell("mkdir d && printf '{}' > \"$(printf 'd/caf\\351.json')\"")
        let found = items(folder["d"])
        guard case .file(let path, size: 2)? = found.first else {
            Issue.record("\(found)")
            return
        }
        #expect(path.shown == folder["d/caf\u{FFFD}.json"])
        #expect(Content(of: DescriptorSource(descriptor: try path.open())).bytes == Array("{}".utf8))
    }

    /// Folders deeper than the longest possible path are skipped with a note: they are not lost silently and do not
    /// cause a crash.
    @Test func foldersThatAreTooDeep() throws {
        let folder = try Workspace()
        try folder.python(
            """
            import os
            for _ in range(25):
                os.mkdir('d' * 200); os.chdir('d' * 200)
            """)
        let found = items(folder.path)
        guard case .passedOver(_, .unreadable(let failure))? = found.last else {
            Issue.record("\(found)")
            return
        }
        // ENAMETOOLONG
        #expect(found.count == 1 && failure == ReadFailure(errorNumber: 36))
    }
}
