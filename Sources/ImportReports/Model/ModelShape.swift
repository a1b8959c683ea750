/// What names a template may use, and where: the shape of the model.
package indirect enum ModelShape: Sendable {
    case text
    case flag
    /// A list of objects, or an object that may be missing.
    case section([String: ModelShape])
}

extension ModelObject {
    /// Where this object departs from a shape: paths of names that are missing, in excess or of another kind.
    func departures(from shape: [String: ModelShape], path: String = "") -> [String] {
        var result: [String] = []
        for name in Set(values.keys).symmetricDifference(shape.keys).sorted() { result.append(path + name) }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            let here = path + name
            switch (value, shape[name]) {
            case (_, nil), (.text, .text), (.flag, .flag): break
            case (.flag(false), .section): break
            case (.object(let object), .section(let inner)):
                result += object.departures(from: inner, path: here + ".")
            case (.list(let objects), .section(let inner)):
                for object in objects { result += object.departures(from: inner, path: here + "[].") }
            default: result.append(here)
            }
        }
        return result
    }
}

extension ModelObject {
    /// What each name of the object, and of those in it, stands for, by its path, such as `list[].name`; what is not
    /// there stands for `false`.
    func kinds(path: String = "") -> [String: Set<String>] {
        var result: [String: Set<String>] = [:]
        for (name, value) in values {
            let here = path + name
            switch value {
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
    /// What each name stands for in this model.
    package var kinds: [String: Set<String>] { root.kinds() }
}

extension OverviewModel {
    /// What each name stands for in this model.
    package var kinds: [String: Set<String>] { root.kinds() }
}
