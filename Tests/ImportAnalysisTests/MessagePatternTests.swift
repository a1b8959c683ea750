import ImportAnalysis
import ImportDumps
import TestSupport
import Testing

/// Messages that differ only in their values have one pattern.
@Suite struct MessagePatternTests {
    /// Returns the patterns of one code's messages, with their rows.
    private func patterns(_ messages: [String]) throws -> [String] {
        let summary = try FailedRow.summary(of: messages.map { FailedRow(code: "a", message: $0) })
        return summary.failedByCode[0].messages.map { "\($0.rows) \($0.pattern ?? "-")" }
    }

    static let pairs: [(String, String, String)] = [
        ("row 1", "row 1,000.5", "row {number}"),
        ("at -5 C", "at +1.5 C", "at {number} C"),
        ("for tier-17", "for ABC123", "for {id}"),
        ("for 5", "for tier-17", "for {id}"),
        ("request 85aa166c", "request 12345678", "request {hex}"),
        ("at 0x1F", "at 0xdeadBEEF", "at {hex}"),
        ("user a@b.c gone", "user x.y+1@mail.example.org gone", "user {email} gone"),
        ("see (http://a.b/c?d=1).", "see (https://x.yz).", "see ({url})."),
        (
            "id 182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e", "id 00000000-0000-0000-0000-000000000000",
            "id {uuid}"
        ),
        ("on 2025-03-04", "on 2025-03-04T10:00:00.5+02:00", "on {date}"),
        ("on 2025-03-04 10:00:01 UTC", "on 2025-03-05 UTC", "on {date} UTC"),
        ("'a' of 'stage'", "'' of 'stage'", "'{text}' of 'stage'"),
        ("\"a 1\"", "\"\u{1F600} 'x'\"", "\"{text}\""), ("`a`", "`b`", "`{text}`"),
        ("“a”", "“”", "“{text}”"), ("Wert „Näe“ fehlt", "Wert „b“ fehlt", "Wert „{text}“ fehlt"),
        ("„Ala” i", "„Ola” i", "„{text}” i"), ("«a» «b»", "«c» «b»", "«{text}» «b»"), ("»a«", "»b«", "»{text}«"),
        ("‹a›", "‹b›", "‹{text}›"), ("›a‹", "›b‹", "›{text}‹"), ("「名」が", "「前」が", "「{text}」が"),
        ("『名』が", "『前』が", "『{text}』が"), ("‘it’s’ x", "‘a’ x", "‘{text}’ x"), ("‚a‘", "‚b‘", "‚{text}‘"),
        ("‚l’é’ x", "‚b’ x", "‚{text}’ x"), ("”a” och", "”b” och", "”{text}” och"),
        ("don’t use ‘a’", "don’t use ‘b’", "don’t use ‘{text}’"), ("der’s 1", "der’s 2", "der’s {number}"),
        ("صف ٤٢", "صف ٧٫٥", "صف {number}"), ("पंक्ति -४२ है", "पंक्ति १,२ है", "पंक्ति {number} है"), ("第１２行", "第3行", "第{number}行"),
        ("แถว ๑", "แถว ๒๓", "แถว {number}"), ("𝟏 x", "𝟐 x", "{number} x"), ("سطر ۱۲", "سطر ۳", "سطر {number}"),
        ("it's 'it's' 1", "it's 'x' 1", "it's '{text}' 1"),
        ("{number} 1", "{number} 2", "{{number}} {number}"),
    ]

    @Test(arguments: pairs.indices)
    func valuesAreMasked(_ index: Int) throws {
        let (first, second, pattern) = Self.pairs[index]
        #expect(try patterns([first, second]) == ["2 \(pattern)"])
    }

    @Test(
        "What differs in its words is two patterns",
        arguments: [
            ("row is bad", "row was bad"), ("row 1", "row x"), ("é1", "è1"), ("a@b", "c@d"), ("'open 1", "'open' 1"),
            ("{number}", "{id}"), ("5", "{number}"), ("2025-03-04", "4"), ("", "'"), ("ftp://", "ssh://"),
            ("don’t a’", "don’t b’"), ("5” x 6”", "5” y 6”"), ("„a", "„b"), ("’a’", "’b’"), ("½", "¼"), ("„a»", "„b»"),
        ])
    func wordsAreNotMasked(_ first: String, _ second: String) throws {
        #expect(try patterns([first, second]).count == 2)
    }

    @Test("A message that occurs once is its own pattern, whatever it contains")
    func oneRow() throws {
        let messages = [
            "'", "''", "'a", "1", String(repeating: "1", count: 1 << 20), String(repeating: "'", count: 5000),
            String(repeating: "1 ", count: 5000), "{number}", "\u{0}\u{1B}[31m 5", "\u{202E}7", "”“", "“open", "://",
            "@",
            "a@", "x://", "-", "+-1", "1-", "0x", String(repeating: "\"a ", count: 3000),
        ]
        for message in messages {
            let summary = try FailedRow.summary(of: [FailedRow(code: "a", message: message)])
            let found = summary.failedByCode[0].messages[0]
            let shown = found.pattern?.replacing("{{", with: "{").replacing("}}", with: "}")
            #expect(shown.map(escaped) == found.example.map(escaped))
            #expect(found.example.map(escaped) == escaped(String(message.prefix(1024))))
            #expect(found.slots.isEmpty)
        }
    }

