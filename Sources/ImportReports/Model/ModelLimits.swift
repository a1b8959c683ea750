import ImportAnalysis

/// The limits of a model, which bound the size of a page for any job.
///
/// Texts are counted in Unicode scalars, because these determine the bytes of a page: a scalar takes at most six bytes
/// in XHTML and five in Markdown. What exceeds a limit is mentioned where it is left out, or in the model's
/// `shortening`.
package struct ModelLimits: Sendable {
    /// The length of messages, examples, explanations and reasons.
    var textLength = 500
    /// The length of messages of single rows, of which there are many.
    var rowMessageLength = 200
    /// The length of codes, ids, titles and names of owners.
    var nameLength = 200
    /// The length of names of inputs and of records that several rows share: their ends say more than their beginnings.
    var sourceLength = 300
    /// The length of findings, which may quote many texts.
    var sentenceLength = 2000

    /// The number of codes that a page lists; more are in `codes.csv`.
    var codes = 20
    /// The number of messages of each code.
    var messages = 5
    /// The number of placeholders of a message whose values are listed, and of values of each.
    var slots = 4
    var values = 3
    /// The number of rows of each finding.
    var findingRows = AnalysisLimits.rowsListed
    /// The number of records of each outcome that several rows share, and of rows of each.
    var records = 10
    var recordRows = 5
    /// The number of rules, and of unused entries of a codes file.
    var rules = 50
    var unusedEntries = 50
    /// The number of jobs of an overview; all are in `jobs.csv`.
    var jobs = 100
    /// The number of jobs that a page shows at once.
    static let jobsShownAtOnce = 20
    /// The number of salvaged inputs of an overview, and of unreadable ones; all are in `summary.json`.
    var inputs = 100

    /// Parts of a page that can be left out.
    var parts = Parts.all
    /// The limit for the size of the page, in bytes; nil if there is none.
    var pageSize: Int?

    /// The limits of a page without a limit for its size.
    package static let page = ModelLimits()

    package var areThoseOfPage: Bool { pageSize == nil }

    /// Parts of a page that can be left out, under the names that templates know them by.
    struct Parts: OptionSet, Sendable {
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
        static let next = Parts(rawValue: 131072)
        static let all = Parts(rawValue: 262143)
    }
}

// MARK: - Texts

extension ModelLimits {
    func text(_ text: String) -> String { Self.shortened(text, to: textLength) }

    /// Returns the beginning of the text of a JSON object. It may have been cut before, so its whole length is not
    /// known here.
    func details(_ text: String) -> String { Wording.cut(text, to: textLength) }

    func rowMessage(_ text: String) -> String { Wording.cut(text, to: rowMessageLength) }

    func name(_ text: String) -> String { Self.shortened(text, to: nameLength) }

    /// A text as long as codes and messages are kept was probably longer, so its length is not known.
    private static func shortened(_ text: String, to limit: Int) -> String {
        (AnalysisLimits.groupingBytes - 3...AnalysisLimits.groupingBytes).contains(text.utf8.count)
            ? Wording.cut(text, to: limit) : Wording.shortened(text, to: limit)
    }

    func sentence(_ text: String) -> String { Wording.shortened(text, to: sentenceLength) }

    func source(_ text: String) -> String { id(text == "-" ? "standard input" : text) }

    /// Shortens a text that is distinguished by its end.
    func id(_ text: String) -> String { Wording.shortened(text, to: sourceLength, end: sourceLength * 2 / 3) }
}

/// A part of a page that is left out if there is no room for it, under the name that templates know it by.
struct PagePart: Sendable {
    let name: String
    let part: ModelLimits.Parts
    let meaning: String

    init(_ name: String, _ part: ModelLimits.Parts, _ meaning: String) {
        self.name = name
        self.part = part
        self.meaning = meaning
    }

    /// Whether there is room for it.
    var flag: ModelName<ModelLimits> { .flag(name, meaning) { [part] in $0.parts.contains(part) } }

    static let ofReports = [
        PagePart("rows", .rows, "rows by outcome"), PagePart("next", .next, "what to do next"),
        PagePart("rules", .rules, "the list of rules"),
        PagePart("arithmetic", .arithmetic, "the arithmetic"),
        PagePart("findings", .findings, "the section of findings"),
        PagePart("finding_list", .findingList, "the list in the section of findings"),
        PagePart("failures", .failures, "the section of failures"),
        PagePart("places", .places, "where the failed rows are, in the section of failures"),
        PagePart("code_list", .codeList, "the codes in the section of failures"),
        PagePart("messages", .messages, "messages of the codes"),
        PagePart("values", .values, "what varies in the messages"), PagePart("job", .job, "the job's own fields"),
        PagePart("provenance", .provenance, "provenance"), PagePart("files", .files, "the list of files"),
    ]

