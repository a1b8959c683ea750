import ArgumentParser
import ImportInputs
import ImportReports

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that an audit was not changed: a zip of report --pack, or the folder of report.",
        discussion: """
            Reads a zip of report --pack and checks each file against its manifest: all must be there, each with its \
            SHA-256, and nothing else, in a zip that every program reads alike. With inputs, these are read as report \
            reads them, and must hold the dumps that the manifest lists, by their SHA-256: in whatever files, under \
            whatever names. Nothing is unpacked to disk.

            A folder that report wrote is checked against its manifest.jsonl in the same way.

            A manifest is not signed: whoever can change a zip can write another one. Compare the SHA-256 that is \
            printed with what the sender tells you. The exit status is 1 if something is not as it should be, 65 if \
            the zip cannot be read, 66 if there is none.
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Argument(help: ArgumentHelp("A zip that report --pack has written, or a folder of report.", valueName: "audit"))
    var zip: String

    @Argument(
        help: ArgumentHelp(
            "Dumps, folders and archives that must be the ones that the audit is about, or - for standard input.",
            valueName: "input"))
    var arguments: [String] = []

    @OptionGroup var work: WorkOptions

    @Option(help: "What to print.")
    var format: Format = .text

    func run() throws {
        try reportingFailures {
            do {
                return try verify()
            } catch is Interrupted {
                Console.say("Interrupted. Nothing was proved.")
                return .interrupted
            }
        }
    }

    private func verify() throws -> ExitStatus {
        let comparison = arguments.isEmpty ? nil : InputComparison()
        var verification: PackVerification
        if AuditFolder.isFolder(zip) {
            let folder = try AuditFolder(zip)
            verification = try folder.verify { input in try comparison?.expect(input) }
            try conclude(comparison, in: &verification) { body in try folder.forEachInput(body) }
        } else {
            let file = try PackedAuditFile(zip)
            verification = try file.verify { input in try comparison?.expect(input) }
            try conclude(comparison, in: &verification) { body in try file.forEachInput(body) }
        }
        try Console.write(format.render(verification))
        return (verification.isVerified ? ExitStatus.done : .notPassed).orWorse(comparison?.status ?? .done)
    }
}

extension VerifyCommand {
    private func conclude(
        _ comparison: InputComparison?, in verification: inout PackVerification,
        forEachInput: ((PackInput) throws -> Void) throws -> Void
    ) throws {
        guard let comparison else { return }
        // The folder itself may lie among the inputs.
        let place = OutputPlace(folder: zip, files: [], jobFiles: [])
        let inputs = ManyArguments.putBack(arguments)
        guard try comparison.read(inputs, work, leavingOut: place) else { throw Interrupted() }
        // Without a sound manifest, nothing is known of what the inputs should be.
        if verification.toolVersion != nil {
            try comparison.conclude(in: &verification, forEachInput: forEachInput)
        }
    }
}

extension VerifyCommand.Format {
    fileprivate func render(_ verification: PackVerification) -> [UInt8] {
        switch self {
        case .text: verification.text(usesColor: Console.allowsColor)
        case .json: verification.json
        }
    }
}
