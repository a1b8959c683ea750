import Glibc

/// What `--source` names: a file, or `FILE#Sheet` where no file has the name with all that.
struct SourceName {
    /// As the user gave it.
    let shown: String
    let path: String
    /// Of a workbook; nil if none is named.
    let sheet: String?

    init(_ text: String) {
        shown = text
        // Of the files that it could be, the one with the longest name: a sheet may have the sign in its name as well.
        var end = text.utf8.endIndex
        while !Self.isThere(text[..<end]), let sign = text.utf8[..<end].lastIndex(of: UInt8(ascii: "#")) { end = sign }
        guard end < text.utf8.endIndex, Self.isThere(text[..<end]) else {
            (path, sheet) = (text, nil)
            return
        }
        path = String(text[..<end])
        sheet = String(text[text.utf8.index(after: end)...])
    }

    private static func isThere(_ path: Substring) -> Bool {
        var status = stat()
        return unsafe stat(String(path), &status) == 0
    }
}
