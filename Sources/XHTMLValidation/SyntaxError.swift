internal import CLibXML2

/// An error of XML syntax, in plain words.
struct SyntaxError {
    var message: String

    /// Whether the parser stays in step, so that the next error is independent and not a consequence.
    var leavesStructureIntact = false

    init(copying error: xmlError) {
        let text = unsafe String(copying: error.message)?.shortened ?? "unknown error"
        let kind = unsafe xmlParserErrors(rawValue: UInt32(max(0, error.code)))
        let first = unsafe String(copying: error.str1)?.shortened ?? ""
        let second = unsafe String(copying: error.str2)?.shortened ?? ""
        switch kind {
        case XML_ERR_UNDECLARED_ENTITY, XML_WAR_UNDECLARED_ENTITY:
            message = Self.undeclaredEntity(first)
            leavesStructureIntact = true
        case XML_NS_ERR_UNDEFINED_NAMESPACE:
            message = "The prefix \"\(first)\" is not declared. Add xmlns:\(first)=\"…\", or leave the prefix out."
            leavesStructureIntact = true
        case XML_ERR_ATTRIBUTE_REDEFINED:
            message = "The attribute \"\(first)\" occurs twice in one tag. Keep one."
            leavesStructureIntact = true
        case XML_ERR_TAG_NAME_MISMATCH:
            let line = unsafe error.int1
            message =
                "</\(second)> does not close <\(first)>, which was opened in line \(line). Close <\(first)> first."
        case XML_ERR_TAG_NOT_FINISHED:
            let line = unsafe error.int1
            message = "The file ends before </\(first)>; the element was opened in line \(line)."
        case XML_ERR_INVALID_CHAR:
            message = "A character that XML does not allow is here. Remove it, or show it as U+FFFD."
        case XML_ERR_INVALID_CHARREF:
            message = "This character reference names a character that XML does not allow. Remove it."
        case XML_ERR_NAME_REQUIRED where text.contains("StartTag"):
            message = "\"<\" begins a tag here. Write &lt; for the character itself, and <!DOCTYPE html> in capitals."
        case XML_ERR_NAME_REQUIRED, XML_ERR_ENTITYREF_SEMICOL_MISSING:
            message = "\"&\" begins a reference such as &amp; or &#160;. Write &amp; for the character itself."
        case XML_ERR_LT_IN_ATTRIBUTE:
            message = "\"<\" must not be in an attribute value. Write &lt;."
        case XML_ERR_ATTRIBUTE_WITHOUT_VALUE:
            message = "The attribute \"\(first)\" has no value. Write \(first)=\"\(first)\"."
        case XML_ERR_ATTRIBUTE_NOT_STARTED:
            message = "The value of an attribute must be in quotation marks."
        case XML_ERR_DOCUMENT_EMPTY:
            message = "The file contains no XML: it must begin with <."
        case XML_ERR_DOCUMENT_END:
            message = "Something follows the end of the page. Only comments may."
        case XML_ERR_RESERVED_XML_NAME:
            message = "The XML declaration <?xml …?> must be the very first thing in the file."
        default:
            message = "This is not well-formed XML: \(text)"
        }
    }

    private static func undeclaredEntity(_ name: String) -> String {
        let advice =
            if let number = commonEntities[name] {
                "Write &#\(number); or the character itself."
            } else {
                "Write the character itself, or its number."
            }
        return "&\(name); is not known: XML has &amp; &lt; &gt; &quot; &apos; only. \(advice)"
    }

    /// The entities that people know from HTML, with their numbers.
    private static let commonEntities = [
        "bull": 8226, "cent": 162, "check": 10003, "copy": 169, "deg": 176, "euro": 8364, "ge": 8805, "hellip": 8230,
        "laquo": 171, "larr": 8592, "ldquo": 8220, "le": 8804, "lsquo": 8216, "mdash": 8212, "middot": 183,
        "minus": 8722, "nbsp": 160, "ndash": 8211, "ne": 8800, "plusmn": 177, "pound": 163, "raquo": 187, "rarr": 8594,
        "rdquo": 8221, "reg": 174, "rsquo": 8217, "sect": 167, "shy": 173, "thinsp": 8201, "times": 215, "trade": 8482,
        "zwj": 8205, "zwnj": 8204,
    ]
}

/// Requirements on the bytes before a parser sees them: a bounded size, UTF-8 throughout, no other encoding declared.
///
/// Parsers guess encodings, and a guess could get past every other check, so nothing must be left to guess.
enum EncodingCheck {
    static func fault(in document: [UInt8]) -> Fault? {
        if document.count > XHTMLValidator.maximumSize {
            let limit = XHTMLValidator.maximumSize / (1024 * 1024)
            return Fault(place: .line(1), code: .tooLarge, message: "The file is larger than \(limit) MiB.")
        }
        if looksLikeUTF16Or32(document) {
            return Fault(
                place: .line(1), code: .encoding, message: "The file is UTF-16 or UTF-32. Save it as UTF-8.")
        }
        if let offset = document.firstIndex(of: 0) {
            return Fault(
                place: .offset(offset), code: .encoding, message: "A NUL byte is here. XML does not allow it.")
        }
        do {
            _ = try UTF8Span(validating: document.span)
        } catch {
            let offset = error.byteOffsets.lowerBound
            let byte = String(document[offset], radix: 16, uppercase: true)
            return Fault(
                place: .offset(offset), code: .encoding,
                message: "The byte 0x\(byte) is not UTF-8 here. Save the file as UTF-8.")
        }
        if let name = declaredEncoding(of: document), name.lowercased() != "utf-8" {
            return Fault(
                place: .line(1), code: .encoding,
                message: "The encoding is declared as \"\(name.shortened)\". Save the file as UTF-8, and declare that.")
        }
        return nil
    }

    /// Every XML file begins with "<" or white space, so a NUL among its first two bytes reveals these encodings.
    private static func looksLikeUTF16Or32(_ document: [UInt8]) -> Bool {
        document.starts(with: [0xFE, 0xFF]) || document.starts(with: [0xFF, 0xFE]) || document.prefix(2).contains(0)
    }

    /// Returns the value of `encoding` in the XML declaration, if there is one.
    private static func declaredEncoding(of document: [UInt8]) -> String? {
        let text = document.dropFirst(document.hasByteOrderMark ? 3 : 0)
        guard text.starts(with: "<?xml".utf8), let next = text.dropFirst(5).first, next <= UInt8(ascii: " ") else {
            return nil
        }
        // The declaration is short. A longer one is cut, and the parser then complains about it.
        let declaration = text.prefix(1024).prefix { $0 != UInt8(ascii: ">") }
        let value = declaration.after("encoding")?.drop { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }
        guard let value, let quote = value.first else { return nil }
        return String(decoding: value.dropFirst().prefix { $0 != quote }, as: UTF8.self)
    }
}

extension ArraySlice<UInt8> {
    /// Returns the bytes after the first occurrence of the word.
    fileprivate func after(_ word: String) -> ArraySlice<UInt8>? {
        indices.first { self[$0...].starts(with: word.utf8) }.map { self[($0 + word.utf8.count)...] }
    }
}
