import ArgumentParser

/// The option that packs an audit.
struct PackOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Pack the audit into one zip as well, with a manifest that the command verify holds it against.",
            valueName: "file.zip"))
    var pack: String?

    /// - Parameter inputs: of which the zip must be none.
    func target(inputs: [String]) throws(CommandFailure) -> PackTarget? {
        try pack.map { (path) throws(CommandFailure) in try PackTarget(path, inputs: inputs) }
    }
}
