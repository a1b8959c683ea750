import ImportAnalysis

extension JobLedger {
    /// A job in the order of ids: by the first 16 bytes of its id, the rest of it does not matter.
    private struct Placed: BitwiseCopyable {
        var high: UInt64
        var low: UInt64
        var entry: Entry

        init(_ id: String, _ entry: Entry) {
            (high, low) = (0, 0)
            self.entry = entry
            for (index, byte) in id.utf8.prefix(16).enumerated() {
                if index < 8 {
                    high |= UInt64(byte) << UInt64(56 - 8 * index)
                } else {
                    low |= UInt64(byte) << UInt64(120 - 8 * index)
                }
            }
        }

        func precedes(_ other: Placed) -> Bool { (high, low) < (other.high, other.low) }
    }

    /// Hands over all jobs about in the order of their ids: what keeps them in that order takes each at its end, instead of
    /// anywhere.
    func visitByID(_ body: (JobSummary) throws -> Void) throws {
        let sort = ExternalSort<Placed>(in: folder) { $0.precedes($1) }
        for index in 0..<jobCount {
            let entry = try entry(index)
            try sort.append(Placed(try jobID(of: entry), entry))
        }
        let sorted = try sort.sorted()
        for index in 0..<sorted.count { try body(try jobAlone(sorted.element(index).entry)) }
    }
}
