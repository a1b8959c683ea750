/// What is written in `href`, `src` or `url(…)`, judged without being followed.
struct Address {
    /// Without white space and control characters around it: browsers ignore them there.
    private let text: Substring.UnicodeScalarView

    init(_ text: some StringProtocol) {
        let isPadding = { (scalar: Unicode.Scalar) in scalar.value <= 0x20 || scalar.properties.isWhitespace }
        var scalars = Substring(text).unicodeScalars.drop(while: isPadding)
        while let last = scalars.last, isPadding(last) {
            scalars.removeLast()
        }
        self.text = scalars
    }

    /// The id after "#", if the address is nothing else; empty for "#" alone, which is the top of the page.
    var fragment: String? {
        text.first == "#" ? String(Substring(text.dropFirst())) : nil
    }

    /// What is before a colon that comes before any "/", "?" and "#"; nil if there is none, so the address is relative.
    ///
    /// It is not required to look like a scheme. Browsers drop tabs and line ends from "java\nscript:", and what else
    /// some program drops is anybody's guess; a relative address has no colon there, by RFC 3986, section 4.2.
    private var scheme: String? {
        let head = text.prefix { !"/?#:".unicodeScalars.contains($0) }
        guard head.endIndex < text.endIndex, text[head.endIndex] == ":" else { return nil }
        return String(Substring(head)).lowercased()
    }

    /// nil if the reader may follow it, or else the scheme that is not allowed.
    var forbiddenScheme: String? {
        scheme.flatMap { ["http", "https", "mailto"].contains($0) ? nil : String($0).shortened }
    }

    /// Whether it is a part of this page, or a picture or font carried in it.
    var isSelfContained: Bool {
        let beginning = String(Substring(text.prefix(16))).lowercased()
        return beginning.hasPrefix("#") || beginning.hasPrefix("data:image/") || beginning.hasPrefix("data:font/")
    }
}

extension String {
    /// With %XX decoded; itself if that does not give UTF-8.
    var percentDecoded: String {
        guard contains("%") else { return self }
        var decoded: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(Substring(digits), radix: 16) {
                decoded.append(value)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return String(validating: decoded, as: UTF8.self) ?? self
    }
}
