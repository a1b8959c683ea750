import ImportAnalysis
import ImportDumps
import ImportRedaction

extension RunResults {
    /// Reads all inputs of a command; nil if it was interrupted.
    ///
    /// - Parameters:
    ///   - hashing: whether each dump's SHA-256 is worked out.
    ///   - combinesSnapshots: whether several dumps of one job count as one job.
    ///   - looksForIdentity: whether records are looked for that several rows speak of.
    ///   - redaction: puts pseudonyms in place of values.
    init?(
        of options: RunOptions, hashing: Bool = false, combinesSnapshots: Bool = true, looksForIdentity: Bool = false,
        redaction: Redaction? = nil
    ) throws {
        let folder = Console.environment("TMPDIR") ?? "/tmp"
        let collector = Collector(folder: folder, combinesSnapshots: combinesSnapshots)
        let inputs = try InputRun(
            options: options, collector: collector, hashing: hashing, names: redaction?.names ?? .plain)
        let end = try inputs.run(redaction) {
            let identity = IdentityAudit(usesThread: options.threadCount > 1) { try TemporaryFile(in: folder) }
            return SummaryHandler(
                collector: collector, identity: looksForIdentity ? identity : nil,
                usesThread: options.threadCount > 1, isStrict: options.isStrict, isVerbose: options.isVerbose)
        }
        guard case .done = end else { return nil }
        self = try collector.results()
        if !options.isQuiet { ownOutputs.say() }
    }

    /// Says on standard error what was not read, for commands whose output does not.
    func sayWhatWasNotRead() throws {
        let limit = 20
        for index in 0..<min(limit, unreadableCount) {
            let input = try unreadable(index)
            Console.complain("\(input.source): \(input.reason)")
        }
        if unreadableCount > limit {
            Console.complain("\(Wording.grouped(unreadableCount - limit)) more inputs were not read")
        }
    }
}
