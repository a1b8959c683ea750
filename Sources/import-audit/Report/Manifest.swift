import Glibc
import ImportAnalysis
import ImportDumps
import ImportReports
import Synchronization

/// What an earlier run of `report` found in which input, as its file `manifest.jsonl` says: a line for the run, then for
/// each input one with its size and hash, and for each document in it one or, if it is a job, two: the second is the
/// job's summary.
final class Manifest: Sendable {
    static let file = "manifest.jsonl"
    static let format = "import-audit.manifest"
    /// Raised when a line changes its meaning.
    static let version = 2

    /// Where the lines about an input's documents are.
    private struct Input {
        var bytes: Int
        var sha256: String
        var documents: Int
        var lines: Range<Int>
    }

    private static let inputStart = Array(#"{"input":"#.utf8)

    private let descriptor: Int32
    private let inputs: [String: Input]
    /// Documents of all inputs together.
    let documentCount: Int
    private let isInvalidated = Atomic(false)

    /// Why a manifest is not used.
    enum Unusable: Error {
        /// There is none.
        case absent
        /// Written by another version, or with other options.
        case different
        case broken
    }

    /// A document of an input.
    enum Document {
        /// `counted`: its report was in the folder of its job; `combined`: that spoke of other dumps of the job.
        case job(JobSummary, entry: Int, document: Int, counted: Bool, combined: Bool)
        case unreadable(UnreadableInput, entry: Int, document: Int, ContentHash?, ExitStatus)
    }

    /// - Parameter options: what the manifest must have been written with (``ReportSettings/fingerprint``).
    init(in folder: OutputFolder, options: String) throws(Unusable) {
        guard let descriptor = folder.openFile(Self.file) else { throw .absent }
        do throws(Unusable) {
            var inputs: [String: Input] = [:]
            var last: String?
            var lines = ManifestLines(descriptor)
            guard let first = lines.next() else { throw .broken }
            guard case .header(let found, let documents) = ManifestLine(first.bytes), found == options else {
                throw .different
            }
            documentCount = documents
            while let (bytes, range) = lines.next() {
                if bytes.starts(with: Self.inputStart) {
                    guard case .input(let path, let count, let sha256, let documents) = ManifestLine(bytes) else {
                        throw .broken
                    }
                    inputs[path] = Input(
                        bytes: count, sha256: sha256, documents: documents, lines: range.upperBound..<range.upperBound)
                    last = path
                } else if let last, let known = inputs[last] {
                    // Lines about documents are read when their input is taken up.
                    inputs[last]?.lines = known.lines.lowerBound..<range.upperBound
                } else {
                    throw .broken
                }
            }
            self.inputs = inputs
            self.descriptor = descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        close(descriptor)
    }

    var inputCount: Int { inputs.count }

    /// Whether an input of that path and size was there.
    ///
    /// - Parameter path: as it is shown.
    func knows(_ path: String, ofSize size: Int) -> Bool {
        inputs[path]?.bytes == size
    }

    /// What was found in an input; nil if it was another one then, or was not there.
    func documents(of input: InputFingerprint) throws -> [Document]? {
        guard let known = inputs[input.path], known.bytes == input.bytes, known.sha256 == input.sha256 else {
            return nil
        }
        var documents: [Document] = []
        var lines = ManifestLines(descriptor, known.lines)
        while let line = lines.next() {
            switch ManifestLine(line.bytes) {
            case .unreadable(let entry, let document, let input, let content, let status):
                documents.append(.unreadable(input, entry: entry, document: document, content, status))
            case .job(let entry, let document, let counted, let combined):
                guard let bytes = lines.next()?.bytes, let job = try? SummaryReader.job(from: Array(bytes)) else {
                    return nil
                }
                documents.append(.job(job, entry: entry, document: document, counted: counted, combined: combined))
            case .header, .input, nil:
                return nil
            }
        }
        // Lines may be missing at the end of a file that was cut off.
        return documents.count == known.documents ? documents : nil
    }

    /// Whether it was taken away.
    var wasInvalidated: Bool { isInvalidated.load(ordering: .relaxed) }

    /// Takes the manifest away, before something that it speaks of is changed: what a run leaves that is killed must
    /// not be taken for what the manifest says.
    func invalidate(in folder: OutputFolder) {
        guard !isInvalidated.exchange(true, ordering: .relaxed) else { return }
        folder.remove(Self.file)
    }
}

/// The lines of a file, one after another.
struct ManifestLines {
    private static let blockBytes = 256 * 1024

    private let descriptor: Int32
    private var offset: Int
    private let end: Int
    private var buffer: [UInt8] = []
    private var position = 0

    init(_ descriptor: Int32, _ range: Range<Int> = 0..<Int.max) {
        self.descriptor = descriptor
        offset = range.lowerBound
        end = range.upperBound
    }

    /// The next line without its line feed, and where it lies with it.
    mutating func next() -> (bytes: ArraySlice<UInt8>, range: Range<Int>)? {
        while true {
            if let feed = buffer[position...].firstIndex(of: UInt8(ascii: "\n")) {
                let start = offset - buffer.count + position
                defer { position = feed + 1 }
                return (buffer[position..<feed], start..<start + feed + 1 - position)
            }
            buffer.removeFirst(position)
            position = 0
            let wanted = min(max(Self.blockBytes, buffer.count), end - offset)
            guard wanted > 0 else { return nil }
            let filled = buffer.count
            buffer.append(contentsOf: repeatElement(0, count: wanted))
            let from = off_t(offset)
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe pread(descriptor, bytes.baseAddress?.advanced(by: filled), wanted, from)
            }
            buffer.removeLast(wanted - max(0, count))
            // A last line without its line feed was not written whole.
            guard count > 0 else { return nil }
            offset += count
        }
    }
}
