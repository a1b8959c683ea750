internal import CLibXML2

/// The library as a whole: its start, and its habit of writing to stderr.
enum LibXML2 {
    /// Filled once, before any thread uses it: libxml2 builds its tables of types on first use and without a lock.
    private static let isReady: Bool = {
        xmlInitParser()
        xmlSchemaInitTypes()
        return xmlRelaxNGInitTypes() == 0
    }()

    /// Runs the body with this thread's stray errors collected instead of printed.
    ///
    /// Errors go to the handler of a context where there is one. Those that have none (dangling IDREFs, a broken
    /// grammar, a broken pattern in it) go to a handler of the thread, which by default prints them.
    static func collectingStrayErrors<Result>(
        into context: UnsafeMutableRawPointer?,
        with callback: clibxml2_error_callback?,
        _ body: () -> Result
    ) -> Result {
        precondition(isReady, "libxml2 was built without RELAX NG data types")
        let before = unsafe clibxml2_redirect_errors(callback, context)
        // Restored for the sake of a host program that uses libxml2 for other things on the same thread.
        defer { unsafe clibxml2_restore_errors(before) }
        return body()
    }
}

extension LibXML2 {
    /// Runs the body with this thread's stray errors dropped, where the result says all.
    static func droppingStrayErrors<Result>(_ body: () -> Result) -> Result {
        unsafe collectingStrayErrors(into: nil, with: dropError, body)
    }
}

private let dropError: clibxml2_error_callback = { _, _ in }

extension String {
    /// A copy of libxml2's text, without the line end that its messages carry; nil for a null pointer.
    init?(copying text: UnsafePointer<CChar>?) {
        guard let text = unsafe text else { return nil }
        self = unsafe String(cString: text)
        while last?.isWhitespace == true {
            removeLast()
        }
    }

    /// A copy of a name or a value; nil for a null pointer.
    init?(copying text: UnsafePointer<xmlChar>?) {
        guard let text = unsafe text else { return nil }
        self = unsafe String(cString: text)
    }
}
