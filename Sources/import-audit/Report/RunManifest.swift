import Glibc
import ImportAnalysis
import ImportFoundation
import ImportReports
import Synchronization

/// The results of a `report` run, as recorded in the file `manifest.jsonl`.
///
/// It has a line for the run and one for each file that was sent. For each input, there is a line with its size and
/// hash, followed by one for each document in it, or by two for a job: the second is the job's summary. Then there is a
/// line for each folder with the files that were written into it, their sizes and hashes.
final class RunManifest: Sendable {
    static let file = "manifest.jsonl"
    static let format = "import-audit.manifest"
    /// Raised when the meaning of a line changes.
    static let version = 3
    /// The name by which a manifest refers to its own folder. The folders of jobs are named `jobs/NAME`.
    static let root = "."

    private static let sentStart = Array(#"{"sent":"#.utf8)
    private static let inputStart = Array(#"{"input":"#.utf8)

    private let file: RunManifestFile
    let header: RunManifestHeader
    /// Where the line about each input is, together with those about its documents.
    private let inputs: PlaceIndex
    /// The number of inputs that can be recognized.
    let inputCount: Int
    /// Where the last line about each folder is.
    private let folders: PlaceIndex
    /// The range from the first line about a folder to the end.
    private let folderLines: Range<Int>
    /// Whether a line is invalid. The lines before it are still used.
    let isBroken: Bool
    /// The names of the files in ``root``, once they were read: a run may ask about each of its files.
    private let rootNames = Lock<Set<ExactText>?>(nil)

    /// A document of an input.
    enum Document {
        /// `counted`: the dump counts for its job, and its report was in the job's folder unless none was wanted;
        /// `combined`: the report mentioned other dumps of the job.
        case job(JobSummary, entry: Int, document: Int, counted: Bool, combined: Bool)
        case unreadable(UnreadableInput, entry: Int, document: Int, ContentHash?, ExitStatus)
    }

    /// Nil if the folder has no manifest, or something else of that name. Memory does not grow with the number of
    /// entries.
    ///
    /// - Parameter temporaryFolder: a folder with space for the indexes; nil for the folder itself.
    init?(in folder: OutputFolder, temporaryFolder: String? = nil) throws {
        guard let descriptor = try folder.openFile(Self.file) else { return nil }
        let file = RunManifestFile(
            descriptor: descriptor, name: "\(folder.path)/\(Self.file)", failureStatus: folder.failureStatus)
        var lines = RunManifestLines(file)
        do {
            guard let first = try lines.next(), case .header(let header) = RunManifestLine(first.bytes) else {
                close(descriptor)
                return nil
            }
            self.header = header
            let found = try Contents(&lines, header, from: first.range.upperBound, in: temporaryFolder ?? folder.path)
            (inputs, folders) = (try found.inputs.index(), try found.folders.index())
            (inputCount, isBroken) = (found.inputs.count, found.isBroken)
            folderLines = min(found.firstFolder, found.end)..<found.end
        } catch {
            close(descriptor)
            throw error
        }
        self.file = file
    }

    /// The positions of the lines of a manifest.
    private struct Contents {
        let inputs: PlaceIndex.Builder
        let folders: PlaceIndex.Builder
        private(set) var firstFolder = Int.max
        private(set) var end: Int
        private(set) var isBroken = false

        init(_ lines: inout RunManifestLines, _ header: RunManifestHeader, from start: Int, in folder: String) throws {
            inputs = PlaceIndex.Builder(in: folder)
            folders = PlaceIndex.Builder(in: folder)
            end = start
            /// The input that the lines describe, if it can be recognized.
            var input: (path: String, start: Int)?
            func endInput() throws {
                if let (path, start) = input { try inputs.add(path, start..<end) }
                input = nil
            }
            var isInInput = false
            // Another version may use the same words with a different meaning.
            while header.version == RunManifest.version, let (bytes, range) = try lines.next() {
                if bytes.starts(with: RunManifest.sentStart) {
                    // The digest of the options also covers what was sent.
                    end = range.upperBound
                    continue
                } else if let folder = RunManifestLine.folder(of: bytes) {
                    try endInput()
                    try folders.add(folder, range)
                    firstFolder = min(firstFolder, range.lowerBound)
                    isInInput = false
                } else if bytes.starts(with: RunManifest.inputStart) {
                    try endInput()
                    guard case .input(let path, let count, let sha256, _) = RunManifestLine(bytes) else {
                        isBroken = true
                        end = range.upperBound
                        break
                    }
                    isInInput = true
                    if count != nil, sha256 != nil { input = (path, range.lowerBound) }
                } else if !isInInput {
                    isBroken = true
                    end = range.upperBound
                    break
                }
                // Lines about documents are read when the results of their input are reused.
                end = range.upperBound
            }
            if lines.isCut { isBroken = true }
            try endInput()
        }
    }

    deinit {
        close(file.descriptor)
    }

    /// Returns the files that `rejects` wrote into a folder; none if it did not, or has not ended.
    static func filesOfRejects(in folder: String) -> [FileRecord] {
        let path = "\(folder)/\(Self.file)"
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var lines = RunManifestLines(
            RunManifestFile(descriptor: descriptor, name: path, failureStatus: .inputNotReadWhole))
        guard let first = try? lines.next(), case .header(let header) = RunManifestLine(first.bytes),
            header.version == version, header.options == "rejects", !header.isUnfinished,
            let second = try? lines.next(), case .folder(root, let files) = RunManifestLine(second.bytes)
        else { return [] }
        return files
    }

    /// Reads the manifest that this run has just written.
    static func written(in folder: OutputFolder) throws -> RunManifest {
        guard let manifest = try RunManifest(in: folder) else {
            throw CommandFailure(.cannotWrite, "\(folder.path)/\(file) was changed by another program")
        }
        return manifest
    }

    /// Whether its data about jobs is valid for a run with these options.
    func isUsable(jobOptions: String) -> Bool {
        header.version == Self.version && !header.isUnfinished && !isBroken && header.jobOptions == jobOptions
    }

    // MARK: - Inputs

    /// Whether the run had an input with that path and size.
    ///
    /// - Parameter path: the path as it is shown.
    func knows(_ path: String, ofSize size: Int) throws -> Bool { try input(path)?.bytes == size }

    /// Returns the results of an input; nil if it was different or missing in that run.
    func documents(of input: InputFingerprint) throws -> [Document]? {
        guard let known = try self.input(input.path), known.bytes == input.bytes, known.sha256 == input.sha256 else {
            return nil
        }
        var documents: [Document] = []
        var lines = RunManifestLines(file, known.lines)
        while let line = try lines.next() {
            guard let document = try Self.document(line.bytes, &lines) else { return nil }
            documents.append(document)
        }
        // Lines may be missing at the end of a file that was cut off.
        return documents.count == known.documents ? documents : nil
    }

    private func input(_ path: String) throws(CommandFailure) -> (
        bytes: Int, sha256: String, documents: Int, lines: Range<Int>
    )? {
        guard let place = inputs.place(of: path) else { return nil }
        var lines = RunManifestLines(file, place, blockBytes: 4096)
        guard let (bytes, range) = try lines.next(),
            case .input(let found, let count?, let sha256?, let documents) = RunManifestLine(bytes),
            ExactText(found) == ExactText(path)
        else { return nil }
        return (count, sha256, documents, range.upperBound..<place.upperBound)
    }

    private static func document(
        _ line: ArraySlice<UInt8>, _ lines: inout RunManifestLines
    ) throws(CommandFailure) -> Document? {
        switch RunManifestLine(line) {
        case .unreadable(let entry, let document, let input, let content, let status):
            return .unreadable(input, entry: entry, document: document, content, status)
        case .job(let entry, let document, let counted, let combined):
            guard let bytes = try lines.next()?.bytes, let job = try? SummaryReader.job(from: Array(bytes)) else {
                return nil
            }
            return .job(job, entry: entry, document: document, counted: counted, combined: combined)
        case .header, .source, .folder, .input, nil:
            return nil
        }
    }

    /// Returns the files that were sent. Their lines come before those about inputs.
    func sources() throws(CommandFailure) -> [PackedFile] {
        var lines = RunManifestLines(file, 0..<folderLines.lowerBound)
        _ = try lines.next()
        var sources: [PackedFile] = []
        while let line = try lines.next(), case .source(let file) = RunManifestLine(line.bytes) { sources.append(file) }
        return sources
    }

    /// Passes all documents of all inputs to `body`, in order. Stops at an invalid line, and then returns false.
    func forEachDocument(_ body: (Document) throws -> Void) throws -> Bool {
        var lines = RunManifestLines(file, 0..<folderLines.lowerBound)
        _ = try lines.next()
        while let line = try lines.next() {
            if line.bytes.starts(with: Self.inputStart) || line.bytes.starts(with: Self.sentStart) { continue }
            guard let document = try Self.document(line.bytes, &lines) else { return false }
            try body(document)
        }
        return true
    }

    // MARK: - Files

    /// Whether files were written into a folder.
    func knows(folder: String) -> Bool { folders.place(of: folder) != nil }

    /// Returns the files that were written into a folder, or an empty array if the manifest does not list the folder.
    func files(in folder: String) throws(CommandFailure) -> [FileRecord] {
        guard let range = folders.place(of: folder) else { return [] }
        var lines = RunManifestLines(file, range)
        guard let line = try lines.next(), case .folder(_, let files) = RunManifestLine(line.bytes) else { return [] }
        return files
    }

    /// Returns the names of the files that were written into a folder.
    func names(in folder: String) throws(CommandFailure) -> Set<ExactText> {
        if folder == Self.root, let known = rootNames.withLock({ $0 }) { return known }
        let names = Set(try files(in: folder).map { ExactText($0.name) })
        if folder == Self.root { rootNames.withLock { $0 = names } }
        return names
    }

    /// Returns the line about a folder unchanged, with its line feed.
    func line(about folder: String) throws(CommandFailure) -> [UInt8] {
        guard let range = folders.place(of: folder) else { return [] }
        var lines = RunManifestLines(file, range)
        return try lines.next().map { Array($0.bytes) + [UInt8(ascii: "\n")] } ?? []
    }

    /// Passes all folders with their files to `body`, in the order of the lines. Of several lines about a folder, the
    /// last one counts.
    func forEachFolder(_ body: (String, [FileRecord]) throws -> Void) throws {
        var lines = RunManifestLines(file, folderLines)
        while let line = try lines.next() {
            guard case .folder(let folder, let files) = RunManifestLine(line.bytes),
                folders.place(of: folder)?.lowerBound == line.range.lowerBound
            else { continue }
            try body(folder, files)
        }
    }
}

/// An open manifest, and its name in errors.
private struct RunManifestFile {
    let descriptor: Int32
    let name: String
    /// The exit status if it cannot be read.
    let failureStatus: ExitStatus
}

/// The lines of a file, one after another.
private struct RunManifestLines {
    private let blockBytes: Int
    private let file: RunManifestFile
    private var offset: Int
    private let end: Int
    private var buffer: [UInt8] = []
    private var position = 0
    /// Whether a line was too long to be read, so that the lines from it on are missing.
    private(set) var isCut = false

    /// The most bytes of a line: more than the summary of any job has, or the list of a million files.
    private static let lineBytes = 512 * 1024 * 1024
    /// The same for the first line, by which a manifest is recognized.
    private static let firstLineBytes = 1024 * 1024

    /// - Parameter blockBytes: the number of bytes read at once.
    init(_ file: RunManifestFile, _ range: Range<Int> = 0..<Int.max, blockBytes: Int = 256 * 1024) {
        self.file = file
        self.blockBytes = blockBytes
        offset = range.lowerBound
        end = range.upperBound
    }

    /// Returns the next line without its line feed, and its range including the line feed.
    ///
    /// - Throws: ``CommandFailure`` if the file cannot be read. This must not be taken for its end: the files that it
    ///   lists still exist.
    mutating func next() throws(CommandFailure) -> (bytes: ArraySlice<UInt8>, range: Range<Int>)? {
        while true {
            if let feed = buffer[position...].firstIndex(of: UInt8(ascii: "\n")) {
                let start = offset - buffer.count + position
                defer { position = feed + 1 }
                return (buffer[position..<feed], start..<start + feed + 1 - position)
            }
            buffer.removeFirst(position)
            position = 0
            guard buffer.count < (offset == buffer.count ? Self.firstLineBytes : Self.lineBytes) else {
                isCut = true
                return nil
            }
            let wanted = min(max(blockBytes, buffer.count), end - offset)
            guard wanted > 0 else { return nil }
            let filled = buffer.count
            buffer.append(contentsOf: repeatElement(0, count: wanted))
            let from = off_t(offset)
            var count = -1
            repeat {
                count = unsafe buffer.withUnsafeMutableBytes { bytes in
                    unsafe pread(file.descriptor, bytes.baseAddress?.advanced(by: filled), wanted, from)
                }
            } while count < 0 && errno == EINTR
            buffer.removeLast(wanted - max(0, count))
            guard count >= 0 else {
                throw CommandFailure(file.failureStatus, of: file.name, SystemFailure.last.description)
            }
            // A last line without a line feed was not written completely.
            guard count > 0 else { return nil }
            offset += count
        }
    }
}
