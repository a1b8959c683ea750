import ImportDumps

/// What a thread does with the documents that it reads.
protocol DocumentHandler: DumpSink, SendableMetatype {
    /// The documents that follow are of this stream.
    mutating func begin(source: String, order: DocumentOrder)

    /// Whether a file needs not be read, because what it holds is known.
    ///
    /// - Parameter size: in bytes; nil for what is no regular file.
    mutating func isKnown(_ input: InputPath, size: Int?, number: Int) throws -> Bool

    /// A file was read to its end, apart from entries of an archive that were left to other threads.
    mutating func end(_ input: InputPath, number: Int) throws

    /// Takes note of a file that this program wrote: no dump, and nothing that is missing.
    mutating func passOver(_ own: OwnOutput, source: String, order: DocumentOrder) throws

    /// Takes note of what is not read.
    ///
    /// - Parameter status: what it means for the exit status.
    mutating func refuse(source: String, reason: String, order: DocumentOrder, status: ExitStatus) throws

    /// The thread has done all of its work.
    mutating func finish() throws
}

extension DocumentHandler {
    mutating func finish() throws {}
}
