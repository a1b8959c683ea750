public import ImportAnalysis

/// What `check` prints: how the rules of a gate were met, in one of several forms.
public struct CheckReport: Sendable {
    let conclusion: Conclusion
    let totals: Totals
    let codes: CodeBook?
    /// Inputs that are no import job.
    let unreadable: Int
    let isAllRead: Bool

    /// - Parameters:
    ///   - totals: of all jobs.
    ///   - unreadable: inputs that are no import job.
    ///   - isAllRead: every input was read whole, also dumps that another one supersedes.
    public init(_ conclusion: Conclusion, totals: Totals, codes: CodeBook?, unreadable: Int, isAllRead: Bool) {
        self.isAllRead = isAllRead
        self.conclusion = conclusion
        self.totals = totals
        self.codes = codes
        self.unreadable = unreadable
    }

    /// What could not be read whole, in a sentence; nil if all was.
    var readingSentence: String? {
        let salvaged = totals.salvagedJobs
        guard unreadable + salvaged > 0 else {
            return isAllRead ? nil : "A dump that is cut off or broken is not counted: another one supersedes it."
        }
        var parts: [String] = []
        if unreadable > 0 {
            parts.append(
                "\(Wording.grouped(unreadable)) \(unreadable == 1 ? "input is" : "inputs are") no import job or could not be read"
            )
        }
        if salvaged > 0 {
            parts.append("\(Wording.grouped(salvaged)) \(salvaged == 1 ? "dump is" : "dumps are") cut off or broken")
        }
        return "The rules were held against less than all: \(parts.joined(separator: ", "))."
    }

    /// Failed rows of codes that are new, with their codes, most rows first; none without a codes file.
    var newCodes: [CodeTotal] {
        guard let codes else { return [] }
        return totals.failedByCode.filter { codes.standing(of: $0.code, isOther: $0.isOther).state == .new }
    }
}
