/// Checks a template against the model before it is used: an unknown name would otherwise be an empty space.
struct TemplateChecker {
    /// Texts of the templates that can be included, by file name.
    let files: [String: String]
    /// How deep templates may include each other.
    private static let deepestInclusion = 20

    /// - Parameter shape: the names of the model's root.
    /// - Throws: ``TemplateFailure`` with the line of the first fault.
    func check(_ file: String, against shape: [String: ModelShape]) throws(TemplateFailure) {
        var scopes = [shape]
        try check(file, scopes: &scopes, depth: 0)
    }

    private func check(_ file: String, scopes: inout [[String: ModelShape]], depth: Int) throws(TemplateFailure) {
        let tags = try TemplateTag.tags(of: files[file] ?? "", file: file)
        var open: [(name: String, line: Int, addsScope: Bool)] = []
        for tag in tags {
            switch tag.kind {
            case .comment, .variable("."):
                break
            case .variable(let name):
                if case .section = try resolve(name, tag, file, scopes) {
                    throw TemplateFailure(
                        file: file, line: tag.line,
                        message: "“\(name)” is a section: write {{#\(name)}} … {{/\(name)}}.")
                }
            case .open(let name):
                if case .section(let inner) = try resolve(name, tag, file, scopes) {
                    scopes.append(inner)
                    open.append((name, tag.line, true))
                } else {
                    open.append((name, tag.line, false))
                }
            case .inverted(let name):
                _ = try resolve(name, tag, file, scopes)
                open.append((name, tag.line, false))
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
                try check(name, scopes: &scopes, depth: depth + 1)
            }
        }
        if let last = open.last {
            throw TemplateFailure(file: file, line: last.line, message: "{{#\(last.name)}} is not closed.")
        }
    }

    /// Looks a name up as Mustache does: its first part in the scopes from the innermost outwards, the other parts
    /// inside what that is.
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
            let known = Set(scopes.flatMap { $0.keys }).sorted().joined(separator: ", ")
            throw TemplateFailure(
                file: file, line: tag.line, message: "The name “\(name)” is not known here. Known are: \(known).")
        }
        return shape
    }
}