    @Test func theMostFrequentValuesAreTold() throws {
        let counts = [("tier-3", 8), ("tier-9", 7), ("b1", 2), ("a1", 2)] + (0..<48).map { ("t\($0)", 1) }
        let rows = counts.flatMap { value, count in
            [FailedRow](repeating: FailedRow(code: "a", message: "for \(value) of 'x'"), count: count)
        }
        let message = try FailedRow.summary(of: rows).failedByCode[0].messages[0]
        #expect(message.pattern == "for {id} of 'x'")
        let slot = try #require(message.slots.first)
        #expect(message.slots.count == 1)
        #expect(slot.values.prefix(4).map(\.value) == ["tier-3", "tier-9", "a1", "b1"])
        #expect(slot.values.map(\.rows) == [8, 7, 2, 2, 1, 1, 1, 1, 1, 1])
        #expect(slot.distinctValues == 52)
        #expect(slot.otherRows == 42)
    }

    @Test(arguments: [AnalysisLimits.valuesPerSlot, AnalysisLimits.valuesPerSlot + 1])
    func tooManyValuesAreNotListed(_ values: Int) throws {
        let rows = (0..<values * 3).map { FailedRow(code: "a", message: "row \($0 % values)") }
        let slot = try #require(try FailedRow.summary(of: rows).failedByCode[0].messages[0].slots.first)
        let isKnown = values <= AnalysisLimits.valuesPerSlot
        #expect(slot.distinctValues == (isKnown ? values : nil))
        #expect(slot.values.count == (isKnown ? AnalysisLimits.valuesListed : 0))
        #expect(slot.otherRows == values * 3 - slot.values.reduce(0) { $0 + $1.rows })
    }

    /// The slots of a job share the limit on distinct values: the more codes and patterns, the fewer values for each
    /// slot.
    @Test(
        .seeded, arguments: [(codes: 1, patterns: 1, told: 2048), (7, 4, 256), (7, 5, 128), (8, 4, 128), (30, 60, 8)])
    func valuesAreShared(_ codes: Int, _ patterns: Int, _ told: Int) throws {
        for values in [told, told + 1] {
            var rows: [FailedRow] = []
            for value in 0..<values { rows.append(FailedRow(code: "c0", message: "aaa \(value)")) }
            for code in 0..<codes {
                for pattern in 0..<patterns { rows.append(FailedRow(code: "c\(code)", message: Self.word(pattern))) }
            }
            // "aaa" is a separate pattern.
            rows.removeAll { $0.code == "c0" && $0.message == Self.word(1) }
            var generator = SplitMix64(seed: Seeds.new)
            for isShuffled in [false, true] {
                if isShuffled { rows.shuffle(using: &generator) }
                let messages = try FailedRow.summary(of: rows).failedByCode.first { $0.code == "c0" }?.messages
                let slot = try #require(messages?.first { $0.slots.count == 1 }?.slots.first)
                #expect(slot.distinctValues == (values == told ? values : nil), "\(values), \(isShuffled)")
                #expect(slot.values.count == (values == told ? min(values, AnalysisLimits.valuesListed) : 0))
            }
        }
    }

    @Test func valuesBeyondTheLimits() throws {
        // The ninth slot is not counted, and only the beginning of a long value identifies it.
        let rows = [1, 2].map { FailedRow(code: "a", message: "1 1 1 1 1 1 1 1 \($0)") }
        let ninth = try #require(try FailedRow.summary(of: rows).failedByCode[0].messages[0].slots.first)
        #expect(ninth == SlotSummary(name: "number", distinctValues: nil, values: [], otherRows: 2))
        let start = String(repeating: "x", count: AnalysisLimits.valueBytes - 1)
        let long = ["é1", "é2"].map { FailedRow(code: "a", message: "'\(start)\($0)'") }
        let slot = try #require(try FailedRow.summary(of: long).failedByCode[0].messages[0].slots.first)
        #expect(slot.values == [ValueSummary(value: start, rows: 2)])
    }

    /// Groups, counts and values do not depend on the order of the rows while all patterns are distinguished.
    @Test(.seeded, arguments: [30, 300, 1500], Seeds.and(new: 7))
    func orderDoesNotMatter(_ patternCount: Int, seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        var rows = (0..<6000).map { number in
            FailedRow(
                code: "code \(number % 3)",
                message: "\(Self.word(number % patternCount)) of '\(Self.word(number % 7))' in \(number % 90)")
        }
        func told() throws -> [String] {
            try FailedRow.summary(of: rows).failedByCode.map { code in
                let messages = code.messages.map { "\($0.pattern ?? "-") \($0.rows) \($0.share) \($0.slots)" }
                return "\(code.code ?? "-") \(code.rows) \(code.messageCount ?? -1) \(messages)"
            }
        }
        // Among equally frequent patterns, those that come first by name are listed.
        let reference = try told()
        for _ in 0..<4 {
            rows.shuffle(using: &generator)
            #expect(try told() == reference)
        }
    }

    /// Returns a number in letters, so that it is not a value.
    private static func word(_ number: Int) -> String {
        String(String(number).map { Character(UnicodeScalar($0.wholeNumberValue.map { UInt8($0) + 97 } ?? 97)) })
    }
}
