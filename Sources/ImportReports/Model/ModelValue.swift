import Mustache

/// What a name of a template stands for.
enum ModelValue: Sendable {
    /// Shown as text; as a section, it is there unless it is empty.
    case text(String)
    /// A section that is there or not.
    case flag(Bool)
    /// A section that is repeated.
    case list([ModelObject])
    /// A section that is there once, with names of its own.
    case object(ModelObject)

    /// A section that is not there; stands for an object or a list of which there is none.
    static let nothing = ModelValue.flag(false)
}

/// The names of one object of the model.
struct ModelObject: Sendable, ExpressibleByDictionaryLiteral {
    let values: [String: ModelValue]

    init(dictionaryLiteral elements: (String, ModelValue)...) {
        values = Dictionary(elements) { _, last in last }
    }

    init(_ values: [String: ModelValue]) {
        self.values = values
    }
}

extension ModelObject: MustacheParent {
    func child(named name: String) -> Any? {
        switch values[name] {
        case .text(let text): ShownModelText(renderText: text)
        case .flag(let flag): flag
        case .list(let objects): objects
        case .object(let object): object
        case nil: nil
        }
    }
}

/// Text that is falsy when it is empty, as Mustache has it; the library takes any string for true.
private struct ShownModelText: MustacheCustomRenderable {
    let renderText: String
    var isNull: Bool { renderText.isEmpty }
}
