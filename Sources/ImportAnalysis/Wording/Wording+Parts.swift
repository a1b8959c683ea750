// How many of some things there are, or are not, as parts of sentences. “1 of 1” and “all 2” are hard to read.

extension Wording {
    /// What is counted.
    package struct Noun: Sendable {
        package let one: String
        package let many: String

        package static let code = Noun(one: "code", many: "codes")
        package static let dump = Noun(one: "dump", many: "dumps")
        package static let file = Noun(one: "file", many: "files")
        package static let input = Noun(one: "input", many: "inputs")
        package static let job = Noun(one: "job", many: "jobs")
        package static let quotedValue = Noun(one: "quoted value", many: "quoted values")
        package static let row = Noun(one: "row", many: "rows")
        package static let rule = Noun(one: "rule", many: "rules")
        package static let source = Noun(one: "source", many: "sources")
    }

    /// "the one row", "both rows", "all 3 rows".
    ///
    /// - Parameter count: 1 or more.
    package static func all(_ count: Int, _ noun: Noun) -> String {
        switch count {
        case 1: "the one \(noun.one)"
        case 2: "both \(noun.many)"
        default: "all \(grouped(count)) \(noun.many)"
        }
    }

    /// "no row", "neither row", "none of the 3 rows"; what follows is singular.
    package static func none(of count: Int, _ noun: Noun) -> String {
        switch count {
        case ...1: "no \(noun.one)"
        case 2: "neither \(noun.one)"
        default: "none of the \(grouped(count)) \(noun.many)"
        }
    }

    /// "no row", "2 of 5 rows", "all 5 rows"; what follows is plural if `part` is 2 or more.
    package static func part(_ part: Int, of whole: Int, _ noun: Noun) -> String {
        if part == 0 { return none(of: whole, noun) }
        // A dump can declare anything.
        if part > whole {
            return "\(grouped(part)) \(part == 1 ? noun.one : noun.many) of a total of \(grouped(whole))"
        }
        return part == whole ? all(whole, noun) : "\(grouped(part)) of \(grouped(whole)) \(noun.many)"
    }

    /// "53 of 240 rows", before a percentage; a single row is no fraction of anything.
    package static func rowsPart(_ part: Int, _ whole: Int) -> String {
        whole == 1 && part <= 1 ? (part == 0 ? "no row" : "the one row") : "\(grouped(part)) of \(rowsWord(whole))"
    }

    /// A statement about a part: "the one row is new", "both rows are new", "1 of 3 rows is new", "neither row is new".
    ///
    /// - Parameter whole: 1 or more.
    package static func part(_ part: Int, of whole: Int, _ noun: Noun, _ one: String, _ many: String) -> String {
        "\(Self.part(part, of: whole, noun)) \(part > 1 ? many : one)"
    }

    /// A denial about a part: "the one row is not new", "neither row is new", "2 of 3 rows are not new".
    ///
    /// - Parameters:
    ///   - part: 1 or more.
    ///   - affirmed: "is new".
    package static func part(
        _ part: Int, of whole: Int, _ noun: Noun, not affirmed: String, _ one: String, _ many: String
    ) -> String {
        part == whole && whole > 1
            ? "\(none(of: whole, noun)) \(affirmed)" : Self.part(part, of: whole, noun, one, many)
    }

    /// Returns a text with a capital letter, to begin a sentence.
    package static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
