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
        append("{\n  \"format\": \"\(SummaryJSON.format)\",\n  \"version\": \(SummaryJSON.version),\n")
        if let redaction {
            append("  \"redacted\": ")
            var json = JSONWriter(depth: 1)
            SummaryJSON.append(redaction, to: &json)
            bytes += json.bytes
            append(",\n")
        }
        append("  \"jobs\": [")
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
        json.object { json in
            json.key("source")
            json.value(input.source)
            json.key("reason")
            json.value(input.reason)
        }
        bytes += json.bytes
    }

    mutating func finish(totals: Totals, codes: CodeBook?, conclusion: Conclusion?) {
        beginUnreadable()
        endList()
        append(",\n  \"totals\": ")
        var json = JSONWriter(depth: 1)
        SummaryJSON.append(totals, codes: codes, to: &json)
        bytes += json.bytes
        if let gate = conclusion?.gate {
            append(",\n  \"gate\": ")
            var json = JSONWriter(depth: 1)
            SummaryJSON.append(gate, to: &json)
            bytes += json.bytes
        }
        append("\n}\n")
    }

    private mutating func beginUnreadable() {
        guard list == .jobs else { return }
        endList()
        list = .unreadable
        isListEmpty = true
        append(",\n  \"unreadable\": [")
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
