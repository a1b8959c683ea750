import ImportAnalysis
import ImportFoundation
import ImportReports

/// How rejects are divided into files.
enum RejectDivision: Equatable {
    /// All rejects go into one file.
    case none
    case byAction
    case byOwner(OwnerNames)

    /// Returns the name of the file, without its extension, for rows whose code has this entry in the codes file.
    func stem(for entry: CodeBook.Entry?) -> String {
        switch self {
        case .none: "rejects"
        case .byAction: "rejects-\(entry?.action?.rawValue ?? "no-action")"
        case .byOwner(let names): "rejects-\(names.name(of: entry?.owner))"
        }
    }
}

/// The parts of file names that stand for the owners in a codes file. Each owner has a distinct one on every file
/// system, whatever characters the owner's name contains.
struct OwnerNames: Equatable {
    /// For rows whose code has no owner.
    static let none = "no-owner"

    private var names: [ExactText: String] = [:]

    init(_ codes: CodeBook?) {
        // Some file systems ignore case.
        var taken: Set<String> = [Self.none]
        /// The last number that was added to each name.
        var numbers: [String: Int] = [:]
        for owner in (codes?.entries ?? []).compactMap({ $0.owner }) where names[ExactText(owner)] == nil {
            let safe = FileName.safe(owner)
            var name = safe
            while !taken.insert(name.lowercased()).inserted {
                numbers[safe, default: 1] += 1
                name = "\(safe)-\(numbers[safe, default: 1])"
            }
            names[ExactText(owner)] = name
        }
    }

    func name(of owner: String?) -> String { owner.flatMap { names[ExactText($0)] } ?? Self.none }
}
