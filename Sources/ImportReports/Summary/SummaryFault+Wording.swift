import ImportAnalysis
import ImportDumps

extension SummaryFault {
    /// What is wrong and where, as a sentence for people. It may quote the file: hostile text until escaped.
    public var explanation: String { explanation(of: "The summary") }

    /// The same of another document of the program; `subject` is what it is called.
    func explanation(of subject: String) -> String {
        switch code {
        case .notASummary:
            "Not a summary of import-audit (the JSON of its command summary, or summary.json of a report)."
        case .newerVersion(let version):
            "\(subject) has version \(version); this import-audit reads version \(SummaryJSON.version). Use a later one."
        case .malformed(let fault):
            "\(subject) \(fault.sentence)."
        case .missing(let path):
            "\(subject) is not whole: \(path) is missing, \(position)."
        case .repeated(let path):
            "\(subject) is not sound: \(path) is there twice, \(position)."
        case .wrongValue(let path, let expected):
            "\(subject) is not sound: \(path) must be \(expected), \(position)."
        }
    }

    private var position: String {
        "in line \(Wording.grouped(place.line)), before column \(Wording.grouped(place.column)) "
            + "(byte \(Wording.grouped(place.byte)))"
    }
}
