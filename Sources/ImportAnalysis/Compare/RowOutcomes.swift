package import ImportDumps

/// The outcome of every row of a dump, in two bits each: 25 MB for 100 million rows.
package struct RowOutcomes: RowSink, Sendable {
    /// The size of a piece. Full pieces are never moved, so growing needs no second copy of them.
    private static let pieceBytes = 1024 * 1024
    private static let rowsPerPiece = pieceBytes * 4

    private var pieces: [[UInt8]] = []
    package private(set) var count = 0
    /// Whether there are rows with these outcomes. Both have the same bits, because a job has rows of only one of the
    /// two.
    package private(set) var hasCreated = false
    package private(set) var hasApplied = false

    package init() {}

    package mutating func beginRows(of job: DeclaredJob) {
        self = RowOutcomes()
    }

    package mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {
        for index in runs.indices { consume(runs[index], text: text) }
    }

    package mutating func consume(_ run: RowRun, text: Span<UInt8>) {
        append(Outcome(run.facts), run.count)
    }

    /// Adds rows of one outcome.
    package mutating func append(_ outcome: Outcome, _ number: Int) {
        if outcome == .created { hasCreated = true }
        if outcome == .applied { hasApplied = true }
        let bits = outcome.bits
        let whole = bits | bits << 2 | bits << 4 | bits << 6
        var left = number
        while left > 0 {
            let position = count % Self.rowsPerPiece
            if position == 0 { pieces.append([]) }
            let piece = pieces.count - 1
            if position % 4 == 0 {
                // Writes four rows at a time, as far as this piece goes. Excess bits are overwritten later.
                let rows = min(left, Self.rowsPerPiece - position)
                pieces[piece].append(contentsOf: repeatElement(whole, count: (rows + 3) / 4))
                count += rows
                left -= rows
            } else {
                let shift = UInt8(position % 4 * 2)
                pieces[piece][position / 4] = pieces[piece][position / 4] & ~(3 << shift) | bits << shift
                count += 1
                left -= 1
            }
        }
    }

    /// - Parameter row: from 1 to ``count``.
    package subscript(row: Int) -> Outcome {
        let byte = pieces[(row - 1) / Self.rowsPerPiece][(row - 1) % Self.rowsPerPiece / 4]
        let outcome = Outcome.ofBits[Int(byte >> UInt8((row - 1) % 4 * 2) & 3)]
        return outcome == .created && hasApplied ? .applied : outcome
    }

    /// Returns the outcomes of four consecutive rows, two bits each, the first row in the lowest bits.
    ///
    /// - Parameter row: 1 more than a multiple of 4, at most ``count``. The bits of rows beyond ``count`` are
    ///   arbitrary.
    func four(from row: Int) -> UInt8 {
        pieces[(row - 1) / Self.rowsPerPiece][(row - 1) % Self.rowsPerPiece / 4]
    }
}

extension Outcome {
    static let ofBits: [Outcome] = [.created, .existing, .failed, .unclassified]

    fileprivate var bits: UInt8 {
        switch self {
        case .created, .applied: 0
        case .existing: 1
        case .failed: 2
        case .unclassified: 3
        }
    }
}
