import ImportFoundation

/// The style sheet of pages, which templates include as the partial `report.css`.
///
/// It is inserted into a page unchanged, so that the page is the same whether it is read as XML or as HTML.
enum StyleSheet {
    static let file = "report.css"

    /// The partial by which a Content-Security-Policy allows this style sheet and no other style.
    static let hashFile = "report.css.sha256"

    /// Returns the SHA-256 in Base64 that a Content-Security-Policy needs: of the contents of
    /// `<style>{{>report.css}}</style>` as a browser reads them, with a line feed at the end of each line.
    static func hash(of text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\n"), bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            bytes.append(byte)
        }
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\r") { bytes[index] = UInt8(ascii: "\n") }
        var hash = SHA256()
        hash.update(bytes.span)
        let digest = hash.finishDigest().bytes
        return Base64.text(digest.indices.map { digest[$0] })
    }

    static func check(_ text: String, file: String) throws(TemplateFailure) {
        // Compares bytes, because a combining mark after `<` would form another character with it.
        let taboos = ["<", "&", "]]>", "{{"].map { Array($0.utf8) }
        var line = 1
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\n") { line += 1 }
            for taboo in taboos where byte == taboo[0] && bytes[index...].starts(with: taboo) {
                throw TemplateFailure(
                    file: file, line: line,
                    message: "A style sheet must not contain “\(String(decoding: taboo, as: UTF8.self))”: it stands "
                        + "inside the page as it is.")
            }
        }
    }
}
