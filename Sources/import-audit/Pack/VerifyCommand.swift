import ArgumentParser
import ImportInputs
import ImportReports

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that an audit was not changed.",
        discussion: """
            Reads a zip that report --pack wrote and checks each file against the zip's manifest. Every file must be \
            there with its SHA-256, there must be no other file, and the zip must read the same in every program. If \
            you also give inputs, they must contain the dumps that the manifest lists, by SHA-256; file names do not \
            matter. The same applies to the files that were sent (--source). Nothing is unpacked to disk.

            A folder that report, merge, rejects or history report wrote is checked against its manifest.jsonl in the \
            same way. Inputs can be given only for folders of report.

            A manifest is not signed: anyone who can change a zip can also change its manifest. Compare the SHA-256 that \
            verify prints with the one the sender tells you. The exit status is 1 if something differs, 65 if the zip \
            cannot be read, 66 if it does not exist.

            EXAMPLES
              import-audit verify audit.zip
              import-audit verify audit.zip dumps/
              import-audit verify audit/ --format json
            """
    )

    enum Format: String, Choice {
        case text, json
    }

    @Argument(
        help: ArgumentHelp("A zip that report --pack wrote, or a folder that import-audit wrote.", valueName: "audit"),
        completion: .file())
    var zip: String

    @Argument(
        help: ArgumentHelp(
            "The dumps from which the audit must have been made: files, folders, archives, or - for standard input.",
            valueName: "input"),
        completion: .file())
    var arguments: [String] = []

    @OptionGroup(title: Help.source) var sent: Sent

    struct Sent: ParsableArguments {
        @Option(
            name: .customLong("source"), parsing: .upToNextOption,
            help: ArgumentHelp(
                "The files that were sent, for an audit that was made with --source.", valueName: "file"),
            completion: .file())
        var sources: [String] = []
    }

    @OptionGroup var work: WorkOptions

    @OptionGroup(title: Help.output) var printing: Printing

    struct Printing: ParsableArguments {
        @Option(.format) var format: Format = .text
    }

    func validate() throws {
        try GivenNames.check(inputs: [zip] + ManyArguments.putBack(arguments))
        try GivenNames.check(ManyArguments.putBack(sent.sources), of: "--source")
    }

    func run() throws {
        try reportingFailures {
            do {
                return try verify()
            } catch is Interrupted {
                Console.say("Interrupted. Nothing was verified.")
                return .interrupted
            }
        }
    }

    private func verify() throws -> ExitStatus {
        let comparison = arguments.isEmpty && sent.sources.isEmpty ? nil : InputComparison()
        var verification: PackVerification
        var listsInputs = false
        func note(_ listed: ListedInAudit) throws {
            listsInputs = true
            try comparison?.expect(listed)
        }
        if AuditFolder.isFolder(zip) {
            let folder = try AuditFolder(zip)
            verification = try folder.verify(note)
            verification.listsInputs = listsInputs
            try conclude(comparison, in: &verification) { body in try folder.forEachListed(body) }
        } else {
            let file = try PackedAuditFile(zip)
            verification = try file.verify(note)
            verification.listsInputs = listsInputs
            try conclude(comparison, in: &verification) { body in try file.forEachListed(body) }
        }
        try Console.write(printing.format.render(verification))
        return (verification.isVerified ? ExitStatus.done : .notPassed).orWorse(comparison?.status ?? .done)
    }
}

extension VerifyCommand {
    private func conclude(
        _ comparison: InputComparison?, in verification: inout PackVerification,
        forEachListed: ((ListedInAudit) throws -> Void) throws -> Void
    ) throws {
        guard let comparison else { return }
        guard verification.listsInputs || verification.toolVersion == nil else {
            throw CommandFailure(
                .usage, of: zip,
                "its manifest lists no inputs, so none can be compared; only report lists them. Verify it without inputs."
            )
        }
        if !sent.sources.isEmpty, verification.toolVersion != nil {
            let paths = SourceFiles(names: ManyArguments.putBack(sent.sources)).paths
            try comparison.concludeSources(paths, in: &verification)
        }
        if arguments.isEmpty { return }
        // The folder itself may be among the inputs.
        let place = OutputPlace(folder: zip, files: [], jobFiles: [])
        let inputs = ManyArguments.putBack(arguments)
        guard try comparison.read(inputs, work, leavingOut: place) else { throw Interrupted() }
        // Without a valid manifest, it is not known what the inputs should be.
        if verification.toolVersion != nil {
            try comparison.conclude(in: &verification, forEachListed: forEachListed)
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
