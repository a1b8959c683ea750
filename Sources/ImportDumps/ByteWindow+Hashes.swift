import ImportFoundation

/// The hashes of documents that are being read, each inside the previous one, computed as the window moves on.
struct DocumentHashes {
    private struct Open {
        var hash = SHA256()
        /// Up to which offset of the dump bytes went into it: what is read again is hashed once.
        var end: Int
    }

    private var open: [Open] = []

    var isEmpty: Bool { open.isEmpty }

    /// A document begins at an offset.
    mutating func begin(at offset: Int) {
        open.append(Open(end: offset))
    }

    /// Adds bytes that were not hashed yet.
    ///
    /// - Parameter startOffset: of the first of them in the dump.
    mutating func update(_ bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int) {
        for index in open.indices {
            let begin = max(open[index].end - startOffset, 0)
            guard begin < bytes.count else { continue }
            unsafe open[index].hash.update(UnsafeBufferPointer(rebasing: bytes[begin...]))
            open[index].end = startOffset + bytes.count
        }
    }

    /// The SHA-256 of the last document, which ends at an offset. Nil if it ends before what was hashed.
    mutating func finish(at offset: Int) -> String? {
        guard var last = open.popLast(), last.end <= offset else { return nil }
        return last.hash.finish()
    }

    mutating func removeAll() {
        open.removeAll(keepingCapacity: true)
    }
}

extension ByteWindow {
    /// The SHA-256 of everything that was read, if requested and if reading did not fail. Only after the end.
    func finishHash() -> String? {
        guard let original else { return reader.finishHash() }
        return failure == nil ? original.finishHash() : nil
    }

    /// The size of the input, if all of it was read; that of its own bytes where they were decoded.
    var inputByteCount: Int { original?.count ?? offset }

    /// The SHA-256 of all bytes before the position, if hashes are wanted and reading did not go back.
    func hashOfFront() -> String? {
        guard !hasGoneBack, var hash = hashBefore else { return nil }
        unsafe hash.update(UnsafeBufferPointer(rebasing: bytes[..<position]))
        return hash.finish()
    }

    /// Begins the hash of a document at the position.
    mutating func beginDocumentHash() {
        if hashing { documentHashes.begin(at: offset) }
    }

    /// Ends the reader's own hash of all bytes: there are several documents, and each has its own.
    func stopWholeHash() {
        if hashing { reader.stopHashing() }
    }

    /// The SHA-256 of the bytes from where the last hash was begun to the position. Nil if it ends before what was
    /// hashed.
    mutating func finishDocumentHash() -> String? {
        unsafe documentHashes.update(UnsafeBufferPointer(rebasing: bytes[..<position]), from: startOffset)
        return documentHashes.finish(at: offset)
    }

    /// Discards the hashes that were begun.
    mutating func dropDocumentHashes() {
        documentHashes.removeAll()
    }
}
