import Foundation
package import Testing

/// The sanitizer that the tests and the program were built with, if `Scripts/test --sanitize` built them.
package enum Sanitizer {
    /// `address` or `thread`, or nil without a sanitizer.
    package static let name = ProcessInfo.processInfo.environment["IMPORT_AUDIT_SANITIZER"]

    /// The number of threads that it adds to a program.
    package static var threads: Int { name == "thread" ? 1 : 0 }

    /// Returns what a sanitizer reported on standard error, whatever the exit status.
    static func report(in errors: [UInt8]) -> String? {
        guard name != nil else { return nil }
        let text = String(decoding: errors, as: UTF8.self)
        guard let start = text.firstRange(of: "Sanitizer")?.lowerBound else { return nil }
        return String(text[start...].prefix(4000))
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test about memory, because a sanitizer uses several times the memory of the program that it checks.
    /// `Scripts/test --sanitize` prints how many of these tests were skipped.
    package static var measuresMemory: Self {
        .disabled(if: Sanitizer.name != nil, "memory cannot be measured under a sanitizer")
    }

    /// Skips a test about signals of faults, because a sanitizer handles these itself.
    package static var handlesFaults: Self {
        .disabled(if: Sanitizer.name != nil, "a sanitizer handles faults itself")
    }

    /// Skips a test that emulates a processor, which has no room for the memory that a sanitizer reserves.
    package static var emulates: Self {
        .disabled(if: Sanitizer.name != nil, "a sanitizer reserves more memory than an emulator has")
    }

    /// Skips a test that limits the size of files: ThreadSanitizer writes files of its own, and crashes if it cannot.
    package static var limitsFileSize: Self {
        .disabled(if: Sanitizer.name == "thread", "ThreadSanitizer writes files of its own")
    }
}
