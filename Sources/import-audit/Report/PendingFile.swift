import ImportReports

/// A file of rows that may turn out not to be needed. While it is small, it is kept in memory only.
final class PendingFile: ReportOutput {
    private static let largestInMemory = 64 * 1024

    private let begin: () throws -> PartialFile
    private var file: PartialFile?
    private var bytes: [UInt8] = []

    /// - Parameters:
    ///   - isWanted: whether the file is certainly needed.
    ///   - begin: creates the file.
    init(isWanted: Bool, _ begin: @escaping () throws -> PartialFile) throws {
        self.begin = begin
        if isWanted { try keep() }
    }

    /// Creates the file if it does not exist yet.
    func keep() throws {
        guard file == nil else { return }
        let (file, bytes) = (try begin(), bytes)
        self.file = file
        self.bytes = []
        try file.write(bytes.span)
    }

    func write(_ more: Span<UInt8>) throws {
        if let file { return try file.write(more) }
        unsafe more.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        if bytes.count > Self.largestInMemory { try keep() }
    }

    func restart() throws {
        bytes.removeAll(keepingCapacity: true)
        try file?.restart()
    }

    func rewrite(_ transform: (Span<UInt8>, inout [UInt8]) -> Void) throws {
        if let file { return try file.rewrite(transform) }
        var result: [UInt8] = []
        transform(bytes.span, &result)
        bytes = result
    }

    /// Passes everything that was written to `body`, piece by piece.
    func forEachPiece(_ body: (Span<UInt8>) throws -> Void) throws {
        if let file { return try file.forEachPiece(body) }
        let bytes = bytes
        try body(bytes.span)
    }
}

/// The folder in which the report of a job is written, created when there is something to write.
final class JobStage {
    private let make: () throws -> OutputFolder
    private var made: OutputFolder?

    init(_ make: @escaping () throws -> OutputFolder) {
        self.make = make
    }

    func folder() throws -> OutputFolder {
        if let made { return made }
        let folder = try make()
        made = folder
        return folder
    }

    /// Discards files that were not published.
    func discard() { made?.discard() }
}
