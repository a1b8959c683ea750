/// Shares for people: one digit after the point, never 0.0 % for what is there nor 100.0 % for what is not all.
package enum Percent {
    /// - Parameters:
    ///   - part: 0 or more.
    ///   - whole: 0 or more.
    package static func text(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "0.0 %" }
        let tenths = Int(clamping: (Int128(part) * 2000 + Int128(whole)) / (Int128(whole) * 2))
        if part > 0, tenths == 0 { return "<0.1 %" }
        if part < whole, tenths >= 1000 { return ">99.9 %" }
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
