import ImportAnalysis

/// Checks a template against the model before it is used: an unknown name would otherwise show nothing.
package struct TemplateChecker {
    /// Texts of the templates that can be included, by file name.
    let files: [String: String]

    package init(files: [String: String]) {
        self.files = files
    }

    /// How deep templates may include each other.
    static let deepestInclusion = 20
    /// How deep sections may be nested, partials included: parsing and rendering recurse just as deep.
    private static let deepestNesting = 100

    /// Checks the nesting of a template, even one that is not included, because all of them are parsed.
    package func checkNesting(_ file: String) throws(TemplateFailure) {
        var depth = 0
        for tag in try TemplateTag.tags(of: files[file] ?? "", file: file) {
            switch tag.kind {
            case .open, .inverted: depth += 1
            case .close: depth -= 1
            case .variable, .partial, .comment: continue
            }
            if depth > Self.deepestNesting { throw nestedTooDeep(tag, file) }
        }
    }

    /// - Parameter shape: the names of the model's root.
    /// - Throws: ``TemplateFailure`` with the line of the first fault.
    package func check(_ file: String, against shape: [String: ModelShape]) throws(TemplateFailure) {
        var scopes = [shape]
        var work = Work()
        try check(file, scopes: &scopes, depth: 0, level: 0, isInText: false, &work)
    }

    /// What has been done: files that include each other several times could take any time.
    private struct Work {
        var tagsLeft = 200_000
        private var known: [String: [TemplateTag]] = [:]

        mutating func tags(of file: String, in files: [String: String]) throws(TemplateFailure) -> [TemplateTag] {
            if let tags = known[file] { return tags }
            let tags = try TemplateTag.tags(of: files[file] ?? "", file: file)
            known[file] = tags
            return tags
        }
    }

    /// - Parameters:
    ///   - depth: the number of files that include this one.
    ///   - level: the number of sections in which they do so.
    ///   - isInText: whether the innermost of these sections, not counting flags, is about a text.
    private func check(
        _ file: String, scopes: inout [[String: ModelShape]], depth: Int, level: Int, isInText: Bool,
        _ work: inout Work
    ) throws(TemplateFailure) {
        let tags = try work.tags(of: file, in: files)
        var open: [(name: String, line: Int, addsScope: Bool, isText: Bool)] = []
        for tag in tags {
            work.tagsLeft -= 1
            guard work.tagsLeft > 0 else { throw TemplateFailure.tooLarge(file, line: tag.line) }
            switch tag.kind {
            case .comment:
                break
            case .variable("."):
                guard open.last?.isText ?? isInText else {
                    throw TemplateFailure(
                        file: file, line: tag.line,
                        message: "“{{.}}” is not known here: it is the text that a section {{#name}} is about.")
                }
            case .variable(let name):
                if case .section = try resolve(name, tag, file, scopes) {
                    throw TemplateFailure(
                        file: file, line: tag.line,
                        message: "“\(name)” is a section: write {{#\(name)}} … {{/\(name)}}.")
                }
            case .open(let name):
                let outer = open.last?.isText ?? isInText
                switch try resolve(name, tag, file, scopes) {
                case .section(let inner):
                    scopes.append(inner)
                    open.append((name, tag.line, true, false))
                case .text: open.append((name, tag.line, false, true))
                case .flag: open.append((name, tag.line, false, outer))
                }
            case .inverted(let name):
                let outer = open.last?.isText ?? isInText
                if case .section = try resolve(name, tag, file, scopes) {
                    open.append((name, tag.line, false, false))
                } else {
                    open.append((name, tag.line, false, outer))
                }
            case .close(let name):
                guard let last = open.popLast(), last.name == name else {
                    throw TemplateFailure(
                        file: file, line: tag.line,
                        message: "{{/\(name)}} closes a section that is not the innermost open one.")
                }
                if last.addsScope { scopes.removeLast() }
            case .partial(let name):
                guard files[name] != nil else {
                    throw TemplateFailure(file: file, line: tag.line, message: "There is no template file “\(name)”.")
                }
                guard depth < Self.deepestInclusion else {
                    throw TemplateFailure(file: file, line: tag.line, message: "“\(name)” includes itself.")
                }
                try check(
                    name, scopes: &scopes, depth: depth + 1, level: level + open.count,
                    isInText: open.last?.isText ?? isInText, &work)
            }
            if level + open.count > Self.deepestNesting { throw nestedTooDeep(tag, file) }
        }
        if let last = open.last {
            throw TemplateFailure(file: file, line: last.line, message: "{{#\(last.name)}} is not closed.")
        }
    }

    private func nestedTooDeep(_ tag: TemplateTag, _ file: String) -> TemplateFailure {
        TemplateFailure(
            file: file, line: tag.line, message: "Sections are nested deeper than \(Self.deepestNesting) levels.")
    }

    /// Looks a name up as Mustache does: its first part in the scopes, from the innermost outward, the other parts
    /// inside the result.
    private func resolve(
        _ name: String, _ tag: TemplateTag, _ file: String, _ scopes: [[String: ModelShape]]
    ) throws(TemplateFailure) -> ModelShape {
        let parts = name.split(separator: ".").map { String($0) }
        var shape: ModelShape?
        if let first = parts.first, let scope = scopes.last(where: { $0[first] != nil }) {
            shape = scope[first]
            for part in parts.dropFirst() {
                guard case .section(let inner)? = shape else {
                    shape = nil
                    break
                }
                shape = inner[part]
            }
        }
        guard let shape else {
            throw TemplateFailure(
                file: file, line: tag.line, message: UnknownTemplateName(parts, in: scopes).explanation)
        }
        return shape
    }
}

/// A name in a template that the model does not have at that place, and what its author may have meant.
struct UnknownTemplateName {
    private let parts: [String]
    private let scopes: [[String: ModelShape]]

    /// - Parameters:
    ///   - parts: the name, without its dots.
    ///   - scopes: the names that are known at the place, the outermost ones first.
    init(_ parts: [String], in scopes: [[String: ModelShape]]) {
        self.parts = parts
        self.scopes = scopes
    }

    /// A sentence with the part that is unknown, the nearest known name, and all names that are known there.
    var explanation: String {
        let (known, before) = knownNames
        let wrong = parts.dropFirst(before.count).first ?? ""
        let name = ReportModelBuilder.shortened(parts.joined(separator: "."))
        var sentence = "The name “\(name)” is not known here."
        if let nearest = NearestName.of(wrong, among: known.sorted()) {
            let whole = (before + [nearest] + parts.dropFirst(before.count + 1)).joined(separator: ".")
            sentence += " Perhaps “\(whole)” is meant."
        }
        let place = before.isEmpty ? "Known are" : "In “\(before.joined(separator: "."))” there are"
        let names = known.sorted().joined(separator: ", ")
        return known.isEmpty
            ? "\(sentence) “\(before.joined(separator: "."))” has no names of its own."
            : "\(sentence) \(place): \(names)."
    }

    /// The names at the place of the first part that is unknown, and the parts before it.
    private var knownNames: (names: Set<String>, before: [String]) {
        let outermost = Set(scopes.flatMap { $0.keys })
        guard let first = parts.first, let scope = scopes.last(where: { $0[first] != nil }) else {
            return (outermost, [])
        }
        var shape = scope[first]
        for (index, part) in parts.enumerated().dropFirst() {
            guard case .section(let inner)? = shape else { return ([], Array(parts[..<index])) }
            guard let next = inner[part] else { return (Set(inner.keys), Array(parts[..<index])) }
            shape = next
        }
        return (outermost, [])
    }
}
