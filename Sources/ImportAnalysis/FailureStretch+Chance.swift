extension JobSummary {
    /// Those of ``failureStretches`` that chance does not explain: the ones that are worth telling people of.
    ///
    /// Where half of all rows fail, ten in a row come about by themselves in every thousand. A stretch counts if,
    /// with the same failures in random order, fewer than one job in a hundred had one as long.
    package var tellingStretches: [FailureStretch] {
        failureStretches.filter { $0.isBeyondChance(failed: rows.failed, of: rows.seen) }
    }
}

extension FailureStretch {
    /// Whether rows × (failed ÷ rows)^length, the most stretches of this length to be expected, is below 1 ÷ 100.
    ///
    /// - Parameters:
    ///   - failed: failed rows of the job.
    ///   - seen: rows of the job, failed or not.
    package func isBeyondChance(failed: Int, of seen: Int) -> Bool {
        guard failed > 0, seen > failed else { return false }
        // Products and a quotient of doubles are rounded in the same way on every machine; `pow` need not be.
        var square = Double(failed) / Double(seen)
        var expected = Double(seen)
        var exponent = rows
        while exponent > 0 {
            if exponent & 1 == 1 { expected *= square }
            square *= square
            exponent >>= 1
        }
        return expected < 0.01
    }
}
