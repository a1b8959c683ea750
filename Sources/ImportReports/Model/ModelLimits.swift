import ImportAnalysis

/// How much a model holds: what bounds the size of a page, whatever the job.
///
/// Texts are counted in Unicode scalars, for these are what a page's bytes come from: one of them is at most six bytes
/// in XHTML and five in Markdown. What is beyond a bound is said where it is left out, or in the model's `shortening`.
public struct ModelLimits: Sendable {
    /// Messages, examples, explanations, reasons.
    var textLength = 500
    /// Codes, ids, titles, names of owners.
    var nameLength = 200
    /// Inputs, and records that several rows speak of: the end says more than the beginning.
    var sourceLength = 300
    /// Findings, which may quote many texts.
    var sentenceLength = 2000

    /// Codes that a page lists; more are in `codes.csv`.
    var codes = 20
    /// Messages of each code.
    var messages = 5
    /// Placeholders of a message whose values are listed, and values of each.
    var slots = 4
    var values = 3
    /// Rows of each finding.
    var findingRows = AnalysisLimits.rowsListed
    /// Records of each outcome that several rows speak of, and rows of each.
    var records = 10
    var recordRows = 5
    /// Rules, and entries of a codes file that are about no code.
    var rules = 50
    var unusedEntries = 50
    /// Jobs of an overview; all are in `jobs.csv`.
    var jobs = 100
    /// Those of them that a page shows at once.
    static let jobsShownAtOnce = 20
    /// Inputs of an overview that are salvaged, and that are unreadable; all are in `summary.json`.
    var inputs = 100

    /// Parts of a page that can be left out.
    var parts = Parts.all
    /// In bytes; nil if there is no such limit.
    var pageSize: Int?

    /// Those of a page that need not be shorter than it is.
    public static let page = ModelLimits()

    /// Parts of a page that can be left out, under the names that templates know them by.
    struct Parts: OptionSet {
        let rawValue: Int

        static let rows = Parts(rawValue: 1)
        static let rules = Parts(rawValue: 2)
        static let arithmetic = Parts(rawValue: 4)
        static let findings = Parts(rawValue: 8)
        static let findingList = Parts(rawValue: 16)
        static let failures = Parts(rawValue: 32)
        static let places = Parts(rawValue: 64)
        static let codeList = Parts(rawValue: 128)
        static let messages = Parts(rawValue: 256)
        static let values = Parts(rawValue: 512)
        static let job = Parts(rawValue: 1024)
        static let provenance = Parts(rawValue: 2048)
        static let files = Parts(rawValue: 4096)
        static let jobList = Parts(rawValue: 8192)
        static let statuses = Parts(rawValue: 16384)
        static let inputs = Parts(rawValue: 32768)
        static let timeLine = Parts(rawValue: 65536)
        static let all = Parts(rawValue: 131071)
    }
}

// MARK: - Texts

extension ModelLimits {
    func text(_ text: String) -> String { Self.shortened(text, to: textLength) }

    /// The beginning of the text of a JSON object, which may have been cut before: its whole length is not known here.
    func details(_ text: String) -> String {
        guard text.unicodeScalars.count > textLength else { return text }
        var cut = String.UnicodeScalarView()
        cut.append(contentsOf: text.unicodeScalars.prefix(textLength))
        return "\(cut)… (cut after \(Wording.grouped(textLength)) characters)"
    }

    func name(_ text: String) -> String { Self.shortened(text, to: nameLength) }

    func sentence(_ text: String) -> String { Self.shortened(text, to: sentenceLength) }

    func source(_ text: String) -> String { id(text == "-" ? "standard input" : text) }

    /// A text of which the end tells it from others.
    func id(_ text: String) -> String { Self.shortened(text, to: sourceLength, end: sourceLength * 2 / 3) }

    /// The beginning of a text that is too long, and what it is the beginning of.
    ///
    /// - Parameter end: how much of the limit is for the end of the text.
    private static func shortened(_ text: String, to limit: Int, end: Int = 0) -> String {
        let scalars = text.unicodeScalars
        guard text.utf8.count > limit else { return text }
        let count = scalars.count
        guard count > limit else { return text }
        var cut = String.UnicodeScalarView()
        cut.append(contentsOf: scalars.prefix(limit - end))
        cut.append("…")
        cut.append(contentsOf: scalars.suffix(end))
        return "\(cut) (\(Wording.grouped(limit)) of \(Wording.grouped(count)) characters)"
    }
}
