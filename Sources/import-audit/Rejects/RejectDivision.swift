import ImportAnalysis
import ImportFoundation
import ImportReports

/// Which rejects go into one file.
enum RejectDivision: Equatable {
    /// All of them.
    case none
    case byAction
    case byOwner(OwnerNames)

    /// The name of the file for rows whose code has this entry in the codes file, without its ending.
    func stem(for entry: CodeBook.Entry?) -> String {
        switch self {
        case .none: "rejects"
        case .byAction: "rejects-\(entry?.action?.rawValue ?? "no-action")"
        case .byOwner(let names): "rejects-\(names.name(of: entry?.owner))"
        }
    }
}

/// What the owners of a codes file are called in the names of files: each owner has one of their own on every file
/// system, whatever characters it is made of.
struct OwnerNames: Equatable {
    /// For rows whose code has no owner.
    static let none = "no-owner"

    private var names: [ExactText: String] = [:]

    init(_ codes: CodeBook?) {
        // Some file systems do not tell capital letters from small ones.
        var taken: Set<String> = [Self.none]
        for owner in (codes?.entries ?? []).compactMap({ $0.owner }) where names[ExactText(owner)] == nil {
            let safe = FileName.safe(owner)
            var name = safe
            var number = 1
            while !taken.insert(name.lowercased()).inserted {
                number += 1
                name = "\(safe)-\(number)"
            }
            names[ExactText(owner)] = name
        }
    }

    func name(of owner: String?) -> String { owner.flatMap { names[ExactText($0)] } ?? Self.none }
}
