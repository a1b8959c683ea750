/// A template whose names are looked up, so that rendering a page only writes bytes.
struct CompiledTemplate: Sendable {
    fileprivate let block: Block

    /// The largest page in bytes, and the most instructions that are carried out for one: lists within lists of a user's
    /// own template could ask for any number.
    static let pageBytes = 64 * 1024 * 1024
    static let instructionCount = 5_000_000

    /// Appends the page of a model. Returns false if it is too large, and was not finished.
    ///
    /// - Parameters:
    ///   - root: an object of the shape that the template was compiled for.
    ///   - style: the style sheet.
    func render(_ root: ModelObject, style: [UInt8], to page: inout [UInt8]) -> Bool {
        var renderer = Renderer(page: page, style: style)
        page = []
        renderer.stack.append(.object(root))
        renderer.render(block)
        page = renderer.page
        return !renderer.isFull
    }

    /// A sequence of instructions. It is a class because several templates may include the same partial.
    fileprivate final class Block: Sendable {
        let instructions: [Instruction]
        /// Inserted before each line that begins with an instruction of the block.
        let indentation: [UInt8]

        init(_ instructions: [Instruction], indentation: [UInt8]) {
            self.instructions = instructions
            self.indentation = indentation
        }
    }

    fileprivate enum Instruction: Sendable {
        case text([UInt8])
        case value(ModelPath, isMarkdown: Bool)
        /// The text that the innermost section is about.
        case current(isMarkdown: Bool)
        case section(ModelPath, Block)
        /// `missing` is rendered if an object on the path to the value is missing.
        case inverted(ModelPath, Block, missing: Block)
        case partial(Block)
        case styleSheet
    }

    /// The location of a value in the model.
    fileprivate struct ModelPath: Sendable {
        /// The index of the enclosing scope that has the first name, counted from the outermost one.
        var scope: Int
        /// The index of the first name in the scope's object, then of each further name in the object before it.
        var places: [Int]
    }
}

/// Writes a page.
private struct Renderer {
    var page: [UInt8]
    let style: [UInt8]
    /// The values of the enclosing sections.
    var stack: [ModelValue] = []
    private var left = CompiledTemplate.instructionCount

    init(page: [UInt8], style: [UInt8]) {
        self.page = page
        self.style = style
    }

    var isFull: Bool { left <= 0 || page.count > CompiledTemplate.pageBytes }

    mutating func render(_ block: CompiledTemplate.Block) {
        guard !block.indentation.isEmpty else {
            for instruction in block.instructions { render(instruction) }
            return
        }
        let start = page.count
        for instruction in block.instructions {
            let before = page.count
            let isNewLine =
                before > start && page[before - 1] == UInt8(ascii: "\n")
                && !(before - 2 >= start && page[before - 2] == UInt8(ascii: "\r"))
            render(instruction)
            if isNewLine, page.count > before { page.insert(contentsOf: block.indentation, at: before) }
        }
    }

    private mutating func render(_ instruction: CompiledTemplate.Instruction) {
        guard !isFull else { return }
        left -= 1
        switch instruction {
        case .text(let bytes):
            page += bytes
        case .styleSheet:
            page += style
        case .value(let path, let isMarkdown):
            switch value(at: path) {
            case .text(let text): append(text, isMarkdown)
            case .flag(let flag): append("\(flag)", isMarkdown)
            case .list, .object, nil: break
            }
        case .current(let isMarkdown):
            if case .text(let text)? = stack.last { append(text, isMarkdown) }
        case .section(let path, let block):
            guard let value = value(at: path) else { return }
            switch value {
            case .text(let text): if !text.isEmpty { render(block, about: value) }
            case .flag(let flag): if flag { render(block) }
            case .list(let objects):
                for object in objects where !isFull { render(block, about: .object(object)) }
            case .object: render(block, about: value)
            }
        case .inverted(let path, let block, let missing):
            switch value(at: path) {
            case .text(let text)?: if text.isEmpty { render(block) }
            case .flag(let flag)?: if !flag { render(block) }
            case .list(let objects)?: if objects.isEmpty { render(block, about: .list([])) }
            case .object?: break
            case nil: render(missing)
            }
        case .partial(let block):
            render(block)
        }
    }

