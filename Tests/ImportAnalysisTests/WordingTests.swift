import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportInputs
import Testing

/// Parts of the sentences that people read.
@Suite struct WordingTests {
    @Test(
        arguments: [
            (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (12_345, "12,345"), (123_456, "123,456"),
            (1_000_000, "1,000,000"), (-1, "-1"), (-123, "-123"), (-1234, "-1,234"), (-123_456, "-123,456"),
            (.max, "9,223,372,036,854,775,807"), (.min, "-9,223,372,036,854,775,808"),
        ])
    func groupedNumbers(_ number: Int, _ text: String) {
        #expect(Wording.grouped(number) == text)
    }

    @Test(arguments: [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1_000, "1,000 rows")])
    func rows(_ count: Int, _ text: String) {
        #expect(Wording.rowsWord(count) == text)
    }

    @Test func longTextsAreQuotedInPart() {
        #expect(Wording.quoted("") == "“”")
        #expect(Wording.quoted(String(repeating: "é", count: 200)) == "“" + String(repeating: "é", count: 200) + "”")
        #expect(Wording.quoted(String(repeating: "é", count: 201)) == "“" + String(repeating: "é", count: 200) + "…”")
        #expect(Wording.quoted("a\u{202E}\n") == #"“a\u{202E}\u{A}”"#)
    }

    /// Characters that a terminal or an editor would act on are escaped.
    @Test func whatWouldActIsWrittenOut() {
        let acting: [ClosedRange<UInt32>] = [
            0...0x1F, 0x7F...0x9F, 0x61C...0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF...0xFEFF,
            0xFFF9...0xFFFB,
        ]
        var wrong: [String] = []
        for value in UInt32(0)..<0x11000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isActing = acting.contains { $0.contains(value) }
            let code = "\\u{\(String(value, radix: 16, uppercase: true))}"
            let expected = isActing ? "a\(code)b" : "a" + String(scalar) + "b"
            if !shownText("a" + String(scalar) + "b").utf8.elementsEqual(expected.utf8) { wrong.append(code) }
        }
        #expect(wrong == [])
    }

    @Test(
        arguments: [
            ("", ""), ("plain é 😀", "plain é 😀"), ("\u{1B}[2J", #"\u{1B}[2J"#), ("a\r\nb", #"a\u{D}\u{A}b"#),
            ("\u{9B}31m", #"\u{9B}31m"#), ("\u{202E}fdp.exe", #"\u{202E}fdp.exe"#), ("e\u{301}", "e\u{301}"),
            ("\u{0}\u{301}", "\\u{0}\u{301}"), ("👩\u{200D}🚀", "👩\u{200D}🚀"),
        ])
    func shownTexts(_ text: String, _ shown: String) {
        #expect(Array(shownText(text).utf8) == Array(shown.utf8))
    }

    @Test(
        arguments: [
            ("", "The file is empty."), ("\n", "The file has nothing but white space."),
            (#"{"message":"No\nway"}"#, #"API error response, not an import job: “No\u{A}way”."#),
            (
                "[]",
                "Not an import job: the JSON text is an array. If it was sent, pair it with its dump: "
                    + "import-audit rejects DUMP --source FILE."
            ),
            ("{}", "Not an import job: the JSON text is an object of another kind."),
            ("<html>", "Not JSON: an HTML or XML page."),
            ("{", "The file is cut off at byte 1 (line 1, column 2), before anything shows that it is an import job."),
            (
                "{\u{B}",
                "Not a dump that can be read: it is broken at byte 1 (line 1, column 2): byte 0x0B where a key in "
                    + "double quotes or } is expected, before anything shows that it is an import job."
            ),
        ])
    func explanations(_ text: String, _ sentence: String) throws {
        var analyzer = JobAnalyzer()
        let reading = try DumpReader().read(from: ArraySource(Array(text.utf8)), into: &analyzer)
        guard case .notAJob(let notAJob) = reading else { throw NoJob(text: text) }
        #expect(notAJob.explanation == sentence)
    }
}

/// The sentences about inputs that cannot be read completely.
@Suite struct InputWordingTests {
    @Test func failures() {
        let damage = { (damage: ReadFailure.Damage) in ReadFailure(.damaged(.gzip, damage)).description }
        #expect(ReadFailure(errorNumber: 5).description == "Input/output error")
        #expect(ReadFailure(.breaksOff(.gzip)).description == "the gzip data breaks off")
        #expect(ReadFailure(.breaksOff(.sevenZip)).description == "the 7z archive breaks off")
        #expect(damage(.checksum) == "the gzip data is damaged (checksum)")
        #expect(damage(.other("bad \u{1B}[31m")) == "the gzip data is damaged (bad \\u{1B}[31m)")
        #expect(
            ReadFailure(.expandsTooFar(limit: 4_294_967_296)).description
                == "it expands to more than 4,294,967,296 bytes, which is the limit for an input of its size")
    }

    @Test func aFaultNamesTheCompression() {
        let place = Place(byte: 120, line: 1, column: 121)
        let fault = DumpFault(reason: .readFailed(ReadFailure(.breaksOff(.zstd))), place: place, rowsKept: 3)
        #expect(fault.sentence == "could not be read beyond byte 120 (line 1, column 121): the zstd data breaks off")
    }

    @Test func refusals() {
        #expect(
            InputRefusal.cutShort(ReadFailure(.breaksOff(.tar)), entriesRead: 1).explanation
                == "The archive could not be read to its end, after 1 entry: the tar archive breaks off.")
        #expect(
            InputRefusal.nestedTooDeep.explanation == "An archive in an archive in an archive: unpack it first.")
        #expect(InputRefusal.symbolicLink(target: "a\nb").explanation.contains("\n") == false)
        #expect(PassedOver.special(.fifo).explanation == "Not a file: a named pipe.")
    }
}
