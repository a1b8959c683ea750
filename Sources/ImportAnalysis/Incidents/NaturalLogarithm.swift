/// The natural logarithm, to about 15 digits.
///
/// It is made of operations whose rounding is laid down (IEEE 754), so that all machines decide alike. Those of C
/// libraries differ in the last digit.
///
/// - Parameter value: above 0 and finite.
func naturalLogarithm(_ value: Double) -> Double {
    var exponent = Double(value.exponent)
    var fraction = value.significand
    if fraction > 1.414_213_562_373_095_1 {
        fraction /= 2
        exponent += 1
    }
    // ln f = 2 artanh((f - 1) ÷ (f + 1)), whose series converges fast: the square is 0.03 at most.
    let ratio = (fraction - 1) / (fraction + 1)
    let square = ratio * ratio
    var sum = 1.0 / 21
    sum = sum * square + 1.0 / 19
    sum = sum * square + 1.0 / 17
    sum = sum * square + 1.0 / 15
    sum = sum * square + 1.0 / 13
    sum = sum * square + 1.0 / 11
    sum = sum * square + 1.0 / 9
    sum = sum * square + 1.0 / 7
    sum = sum * square + 1.0 / 5
    sum = sum * square + 1.0 / 3
    sum = sum * square + 1
    return exponent * 0.693_147_180_559_945_3 + 2 * ratio * sum
}
