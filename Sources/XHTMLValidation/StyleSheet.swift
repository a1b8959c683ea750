/// What a piece of CSS would load: read token by token, as CSS Syntax (level 3) cuts them, so that escapes such as
/// `u\72l(…)`, comments and strings neither hide an address nor make one up.
struct StyleSheet {
    /// What is wrong, as the end of a sentence.
    private(set) var problems: [String] = []
    /// The ids in `url(#id)`.
    private(set) var fragments: [String] = []

    private var rest: String.UnicodeScalarView.SubSequence

    init(_ text: String) {
        rest = String.UnicodeScalarView()[...]
        // Nearly all values of fill and stroke are one word, and no word alone loads anything.
        guard text.utf8.contains(where: { "(@\\".utf8.contains($0) }) else { return }
        rest = Self.withOneKindOfLineEnd(text)[...]
        while let scalar = rest.first {
            switch scalar {
            case "\"", "'": _ = readString()
            case "/" where rest.dropFirst().first == "*": skipComment()
            case "@":
                rest.removeFirst()
                if readName() == "import" {
                    problems.append("has @import, which loads another file. Put its rules here.")
                }
            case _ where startsName(scalar): readWord()
            default: rest.removeFirst()
            }
        }
    }

    /// Functions that take an address as a string. None has a use in a page that carries everything in itself.
    private static let loadingFunctions: Set = [
        "image", "image-set", "-webkit-image-set", "src", "expression", "cross-fade", "-webkit-cross-fade",
    ]

    private mutating func readWord() {
        let name = readName()
        guard rest.first == "(" else { return }
        rest.removeFirst()
        if name == "url" || name == "url-prefix" {
            judge(Address(readAddress()))
        } else if Self.loadingFunctions.contains(name) {
            problems.append("has \(name)(…), which may load something. Use url(data:image/…) instead.")
        }
    }

    private mutating func judge(_ address: Address) {
        if let fragment = address.fragment {
            fragments.append(fragment)
        } else if !address.isSelfContained {
            problems.append("has a url(…) that loads something. Only url(#id) and url(data:image/…) are allowed.")
        }
    }

    // MARK: Tokens

    /// CSS takes CR LF, CR and FF for one line end before it looks at anything else. XML lets them in as &#13; and so on.
    private static func withOneKindOfLineEnd(_ text: String) -> String.UnicodeScalarView {
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if scalar == "\r" || scalar == "\u{C}" {
                scalars.append("\n")
            } else if scalar != "\n" || previous != "\r" {
                scalars.append(scalar)
            }
            previous = scalar
        }
        return scalars
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\n" || scalar == "\t"
    }

    private func startsName(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\\" || scalar == "-" || scalar == "_" || scalar.value >= 0x80 || scalar.properties.isAlphabetic
            || ("0"..."9").contains(scalar)
    }

    /// A name in lower case, with its escapes decoded.
    private mutating func readName() -> String {
        var name = String.UnicodeScalarView()
        while let scalar = rest.first, startsName(scalar) {
            rest.removeFirst()
            if scalar == "\\" {
                name.append(contentsOf: readEscape())
            } else {
                name.append(scalar)
            }
        }
        return String(name).lowercased()
    }

    /// What is between "url(" and ")", quoted or not.
    private mutating func readAddress() -> String {
        rest = rest.drop(while: Self.isSpace)
        if rest.first == "\"" || rest.first == "'" {
            return readString()
        }
        var address = String.UnicodeScalarView()
        while let scalar = rest.popFirst(), scalar != ")" {
            if scalar == "\\" {
                address.append(contentsOf: readEscape())
            } else {
                address.append(scalar)
            }
        }
        return String(address)
    }

    /// A string, up to its quotation mark, or to the end of the line, where CSS gives it up.
    private mutating func readString() -> String {
        let quote = rest.removeFirst()
        var text = String.UnicodeScalarView()
        while let scalar = rest.first, scalar != "\n" {
            rest.removeFirst()
            if scalar == quote {
                break
            }
            if scalar == "\\" {
                text.append(contentsOf: readEscape())
            } else {
                text.append(scalar)
            }
        }
        return String(text)
    }

    private mutating func skipComment() {
        rest.removeFirst(2)
        while let scalar = rest.popFirst() {
            if scalar == "*", rest.first == "/" {
                rest.removeFirst()
                return
            }
        }
    }

    /// What a backslash, already read, stands for: up to six hexadecimal digits and a space, or the next character.
    private mutating func readEscape() -> String.UnicodeScalarView {
        let digits = rest.prefix(6).prefix { $0.properties.isASCIIHexDigit }
        if !digits.isEmpty {
            rest = rest.dropFirst(digits.count)
            if let scalar = rest.first, Self.isSpace(scalar) {
                rest.removeFirst()
            }
            return String.UnicodeScalarView(
                UInt32(String(digits), radix: 16).flatMap(Unicode.Scalar.init).map { [$0] } ?? ["\u{FFFD}"])
        }
        guard let scalar = rest.popFirst() else { return String.UnicodeScalarView() }
        // A backslash at the end of a line joins the lines, in a string.
        return String.UnicodeScalarView(scalar == "\n" ? [] : [scalar])
    }
}
