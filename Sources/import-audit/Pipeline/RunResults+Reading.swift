import ImportAnalysis
import ImportDumps

extension RunResults {
    /// Reads all inputs of a command; nil if it was interrupted.
    init?(of options: RunOptions, hashing: Bool) throws {
        let collector = Collector(folder: Console.environment("TMPDIR") ?? "/tmp")
        let inputs = try InputRun(options: options, collector: collector, hashing: hashing)
        let end = try inputs.run {
            SummaryHandler(collector: collector, isStrict: options.isStrict, isVerbose: options.isVerbose)
        }
        guard case .done = end else { return nil }
        self = collector.results()
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
