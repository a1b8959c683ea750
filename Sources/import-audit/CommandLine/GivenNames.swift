import ArgumentParser
import Glibc
import ImportAnalysis

/// Checks the names that options and arguments give, before anything is opened.
enum GivenNames {
    /// Fails for an empty name, as from an unset variable in a script.
    ///
    /// - Parameters:
    ///   - option: the option, with its hyphens.
    ///   - what: the kind of thing that it names.
    static func check(_ names: [String], of option: String, is what: String = "a file") throws {
        guard names.contains("") else { return }
        throw ValidationError("\(option) takes the name of \(what); the given name is empty.")
    }

    static func check(_ name: String?, of option: String, is what: String = "a file") throws {
        try check(name.map { [$0] } ?? [], of: option, is: what)
    }

    /// Fails for inputs that cannot be meant: one without a name, or standard input twice.
    static func check(inputs: [String]) throws {
        if inputs.contains("") { throw ValidationError("The name of an input is empty.") }
        if inputs.count(where: { $0 == "-" }) > 1 {
            throw ValidationError("Standard input (-) can be only one of the inputs.")
        }
    }
}

extension WholeNumber {
    /// Returns a function that reads the number given to an option.
    ///
    /// - Parameters:
    ///   - option: the option, with its hyphens.
    ///   - range: the range as the message names it, such as `from 0 to 9`.
    static func option(
        _ option: String, _ range: String, in allowed: some RangeExpression<Int> & Sendable
    ) -> @Sendable (String) throws -> Int {
        { text in
            guard let number = Int(text), allowed.contains(number) else {
                throw ValidationError("\(option) takes a number \(range).")
            }
            return number
        }
    }
}
