import ImportFoundation

/// The hashes of the documents being read, each nested in the previous one, computed as the window moves on.
struct DocumentHashes {
    private struct Open {
        var hash = SHA256()
        /// The offset in the dump up to which bytes were hashed. Bytes that are read again are hashed only once.
        var end: Int
        /// The hash up to an earlier offset, because reading may go back to that offset, and the document end there.
        var earlier: (hash: SHA256, end: Int)?

        /// Adds the bytes up to an offset.
        mutating func update(_ bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, upTo offset: Int) {
            guard end >= startOffset, offset > end else { return }
            unsafe hash.update(UnsafeBufferPointer(rebasing: bytes[end - startOffset..<offset - startOffset]))
            end = offset
        }

        /// Moves the earlier hash on, up to an offset, if its next bytes are read again.
        mutating func updateEarlier(_ bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, upTo offset: Int) {
            guard let (hash, earlierEnd) = earlier else { return }
            var front = Open(hash: hash, end: earlierEnd)
            unsafe front.update(bytes, from: startOffset, upTo: min(offset, end))
            earlier = (front.hash, front.end)
        }

        /// Adds bytes as the window moves on from them.
        mutating func update(_ bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, mark: Int) {
            let windowEnd = startOffset + bytes.count
            let (hashed, isNew) = (end, earlier == nil)
            unsafe updateEarlier(bytes, from: startOffset, upTo: min(mark, windowEnd))
            if mark < windowEnd, mark >= hashed || isNew, hashed < windowEnd {
                unsafe update(bytes, from: startOffset, upTo: max(mark, hashed))
                earlier = (hash, end)
            }
            unsafe update(bytes, from: startOffset, upTo: windowEnd)
        }

        /// Returns the SHA-256 up to the end of the bytes. Nil if bytes behind it were hashed already, and those before
        /// it are gone.
        mutating func finish(_ bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int) -> String? {
            let offset = startOffset + bytes.count
            unsafe update(bytes, from: startOffset, upTo: offset)
            if end > offset, let earlier {
                (hash, end) = earlier
                unsafe update(bytes, from: startOffset, upTo: offset)
            }
            return end == offset ? hash.finish() : nil
        }
    }

    private var open: [Open] = []
    /// The hash of everything up to the current document's end, if reading looked ahead in the document: the reader's
    /// hash is then further on.
    private var front: Open?

    var isEmpty: Bool { open.isEmpty && front == nil }
    var hasFront: Bool { front != nil }

    /// Goes on from the hash of all bytes before an offset.
    mutating func beginFront(_ hash: SHA256, at offset: Int) {
        front = Open(hash: hash, end: offset)
    }

    /// Begins a document at an offset.
    mutating func begin(at offset: Int) {
        open.append(Open(end: offset))
    }

    /// Adds bytes, except those already hashed.
    ///
    /// - Parameters:
    ///   - startOffset: the offset of their first byte in the dump.
    ///   - mark: the offset that reading may go back to; after the bytes if it goes on.
    mutating func update(_ bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int, mark: Int) {
        for index in open.indices { unsafe open[index].update(bytes, from: startOffset, mark: mark) }
        unsafe front?.update(bytes, from: startOffset, mark: mark)
    }

    /// Returns the SHA-256 of the innermost document, which ends at the end of the bytes.
    mutating func finish(_ bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int) -> String? {
        let offset = startOffset + bytes.count
        for index in open.indices { unsafe open[index].update(bytes, from: startOffset, upTo: offset) }
        guard var last = open.popLast() else { return nil }
        return unsafe last.finish(bytes, from: startOffset)
    }

    /// Returns the SHA-256 of everything up to the end of the bytes, if it was begun.
    mutating func finishFront(_ bytes: UnsafeBufferPointer<UInt8>, from startOffset: Int) -> String? {
        unsafe front?.finish(bytes, from: startOffset) ?? nil
    }

    mutating func removeAll() {
        open.removeAll(keepingCapacity: true)
        front = nil
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

    /// Returns the SHA-256 of all bytes before the position, if hashes are wanted and reading did not go back, except to
    /// where it looked ahead.
    mutating func hashOfFront() -> String? {
        guard !hasGoneBack else { return nil }
        if documentHashes.hasFront {
            let bytes = unsafe UnsafeBufferPointer(rebasing: bytes[..<position])
            return unsafe documentHashes.finishFront(bytes, from: startOffset)
        }
        guard var hash = hashBefore else { return nil }
        unsafe hash.update(UnsafeBufferPointer(rebasing: bytes[..<position]))
        return hash.finish()
    }

    /// Keeps the hash of all bytes before the position, from which reading will look ahead.
    mutating func keepHashOfFront() {
        guard isInDocument, !hasGoneBack, !documentHashes.hasFront, var hash = hashBefore else { return }
        unsafe hash.update(UnsafeBufferPointer(rebasing: bytes[..<position]))
        documentHashes.beginFront(hash, at: offset)
    }

    /// Begins the hash of a document at the position.
    mutating func beginDocumentHash() {
        if hashing { documentHashes.begin(at: offset) }
    }

    /// Stops the reader's hash of all bytes: with several documents, each has its own.
    func stopWholeHash() {
        if hashing { reader.stopHashing() }
    }

    /// Returns the SHA-256 of the bytes from where the last hash began to the position; nil if it is no longer known.
    mutating func finishDocumentHash() -> String? {
        unsafe documentHashes.finish(UnsafeBufferPointer(rebasing: bytes[..<position]), from: startOffset)
    }

    /// Discards all hashes in progress.
    mutating func dropDocumentHashes() {
        endDocument()
        documentHashes.removeAll()
    }
}