    private mutating func render(_ block: CompiledTemplate.Block, about value: ModelValue) {
        stack.append(value)
        render(block)
        stack.removeLast()
    }

    /// Returns the value at a path; nil if an object on the path is missing.
    private func value(at path: CompiledTemplate.ModelPath) -> ModelValue? {
        guard case .object(var object) = stack[path.scope] else { return nil }
        for place in path.places.dropLast() {
            guard case .object(let next) = object.values[place] else { return nil }
            object = next
        }
        return path.places.last.map { object.values[$0] }
    }

    private mutating func append(_ text: String, _ isMarkdown: Bool) {
        if isMarkdown { MarkdownText.append(text, to: &page) } else { XMLText.append(text, to: &page) }
    }
}

/// Looks up the names in templates.
struct TemplateCompiler {
    /// The files that can be included.
    private let files: [String: [TemplateNode]]
    private var blocks: [Key: CompiledTemplate.Block] = [:]
    private var scopeCount = 0
    /// The number of nodes that may still be compiled: the inside of an inverted section can take two blocks, so nested
    /// ones could take any number.
    private var nodesLeft = 500_000

    /// A partial compiles to the same block wherever it is included in the same sections with the same indentation.
    private struct Key: Hashable {
        var file: String
        var scopes: [Int]
        var indentation: [UInt8]
    }

    /// What a section is about.
    private final class Scope {
        let number: Int
        /// Empty for a text.
        let names: [String: (place: Int, description: ModelDescription)]
        let isText: Bool
        /// The scopes of sections about what is in this one, by path.
        var inner: [String: Scope] = [:]

        init(number: Int, _ descriptions: [ModelDescription], isText: Bool = false) {
            self.number = number
            self.isText = isText
            names = Dictionary(descriptions.enumerated().map { ($1.name, ($0, $1)) }) { _, last in last }
        }
    }

    init(files: [String: [TemplateNode]]) {
        self.files = files
    }

    /// - Parameter model: all names of the model's root.
    /// - Throws: ``TemplateFailure`` for a name that the model does not have. ``TemplateChecker`` says more about it.
    mutating func compile(_ file: String, for model: [ModelDescription]) throws(TemplateFailure) -> CompiledTemplate {
        let root = scope(model)
        return CompiledTemplate(block: try block(file, [root], indentation: [], depth: 0))
    }

    private mutating func scope(_ descriptions: [ModelDescription], isText: Bool = false) -> Scope {
        scopeCount += 1
        return Scope(number: scopeCount, descriptions, isText: isText)
    }

    private mutating func block(
        _ file: String, _ scopes: [Scope], indentation: [UInt8], depth: Int
    ) throws(TemplateFailure) -> CompiledTemplate.Block {
        let key = Key(file: file, scopes: scopes.map { $0.number }, indentation: indentation)
        if let block = blocks[key] { return block }
        guard depth <= TemplateChecker.deepestInclusion else {
            throw TemplateFailure(file: file, line: nil, message: "“\(file)” includes itself.")
        }
        var place = Place(file: file, scopes: scopes, indentation: indentation, depth: depth)
        let block = try self.block(files[file] ?? [], &place)
        blocks[key] = block
        return block
    }

    /// The position of the compiler.
    private struct Place {
        let file: String
        var scopes: [Scope]
        let indentation: [UInt8]
        let depth: Int

        var isMarkdown: Bool { file.hasSuffix(".md.mustache") }
    }

