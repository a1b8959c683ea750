import ImportAnalysis

extension ModelLimits {
    /// Ever tighter limits, for a page that must not be larger than so many bytes.
    ///
    /// What matters least goes first; the last of them keeps the verdict alone. `Docs/audit.md` has the order.
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
            // The sentence that says what was left out names them.
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
            $0.parts.subtract([.rules, .findingList, .jobList])
            $0.nameLength = 24
        },
        { $0.parts = [.rows] },
        { $0.parts = [] },
    ]
}

// MARK: - What is said of it

extension ModelLimits {
    /// What was left out to stay within a limit, and where it is; nothing if nothing was.
    ///
    /// - Parameters:
    ///   - parts: those that a page of the kind has.
    ///   - files: those that are written beside the page.
    func shortening(of parts: [String: Parts], files: [ReportFile]) -> ModelValue {
        guard let pageSize else { return .nothing }
        let size = "Shortened to at most \(Wording.grouped(pageSize)) bytes"
        let names = Self.list(files.map { $0.name })
        let place = names.isEmpty ? "No other file was written." : "The rest is in \(names)."
        // The last of them have no room for many words.
        if self.parts.isSubset(of: [.rows]) {
            let kept = self.parts.isEmpty ? "verdict" : "verdict and the rows by outcome"
            return .object(["sentence": .text("\(size): only the \(kept). \(place)")])
        }
        let leftOut = Self.names.compactMap { part, name -> String? in
            guard parts.values.contains(part), !self.parts.contains(part) else { return nil }
            // Without messages, nothing varies in them.
            return part == .values && !self.parts.contains(.messages) ? nil : name
        }
        return .object([
            "sentence": .text(
                "\(size). Left out: \(Self.list(leftOut)). Lists and texts that are cut say so. \(place)")
        ])
    }

    private static let names: [(Parts, String)] = [
        (.job, "the job’s own fields"), (.provenance, "provenance"), (.values, "what varies in messages"),
        (.messages, "messages"), (.statuses, "jobs by status"), (.timeLine, "failures over time"),
        (.files, "the list of files"),
        (.arithmetic, "the arithmetic"), (.places, "where the failed rows are"), (.inputs, "inputs"),
        (.codeList, "codes"), (.rules, "the list of rules"), (.findingList, "the list of findings"),
        (.jobList, "the list of jobs"),
    ]

    private static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }
}
