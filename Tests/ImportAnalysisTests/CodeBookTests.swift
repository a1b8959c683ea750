import ImportAnalysis
import ImportFoundation
import Testing

struct CodeBookTests {
    @Test("The code itself counts before patterns, the longest pattern before others, the first of equals")
    func precedence() throws {
        let book = CodeBook(
            [
                .init(.pattern("*")), .init(.pattern("rate_*")), .init(.pattern("rate_limit*")),
                .init(.code("rate_limited")),
                .init(.pattern("*_rate")), .init(.pattern("rate_x")), .init(.pattern("rate_?")),
            ], asOf: nil)
        #expect(book.index(of: "rate_limited") == 3)
        #expect(book.index(of: "rate_limits") == 2)
        #expect(book.index(of: "rate_") == 1)
        #expect(book.index(of: "my_rate") == 4)
        #expect(book.index(of: "rate_rate") == 1)
        #expect(book.index(of: "rate_x") == 5)
        #expect(book.index(of: "rate_?") == 6)
        #expect(book.index(of: "other") == 0)
        #expect(book.index(of: nil) == nil)
        #expect(book.standing(of: "other", isOther: true).state == .new)
    }

    @Test("Patterns match as their definition says, for all short texts", arguments: [false, true])
    func definition(hasQuestionMarks: Bool) {
        func matches(_ text: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            if first == "*" {
                return matches(text, pattern.dropFirst()) || !text.isEmpty && matches(text.dropFirst(), pattern)
            }
            guard let scalar = text.first, scalar == first || hasQuestionMarks && first == "?" else { return false }
            return matches(text.dropFirst(), pattern.dropFirst())
        }
        func texts(_ letters: [Unicode.Scalar], _ length: Int) -> [[Unicode.Scalar]] {
            var all: [[Unicode.Scalar]] = [[]]
            var longest = all
            for _ in 0..<length {
                longest = longest.flatMap { text in letters.map { text + [$0] } }
                all += longest
            }
            return all
        }
        func bytes(_ scalars: [Unicode.Scalar]) -> [UInt8] {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            return Array(String(view).utf8)
        }
        let all = texts(["a", "\u{E9}", "\u{1F600}"], 4).map { ($0, bytes($0)) }
        var matching = 0
        for pattern in texts(["a", "\u{E9}", "?", "*"], 4) {
            let glob = GlobPattern(bytes(pattern), hasQuestionMarks: hasQuestionMarks)
            for (scalars, text) in all {
                let expected = matches(scalars[...], pattern[...])
                matching += expected ? 1 : 0
                if glob.matches(text.span) != expected { Issue.record("\(pattern) and \(scalars)") }
            }
        }
        #expect(matching > 1000)
    }

    @Test(
        "A star stands for any text",
        arguments: [
            ("a*b*c", "abc", true), ("a*b*c", "aXbYc", true), ("a*b*c", "aXbY", false), ("*a", "aaa", true),
            ("*ab", "aab", true),
            ("a**", "a", true), ("", "", true), ("*", "", true), ("a", "ab", false), ("é*", "e\u{301}x", false),
            ("[a]*", "[a]x", true),
            ("*a*a*a*a*b", String(repeating: "a", count: 1000), false),
        ])
    func stars(pattern: String, code: String, matches: Bool) {
        let book = CodeBook([.init(.pattern(pattern))], asOf: nil)
        #expect((book.index(of: code) != nil) == matches)
    }

    @Test(
        "An acceptance holds to the end of its last day",
        arguments: [
            ("2026-12-30", CodeStanding.State.accepted), ("2026-12-31", .accepted), ("2027-01-01", .expired),
            ("2036-01-01", .expired),
        ])
    func expiry(day: String, state: CodeStanding.State) {
        let entry = CodeBook.Entry(.code("a"), acceptance: .init(reason: "r", until: CalendarDay("2026-12-31")))
        let standing = CodeBook([entry], asOf: CalendarDay(day)).standing(of: "a")
        #expect(standing.state == state)
        #expect(standing.isPending == (state == .expired))
    }

    @Test(
        "Days that no calendar has are none",
        arguments: [
            "2026-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00", "0000-01-01", "26-01-01", "2026-1-1",
            "2026/01/01",
            "2026-01-01 ", "2026-01-01T00:00:00Z", "٢٠٢٦-01-01", "", "1900-02-29",
        ])
    func noDay(text: String) {
        #expect(CalendarDay(text) == nil)
    }

    @Test("Leap days are days", arguments: ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"])
    func days(text: String) {
        #expect(CalendarDay(text)?.text == text)
    }
}
