import Foundation
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

    @Test(
        arguments: [
            (0, 1, "no row is new"), (1, 1, "the one row is new"), (0, 2, "neither row is new"),
            (1, 2, "1 of 2 rows is new"), (2, 2, "both rows are new"), (0, 3, "none of the 3 rows is new"),
            (1, 3, "1 of 3 rows is new"), (2, 3, "2 of 3 rows are new"), (3, 3, "all 3 rows are new"),
            (1_000, 2_000, "1,000 of 2,000 rows are new"), (2_000, 2_000, "all 2,000 rows are new"),
            (0, 0, "no row is new"), (2, 1, "2 rows of a total of 1 are new"), (1, 0, "1 row of a total of 0 is new"),
        ])
    func parts(_ part: Int, _ whole: Int, _ text: String) {
        #expect(Wording.part(part, of: whole, .row, "is new", "are new") == text)
    }

    @Test(
        arguments: [
            (1, 1, "the one rule is not met"), (1, 2, "1 of 2 rules is not met"), (2, 2, "neither rule is met"),
            (1, 3, "1 of 3 rules is not met"), (2, 3, "2 of 3 rules are not met"), (3, 3, "none of the 3 rules is met"),
        ])
    func deniedParts(_ part: Int, _ whole: Int, _ text: String) {
        #expect(Wording.part(part, of: whole, .rule, not: "is met", "is not met", "are not met") == text)
    }

    @Test(arguments: [(0, 1, "no row"), (1, 1, "the one row"), (0, 2, "0 of 2 rows"), (2, 2, "2 of 2 rows")])
    func partsBeforePercentages(_ part: Int, _ whole: Int, _ text: String) {
        #expect(Wording.rowsPart(part, whole) == text)
    }

    /// Phrases that no sentence has, whatever its numbers.
    private static let faults = [
        #"[Aa]ll [012](?![\d,])"#, #"(?<![\d,])1 \w+ (are|were|have|do)\b"#, #"\d of 1(?![\d,])"#,
        #"(?<![\d,])1 \w+s\b(?<!1 is|1 was|1 has|1 does)"#, #"(?<![\d,])1 of [\d,]+ \w+ (are|were|have|do)\b"#,
        #"(?<![\d,])(0|[2-9]|\d[\d,]*\d) (row|job|dump|input|code|try|byte)\b"#,
        #"\b(\d+) to \1\b"#, #"[Aa]ll \w+ \w+ (are|do|were) not\b"#, #"[Nn]one of the [012](?![\d,])"#, #"\bonly 0\b"#,
    ]

    @Test func sentencesWithAnyCountAreGrammatical() throws {
        let counts = [0, 1, 2, 3, 1_000]
        var texts: [String] = []
        for one in counts {
            texts += [
                Wording.noResult(one), Wording.sentInVain(one), Wording.moreCodes(one), Wording.triesWord(one),
                Wording.withoutPage(max(one, 1), of: 1_000), Wording.salvagedDumps(one), Wording.unreadableInputs(one),
                Wording.plan([(.retry, true, one, false), (nil, false, one, true)], noResult: one),
                Wording.nextJobs(one),
                Wording.positionsCaption(bucketRows: max(one, 1)),
                Wording.outcomesCaption(rows: one, missing: 0, hasWidened: false),
                Wording.uneven(
                    source: "s", rows: one, jobs: [.init(name: "j", rows: one + 1, hasTotal: one > 2)], firstRow: 1,
                    isOnlySource: true, hasHeader: one > 1, copies: nil),
            ]
            for two in counts {
                texts.append(
                    Wording.timeLine(
                        dated: one, days: one > 0 ? ("1 May 2026", "2 May 2026") : nil, highest: nil, undated: two))
                texts.append(Wording.reconciliation(source: one + two, succeeded: one, rejects: two, noResult: 0))
                texts.append(
                    Wording.notAllChecked(unreadable: one, salvaged: two, isAllRead: false) ?? "")
                texts.append(Wording.severalDumps(jobs: one, dumps: two, isExact: true, conflicts: one))
                var selection = SelectionResult(options: ["--since 2026-03-01"])
                (selection.dumps, selection.leftOut, selection.undated) = (one + two, one, min(one, two))
                texts.append(selection.sentence)
            }
        }
        for text in texts {
            for fault in Self.faults {
                let match = text.range(of: fault, options: .regularExpression)
                #expect(match == nil, "\(fault): \(text)")
            }
        }
    }

    /// The findings of a job that declares one number of rows and has another.
    @Test func findingsWithAnyCountAreGrammatical() throws {
        for total in [0, 1, 2, 3, 12] {
            for rows in 0...min(total + 1, 3) {
                for end in ["]}", ""] {
                    let seen = Array(repeating: #"{"created":true}"#, count: rows).joined(separator: ",")
                    let text =
                        #"{"job_id":"j","status":"complete","total":\#(total),"processed":9,"succeeded":\#(rows),"failed":1,"#
                        + #""created_at":"x","results":[\#(seen)\#(end)"#
                    let summary = try audit(text)
                    for sentence in summary.findings.map({ $0.message }) + [Verdict(summary).sentence] {
                        for fault in Self.faults {
                            let match = sentence.range(of: fault, options: .regularExpression)
                            #expect(match == nil, "\(fault): \(sentence)")
                        }
                    }
                }
            }
        }
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
        #expect(
            fault.sentence
                == "could not be read beyond byte 120 (line 1, column 121): the zstd data breaks off; zstd -dc may read more of it"
        )
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
