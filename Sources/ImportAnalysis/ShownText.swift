extension Unicode.Scalar {
    /// A terminal or an editor would act on it instead of showing it: control characters (C0, DEL, C1), line and
    /// paragraph separators, and the marks that reorder text. All of them lie below U+10000.
    package var isUnsafeToShow: Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFF9...0xFFFB:
            true
        default: false
        }
    }
}

/// Text that came from outside, made safe to show in a line of text: what would act is written out, as in `\u{1B}`.
package func shownText(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.isUnsafeToShow }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if scalar.isUnsafeToShow {
            result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}
