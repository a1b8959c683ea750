import Glibc

/// The distribution of the number of failed rows in a run, where each run has its own share of failures. The shares
/// vary around a mean, and their spread is the correlation between two rows of one run. Without spread, this is the
/// binomial distribution.
struct BetaBinomial {
    /// For more rows, the tail is computed for this many rows with the same share, which makes it larger.
    static let mostRows = 1_000_000

    /// Between 0 and 1, exclusive.
    let mean: Double
    /// At least 0 and below 1.
    let correlation: Double

    /// Returns the probability of at least `count` failed rows among `rows`.
    func tail(_ count: Int, of rows: Int) -> Double {
        guard count > 0 else { return 1 }
        guard count <= rows else { return 0 }
        let isScaled = rows > Self.mostRows
        let size = isScaled ? Self.mostRows : rows
        let first = isScaled ? Int(Int128(count) * Int128(Self.mostRows) / Int128(rows)) : count
        guard first > 0 else { return 1 }
        var term = probability(of: first, in: size)
        // So far below the mean, the terms begin with one that is too small for a number.
        if term == 0, Double(first) < mean * Double(size) { return 1 }
        var sum = 0.0
        for failed in first...size {
            sum += term
            guard failed < size else { break }
            let ratio = ratio(after: failed, in: size)
            // The remaining terms fall at least as fast as a geometric series, unless the distribution rises again at
            // its end.
            if ratio < 0.999, term < sum * 1e-12, isFalling { break }
            term *= ratio
        }
        return min(1, sum)
    }

    private var parameters: (Double, Double) {
        let size = (1 - correlation) / correlation
        return (mean * size, (1 - mean) * size)
    }

    /// Whether the terms beyond the mean fall all the way to the end.
    private var isFalling: Bool { correlation == 0 || parameters.1 >= 1 }

    /// Returns the ratio of the probability of one more failed row to that of `failed` rows.
    private func ratio(after failed: Int, in rows: Int) -> Double {
        let (failed, others) = (Double(failed), Double(rows - failed))
        guard correlation > 0 else { return others / (failed + 1) * mean / (1 - mean) }
        let (alpha, beta) = parameters
        return others / (failed + 1) * (failed + alpha) / (others - 1 + beta)
    }

    private func probability(of failed: Int, in rows: Int) -> Double {
        let (failed, others) = (Double(failed), Double(rows - failed))
        let ways = Self.logGamma(failed + others + 1) - Self.logGamma(failed + 1) - Self.logGamma(others + 1)
        guard correlation > 0 else { return exp(ways + failed * log(mean) + others * log1p(-mean)) }
        let (alpha, beta) = parameters
        return exp(ways + Self.logBeta(failed + alpha, others + beta) - Self.logBeta(alpha, beta))
    }

    private static func logBeta(_ one: Double, _ other: Double) -> Double {
        logGamma(one) + logGamma(other) - logGamma(one + other)
    }

    /// For numbers above 0.
    private static func logGamma(_ number: Double) -> Double {
        var sign: Int32 = 0
        return unsafe lgamma_r(number, &sign)
    }
}
