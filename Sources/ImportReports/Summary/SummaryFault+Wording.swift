import ImportAnalysis
import ImportDumps

extension SummaryFault {
    /// What is wrong and where, as a sentence for people. It may quote the file: hostile text until escaped.
    public var explanation: String {
        switch code {
        case .notASummary:
            "Not a summary of import-audit (the JSON of its command summary, or summary.json of a report)."
        case .newerVersion(let version):
            "The summary has version \(version); this import-audit reads version \(SummaryJSON.version). Use a later one."
        case .malformed(let fault):
            "The summary \(fault.sentence)."
        case .missing(let path):
            "The summary is not whole: \(path) is missing, \(position)."
        case .repeated(let path):
            "The summary is not sound: \(path) is there twice, \(position)."
        case .wrongValue(let path, let expected):
            "The summary is not sound: \(path) must be \(expected), \(position)."
        }
    }

    private var position: String {
        "in line \(Wording.grouped(place.line)), before column \(Wording.grouped(place.column)) "
            + "(byte \(Wording.grouped(place.byte)))"
    }
}
