import Foundation

/// Inputs that make pages as large as possible: the most items that are listed, the longest texts, and the characters
/// that take the most bytes when escaped.
enum WorstCase {
    /// Takes six bytes in XHTML. Not used where quotes would become a placeholder.
    static let quote = "\""
    /// Takes five bytes in XHTML and in Markdown.
    static let ampersand = "&"

    static func times(_ character: String, _ count: Int) -> String { String(repeating: character, count: count) }

    /// Returns a text as a JSON string.
    static func json(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }

    /// Returns a code. Codes differ at their beginning.
    static func code(_ number: Int) -> String { "\(100 + number)" + times(quote, 900) }

    /// The number of rows in ``job(of:id:fieldLength:)``.
    static let rowCount = 40 * 8 * 5 + 40 * 60 + 30 * 3

    /// Returns a dump with everything that can be listed.
    ///
    /// - Parameters:
    ///   - character: the character that messages consist of.
    ///   - id: the beginning of the job's id.
    ///   - fieldLength: the length of the job's own fields, in characters.
    static func job(of character: String = ampersand, id: String = "", fieldLength: Int = 1_000_000) -> String {
        let long = json(times(quote, fieldLength))
        var rows: [String] = []
        for number in 0..<40 {
            // The codes with the most rows, all with the same number of messages, come first.
            for pattern in 0..<8 {
                for value in 0..<5 {
                    let values = (0..<5).map { slot in "'\(value)\(slot)" + times(quote, 94) + "' " }.joined()
                    let message = words(pattern) + values + times(character, 1200)
                    rows.append(#"{"error":{"code":\#(json(code(number))),"message":\#(json(message))}}"#)
                }
            }
        }
        // Records that several rows name.
        for number in 0..<40 {
            let id = json("\(100 + number)" + times(quote, 400))
            for _ in 0..<30 { rows.append(#"{"id":\#(id),"created":true}"#) }
            for _ in 0..<30 { rows.append(#"{"id":\#(id),"existing":true}"#) }
        }
        // Findings about rows, unknown fields with long names, and runs of rows.
        for number in 0..<30 {
            rows.append(#"{"created":true,"existing":true,"id":7,\#(json("\(number)" + times(quote, 400))):1}"#)
            rows.append(#"{"error":{},"created":true,"created":true}"#)
            rows.append("{}")
        }
        let dates = ["created_at", "updated_at", "expires_at"].map { "\"\($0)\":\(long)" }.joined(separator: ",")
        return #"{"job_id":\#(json(id + times(quote, 2000))),"status":\#(long),\#(dates),"#
            + #""error":{"code":\#(long),"message":\#(long)},"total":9223372036854775807,"processed":9223372036854775807,"#
            + #""succeeded":9223372036854775806,"failed":9223372036854775805,"results":[\#(rows.joined(separator: ","))]}"#
    }

    /// Returns words without digits, so that each number gives a different pattern.
    private static func words(_ number: Int) -> String {
        String(UnicodeScalar(UInt8(ascii: "a") + UInt8(number))) + " "
    }

    /// Entries for all codes, and some that match none.
    static var codesFile: String {
        func entry(_ key: String) -> String {
            """
              - code: \(json(key))
                title: \(json(times(quote, 600)))
                explanation: \(json(times(quote, 1200)))
                owner: \(json(times(quote, 600)))
                action: fix-permission
                accepted: {reason: \(json(times(quote, 1200))), until: 2026-12-31}

            """
        }
        return "codes:\n" + (0..<40).map { entry(code($0)) }.joined()
            + (0..<80).map { "  - code: \(json("unused \($0)" + times(quote, 900)))\n" }.joined()
    }

    /// More rules than a page lists.
    static var rulesFile: String {
        "max-failed: 0\nfail-on: [critical, warning]\nmin-rows: 9223372036854775807\nmax-failed-code:\n"
            + (0..<400).map { "  - {code: \(json("rule \($0)" + times(quote, 900))), max: 0}\n" }.joined()
            + (0..<20).map { "  - {code: \(json(code($0))), max: 1.000001%}\n" }.joined()
    }
}
