/// A parsed template: text and tags, with the contents of sections inside them.
indirect enum TemplateNode {
    case text([UInt8])
    case variable(String)
    case section(String, inverted: Bool, [TemplateNode])
    /// Another file. If the tag is alone on its line, its indentation applies to all lines of the file.
    case partial(String, indentation: [UInt8]?)
    case styleSheet
}

/// Reads templates line by line, as Mustache does: a tag that is alone on its line removes the line, unless it shows a
/// value.
struct TemplateParser {
    private let file: String
    private let bytes: [UInt8]
    private let tags: [TemplateTag]
    private let styleHash: String
    private var index = 0
    private var nextTag = 0

    /// - Parameter styleHash: replaces the partial ``StyleSheet/hashFile``.
    /// - Throws: ``TemplateFailure`` for tags that are not allowed, and for sections that are not closed.
    static func nodes(of text: String, file: String, styleHash: String) throws(TemplateFailure) -> [TemplateNode] {
        var parser = TemplateParser(
            file: file, bytes: Array(text.utf8), tags: try TemplateTag.tags(of: text, file: file), styleHash: styleHash)
        return try parser.nodes(in: nil, atLineStart: true)
    }

    private init(file: String, bytes: [UInt8], tags: [TemplateTag], styleHash: String) {
        self.file = file
        self.bytes = bytes
        self.tags = tags
        self.styleHash = styleHash
    }

    /// Returns the contents up to the end of a section, or of the file.
    private mutating func nodes(
        in section: TemplateTag?, atLineStart: Bool
    ) throws(TemplateFailure) -> [TemplateNode] {
        var nodes: [TemplateNode] = []
        var atLineStart = atLineStart
        // White space that is removed if a tag is alone on its line.
        var indentation: ArraySlice<UInt8> = []
        func keepIndentation() {
            if !indentation.isEmpty { nodes.append(.text(Array(indentation))) }
            indentation = []
        }
        while index < bytes.count {
            if atLineStart {
                let start = index
                while index < bytes.count, Self.isBlank(bytes[index]) { index += 1 }
                indentation = bytes[start..<index]
            }
            let end = nextTag < tags.count ? tags[nextTag].range.lowerBound : bytes.count
            if let feed = bytes[index..<end].firstIndex(of: UInt8(ascii: "\n")) {
                nodes.append(.text(Array(indentation) + bytes[index...feed]))
                index = feed + 1
                atLineStart = true
                continue
            }
            if index < end {
                nodes.append(.text(Array(indentation) + bytes[index..<end]))
                indentation = []
                atLineStart = false
            }
            guard nextTag < tags.count else { break }
            let tag = tags[nextTag]
            nextTag += 1
            index = tag.range.upperBound
            var isWholeLine = false
            switch tag.kind {
            case .variable(let name):
                keepIndentation()
                nodes.append(.variable(name))
            case .partial(StyleSheet.file):
                keepIndentation()
                nodes.append(.styleSheet)
            case .partial(StyleSheet.hashFile):
                keepIndentation()
                nodes.append(.text(Array(styleHash.utf8)))
            case .partial(let name):
                let before = indentation
                keepIndentation()
                isWholeLine = endLine(atLineStart)
                nodes.append(.partial(name, indentation: isWholeLine ? Array(before) : nil))
            case .comment:
                isWholeLine = endLine(atLineStart)
            case .open(let name), .inverted(let name):
                isWholeLine = endLine(atLineStart)
                if !isWholeLine { keepIndentation() }
                let inside = try self.nodes(in: tag, atLineStart: isWholeLine)
                nodes.append(.section(name, inverted: tag.kind == .inverted(name), inside))
            case .close(let name):
                guard let section, section.name == name else { throw notInnermost(tag, name) }
                if !endLine(atLineStart) { keepIndentation() }
                return nodes
            }
            atLineStart = isWholeLine
        }
        if let section { throw notClosed(section) }
        return nodes
    }

    /// Returns whether a tag is alone on its line, and skips the rest of the line if so.
    private mutating func endLine(_ atLineStart: Bool) -> Bool {
        guard atLineStart else { return false }
        if index == bytes.count { return true }
        var end = index
        while end < bytes.count, Self.isBlank(bytes[end]) { end += 1 }
        let rest = bytes[end...]
        guard let length = Self.lineEnds.first(where: { rest.starts(with: $0) })?.count else { return false }
        index = end + length
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// All line ends of Unicode, in UTF-8.
    private static let lineEnds: [[UInt8]] = ["\r\n", "\n", "\r", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}"]
        .map {
            Array($0.utf8)
        }

    private func notInnermost(_ tag: TemplateTag, _ name: String) -> TemplateFailure {
        TemplateFailure(
            file: file, line: tag.line, message: "{{/\(name)}} closes a section that is not the innermost open one.")
    }

    private func notClosed(_ tag: TemplateTag) -> TemplateFailure {
        TemplateFailure(file: file, line: tag.line, message: "{{#\(tag.name ?? "")}} is not closed.")
    }
}

extension TemplateTag {
    /// The name of the section that the tag begins.
    fileprivate var name: String? {
        switch kind {
        case .open(let name), .inverted(let name): name
        case .variable, .close, .partial, .comment: nil
        }
    }
}
