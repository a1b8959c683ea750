package import ImportAnalysis

/// Writes `summary.json`, for programs. ``SummaryReader`` reads it back.
package enum SummaryJSON {
    /// The value of the member `format`.
    package static let format = "import-audit.summary"
    /// Increases when a member changes its meaning or is removed; members may be added at any time.
    package static let version = 1

    /// Returns the whole document, which ends with a line feed.
    ///
    /// - Parameters:
    ///   - codes: what the user knows about codes, shown with each of them.
    ///   - ruleResults: the results of the user's rules.
    package static func render(
        _ summary: Summary, codes: CodeBook? = nil, ruleResults: RuleResults? = nil
    ) -> [UInt8] {
        var pieces = SummaryPieces(redaction: summary.redaction)
        for job in summary.jobs { pieces.append(fragment: renderJob(job, codes: codes).span) }
        for input in summary.unreadable { pieces.append(input) }
        pieces.finish(
            totals: summary.totals, incidents: JobSurroundings(of: summary.jobs).incidents, codes: codes,
            ruleResults: ruleResults)
        return pieces.bytes
    }

    /// Returns one job as it is in the document, without the text before and after it.
    ///
    /// - Parameter codes: what is known about codes, written with each of them.
    package static func renderJob(_ job: JobSummary, codes: CodeBook? = nil) -> [UInt8] {
        var json = JSONWriter(depth: SummaryPieces.itemDepth, codes: codes)
        JSONObject.job.write(job, &json)
        return json.bytes
    }

    /// Returns one job on a single line, without the line feed.
    package static func renderLine(_ job: JobSummary) -> [UInt8] {
        var json = JSONWriter(isOnOneLine: true)
        JSONObject.job.write(job, &json)
        return json.bytes
    }

    /// Writes a document job by job, in constant memory.
    package struct Document<Output: ReportOutput> {
        private var pieces: SummaryPieces
        private var output: Output
        private let codes: CodeBook?
        private var plainJobs: PlainJobTemplates
        private let flushBytes: Int

        /// Begins a document.
        ///
        /// - Parameters:
        ///   - codes: what the user knows about codes, shown with each of them.
        ///   - redaction: the statement about pseudonyms.
        ///   - flushBytes: the number of bytes to collect before they are written.
        package init(
            to output: Output, codes: CodeBook? = nil, redaction: RedactionMark? = nil, flushBytes: Int = 256 * 1024
        ) {
            pieces = SummaryPieces(redaction: redaction)
            self.output = output
            self.codes = codes
            plainJobs = .json { SummaryJSON.renderJob($0, codes: codes) }
            self.flushBytes = flushBytes
        }

        /// Appends the next job. All jobs must come before the inputs that are not jobs.
        package mutating func append(_ job: JobSummary) throws {
            try append(fragment: SummaryJSON.renderJob(job, codes: codes).span)
        }

        /// Appends the next job, a plain one. Returns false if it must be appended like any other.
        package mutating func append(plain job: PlainJobRecord.Fields) throws -> Bool {
            guard let fragment = plainJobs.render(job) else { return false }
            try append(fragment: fragment.span)
            return true
        }

        /// Appends the next job, which ``SummaryJSON/renderJob(_:codes:)`` has rendered.
        package mutating func append(fragment: Span<UInt8>) throws {
            pieces.append(fragment: fragment)
            try flush(if: pieces.bytes.count >= flushBytes)
        }

        /// Appends the next input that is not an import job.
        package mutating func append(_ input: UnreadableInput) throws {
            pieces.append(input)
            try flush(if: pieces.bytes.count >= flushBytes)
        }

        /// Ends the document.
        ///
        /// - Parameters:
        ///   - totals: the totals of all jobs that were appended.
        ///   - incidents: times in which far more of these jobs stand out.
        ///   - ruleResults: the results of the user's rules.
        /// - Returns: the output, which contains the whole document.
        package mutating func finish(
            totals: Totals, incidents: [TimeIncident] = [], ruleResults: RuleResults? = nil
        ) throws -> Output {
            pieces.finish(totals: totals, incidents: incidents, codes: codes, ruleResults: ruleResults)
            try flush(if: true)
            return output
        }

        private mutating func flush(if isDue: Bool) throws {
            guard isDue else { return }
            let bytes = pieces.takeBytes()
            try output.write(bytes.span)
            pieces.reuse(consume bytes)
        }
    }
}

/// Writes the pieces of `summary.json` in order, as bytes that can be taken away at any time.
struct SummaryPieces {
    /// The depth of the elements of the lists: jobs, and inputs that are not jobs.
    static let itemDepth = 2

    private(set) var bytes: [UInt8] = []
    private var list = List.jobs
    private var isListEmpty = true

    private enum List {
        case jobs, unreadable
    }

    /// - Parameter redaction: the statement about pseudonyms.
    init(redaction: RedactionMark? = nil) {
        append("{\n  \"\(SummaryMember.format)\": \"\(SummaryJSON.format)\",\n")
        append("  \"\(SummaryMember.version)\": \(SummaryJSON.version),\n")
        if let redaction {
            append("  \"\(SummaryMember.redacted)\": ")
            var json = JSONWriter(depth: 1)
            JSONObject.redaction.write(redaction, &json)
            bytes += json.bytes
            append(",\n")
        }
        append("  \"\(SummaryMember.jobs)\": [")
    }

    /// Returns the bytes so far, and removes them.
    mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// Reuses the memory of bytes that were taken.
    mutating func reuse(_ taken: consuming [UInt8]) {
        guard bytes.isEmpty else { return }
        bytes = taken
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func append(fragment: Span<UInt8>) {
        precondition(list == .jobs, "all jobs come before all inputs that are none")
        beginItem()
        unsafe fragment.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func append(_ input: UnreadableInput) {
        beginUnreadable()
        beginItem()
        var json = JSONWriter(depth: Self.itemDepth)
        JSONObject.unreadable.write(input, &json)
        bytes += json.bytes
    }

    mutating func finish(
        totals: Totals, incidents: [TimeIncident], codes: CodeBook?, ruleResults: RuleResults?
    ) {
        beginUnreadable()
        endList()
        append(",\n  \"\(SummaryMember.totals)\": ")
        var json = JSONWriter(depth: 1, codes: codes)
        MemberTable.totals.write(totals, &json)
        bytes += json.bytes
        if !incidents.isEmpty {
            append(",\n  \"\(SummaryMember.incidents)\": ")
            var json = JSONWriter(depth: 1)
            json.array { json in
                for incident in incidents { MemberTable.timeIncident.write(incident, &json) }
            }
            bytes += json.bytes
        }
        if let gate = ruleResults?.gate {
            append(",\n  \"\(SummaryMember.gate)\": ")
            var json = JSONWriter(depth: 1)
            MemberTable.gate.write(gate, &json)
            bytes += json.bytes
        }
        append("\n}\n")
    }

    private mutating func beginUnreadable() {
        guard list == .jobs else { return }
        endList()
        list = .unreadable
        isListEmpty = true
        append(",\n  \"\(SummaryMember.unreadable)\": [")
    }

    private mutating func beginItem() {
        append(isListEmpty ? "\n    " : ",\n    ")
        isListEmpty = false
    }

    private mutating func endList() {
        append(isListEmpty ? "]" : "\n  ]")
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}