    static let ofOverviews = [
        PagePart("rows", .rows, "rows by outcome and jobs by level"), PagePart("rules", .rules, "the list of rules"),
        PagePart("jobs", .findings, "the section of jobs"),
        PagePart("job_list", .jobList, "the list in the section of jobs"),
        PagePart("statuses", .statuses, "the jobs by status"), PagePart("timeline", .timeLine, "failures over time"),
        PagePart("failures", .failures, "the section of failures"),
        PagePart("code_list", .codeList, "the codes in the section of failures"),
        PagePart("inputs", .inputs, "salvaged and unreadable inputs"),
        PagePart("provenance", .provenance, "provenance"), PagePart("files", .files, "the list of files"),
    ]
}

extension ModelLimits {
    /// Returns ever tighter limits, for a page with a maximum size.
    ///
    /// The least important parts go first; the last limits keep only the verdict. `Docs/audit.md` has the order.
    static func tightening(to pageSize: Int) -> [ModelLimits] {
        var limits = ModelLimits.page
        limits.pageSize = pageSize
        return steps.map { step in
            step(&limits)
            return limits
        }
    }

    private static let steps: [@Sendable (inout ModelLimits) -> Void] = [
        {
            $0.parts.subtract([.job, .provenance])
            $0.unusedEntries = 10
        },
        {
            $0.values = 2
            $0.inputs = 50
            $0.jobs = 50
        },
        {
            $0.parts.subtract([.values])
            $0.textLength = 250
            $0.nameLength = 120
            $0.sourceLength = 200
            $0.sentenceLength = 1000
        },
        { $0.messages = 3 },
        {
            $0.messages = 2
            $0.textLength = 160
            $0.nameLength = 80
            $0.inputs = 20
        },
        {
            $0.messages = 1
            $0.unusedEntries = 3
            $0.records = 5
            $0.jobs = 30
        },
        {
            $0.codes = 10
            $0.recordRows = 3
            $0.rules = 25
            $0.inputs = 10
            $0.jobs = 20
        },
        {
            $0.findingRows = 10
            $0.textLength = 100
            $0.nameLength = 60
            $0.sourceLength = 120
            $0.sentenceLength = 400
        },
        {
            $0.parts.subtract([.messages, .statuses, .timeLine])
            $0.jobs = 10
            $0.inputs = 5
        },
        {
            // The sentence that says what was left out names the files.
            $0.parts.subtract([.files])
            $0.codes = 5
            $0.records = 2
            $0.rules = 10
            $0.sourceLength = 80
            $0.sentenceLength = 250
        },
        {
            $0.parts.subtract([.arithmetic, .places, .inputs])
            $0.findingRows = 5
            $0.jobs = 5
        },
        {
            $0.codes = 3
            $0.records = 1
            $0.rules = 5
            $0.findingRows = 3
            $0.textLength = 60
            $0.nameLength = 40
            $0.sentenceLength = 160
            $0.jobs = 3
        },
        { $0.parts.subtract([.codeList]) },
        {
            $0.parts.subtract([.next, .rules, .findingList, .jobList])
            $0.nameLength = 24
        },
        { $0.parts = [.rows] },
        { $0.parts = [] },
    ]
}

// MARK: - What is said of it

extension ModelLimits {
    /// Returns what was left out to stay within a limit for the size of the page, and where it is; nil if there is no
    /// limit.
    ///
    /// - Parameters:
    ///   - parts: the parts that pages of the kind have.
    ///   - files: the other files in the same folder.
    func shortening(of parts: [PagePart], files: [ReportFile]) -> String? {
        guard let pageSize else { return nil }
        func sentence(kept: String? = nil, leftOut: [String] = []) -> String {
            Wording.shortening(to: pageSize, kept: kept, leftOut: leftOut, files: files.map { $0.name })
        }
        // The tightest limits leave no room for many words.
        if self.parts.isSubset(of: [.rows]) {
            return sentence(kept: self.parts.isEmpty ? "verdict" : "verdict and the rows by outcome")
        }
        return sentence(
            leftOut: Self.names.compactMap { part, name -> String? in
                guard parts.contains(where: { $0.part == part }), !self.parts.contains(part) else { return nil }
                // Without messages, nothing varies in them.
                return part == .values && !self.parts.contains(.messages) ? nil : name
            })
    }

    private static let names: [(Parts, String)] = [
        (.job, "the job’s own fields"), (.provenance, "provenance"), (.values, "what varies in messages"),
        (.messages, "messages"), (.statuses, "jobs by status"), (.timeLine, "failures over time"),
        (.files, "the list of files"),
        (.arithmetic, "the arithmetic"), (.places, "where the failed rows are"), (.inputs, "inputs"),
        (.codeList, "codes"), (.next, "what to do next"), (.rules, "the list of rules"),
        (.findingList, "the list of findings"),
        (.jobList, "the list of jobs"),
    ]
}
