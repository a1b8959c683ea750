import ImportDumps

extension DumpReader {
    /// The reader of the commands. `IMPORT_AUDIT_KERNEL` names the kernel to work with ("avx2", "sse2", "neon",
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
