/// A range of rows in which a code fails far more densely than elsewhere: something went wrong for a while.
package struct FailureIncident: Sendable, Equatable {
    /// The first and the last row of the range; both failed with the code.
    package var firstRow: Int
    package var lastRow: Int
    /// Nil for rows without a code.
    package var code: String?
    /// How many rows of the range failed with the code.
    package var codeRows: Int
    /// The rows outside all incidents of the code, and how many of them failed with it. For a code that was taken up
    /// late (``CodeSummary/isAtLeast``), only the rows since then count.
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
/// Of N rows, K failed with it. Of the n rows from s to e, k failed. The log-likelihood ratio says how much better
/// their own density explains them than that of all rows:
///
///     L = k ln(k ÷ n ÷ p) + (n - k) ln((1 - k ÷ n) ÷ (1 - p)),  p = K ÷ N
///
/// They are an incident if L is above ln(200 × C × N × √n), where C codes are searched, if the odds of a failure are at
/// least twice those of all rows, and if at least ``AnalysisLimits/incidentRows`` failed. For rows in random order,
/// exp(L) ÷ (2√n) is at most the ratio of the Krichevsky-Trofimov mixture of all densities to p, which is a martingale
/// in n. By Ville's inequality, it ever exceeds x in at most 1 of x cases. Over N possible first rows and C codes,
/// fewer than 1 job in 100 has an incident by chance.
///
/// Of all sets of such segments that do not overlap, the search takes the one with the largest sum of
/// L - ln(200 × C × N × √n). So two bursts are two incidents if the rows between them belong to neither.
struct IncidentSearch {
    /// The maximum number of searches. Each one after the first computes p without the rows of the incidents that were
    /// found, because they hide weaker ones.
    private static let rounds = 4

    private let starts: [FailureTrace.Mark]
    private let ends: [FailureTrace.Mark]
    private let failures: Int
    private let rows: Int
    /// ln(200 × C × N).
    private let threshold: Double
    private let fewest: Int

    /// A segment, and by how much its log-likelihood ratio exceeds the threshold for chance.
    struct Segment: Equatable {
        var first: FailureTrace.Mark
        var last: FailureTrace.Mark
        var excess: Double

        var rows: Int { last.row - first.row + 1 }
        var failures: Int { last.failures - first.failures }
    }

    /// - Parameters:
    ///   - failures: the number of rows with the code.
    ///   - rows: the number of rows of the job, from the first one traced. The rows of the marks are among them.
    ///   - series: the number of codes searched.
    ///   - fewest: the minimum number of failures in an incident.
    init?(_ trace: FailureTrace, failures: Int, rows: Int, series: Int, fewest: Int) {
        guard failures >= fewest, failures < rows else { return nil }
        let density = Double(failures) / Double(rows)
        threshold = naturalLogarithm(200) + naturalLogarithm(Double(series)) + naturalLogarithm(Double(rows))
        // No segment is more telling than one that has all failures and no other rows.
        guard
            -Double(failures) * naturalLogarithm(density) > threshold + naturalLogarithm(Double(failures)) / 2
        else { return nil }
        (starts, ends) = trace.marks()
        (self.failures, self.rows, self.fewest) = (failures, rows, fewest)
    }

    /// Returns the segments in the order of their rows.
    func segments() -> [Segment] {
        var found = best(elsewhere: Double(failures) / Double(rows))
        for _ in 1..<Self.rounds where !found.isEmpty {
            let failedElsewhere = failures - found.reduce(0) { $0 + $1.failures }
            let rowsElsewhere = rows - found.reduce(0) { $0 + $1.rows }
            // Adds half a failed row: even where none failed, one might have.
            let more = best(elsewhere: (Double(failedElsewhere) + 0.5) / (Double(rowsElsewhere) + 1))
            if more == found { break }
            // The segments found are beyond chance, and a lower density elsewhere makes them more so.
            if more.isEmpty { break }
            found = more
        }
        return found
    }

    /// Returns the segments with the largest sum of excesses.
    ///
    /// - Parameter density: p.
    private func best(elsewhere density: Double) -> [Segment] {
        let logFailed = naturalLogarithm(density)
        let logOther = naturalLogarithm(1 - density)
        let odds = 2 * density / (1 - density)
        // For each end: the largest sum up to it, the segment that ends there, if any, and the number of ends before
        // it.
        var sums = [0.0]
        var chosen: [(segment: Segment, before: Int)?] = [nil]
        // For each start: the number of ends before it.
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
