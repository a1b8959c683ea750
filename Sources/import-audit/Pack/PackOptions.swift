import ArgumentParser

/// The option that packs an audit.
struct PackOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Pack the audit into one zip as well, with a manifest that the command verify holds it against.",
            valueName: "file.zip"))
    var pack: String?

    /// - Parameters:
    ///   - inputs: of which the zip must be none.
    ///   - others: files that other options name, of which it must be none either.
    ///   - isForced: replaces a file that is no pack.
    func target(inputs: [String], others: [String], isForced: Bool) throws(CommandFailure) -> PackTarget? {
        try pack.map { (path) throws(CommandFailure) in
            try PackTarget(path, inputs: inputs, others: others, isForced: isForced)
        }
    }
}
