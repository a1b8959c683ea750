import Foundation
package import Testing

/// The sanitizer that the tests and the program were built with, if `Scripts/test --sanitize` built them.
package enum Sanitizer {
    /// `address` or `thread`; nil for none.
    package static let name = ProcessInfo.processInfo.environment["IMPORT_AUDIT_SANITIZER"]

    /// What a sanitizer reports on standard error, whatever status the program then ends with.
    static func report(in errors: [UInt8]) -> String? {
        guard name != nil else { return nil }
        let text = String(decoding: errors, as: UTF8.self)
        guard let start = text.firstRange(of: "Sanitizer")?.lowerBound else { return nil }
        return String(text[start...].prefix(4000))
    }
}

extension Trait where Self == ConditionTrait {
    /// For a test about memory: a sanitizer takes several times as much as what it watches. `Scripts/test --sanitize`
    /// prints how many of them were skipped.
    package static var measuresMemory: Self {
        .disabled(if: Sanitizer.name != nil, "memory cannot be measured under a sanitizer")
    }
}
