/// A tag of a template, such as `{{#rows}}`, with its line.
struct TemplateTag: Equatable {
    enum Kind: Equatable {
        case variable(String)
        case open(String)
        case inverted(String)
        case close(String)
        case partial(String)
        case comment
    }

    var kind: Kind
    var line: Int
    /// The range in the bytes of the template, with the braces.
    var range: Range<Int>

    /// Returns the tags of a template, in order.
    ///
    /// - Throws: ``TemplateFailure`` for a tag that is not closed, and for tags that templates may not use: those that
    ///   let text of the dump through unescaped (`{{{x}}}`, `{{&x}}`, `{{%…}}`), and those that hide names from the
    ///   check (`{{=…=}}`, `{{<x}}`, `{{$x}}`, `{{>*x}}`, transforms).
    static func tags(of text: String, file: String) throws(TemplateFailure) -> [TemplateTag] {
        var tags: [TemplateTag] = []
        let bytes = Array(text.utf8)
        var line = 1
        var index = 0
        while index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") { line += 1 }
            guard bytes[index] == UInt8(ascii: "{"), bytes[index + 1] == UInt8(ascii: "{") else {
                index += 1
                continue
            }
            let end = (index + 2..<max(index + 2, bytes.count - 1)).first {
                bytes[$0] == UInt8(ascii: "}") && bytes[$0 + 1] == UInt8(ascii: "}")
            }
            guard let end else {
                throw TemplateFailure(file: file, line: line, message: "A tag is not closed: }} is missing.")
            }
            let content = bytes[index + 2..<end]
            tags.append(
                TemplateTag(
                    kind: try kind(of: content, file: file, line: line), line: line, range: index..<end + 2))
            line += content.count { $0 == UInt8(ascii: "\n") }
            index = end + 2
        }
        return tags
    }

    private static func kind(of content: ArraySlice<UInt8>, file: String, line: Int) throws(TemplateFailure) -> Kind {
        func name(_ bytes: ArraySlice<UInt8>) throws(TemplateFailure) -> String {
            let text = trimmed(bytes)
            let isName = text == "." || (!text.isEmpty && text.utf8.allSatisfy(isNameByte))
            guard isName else {
                throw TemplateFailure(
                    file: file, line: line,
                    message: "“{{\(text)}}” is not a name: letters, digits, “_” and “.” make one.")
            }
            return text
        }
        guard let first = content.first else {
            throw TemplateFailure(file: file, line: line, message: "A tag is empty.")
        }
        let rest = content.dropFirst()
        switch first {
        case UInt8(ascii: "!"): return .comment
        case UInt8(ascii: "#"): return .open(try name(rest))
        case UInt8(ascii: "^"): return .inverted(try name(rest))
        case UInt8(ascii: "/"): return .close(try name(rest))
        case UInt8(ascii: ">"):
            let partial = trimmed(rest)
            guard !partial.isEmpty, partial.utf8.allSatisfy({ isNameByte($0) || $0 == UInt8(ascii: "-") }) else {
                throw TemplateFailure(file: file, line: line, message: "“{{>\(partial)}}” names no template file.")
            }
            return .partial(partial)
        case UInt8(ascii: "{"), UInt8(ascii: "&"):
            throw TemplateFailure(
                file: file, line: line,
                message: "Unescaped values are refused because they may contain markup from the dump: write {{name}}.")
        case UInt8(ascii: "%"), UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: "$"):
            throw TemplateFailure(
                file: file, line: line,
                message: "Tags that begin with “\(Character(UnicodeScalar(first)))” are not supported here.")
        default: return .variable(try name(content))
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        var name = bytes
        while let first = name.first, isSpace(first) { name.removeFirst() }
        while let last = name.last, isSpace(last) { name.removeLast() }
        guard name.first ?? 0 < 0x80, name.last ?? 0 < 0x80 else {
            // There may be white space beyond ASCII. Finding it takes time, and names have none.
            let isSpace: (Character) -> Bool = { $0.isWhitespace }
            let text = String(decoding: bytes, as: UTF8.self).drop(while: isSpace)
            return String(text.reversed().drop(while: isSpace).reversed())
        }
        return String(decoding: name, as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}
