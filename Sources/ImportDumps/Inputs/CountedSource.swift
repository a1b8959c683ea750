/// Notes what is read of an input.
struct CountedSource: ByteSource {
    private var source: DescriptorSource
    private let budget: ExpansionBudget

    var isPrompt: Bool { source.isPrompt }

    init(_ source: DescriptorSource, budget: ExpansionBudget) {
        self.source = source
        self.budget = budget
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let count = try unsafe source.read(into: buffer)
        budget.add(read: count)
        return count
    }
}
