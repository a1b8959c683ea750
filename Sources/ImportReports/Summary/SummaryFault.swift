import ImportAnalysis
package import ImportDumps

/// A text that is no summary, or not a whole one.
package struct SummaryFault: Error, Sendable, Equatable {
    package var code: Code
    /// Where reading stopped.
    package var place: Place

    /// What is wrong. New kinds may come.
    package enum Code: Sendable, Equatable {
        /// Sound JSON, but no summary of this program.
        case notASummary
        /// Written by a later version of the program.
        case newerVersion(Int)
        /// The text breaks off, or is no JSON from the place on.
        case malformed(DumpFault)
        /// A member that must be there is not. `path` is as in `jobs[3].rows.seen`, counted from 0.
        case missing(path: String)
        /// A member that is there twice.
        case repeated(path: String)
        /// A member of another type, or out of range; `expected` says in words what it must be.
        case wrongValue(path: String, expected: String)
    }

    package init(_ code: Code, at place: Place) {
        self.code = code
        self.place = place
    }
}

extension SummaryFault {
    /// What is wrong and where, as a sentence for people. It may quote the file: hostile text until escaped.
    package var explanation: String { explanation(of: "The summary") }

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
