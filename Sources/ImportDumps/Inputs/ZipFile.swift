/// A zip container whose entries are read as they are: hidden ones too, without bounds, for it was made by this program.
package struct ZipFile {
    private let archive: LibArchive

    /// - Parameter descriptor: of a regular file open for reading. It is not closed here.
    package init(descriptor: Int32) throws(ReadFailure) {
        let region = InputFileRegion(descriptor: descriptor) { size in
            ExpansionBudget(limits: InputLimits(), progress: InputProgress(), size: size)
        }
        guard let region else { throw ReadFailure(.damaged(.zip, .structure)) }
        archive = try LibArchive(.zip, ArchiveInput(region, format: .zip))
    }

    /// Goes on to the next entry; returns its name, nil at the end.
    package func next() throws(ReadFailure) -> String? {
        switch archive.next() {
        case .entry(let entry): return String(decoding: entry.name, as: UTF8.self)
        case .end: return nil
        case .failed(let failure): throw failure
        case .damaged(let words): throw ReadFailure(.damaged(.zip, .other(words)))
        case .encrypted: throw ReadFailure(.damaged(.zip, .structure))
        }
    }

    /// Reads on in the entry; 0 means its end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        try unsafe archive.read(into: buffer)
    }

    /// The first bytes of the entry, as many as it takes to recognise what it is.
    func beginning() throws(ReadFailure) -> ArraySlice<UInt8> {
        var bytes = [UInt8](repeating: 0, count: 1024)
        var filled = 0
        while filled < bytes.count {
            let room = filled..<bytes.count
            let read = unsafe bytes.withUnsafeMutableBytes { bytes in
                Result { () throws(ReadFailure) in
                    try unsafe archive.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[room]))
                }
            }
            let count = try read.get()
            guard count > 0 else { break }
            filled += count
        }
        return bytes[..<filled]
    }
}
