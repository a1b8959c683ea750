import Testing

/// Logs, wraps, tears and damage of which `Tests/Oracle/damage.py` knows the right result.
struct DamageTests {
    @Test("The cases of damage, and their judge, are right themselves")
    func selfTest() throws {
        guard let result = try Python.run("Tests/Oracle/selftest_damage.py", []) else { return }
        #expect(result.status == 0, "\(result)")
    }

    @Test(
        "Nothing is lost of damaged and wrapped dumps",
        arguments: [
            ("random", "row-per-line,around,wraps,encodings,rows"), ("random", "torn,glued,inside"),
            ("11", "torn,glued,inside"),
        ])
    func nothingIsLost(seed: String, kinds: String) throws {
        let arguments = [
            "--binary", RunningCommand.binary, "--seed", seed, "--kinds", kinds, "--count", "1000", "--show", "5",
        ]
        guard let result = try Python.run("Tests/Oracle/damage.py", arguments) else { return }
        // A new seed each time is worth nothing unless it is known afterwards.
        print(result.outputText)
        #expect(result.status == 0, "\(result)")
    }
}
