/// Rows in which a code fails far more densely than elsewhere: something went wrong for a while.
package struct FailureIncident: Sendable, Equatable {
    /// The first and the last of its rows; both failed with the code.
    package var firstRow: Int
    package var lastRow: Int
    /// Nil for no code.
    package var code: String?
    /// How many of its rows failed with the code.
    package var codeRows: Int
    /// Rows outside of all incidents of the code, and how many of them failed with it; of a code that was taken up late
    /// (``CodeSummary/isAtLeast``) those since.
    package var rowsElsewhere: Int
    package var codeRowsElsewhere: Int

    package var rows: Int { lastRow - firstRow + 1 }

    package init(
        firstRow: Int, lastRow: Int, code: String?, codeRows: Int, rowsElsewhere: Int, codeRowsElsewhere: Int
    ) {
        self.firstRow = firstRow
        self.lastRow = lastRow
        self.code = code
        self.codeRows = codeRows
        self.rowsElsewhere = rowsElsewhere
        self.codeRowsElsewhere = codeRowsElsewhere
    }
}

/// Finds the incidents of one code, once all of its rows are known.
///
/// Of N rows, K failed with it. Rows s to e are n rows, of which k failed. How much better a density of their own explains
/// them than that of all rows is the log-likelihood ratio
///
///     L = k ln(k ÷ n ÷ p) + (n - k) ln((1 - k ÷ n) ÷ (1 - p)),  p = K ÷ N
///
/// They are an incident if L is above ln(200 × C × N × √n), where C codes are searched, if the odds of a failure are twice
/// those of all rows at least, and if ``AnalysisLimits/incidentRows`` failed. For rows in random order, exp(L) ÷ (2√n) is
/// at most the ratio of the Krichevsky-Trofimov mixture of all densities to p, which is a martingale in n: by Ville's
/// inequality it is ever above x in at most 1 of x cases. Over N beginnings and C codes, fewer than 1 job in 100 has an
/// incident by chance.
///
/// Of the sets of such segments that do not overlap, the one is taken whose sum of L - ln(200 × C × N × √n) is largest: so
/// two bursts are two incidents if what is between them is no part of either.
struct IncidentSearch {
    /// How often p is computed again without the rows of incidents that were found: they hide weaker ones.
    private static let rounds = 4

    private let starts: [FailureTrace.Mark]
    private let ends: [FailureTrace.Mark]
    private let failures: Int
    private let rows: Int
    /// ln(200 × C × N).
    private let threshold: Double
    private let fewest: Int

    /// A segment, and how far its likelihood is above what is likely by chance.
    struct Segment: Equatable {
        var first: FailureTrace.Mark
        var last: FailureTrace.Mark
        var excess: Double

        var rows: Int { last.row - first.row + 1 }
        var failures: Int { last.failures - first.failures }
    }

    /// - Parameters:
    ///   - failures: rows with the code.
    ///   - rows: of the job, from the first one on that is traced. Those of the marks are among them.
    ///   - series: codes that are searched.
    ///   - fewest: failures that an incident has at least.
    init?(_ trace: FailureTrace, failures: Int, rows: Int, series: Int, fewest: Int) {
        guard failures >= fewest, failures < rows else { return nil }
        let density = Double(failures) / Double(rows)
        threshold = naturalLogarithm(200) + naturalLogarithm(Double(series)) + naturalLogarithm(Double(rows))
        // No segment is more telling than all failures one after another.
        guard
            -Double(failures) * naturalLogarithm(density) > threshold + naturalLogarithm(Double(failures)) / 2
        else { return nil }
        (starts, ends) = trace.marks()
        (self.failures, self.rows, self.fewest) = (failures, rows, fewest)
    }

    /// In the order of the rows.
    func segments() -> [Segment] {
        var found = best(elsewhere: Double(failures) / Double(rows))
        for _ in 1..<Self.rounds where !found.isEmpty {
            let failedElsewhere = failures - found.reduce(0) { $0 + $1.failures }
            let rowsElsewhere = rows - found.reduce(0) { $0 + $1.rows }
            // Half a row more: where there is none elsewhere, there might have been.
            let more = best(elsewhere: (Double(failedElsewhere) + 0.5) / (Double(rowsElsewhere) + 1))
            if more == found { break }
            // What was found is beyond chance; a base of less makes it more so.
            if more.isEmpty { break }
            found = more
        }
        return found
    }

    /// The segments with the largest sum.
    ///
    /// - Parameter density: p.
    private func best(elsewhere density: Double) -> [Segment] {
        let logFailed = naturalLogarithm(density)
        let logOther = naturalLogarithm(1 - density)
        let odds = 2 * density / (1 - density)
        // Of each end: the largest sum up to it, the segment that ends there, if one does, and the end before it.
        var sums = [0.0]
        var chosen: [(segment: Segment, before: Int)?] = [nil]
        // Of each start: how many ends are before it.
        var endsBefore: [Int] = []
        var passed = 0
        for start in starts {
            while passed < ends.count, ends[passed].row < start.row { passed += 1 }
            endsBefore.append(passed)
        }
        for (number, end) in ends.enumerated() {
            var sum = sums[number]
            var segment: (segment: Segment, before: Int)?
            for (index, start) in starts.enumerated() {
                let failed = end.failures - start.failures
                guard failed >= fewest, start.row <= end.row else { break }
                let count = end.row - start.row + 1
                let (n, k, others) = (Double(count), Double(failed), Double(count - failed))
                guard k > odds * others else { continue }
                let logRows = naturalLogarithm(n)
                var excess = k * (naturalLogarithm(k) - logRows - logFailed) - threshold - logRows / 2
                guard excess > 0 else { continue }
                if others > 0 { excess += others * (naturalLogarithm(others) - logRows - logOther) }
                guard excess > 0, case let before = endsBefore[index], sums[before] + excess > sum else { continue }
                sum = sums[before] + excess
                segment = (Segment(first: start, last: end, excess: excess), before)
            }
            sums.append(sum)
            chosen.append(segment)
        }
        var result: [Segment] = []
        var number = ends.count
        while number > 0 {
            if let (segment, before) = chosen[number] {
                result.append(segment)
                number = before
            } else {
                number -= 1
            }
        }
        return result.reversed()
    }
}
