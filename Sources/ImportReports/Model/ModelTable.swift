/// A name in one kind of object of the model, declared once. The declaration defines the value that a page shows, what
/// templates may do with the name, and its row of the documentation, so they cannot differ.
struct ModelName<Root>: Sendable {
    let description: ModelDescription
    let value: @Sendable (Root) -> ModelValue

    private init(
        _ name: String, _ kind: ModelDescription.Kind, _ meaning: String, names: [ModelDescription] = [],
        value: @escaping @Sendable (Root) -> ModelValue
    ) {
        description = ModelDescription(name: name, kind: kind, meaning: meaning, names: names)
        self.value = value
    }

    // MARK: Values

    /// A text that this program makes.
    static func text(_ name: String, _ meaning: String, _ text: @escaping @Sendable (Root) -> String) -> ModelName {
        ModelName(name, .text, meaning) { .text(text($0)) }
    }

    /// A text that the dump or a file of the user controls.
    static func quote(_ name: String, _ meaning: String, _ text: @escaping @Sendable (Root) -> String) -> ModelName {
        ModelName(name, .quote, meaning) { .text(text($0)) }
    }

    static func flag(_ name: String, _ meaning: String, _ flag: @escaping @Sendable (Root) -> Bool) -> ModelName {
        ModelName(name, .flag, meaning) { .flag(flag($0)) }
    }

    // MARK: Objects and lists

    static func object<Value>(
        _ name: String, _ meaning: String, _ table: ModelTable<Value>, _ value: @escaping @Sendable (Root) -> Value
    ) -> ModelName {
        ModelName(name, .object, meaning, names: table.descriptions) { .object(table.object(value($0))) }
    }

    /// An object that may be missing.
    static func optionalObject<Value>(
        _ name: String, _ meaning: String, _ table: ModelTable<Value>, _ value: @escaping @Sendable (Root) -> Value?
    ) -> ModelName {
        ModelName(name, .optionalObject, meaning, names: table.descriptions) { root in
            value(root).map { .object(table.object($0)) } ?? .nothing
        }
    }

    static func list<Element>(
        _ name: String, _ meaning: String, of table: ModelTable<Element>,
        _ elements: @escaping @Sendable (Root) -> [Element]
    ) -> ModelName {
        ModelName(name, .list, meaning, names: table.descriptions) { .list(elements($0).map(table.object)) }
    }

    // MARK: Texts that are not always there

    /// A text that may be missing: an object with the name `text`, so that an empty text differs from a missing one.
    static func optionalText(
        _ name: String, _ meaning: String, text: String, _ value: @escaping @Sendable (Root) -> String?
    ) -> ModelName {
        .optionalObject(name, meaning, .only("text", text), value)
    }

    /// The same for a text that the dump or a file of the user controls.
    static func optionalQuote(
        _ name: String, _ meaning: String, text: String, _ value: @escaping @Sendable (Root) -> String?
    ) -> ModelName {
        .optionalObject(name, meaning, ModelTable([.quote("text", text) { $0 }]), value)
    }
}

/// The names of one kind of object, in the order in which they are documented.
struct ModelTable<Root>: Sendable {
    private let names: [ModelName<Root>]
    private let places: [String: Int]

    init(_ names: [ModelName<Root>]) {
        self.names = names
        places = Dictionary(names.enumerated().map { ($1.description.name, $0) }) { _, last in last }
    }

    func object(_ root: Root) -> ModelObject {
        ModelObject(places: places, values: names.map { $0.value(root) })
    }

    var descriptions: [ModelDescription] { names.map { $0.description } }
}

extension ModelTable<String> {
    /// Returns the table of an object that consists of a single text.
    static func only(_ name: String, _ meaning: String) -> ModelTable {
        ModelTable([.text(name, meaning) { $0 }])
    }
}

/// The names that a template may use, and where: the shape of the model.
package indirect enum ModelShape: Sendable {
    case text
    case flag
    /// A list of objects, or an object that may be missing.
    case section([String: ModelShape])
}

/// The kind and the meaning of a name of the model.
package struct ModelDescription: Sendable, Equatable {
    package enum Kind: Sendable {
        /// A text; a quote is one that the dump or a file of the user controls.
        case text, quote
        case flag, list, object, optionalObject
    }

    package let name: String
    let kind: Kind
    /// In Markdown, as a cell of a table.
    let meaning: String
    /// The names in the object, or in each object of the list.
    let names: [ModelDescription]
}

extension [ModelDescription] {
    /// What the template checker knows about the names.
    var shape: [String: ModelShape] {
        [String: ModelShape](map { ($0.name, $0.shape) }) { _, last in last }
    }

    /// The names and those inside them as a table in Markdown. Neighbors that differ only in their names share rows.
    package var table: String {
        "| name | kind | meaning |\n| :--- | :--- | :--- |\n" + rows(in: [""])
    }

    /// - Parameter paths: the paths of the objects that have the names, each with its dot.
    private func rows(in paths: [String]) -> String {
        var rows = ""
        var rest = self[...]
        while let first = rest.first {
            let group = rest.prefix { $0.kind == first.kind && $0.meaning == first.meaning && $0.names == first.names }
            let names = paths.flatMap { path in group.map { path + $0.name } }
            rows += "| \(names.map { "`\($0)`" }.joined(separator: ", ")) | \(first.kind.words) | \(first.meaning) |\n"
            rows += first.names.rows(in: names.map { $0 + (first.kind == .list ? "[]." : ".") })
            rest = rest.dropFirst(group.count)
        }
        return rows
    }
}

extension ModelDescription {
    fileprivate var shape: ModelShape {
        switch kind {
        case .text, .quote: .text
        case .flag: .flag
        case .list, .object, .optionalObject: .section(names.shape)
        }
    }
}

extension ModelDescription.Kind {
    /// The kind as in the documentation, in a cell of a table.
    fileprivate var words: String {
        switch self {
        case .text: "string"
        case .quote: "string **D**"
        case .flag: "bool"
        case .list: "list"
        case .object: "object"
        case .optionalObject: #"object \| false"#
        }
    }
}
