import Foundation
import ImportRedaction
import TestSupport
import Testing

/// Values that are found in texts. In the expected texts, a letter marks a pseudonym: `E` e-mail address, `U` UUID, `P`
/// phone number, `N` digits, `H` hexadecimal digits, `V` any other value.
@Suite struct TextRedactorTests {
    static func redactor(_ key: String = "0123456789abcdef", _ rules: RedactionRules = RedactionRules()) -> TextRedactor
    {
        TextRedactor(Pseudonyms(key: Array(key.utf8)), rules: rules)
    }

    static func shape(_ text: String, _ rules: RedactionRules = RedactionRules()) -> String {
        var redactor = redactor(rules: rules)
        return marked(redactor.text(text))
    }

    private static func marked(_ text: String) -> String {
        text.replacing(/u-[0-7][0-9a-f]{19}@redacted\.invalid/, with: "E")
            .replacing(/[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/, with: "U")
            .replacing(/v-[0-7][0-9a-f]{19}/, with: "V")
            .replacing(/\+?\(?(0+[-.\/ ()]+)*00[12][0-9]{19}/, with: "P")
            .replacing(/[12][0-9]{19}/, with: "N")
            .replacing(/[0-9a-f]{32}/, with: "H")
    }

    static func jsonShape(_ text: String, _ rules: RedactionRules = RedactionRules()) -> String {
        var redactor = redactor(rules: rules)
        return marked(redactor.json(text))
    }

    static func redactor(rules: RedactionRules) -> TextRedactor { redactor("0123456789abcdef", rules) }

    @Test(
        "E-mail addresses, wherever they stand",
        arguments: [
            ("the address a@b.de is taken", "the address E is taken"),
            ("Anna.Schmidt+news_1%x@sub.example-1.com.", "E."), ("<anna@b.de>, (c@d.ef): no", "<E>, (E): no"),
            ("mailto:a@b.de?cc=c@d.de&x=1 now", "mailto:E?V now"), ("müller@bücher.de fehlt", "E fehlt"),
            ("email=a@b.de;", "email=E;"), ("a%40b.de", "E"), ("bounce+a=b.de@c.de", "E"), ("o'brien@b.de", "E"),
            ("a@[192.168.0.1] no", "E no"), ("a@localhost", "E"), ("@handle is gone", "E is gone"),
            ("a@b@c.de", "EE"), ("3 @ 4", "3 @ 4"), ("joe@", "E"), ("“x” a@b.de…", "“V” E…"),
            ("https://x.example/ a@b.de", "https://x.example/ E"),
            ("müller&sohn@firma.de, john/doe@b.de", "E, E"), ("a!#$%&*+-/?^_{|}~b@c.de", "E"), ("o`brien@b.de", "E"),
            ("to=müller&sohn@firma.de", "to=E"), ("x|a@b.de|y", "E|y"),
            ("www.x.example/a@b.de no", "www.x.example/V no"),
            ("www.anna@b.de", "E"),
        ])
    func addresses(_ text: String, _ expected: String) {
        #expect(Self.shape(text) == expected)
    }

    /// As in messages that were made for a page, taken from source code or escaped twice.
    @Test(
        "Values are found whatever form their quotation marks and @ have",
        arguments: [
            ["&quot;", "&#34;", "&#x22;", "&#X0022;", "\\u0022", "\\x22"],
            ["&apos;", "&#39;", "&#x27;", "\\u0027", "\\x27"],
            ["&ldquo;", "&#8220;", "&#x201c;", "\\u201C"], ["&laquo;", "&#171;", "\\u00ab", "\\xAB"],
        ])
    func escapedQuotes(marks: [String]) {
        let closing = ["&ldquo;": "&rdquo;", "&laquo;": "&raquo;"][marks[0]] ?? marks[0]
        for mark in marks + marks.map({ $0.replacing("&", with: "&amp;") })
            + marks.map({ $0.replacing("\\", with: "\\\\") })
        {
            let text = "the value \(mark)Zauberwort ist geheim\(closing) is wrong"
            let shape = Self.shape(text)
            #expect(
                shape.hasPrefix("the value ") && shape.hasSuffix(" is wrong") && shape.contains("V"),
                "\(text): \(shape)")
            for word in ["Zauber", "ist", "geheim"] { #expect(!shape.contains(word), "\(text): \(shape)") }
            let json = Self.shape("no: {\(mark)email\(closing):\(mark)Zauberwort\(closing)}")
            #expect(!json.contains("Zauber"), "\(json)")
        }
        for at in ["&#64;", "&#x40;", "&commat;", "\\u0040", "\\x40", "&amp;#64;"] {
            let shape = Self.shape("to anna.geheim\(at)privat.example, no")
            #expect(shape == "to E, no", "\(at): \(shape)")
        }
        for text in ["R&amp;D &lt;b&gt; is C:\\users\\x &c. &", "a \\u002 \\xz &#; &#x; &#xg; \\"] {
            #expect(Self.shape(text) == text)
        }
    }

    @Test(
        "URLs keep scheme and host",
        arguments: [
            ("see https://x.example/a/b?c=d#e.", "see https://x.example/V."),
            ("https://x.example/ is up", "https://x.example/ is up"),
            ("https://x.example?q=1", "https://x.example?V"), ("https://u:p@x.example/a", "https://V@x.example/V"),
            ("https://u@x.example", "https://V@x.example"),
            ("https://anna%40b.de:p@x.example", "https://V@x.example"),
            ("https://anna%40x.example/", "https://V%40x.example/"), ("file:///home/anna", "file:///V"),
            ("www.x.example/anna, no", "www.x.example/V, no"), ("https://x.example/o'brien", "https://x.example/V"),
            ("https://x.example/müller »", "https://x.example/V »"),
            ("https://t1234567.example/", "https://tN.example/"),
            ("a://", "a://"), ("ratio 3://", "ratio 3://"), ("4930987654-https://x.example", "N-https://x.example"),
            ("4930987654://x.example", "N://x.example"),
        ])
    func addressesOfPages(_ text: String, _ expected: String) {
        // A closing mark without an opening one quotes what follows, which is nothing here.
        #expect(Self.shape(text) == expected)
    }

    @Test(
        "Quoted text, by any quotes; without a closing one to the end",
        arguments: [
            ("no 'a b' here", "no 'V' here"), (#"no "a" `b`"#, #"no "V" `V`"#),
            ("no “a”, „b“ and „c”", "no “V”, „V“ and „V”"),
            ("‘a’ ‚b‘ «c» »d« ‹e› ›f‹ ”g” 「h」", "‘V’ ‚V‘ «V» »V« ‹V› ›V‹ ”V” 「V」"),
            (#"no "a \" b" here"#, #"no "V" here"#), (#"no \"a\" here"#, #"no \"V\" here"#),
            ("O'Brien and the users' row", "O'Brien and the users' row"),
            ("it's 'open and on", "it's 'V"), ("'o'brien' x", "'V' x"), ("''", "''"), ("'", "'"), ("“open", "“V"),
            ("'12'", "'N'"), ("'a@b.de'", "'E'"), ("don’t “x”", "don’t “V”"),
            (#"{"name": "x", "n": 5}"#, #"{"V": "V", "V": 5}"#),
            (#"no u"a b" and b`c`, u'd e' or N'f'"#, #"no u"V" and b`V`, u'V' or N'V'"#),
            (#"nna" is not valid for "Bo""#, #"nna" is not valid for "V""#), (#"5" and 12" are"#, #"5" and 12" are"#),
            (#"property"Anna Schmidt", field"Müller"#, #"property"V", field"V"#), ("dub'x lou'x", "dub'x lou'x"),
            (#""O"Brien" is"#, #""V" is"#), (#"u"Émile B" is"#, #"u"V" is"#), ("éu'x l'b'x", "éu'x l'b'V"),
        ])
    func quotes(_ text: String, _ expected: String) {
        #expect(Self.shape(text) == expected)
    }

    @Test(
        "Ids",
        arguments: [
            ("no abe72624-edce-4501-ae6b-4bb368266110.", "no U."), ("ABE72624-EDCE-4501-AE6B-4BB368266110x", "Ux"),
            ("rec_abe72624-edce-4501-ae6b-4bb368266110", "rec_U"), ("abe72624edce4501ae6b4bb368266110", "H"),
            ("row 12345 of 99999", "row 12345 of 99999"), ("no 123456", "no N"), ("INV-2026-000123b", "INV-2026-Nb"),
            ("-1234567", "-N"), ("1,234,567 rows", "1,234,567 rows"), ("key 8fGh2KabcDEF1234", "key V"),
            ("a_very_long_name_of_a_field_2", "a_very_long_name_of_a_field_2"), ("abcdef0123456789", "H"),
            ("id: 17, id=x user_id=abc recordId: q7 uuid:z9", "id: N, id=V user_id=V recordId: V uuid:V"),
            ("invalid: 17 valid=x paid: 5 id: is gone id=null", "invalid: 17 valid=x paid: 5 id: is gone id=null"),
            (#""record_id": 17"#, #""V": N"#), ("id: 2026-03-04", "id: 2026-03-04"),
            (#""a@b.de _id": 17, "Anna Schmidt_id": "x""#, #""V": N, "V": "V""#),
            (#""a-record_id": 17, "user.id": 5"#, #""V": N, "V": 5"#),
            (#""12345678_id": 17, 'anna_id'=anna"#, #""V": N, 'V'=V"#),
            (#""abe72624-edce-4501-ae6b-4bb368266110_id": 17"#, #""V": N"#),
        ])
    func ids(_ text: String, _ expected: String) {
        #expect(Self.shape(text) == expected)
    }

    @Test(
        "After the name of an id, everything is a value, except for words of error messages",
        arguments: [
            ("contact_id: anna, id: anna, uuid: annaschmidt, Id:anna", "contact_id: V, id: V, uuid: V, Id:V"),
            ("id: anna.", "id: V."), ("no id: (anna), [anna] id: [anna]", "no id: (V), [anna] id: [V]"),
            ("Invalid id: must be a number", "Invalid id: must be a number"),
            ("record_id: Is required; id: can't be blank", "record_id: Is required; id: can't be blank"),
            ("id: can’t be blank", "id: can’t be blank"), ("id:must", "id:V"), ("id=must", "id=V"),
            ("id: missing, id: null, id=none", "id: missing, id: null, id=none"), ("id: -", "id: -"),
            ("id: a@b.de, id=https://x.example/a", "id: E, id=https://x.example/V"), ("id: anna:c@d.de", "id: E"),
            ("id: a@b.de:anna", "id: E"), ("id: 2026-03-04-anna", "id: V"),
            ("id: 2026-03-04T10:00:00Z.", "id: 2026-03-04T10:00:00Z."),
            ("id=" + String(repeating: "x", count: 100) + "anna", "id=V"), ("id: (030) 1234567", "id: P"),
        ])
    func idsAfterNames(_ text: String, _ expected: String) {
        #expect(Self.shape(text) == expected)
    }

    @Test(
        "JSON stays JSON, and all its strings and names are values",
        arguments: [
            (#"{"phone":4930987600}"#, #"{"V":N}"#), (#"{"a":-4930987600}"#, #"{"V":-N}"#),
            (#"{"a":1234.5678901}"#, #"{"V":1234.N}"#), (#"{"a":1234567.1234567}"#, #"{"V":N.N}"#),
            (#"{"a":1234567890123e45}"#, #"{"V":Ne45}"#), (#"{"a":0.000000001}"#, #"{"V":0.N}"#),
            (#"{"id":-1.5,"record_id":17}"#, #"{"V":N,"V":N}"#), (#"{"id":true,"id":null}"#, #"{"V":true,"V":null}"#),
            (#"{"anna_schmidt_id":5, "a":[12345, "x"y"]}"#, #"{"V":N, "V":[12345, "V"]}"#),
            (#"{"":"","a@b.de":[]}"#, #"{"":"","E":[]}"#),
            // Anything else is a text like any other.
            ("{'anna_id': 5}", "{'V': N}"), (#"{"a":030}"#, #"{"V":030}"#), (#"{"a":"x"#, #"{"V":"V"#),
            ("anna 4930987600", "anna N"),
        ])
    func json(_ text: String, _ expected: String) {
        #expect(Self.jsonShape(text) == expected)
    }

    @Test("Also the user's own rules leave JSON as JSON")
    func ownRulesInJSON() {
        var rules = RedactionRules()
        rules.words = ["123", "adler"]
        rules.keys = ["name"]
        rules.patterns = ["77*"]
        rules.keep = ["stage"]
        #expect(
            Self.jsonShape(#"{"stage":51234,"name":5,"a":[77001,"Seeadler",8]}"#, rules)
                == #"{"stage":N,"V":N,"V":[N,"V",8]}"#)
    }

    @Test("Redacted JSON is JSON with the same shape", .seeded, arguments: Seeds.and(new: 11))
    func randomJSON(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var redactor = Self.redactor()
        for _ in 0..<500 {
            let text = Self.json(&random, depth: 0)
            let before = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            let redacted = redactor.json(text)
            let after = try? JSONSerialization.jsonObject(with: Data(redacted.utf8), options: .fragmentsAllowed)
            #expect(after.map { Self.kinds($0) } == Self.kinds(before), "\(text) became \(redacted)")
        }
    }

    private static func json(_ random: inout SplitMix64, depth: Int) -> String {
        func digits(_ most: Int) -> String {
            (0..<Int.random(in: 1...most, using: &random)).map { _ in String(Int.random(in: 0...9, using: &random)) }
                .joined()
        }
        func string() -> String {
            let parts = [
                "id", "_id", "anna", "\\\"", "@b.de", "4930987600", " ", "'", ":", "\\\\", "(030) 555-0199", "ü",
            ]
            return "\""
                + (0..<Int.random(in: 0...3, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
                .joined()
                + "\""
        }
        switch Int.random(in: 0...(depth > 3 ? 3 : 5), using: &random) {
        case 0: return string()
        case 1: return ["true", "false", "null"].randomElement(using: &random) ?? "null"
        case 2, 3:
            // Within the range of a Double, also if a run of digits becomes longer.
            let sign = Bool.random(using: &random) ? "-" : ""
            let whole = Bool.random(using: &random) ? "0" : "\(Int.random(in: 1...9, using: &random))\(digits(14))"
            let fraction = Bool.random(using: &random) ? "" : "." + digits(16)
            let exponent =
                Bool.random(using: &random) ? "" : ["e", "E", "e-", "E+"].randomElement(using: &random) ?? "e"
            return sign + whole + fraction + (exponent.isEmpty ? "" : exponent + digits(2))
        case 4:
            let count = Int.random(in: 0...3, using: &random)
            return "[" + (0..<count).map { _ in json(&random, depth: depth + 1) }.joined(separator: ", ") + "]"
        default:
            // Names that differ, so that all members are there after parsing.
            let members = (0..<Int.random(in: 0...3, using: &random)).map { index in
                "\"\(index)\(string().dropFirst()): \(json(&random, depth: depth + 1))"
            }
            return "{" + members.joined(separator: ",") + "}"
        }
    }

    /// The JSON types of a value and of all in it, in no order.
    private static func kinds(_ value: Any) -> [String] {
        switch value {
        case let object as [String: Any]: ["object"] + object.values.flatMap { kinds($0) }.sorted()
        case let array as [Any]: ["array"] + array.flatMap { kinds($0) }
        case is String: ["string"]
        case is NSNull: ["null"]
        case let number as NSNumber: [number.objCType.pointee == 0x63 ? "boolean" : "number"]
        default: ["?"]
        }
    }

    @Test(
        "Phone numbers; neither dates nor counters",
        arguments: [
            ("call +49 30 1234567 now", "call P now"), ("+49(0)30-123.45/67", "P"), ("+4930123456", "P"),
            ("0049 30 123456", "P"),
            ("(030) 123456 or 030 1234567", "P or P"), ("06 12 34 56 78", "P"),
            ("(212) 555-0123, 212.555.0123", "P, P"),
            ("4111 1111 1111 1111", "P"), ("+49\u{A0}30\u{2011}1234567", "+00\u{A0}00\u{2011}P"),
            ("rows 12 17 23 31 44 55 61 failed", "rows 12 17 23 31 44 55 61 failed"), ("1000 of 2000", "1000 of 2000"),
            ("2026-03-04T10:00:00.123456Z 04.03.2026 03/04/2026", "2026-03-04T10:00:00.123456Z 04.03.2026 03/04/2026"),
            ("2026-03-04 10:00:00+02:00 x", "2026-03-04 10:00:00+02:00 x"), ("+12345", "+12345"),
            ("version 1.2.3", "version 1.2.3"),
            ("on 2026-03-04 030 123456", "on 2026-03-04 P"), ("192.168.1.12", "192.168.1.12"),
            ("(030) 555-0199x5, no", "(000) 000-0000xP, no"), ("+1 555 123 4567x89", "+0 000 000 0000xP"),
            ("+1 555 123 4567 ext. 89 x", "+0 000 000 0000 ext. P x"),
            ("+1 555 123 4567;ext=89", "+0 000 000 0000;ext=P"),
            ("(030) 555-0199 # 12345", "(000) 000-0000 # P"), ("+15551234567x89", "+00000000000xP"),
            ("+1 555 123 4567abc", "Pabc"), ("(030) 1234567 extra 5", "P extra 5"),
            ("1200 1300 1400ms", "1200 1300 1400ms"), ("555 123 4567x89", "000 000 0000xP"),
            ("030 12345678 abe72624-edce-4501-ae6b-4bb368266110", "P U"),
            ("030 12345678 12345678-edce-4501-ae6b-4bb368266110", "P U"),
            ("030 12345678 #7be72624-edce-4501-ae6b-4bb368266110", "P #U"),
            ("04-20203-0#- 7be72624-edce-4501-ae6b-4bb368266110", "P#- U"),
            ("030 1234567 x7be72624edce4501", "P V"), ("030 1234567 #- 7be72624edce4501ae6b4bb368266110", "P #- H"),
        ])
    func phones(_ text: String, _ expected: String) {
        #expect(Self.shape(text) == expected)
    }

    @Test("The same value has the same pseudonym, another key gives another one")
    func stable() {
        var redactor = Self.redactor()
        let first = redactor.text("property 'x' of a@b.de")
        #expect(first == redactor.text("property 'x' of a@b.de"))
        #expect(redactor.value("x") == String(first.dropFirst("property '".count).prefix(22)))
        #expect(
            redactor.value("ABE72624-EDCE-4501-AE6B-4BB368266110")
                == redactor.value("abe72624-edce-4501-ae6b-4bb368266110"))
        #expect(redactor.value("a") != redactor.value("A"))
        #expect(redactor.value("") == "")
        // By its digits, however they are written.
        #expect(redactor.text("+49 30 1234567").suffix(20) == redactor.text("0049 30/12345-67").suffix(20))
        var other = Self.redactor("0123456789abcdeF")
        #expect(first != other.text("property 'x' of a@b.de"))
    }

    @Test("The user's own words, keys, patterns, and texts to keep")
    func rules() {
        var rules = RedactionRules()
        rules.words = ["Anna Müller", "adler"]
        rules.keys = ["name", "full-name"]
        rules.patterns = ["cust-*", "*-gmbh"]
        rules.keep = ["stage", "123456"]
        for (text, expected) in [
            ("to ANNA MÜLLER, Seeadlers", "to V, SeeVs"), ("'stage' and 'tier' 123456", "'stage' and 'V' 123456"),
            ("Name: Anna Schmidt, id 5", "Name: V, id 5"), ("full-name=x y; name = \"z\"", "full-name=V; name = \"V\""),
            ("no CUST-17/b. but customer", "no V. but customer"), ("Meyer-GmbH!", "V!"),
            ("'anna müller' gone", "'V' gone"), ("adler@x.de", "E"), ("anna müller@x.de", "V"),
            ("surname: x", "surname: x"), (#"name: \Anna Schmidt, id 5"#, #"name: V, id 5"#),
            ("name=+Anna; id=+anna", "name=V; id=V"), (#"name: \"Anna B\" is"#, #"name: \"V\" is"#),
            ("no #cust-42, id:cust-17/edit or x/y-gmbh+z", "no #V, id:V or V+z"),
            ("xcust-42 old-cust-42 cust", "xcust-42 old-V cust"),
            (#"to Anna M\u00fcller, &#97;dler"#, "to V, V"),
        ] {
            #expect(Self.shape(text, rules) == expected)
        }
    }

    @Test(
        "Whatever the bytes, the result is text, and it takes no longer than the text is long", .seeded,
        arguments: Seeds.and(new: 7))
    func hostile(seed: UInt64) {
        let parts = [
            "'", "\"", "\\", "`", "“", "”", "„", "«", "»", "@", "+", "(", "1", "12", "1234", "-", ".", "/", ":", "=",
            "id", "www.",
            "://", "%40", "ü", "\u{A0}", "‘", "a", " ", "8fGh2KabcDEF1234", "2026-03-04", "\u{301}", "🧨", "[", "]", "?",
            "\u{0}",
        ]
        var random = SplitMix64(seed: seed)
        var redactor = Self.redactor()
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in parts.randomElement(using: &random) ?? ""
            }
            let result = redactor.text(text.joined())
            #expect(!result.unicodeScalars.contains("\u{FFFD}"), "\(text)")
        }
        // Each of these would take long if the time were quadratic in its length.
        for part in [
            "a.", "id:", "1 ", "'a", "a@", "(1", "\\\"", "“a", "a-", "01 2 ", "https://", "+1", "x=", "www.a",
            "id=a+|", "id: a", "id:a/", "1 1x", "+1 2x3 ", "id:(0", "a/b?", "“a«b„c‘d", "{\"id\":1,",
        ] {
            _ = redactor.text(String(repeating: part, count: 20_000))
            _ = redactor.json(String(repeating: part, count: 20_000))
        }
    }
}
