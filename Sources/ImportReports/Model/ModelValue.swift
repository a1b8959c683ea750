/// The value of a name in a template.
package enum ModelValue: Sendable {
    /// Shown as text. As a section, it is shown unless it is empty.
    case text(String)
    /// A section that is shown or not.
    case flag(Bool)
    /// A section that is repeated.
    case list([ModelObject])
    /// A section that is shown once, with its own names.
    case object(ModelObject)

    /// A section that is not shown, for a missing object.
    static let nothing = ModelValue.flag(false)
}

/// One object of the model: the values of its names.
package struct ModelObject: Sendable {
    /// The index in `values` for each name. All objects of a table share it.
    private let places: [String: Int]
    private(set) var values: [ModelValue]

    /// - Parameters:
    ///   - places: the index in `values` for each name.
    init(places: [String: Int], values: [ModelValue]) {
        self.places = places
        self.values = values
    }

    /// Replaces the value of a name.
    mutating func replace(_ name: String, by value: ModelValue) {
        if let place = places[name] { values[place] = value }
    }

    package subscript(name: String) -> ModelValue? { places[name].map { values[$0] } }
}

extension ModelObject {
    /// Returns the kinds of the values of all names in the object and inside them, by path, such as `list[].name`. A
    /// missing object is `false`.
    func kinds(path: String = "") -> [String: Set<String>] {
        var result: [String: Set<String>] = [:]
        for (name, place) in places {
            let here = path + name
            switch values[place] {
            case .text: result[here, default: []].insert("string")
            case .flag(let flag): result[here, default: []].insert("\(flag)")
            case .object(let object):
                result[here, default: []].insert("object")
                result.merge(object.kinds(path: here + ".")) { $0.union($1) }
            case .list(let objects):
                result[here, default: []].insert("list")
                for object in objects { result.merge(object.kinds(path: here + "[].")) { $0.union($1) } }
            }
        }
        return result
    }
}

extension ReportModel {
    /// The kinds of the values of all names in this model.
    package var kinds: [String: Set<String>] { root.kinds() }
}

extension OverviewModel {
    /// The kinds of the values of all names in this model.
    package var kinds: [String: Set<String>] { root.kinds() }
}
