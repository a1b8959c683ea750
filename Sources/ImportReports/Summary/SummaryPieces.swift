import ImportAnalysis

/// The pieces of `summary.json` one behind the other, as bytes that can be taken away as they come.
struct SummaryPieces {
    /// How deep the elements of the lists stand: jobs, and inputs that are none.
    static let itemDepth = 2

    private(set) var bytes: [UInt8] = []
    private var list = List.jobs
    private var isListEmpty = true

    private enum List {
        case jobs, unreadable
    }

    /// - Parameter redaction: what is said of values that are pseudonyms.
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

    /// The bytes so far, which are forgotten.
    mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
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

    mutating func finish(totals: Totals, codes: CodeBook?, ruleResults: RuleResults?) {
        beginUnreadable()
        endList()
        append(",\n  \"\(SummaryMember.totals)\": ")
        var json = JSONWriter(depth: 1, codes: codes)
        MemberTable.totals.write(totals, &json)
        bytes += json.bytes
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
