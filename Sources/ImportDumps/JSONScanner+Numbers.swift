import ImportFoundation

extension JSONScanner {
    /// Reads a number (RFC 8259, section 6) and computes its exact value as a count.
    mutating func readNumber() throws(ScanFault) -> ExactCount {
        var value = ExactCount()
        if try peek() == UInt8(ascii: "-") {
            value.isNegative = true
            window.position += 1
        }
        let first = try peek()
        if first == UInt8(ascii: "0") {
            window.position += 1
            value.append(digit: 0)
            if isLenient, let next = peekOrEnd(), ASCII.isDigit(next) {
                noteSlip(.number)
                try readDigits { _ in }
                value.isUnusable = true
            }
        } else if isLenient, first == UInt8(ascii: "I") {
            try passSlip(first)
            value.isUnusable = true
            return value
        } else {
            try readDigits { value.append(digit: $0) }
        }
        if peekOrEnd() == UInt8(ascii: ".") {
            window.position += 1
            try readDigits { value.append(fractionDigit: $0) }
        }
        if let byte = peekOrEnd(), byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            window.position += 1
            let sign = try peek()
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { window.position += 1 }
            var exponent = 0
            // Saturates far beyond any exponent with which a literal that fits into the address space could be a count.
            try readDigits { exponent = exponent > Int.max / 100 ? exponent : exponent * 10 + $0 }
            value.exponent = sign == UInt8(ascii: "-") ? -exponent : exponent
        }
        return value
    }

    /// Reads one or more digits.
    private mutating func readDigits(_ body: (Int) -> Void) throws(ScanFault) {
        let first = try peek()
        guard ASCII.isDigit(first) else { throw unexpected(first, expected: .digit) }
        while let byte = peekOrEnd(), ASCII.isDigit(byte) {
            body(Int(byte - UInt8(ascii: "0")))
            window.position += 1
        }
    }
}

/// A decimal literal, read digit by digit for its exact value as a count: `5`, `5.0`, `1e2` and `50E-1` are counts.
struct ExactCount {
    var isNegative = false
    /// Whether it is not a JSON number; its value is not guessed.
    var isUnusable = false
    var exponent = 0
    /// The digits up to the last nonzero one.
    private var mantissa = 0
    private var overflows = false
    /// The number of zeros since that digit.
    private var trailingZeros = 0
    private var fractionDigits = 0

    mutating func append(digit: Int) {
        guard digit != 0 else {
            if mantissa != 0 { trailingZeros += 1 }
            return
        }
        for _ in 0...min(trailingZeros, 20) { shift() }
        trailingZeros = 0
        let (sum, overflow) = mantissa.addingReportingOverflow(digit)
        mantissa = sum
        overflows = overflows || overflow
    }

    mutating func append(fractionDigit digit: Int) {
        append(digit: digit)
        fractionDigits += 1
    }

    private mutating func shift() {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
        mantissa = product
        overflows = overflows || overflow
    }

    /// The value, if it is a whole number from 0 to 2^63 − 1; nil if it is anything else.
    var value: Int? {
        if isUnusable { return nil }
        if mantissa == 0, !overflows { return 0 }
        guard !isNegative, !overflows else { return nil }
        let zeros = exponent - fractionDigits + trailingZeros
        guard zeros >= 0, zeros <= 18 else { return nil }
        var result = self
        for _ in 0..<zeros { result.shift() }
        return result.overflows ? nil : result.mantissa
    }
}
