/// The value of a name in a template.
package enum ModelValue: Sendable {
    /// Shown as text; as a section, it is there unless it is empty.
    case text(String)
    /// A section that is shown or not.
    case flag(Bool)
    /// A section that is repeated.
    case list([ModelObject])
    /// A section that is shown once, with its own names.
    case object(ModelObject)

    /// A section that is not there; stands for an object or a list of which there is none.
    static let nothing = ModelValue.flag(false)
}

/// One object of the model: the values of its names.
package struct ModelObject: Sendable {
    /// Where the value of each name is. All objects of a table share it.
    private let places: [String: Int]
    private(set) var values: [ModelValue]

    /// - Parameters:
    ///   - places: for each name an index of `values`.
    init(places: [String: Int], values: [ModelValue]) {
        self.places = places
        self.values = values
    }

    /// Gives a name another value.
    mutating func replace(_ name: String, by value: ModelValue) {
        if let place = places[name] { values[place] = value }
    }

    package subscript(name: String) -> ModelValue? { places[name].map { values[$0] } }
}

extension ModelObject {
    /// What each name of the object, and of those in it, stands for, by its path, such as `list[].name`; what is not
    /// there stands for `false`.
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
    /// The value of each name in this model.
    package var kinds: [String: Set<String>] { root.kinds() }
}

extension OverviewModel {
    /// The value of each name in this model.
    package var kinds: [String: Set<String>] { root.kinds() }
}
