import ImportFoundation

/// The hashes of the documents being read, each nested in the previous one, computed as the window moves on.
struct DocumentHashes {
    private struct Open {
        var hash = SHA256()
        /// The offset in the dump up to which bytes were hashed. Bytes that are read again are hashed only once.
        var end: Int
    }

    private var open: [Open] = []

    var isEmpty: Bool { open.isEmpty }

    /// Begins a document at an offset.
    mutating func begin(at offset: Int) {
        open.append(Open(end: offset))
    }

    /// Adds bytes, except those already hashed.
    ///
    /// - Parameter startOffset: the offset of their first byte in the dump.
    mutating func update(_ bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int) {
        for index in open.indices {
            let begin = max(open[index].end - startOffset, 0)
            guard begin < bytes.count else { continue }
            unsafe open[index].hash.update(UnsafeBufferPointer(rebasing: bytes[begin...]))
            open[index].end = startOffset + bytes.count
        }
    }

    /// Returns the SHA-256 of the innermost document, which ends at an offset; nil if later bytes were hashed already.
    mutating func finish(at offset: Int) -> String? {
        guard var last = open.popLast(), last.end <= offset else { return nil }
        return last.hash.finish()
    }

    mutating func removeAll() {
        open.removeAll(keepingCapacity: true)
    }
}

extension ByteWindow {
    /// Returns the SHA-256 of everything read, if requested and if reading did not fail. Valid only at the end.
    func finishHash() -> String? {
        guard let original else { return reader.finishHash() }
        return failure == nil ? original.finishHash() : nil
    }

    /// The size of the input, if all of it was read; that of its original bytes if it was decoded.
    var inputByteCount: Int { original?.count ?? offset }

    /// Returns the SHA-256 of all bytes before the position, if hashes are wanted and reading did not go back.
    func hashOfFront() -> String? {
        guard !hasGoneBack, var hash = hashBefore else { return nil }
        unsafe hash.update(UnsafeBufferPointer(rebasing: bytes[..<position]))
        return hash.finish()
    }

    /// Begins the hash of a document at the position.
    mutating func beginDocumentHash() {
        if hashing { documentHashes.begin(at: offset) }
    }

    /// Stops the reader's hash of all bytes: with several documents, each has its own.
    func stopWholeHash() {
        if hashing { reader.stopHashing() }
    }

    /// Returns the SHA-256 of the bytes from where the last hash began to the position; nil if later bytes were hashed
    /// already.
    mutating func finishDocumentHash() -> String? {
        unsafe documentHashes.update(UnsafeBufferPointer(rebasing: bytes[..<position]), from: startOffset)
        return documentHashes.finish(at: offset)
    }

    /// Discards all hashes in progress.
    mutating func dropDocumentHashes() {
        documentHashes.removeAll()
    }
}
