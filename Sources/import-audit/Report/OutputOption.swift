import ArgumentParser

/// The option `-o` of commands that write.
enum OutputOption {
    /// Fails for what is no name: an empty one, as an unset variable of a script leaves it, and `-`.
    ///
    /// - Parameter what: that it names.
    static func check(_ output: String, is what: String = "a folder") throws {
        if output.isEmpty {
            throw ValidationError("-o takes the name of \(what); the one that is given is empty.")
        }
        if output == "-" {
            throw ValidationError(
                "-o takes the name of \(what), not standard output. For one that is called -, write ./- instead.")
        }
    }
}
