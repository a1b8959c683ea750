import ImportFoundation

/// The style sheet of pages, which templates include as the partial `report.css`.
///
/// It is in a page as it is, so that the page is the same read as XML and as HTML.
enum StyleSheet {
    static let file = "report.css"

    /// The partial by which a Content-Security-Policy allows this style sheet and no other style.
    static let hashFile = "report.css.sha256"

    /// The SHA-256 in Base64, as Content-Security-Policy wants it: of what `<style>{{>report.css}}</style>` contains once
    /// a browser has read it, for which each line ends with a line feed.
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
        // By bytes: a combining mark after `<` would make another character of the two.
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
