import ImportAnalysis
import ImportDumps
import Testing

/// Groups failed rows by code, and within a code by message.
@Suite struct CodeGroupingTests {
    @Test func mostRowsComeFirstThenBytes() throws {
        let rows = [
            failed("b"), failed("é"), failed("a"), failed("Z"), failed("c"), failed("c"), #"{"error":{}}"#,
            failed("aa"),
            failed("😀"), failed("\u{FFFD}"),
        ]
        let expected = ["c 2", "- 1", "Z 1", "a 1", "aa 1", "b 1", "\\u{00E9} 1", "\\u{FFFD} 1", "\\u{0001F600} 1"]
        #expect(try audit(job(rows: rows)).codeLines == expected)
        #expect(try audit(job(rows: rows.reversed())).codeLines == expected)
    }

    /// Canonically equivalent texts are different codes: the API compares bytes, and so does the audit.
    @Test func composedAndDecomposedAreTwoCodes() throws {
        let rows = [
            failed("e\u{301}", "caf\u{E9}"), failed("\u{E9}"), failed("\u{E9}"), failed("e\u{301}", "cafe\u{301}"),
        ]
        let summary = try audit(job(rows: rows))
        #expect(summary.codeLines == ["e\\u{0301} 2", "\\u{00E9} 2"])
        #expect(
            summary.failedByCode[0].messages.map { escaped($0.pattern ?? "-") } == ["cafe\\u{0301}", "caf\\u{00E9}"])
        #expect(summary.failedByCode[0].messageCount == 2)
    }

    /// JSON can write the same text in many ways.
    @Test func escapesAreDecodedBeforeGrouping() throws {
        let summary = try audit(
            job(rows: [failed("a/b", "é"), failed(#"a\/b"#, #"\u00e9"#), failed(#"\u0061/b"#, "é")]))
        #expect(summary.codeLines == ["a/b 3"])
        #expect(summary.failedByCode[0].messages.map(\.rows) == [3])
    }

    @Test(
        arguments: [
            #"{"error":{}}"#, #"{"error":{"code":null}}"#, #"{"error":{"code":""}}"#,
            #"{"error":"text"}"#, #"{"error":false}"#, #"{"error":{"code":"x","code":""}}"#,
        ])
    func noCodeIsOneGroup(_ row: String) throws {
        let summary = try audit(job(rows: [failed("a"), row, #"{"error":{}}"#]))
        #expect(summary.codeLines == ["- 2", "a 1"])
        #expect(summary.finding(.failedWithoutCode)?.rows == [2, 3])
    }

    /// The code of a value that is not a string is its JSON text.
    @Test func codesOfOtherTypesAreGroupsOfTheirOwn() throws {
        let codes = ["422", #""422""#, "4.22e2", "true", "[1, 2]", "[1,2]", #"{"a":null}"#, "429"]
        let summary = try audit(job(rows: codes.map { #"{"error":{"code":\#($0)}}"# }))
        #expect(summary.codeLines == ["422 2", "[1,2] 2", "4.22e2 1", "429 1", "true 1", #"{\"a\":null} 1"#])
        #expect(summary.finding(.failedWithoutCode) == nil)
        #expect(summary.finding(.wrongType)?.rows == [1, 3, 4, 5, 6, 7, 8])
    }

    @Test func firstAndLastRowsAndShares() throws {
        let rows = [created, failed("a"), failed("b"), failed("a"), existing, failed("a"), #"{"error":{}}"#]
        let summary = try audit(job(rows: rows))
        #expect(
            summary.codeDetails == [
                #"a 3 0.428571 2 6 ["- 3 2"] 1 false"#, #"- 1 0.142857 7 7 ["- 1 7"] 1 false"#,
                #"b 1 0.142857 3 3 ["- 1 3"] 1 false"#,
            ])
    }

    @Test func messagesAreOrderedLikeCodes() throws {
        let rows = [
            failed("a", "z"), failed("a", "y"), failed("a"), failed("a", "x"), failed("a", "y"), failed("b", "y"),
            failed("a", ""), failed("a", "é"), failed("a", "e\u{301}"),
        ]
        let summary = try audit(job(rows: rows))
        let messages = summary.failedByCode[0].messages
        #expect(
            messages.map { "\($0.pattern.map(escaped) ?? "-") \($0.rows) \($0.exampleRow)" }
                == ["- 2 3", "y 2 2", "e\\u{0301} 1 9", "x 1 4", "z 1 1", "\\u{00E9} 1 8"])
        #expect(messages.map(\.example) == messages.map(\.pattern))
        #expect(summary.failedByCode[0].messageCount == 6)
        #expect(summary.failedByCode[1].messages.map(\.rows) == [1])
    }

    @Test func theMostFrequentMessagesAreListed() throws {
        func word(_ number: Int) -> String { String(repeating: "m", count: number) }
        let rows = (1...25).flatMap { number in (0..<number).map { _ in failed("a", word(number)) } }
        let code = try audit(job(rows: rows)).failedByCode[0]
        #expect(code.messages.map(\.pattern) == (6...25).reversed().map { word($0) })
        #expect(code.messages.map(\.rows) == Array((6...25).reversed()))
        #expect(code.messageCount == 25)
    }

    /// Codes and messages with the same first 1,024 bytes count as one.
    @Test(
        arguments: [
            (String(repeating: "x", count: 1024), "a", "b", 1024),
            (String(repeating: "x", count: 1023), "é", "è", 1023),
            (String(repeating: "x", count: 1021), "😀", "😁", 1021), (String(repeating: "é", count: 512), "a", "b", 1024),
        ])
    func longTextsAreAlikeInTheirBeginning(_ start: String, _ left: String, _ right: String, _ kept: Int) throws {
        let summary = try audit(
            job(rows: [failed(start + left + "end", start + left), failed(start + right + "end", start + right)]))
        try #require(summary.failedByCode.count == 1)
        #expect(summary.failedByCode[0].rows == 2)
        #expect(summary.failedByCode[0].code?.utf8.count == kept)
        // A message of exactly 1,024 bytes is complete, and a longer one is not.
        let isWhole = (start + left).utf8.count <= 1024
        #expect(summary.failedByCode[0].messages.count == (isWhole ? 2 : 1))
    }

    @Test func textsThatDifferWithinTheLimitAreTwo() throws {
        let start = String(repeating: "x", count: 1023)
        let rows = [
            failed(start + "az", start + "az"), failed(start + "bz", start + "bz"), failed(start + "az", start + "bz"),
        ]
        let summary = try audit(job(rows: rows))
        #expect(summary.failedByCode.map(\.rows) == [2, 1])
        #expect(summary.failedByCode[0].messages.count == 2)
    }
}