    private mutating func block(
        _ nodes: [TemplateNode], _ place: inout Place
    ) throws(TemplateFailure) -> CompiledTemplate.Block {
        var instructions: [CompiledTemplate.Instruction] = []
        for node in nodes {
            nodesLeft -= 1
            guard nodesLeft > 0 else { throw TemplateFailure.tooLarge(place.file) }
            switch node {
            case .text(let bytes):
                // A single piece is cheaper to render. With indentation, pieces stay separate, because lines are
                // indented where one begins.
                if place.indentation.isEmpty, case .text(let before)? = instructions.last {
                    instructions[instructions.count - 1] = .text(before + bytes)
                } else {
                    instructions.append(.text(bytes))
                }
            case .styleSheet:
                instructions.append(.styleSheet)
            case .variable("."):
                guard place.scopes.last?.isText == true else {
                    throw TemplateFailure(
                        file: place.file, line: nil, message: "“{{.}}” shows the text of a section {{#name}}.")
                }
                instructions.append(.current(isMarkdown: place.isMarkdown))
            case .variable(let name):
                guard let (path, _) = try lookUp(name, place) else { continue }
                instructions.append(.value(path, isMarkdown: place.isMarkdown))
            case .section(let name, let isInverted, let inside):
                guard let (path, description) = try lookUp(name, place) else {
                    if isInverted { instructions.append(.partial(try block(inside, &place))) }
                    continue
                }
                let inner = isInverted ? emptyScope(of: description) : scope(of: description, at: path, place)
                if let inner { place.scopes.append(inner) }
                let block = try block(inside, &place)
                if inner != nil { place.scopes.removeLast() }
                guard isInverted else {
                    instructions.append(.section(path, block))
                    continue
                }
                let missing = inner == nil || path.places.count == 1 ? block : try self.block(inside, &place)
                instructions.append(.inverted(path, block, missing: missing))
            case .partial(let name, let indentation):
                let whole = place.indentation + (indentation ?? [])
                instructions.append(
                    .partial(try block(name, place.scopes, indentation: whole, depth: place.depth + 1)))
            }
        }
        return CompiledTemplate.Block(instructions, indentation: place.indentation)
    }

    /// Returns the names that a section adds; nil for a flag, which adds none.
    private mutating func scope(
        of description: ModelDescription, at path: CompiledTemplate.ModelPath, _ place: Place
    ) -> Scope? {
        let isText = description.kind == .text || description.kind == .quote
        guard isText || description.kind != .flag else { return nil }
        let outer = place.scopes[path.scope]
        let key = path.places.map { "\($0)" }.joined(separator: ".")
        if let known = outer.inner[key] { return known }
        let inner = scope(description.names, isText: isText)
        outer.inner[key] = inner
        return inner
    }

    /// Returns the scope of an inverted section; nil if it adds none. To Mustache, the inside of an empty list is about
    /// the list, which has no names.
    private mutating func emptyScope(of description: ModelDescription) -> Scope? {
        description.kind == .list ? scope([]) : nil
    }

    /// Looks a name up as Mustache does: its first part in the enclosing sections, from the innermost outward, the
    /// other parts inside the result. A name that begins with a dot is looked up in the innermost section only; the
    /// result is nil if that does not have it.
    private func lookUp(
        _ name: String, _ place: Place
    ) throws(TemplateFailure) -> (CompiledTemplate.ModelPath, ModelDescription)? {
        let parts = name.split(separator: ".").map { String($0) }
        let last = place.scopes.count - 1
        let isInner = name.hasPrefix(".")
        guard let first = parts.first,
            let scope = place.scopes.lastIndex(where: { $0.names[first] != nil }),
            var found = place.scopes[scope].names[first]
        else { throw unknown(name, place) }
        var path = CompiledTemplate.ModelPath(scope: scope, places: [found.place])
        for part in parts.dropFirst() {
            guard let next = found.description.names.lastIndex(where: { $0.name == part }) else {
                throw unknown(name, place)
            }
            path.places.append(next)
            found = (next, found.description.names[next])
        }
        return isInner && scope != last ? nil : (path, found.description)
    }

    private func unknown(_ name: String, _ place: Place) -> TemplateFailure {
        TemplateFailure(file: place.file, line: nil, message: "The name “\(name)” is not known here.")
    }
}
