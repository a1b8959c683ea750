/// What must hold of the bytes before a parser sees them: a bounded size, UTF-8 throughout, no other encoding declared.
///
/// Parsers guess encodings, and a guess is a way past every other check. So there is nothing left to guess.
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

    /// Every XML file begins with "<" or white space, so a NUL among its first two bytes gives it away.
    private static func looksLikeUTF16Or32(_ document: [UInt8]) -> Bool {
        document.starts(with: [0xFE, 0xFF]) || document.starts(with: [0xFF, 0xFE]) || document.prefix(2).contains(0)
    }

    /// The value of `encoding` in the XML declaration, if there is one.
    private static func declaredEncoding(of document: [UInt8]) -> String? {
        let text = document.dropFirst(document.hasByteOrderMark ? 3 : 0)
        guard text.starts(with: "<?xml".utf8), let next = text.dropFirst(5).first, next <= UInt8(ascii: " ") else {
            return nil
        }
        // The declaration is short by nature. A longer one is cut, and the parser then complains about it.
        let declaration = text.prefix(1024).prefix { $0 != UInt8(ascii: ">") }
        let value = declaration.after("encoding")?.drop { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }
        guard let value, let quote = value.first else { return nil }
        return String(decoding: value.dropFirst().prefix { $0 != quote }, as: UTF8.self)
    }
}

extension ArraySlice<UInt8> {
    /// What comes after the first occurrence of the word.
    fileprivate func after(_ word: String) -> ArraySlice<UInt8>? {
        indices.first { self[$0...].starts(with: word.utf8) }.map { self[($0 + word.utf8.count)...] }
    }
}
