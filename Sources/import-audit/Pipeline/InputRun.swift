import ImportDumps
import ImportInputs
import ImportRedaction

/// Reads all inputs of a command, with the requested number of threads.
struct InputRun {
    let inputs: [String]
    let concurrency: Concurrency
    let reader: DumpReader
    let progress: ProgressReport
    /// Makes the names under which inputs are shown.
    let names: SourceNames
    /// Compares the inputs with those of other passes; nil if there are none.
    var reread: RereadInputs?
    /// The folder that the command writes into, which is not an input.
    private let output: OutputPlace?

    init(
        options: RunOptions, collector: Collector, hashing: Bool, names: SourceNames = .plain,
        output: OutputPlace? = nil
    ) throws(CommandFailure) {
        try self.init(
            options.inputs, options, hashing: hashing, names: names, output: output
        ) { (collector.jobs, collector.problems) }
    }

    init(
        _ inputs: [String], _ options: ReadingOptions, collector: Collector, hashing: Bool, names: SourceNames = .plain
    ) throws(CommandFailure) {
        try self.init(inputs, options, hashing: hashing, names: names) { (collector.jobs, collector.problems) }
    }

    /// - Parameter counts: returns the numbers of jobs and problems so far.
    init(
        _ inputs: [String], _ options: some WorkChoices, hashing: Bool, names: SourceNames, output: OutputPlace? = nil,
        counts: @escaping @Sendable () -> (jobs: Int, problems: Int)
    ) throws(CommandFailure) {
        self.inputs = inputs
        self.names = names
        concurrency = options.concurrency
        reader = try .ofCommand(
            hashing: hashing, readsAhead: options.concurrency.allowsHelpers, encoding: options.encoding)
        self.output = output
        progress = ProgressReport(InputTree(inputs, leavingOut: output), isWanted: !options.isQuiet, counts: counts)
    }

    /// - Parameter encoding: the encoding of dumps that are not recognizably Unicode.
    init(
        _ inputs: [String], isQuiet: Bool, _ concurrency: Concurrency, hashing: Bool, output: OutputPlace?,
        encoding: TextEncoding? = nil, names: SourceNames = .plain,
        counts: @escaping @Sendable () -> (jobs: Int, problems: Int)
    ) throws(CommandFailure) {
        self.inputs = inputs
        self.names = names
        self.concurrency = concurrency
        reader = try .ofCommand(hashing: hashing, readsAhead: concurrency.allowsHelpers, encoding: encoding)
        self.output = output
        progress = ProgressReport(InputTree(inputs, leavingOut: output), isWanted: !isQuiet, counts: counts)
    }

    /// Reads everything.
    ///
    /// - Parameter makeHandler: makes the handler that gets the documents of a thread.
    /// - Throws: the error of the first handler that fails; the other threads end as soon as they can.
    func run<Handler: DocumentHandler>(
        _ makeHandler: @escaping @Sendable () throws -> Handler
    ) throws -> WorkerPool.End {
        let queue = WorkQueue(InputTree(inputs, leavingOut: output), threadCount: concurrency.workers)
        let (reader, bytes, names, reread) = (reader, progress.bytes, names, reread)
        defer { progress.clear() }
        reread?.begin()
        let end = try WorkerPool(concurrency).run(stop: queue.stop, meanwhile: progress.show) {
            // A thread that finds nothing to do needs no buffers.
            guard let first = queue.next() else { return }
            var worker = InputWorker(
                queue: queue, reader: reader, progress: bytes, names: names, reread: reread,
                handler: try makeHandler())
            try worker.work(from: first)
        }
        if case .done = end { try reread?.end() }
        return end
    }
}

extension DumpReader {
    /// Makes the reader of the commands. `IMPORT_AUDIT_KERNEL` names the kernel to use ("avx2", "sse2", "neon",
    /// "scalar"; "none" for the strict reader alone), so that tests can run all of them on one machine.
    static func ofCommand(
        hashing: Bool, readsAhead: Bool, encoding: TextEncoding?
    ) throws(CommandFailure) -> DumpReader {
        var reader = try ofCommand(hashing: hashing, readsAhead: readsAhead)
        reader.encoding = encoding
        return reader
    }

    private static func ofCommand(hashing: Bool, readsAhead: Bool) throws(CommandFailure) -> DumpReader {
        guard let name = Console.environment("IMPORT_AUDIT_KERNEL"), !name.isEmpty else {
            return DumpReader(hashing: hashing, readsAhead: readsAhead)
        }
        if name == "none" { return DumpReader(hashing: hashing, matching: .none, readsAhead: readsAhead) }
        guard let kernel = RowKernel.available.first(where: { $0.name == name }) else {
            let names = RowKernel.available.map { $0.name }.joined(separator: ", ")
            throw CommandFailure(.usage, "IMPORT_AUDIT_KERNEL is “\(name)”; this processor can run \(names), or none")
        }
        return DumpReader(hashing: hashing, matching: .kernel(kernel), readsAhead: readsAhead)
    }
}
