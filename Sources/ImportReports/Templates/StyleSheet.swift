import Mustache

/// The style sheet of pages, which templates include as the partial `report.css`.
///
/// It stands in a page as it is, so that the page is the same read as XML and as HTML. To the template engine it is
/// one text under a name: it would parse a partial line by line, and put it together again for every page.
enum StyleSheet {
    static let file = "report.css"

    private static let partial = "{{>report.css}}"
    /// No template can have the name: the model does not.
    fileprivate static let name = "_style"

    /// What stands in a page.
    struct Text: MustacheCustomRenderable {
        let renderText: String
        var isNull: Bool { renderText.isEmpty }
    }

    static func replacePartial(in template: String) -> String {
        let bytes = Array(template.utf8)
        let partial = Array(partial.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "{"), bytes[index...].starts(with: partial) {
                result += "{{{\(name)}}}".utf8
                index += partial.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
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

/// A model's root, and the style sheet beside it.
struct PageRoot: MustacheParent {
    let model: ModelObject
    let style: StyleSheet.Text

    func child(named name: String) -> Any? {
        name == StyleSheet.name ? style : model.child(named: name)
    }
}
