private import Glibc

/// libarchive turns names into the character set of the locale, and drops those that do not fit into it.
enum UTF8Locale {
    /// Made once and never freed.
    private static nonisolated(unsafe) let locale = unsafe newlocale(1 << CInt(LC_CTYPE), "C.UTF-8", nil)

    /// Runs the body with UTF-8 as this thread's character set; the process keeps its own.
    static func use<Result>(_ body: () -> Result) -> Result {
        guard let locale = unsafe locale else { return body() }
        let before = unsafe uselocale(locale)
        defer { unsafe uselocale(before) }
        return body()
    }
}
