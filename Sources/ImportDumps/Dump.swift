package import ImportFoundation

/// The result of reading an input.
package enum DumpReading: Sendable {
    case job(Dump)
    case notAJob(NotAJob)

    /// Whether the operating system refused to deliver the rest: reading again later may yield more.
    package var isCutBySystem: Bool { readFailure?.isOfSystem ?? false }

    /// Why the rest of the input could not be read, if the reading ends for this reason.
    var readFailure: ReadFailure? {
        let fault: DumpFault?
        switch self {
        case .job(let dump): fault = dump.fault
        case .notAJob(let other): if case .unreadable(let found) = other.reason { fault = found } else { fault = nil }
        }
        if case .readFailed(let failure) = fault?.reason { return failure }
        return nil
    }
}

/// An import job's dump, apart from its rows.
package struct Dump: Sendable {
    package var job: DeclaredJob
    package var results: ResultsState
    /// The number of rows delivered: every element of `results`, whatever its type.
    package var rowCount: Int
    /// Why reading stopped before the end, if it did.
    package var fault: DumpFault?
    /// Faults before `fault`, or in a dump that was read to its end all the same.
    package var damage = DumpDamage()
    package var notes: FieldNotes
    /// Wrappings that were removed from around the dump, outermost first.
    package var wrappings: [Wrapping] = []
    /// Text around the dump in its input that is not part of it.
    package var skipped = SkippedText()
    /// The dump's size in bytes.
    package var byteCount: Int
    /// SHA-256 of the dump's bytes in hexadecimal, if requested and if all of them could be read.
    package var sha256: String?
    /// Whether nothing else in its input is a dump or may be one, whatever is around it.
    package var isAlone = false
}

extension Dump {
    /// Creates a complete dump of a job, as if its rows had been read.
    package init(ofWhole job: DeclaredJob, rowCount: Int) {
        self.init(
            job: job, results: .complete, rowCount: rowCount, fault: nil, notes: FieldNotes(), byteCount: 0, sha256: nil
        )
    }
}

/// The state of the key `results`.
package enum ResultsState: Sendable, Equatable {
    /// The key is missing, or its value is null.
    case absent
    /// The value is not an array.
    case wrongType
    /// An array, read to its end.
    case complete
    /// An array whose end was not reached.
    case cut
}

/// An input that is not an import job.
package struct NotAJob: Sendable {
    package var reason: Reason
    /// The input's size in bytes.
    package var byteCount: Int
    /// SHA-256 of the input's bytes in hexadecimal, if requested and if all of them could be read.
    package var sha256: String?
    /// What it contains that may be a lost dump, apart from what the reason says.
    var loss = Loss()

    package enum Reason: Sendable, Equatable {
        /// No bytes at all.
        case empty
        /// Nothing but white space.
        case blank
        /// An API error response, with its message.
        case errorBody(message: String)
        /// Output of this program.
        case ownOutput(OwnOutput)
        /// A request body, `{"objects": […], …}`: what was sent.
        case requestBody
        /// Valid JSON of another kind; `topLevel` is its type.
        case otherJSON(topLevel: FoundType)
        /// Another format, recognized by its first bytes.
        case foreign(ForeignFormat)
        /// Not JSON, or broken before anything shows that it is an import job.
        case unreadable(DumpFault)
        /// Rows without their job, each a separate object.
        case rowsWithoutJob(count: Int)
        /// This many further documents that are not jobs, in an input without jobs.
        case more(count: Int)
    }

    /// Whether it may be a lost dump or refer to one. If so, it is refused even between jobs.
    var mayBeLoss: Bool {
        switch reason {
        case .errorBody, .rowsWithoutJob: true
        default: loss != Loss()
        }
    }
}

/// What a document contains that may be lost dumps, or parts of them.
struct Loss: Equatable {
    /// The first text in a string that may be part of a dump.
    var text: DumpFault?
    /// The number of rows without their job.
    var rowCount = 0
}

extension Dump {
    /// The first fault.
    package var firstFault: DumpFault? {
        guard let first = damage.first else { return fault }
        guard let fault else { return first }
        return first.place.byte < fault.place.byte ? first : fault
    }
}

extension DumpReading {
    /// Sets the size and the hash of the whole input, of which this is the only document.
    mutating func setWhole(byteCount: Int, sha256: String?) {
        switch self {
        case .job(var dump):
            (dump.byteCount, dump.sha256) = (byteCount, sha256)
            self = .job(dump)
        case .notAJob(var other):
            (other.byteCount, other.sha256) = (byteCount, sha256)
            self = .notAJob(other)
        }
    }
}

/// Formats found where a dump was expected.
package enum ForeignFormat: Sendable, Equatable {
    case markup, utf16, utf32, gzip, zstd, zip, xz, bzip2, sevenZip, lz4
    /// Delimited text, such as the file that was sent, with the column names in its first line.
    case table(columns: [String])
}

extension ForeignFormat {
    /// The number of leading bytes needed to recognize a format. Inputs wait for that many to distinguish archives from
    /// dumps.
    static let signatureBytes = 512

    /// Recognizes a format by an input's first bytes; nil for anything that may be JSON in UTF-8.
    init?(firstBytes bytes: UnsafeBufferPointer<UInt8>) {
        func starts(_ signature: [UInt8]) -> Bool { unsafe bytes.starts(with: signature) }
        func isZero(_ index: Int) -> Bool { unsafe index < bytes.count && bytes[index] == 0 }

        if starts([0xFF, 0xFE, 0, 0]) || starts([0, 0, 0xFE, 0xFF]) || (isZero(0) && isZero(1)) {
            self = .utf32
        } else if starts([0xFF, 0xFE]) || starts([0xFE, 0xFF]) || (isZero(0) && !isZero(1)) {
            self = .utf16
        } else if bytes.count > 1 && isZero(1) {
            self = isZero(2) && isZero(3) ? .utf32 : .utf16
        } else if starts([0x1F, 0x8B]) {
            self = .gzip
        } else if starts([0x28, 0xB5, 0x2F, 0xFD]) {
            self = .zstd
        } else if starts(Array("PK".utf8) + [3, 4]) {
            self = .zip
        } else if starts([0xFD] + Array("7zXZ".utf8)) {
            self = .xz
        } else if starts(Array("BZh".utf8)) {
            self = .bzip2
        } else if starts(Array("7z".utf8) + [0xBC, 0xAF]) {
            self = .sevenZip
        } else if starts([0x04, 0x22, 0x4D, 0x18]) {
            self = .lz4
        } else if unsafe bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) })
            == UInt8(ascii: "<")
        {
            self = .markup
        } else if let columns = unsafe Self.columns(firstBytes: Array(bytes.prefix(Self.signatureBytes))) {
            self = .table(columns: columns)
        } else {
            return nil
        }
    }

    /// The column names in the first line of a table; nil for anything else. A second line that is there completely
    /// must have as many cells.
    private static func columns(firstBytes: [UInt8]) -> [String]? {
        let bytes = firstBytes.starts(with: [0xEF, 0xBB, 0xBF]) ? firstBytes.dropFirst(3) : firstBytes[...]
        let isWhole = firstBytes.count < signatureBytes
        func line(_ bytes: ArraySlice<UInt8>) -> (text: ArraySlice<UInt8>, rest: ArraySlice<UInt8>?) {
            let text = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
            let rest = bytes[text.endIndex...]
            return (text, rest.isEmpty ? nil : rest.drop { $0 == 0x0A || $0 == 0x0D })
        }
        let (header, rest) = line(bytes)
        // Column names have no brackets. A log line begins with a time, which has colons.
        guard let first = header.first, !"{[".utf8.contains(first),
            !header.contains(where: { $0 < 0x20 && $0 != 0x09 }),
            !header.contains(where: { "{}[]=:".utf8.contains($0) }), let rest, !rest.isEmpty
        else { return nil }
        for delimiter in [UInt8](",;\t|".utf8) {
            guard let names = cells(header, delimiter), names.count > 1,
                names.allSatisfy({ 1...64 ~= $0.count })
            else { continue }
            let second = line(rest)
            if second.rest != nil || isWhole {
                guard cells(second.text, delimiter)?.count == names.count else { continue }
            }
            let texts = names.compactMap { String(validating: $0, as: UTF8.self) }
            if texts.count == names.count { return texts }
        }
        return nil
    }

    /// The cells of a line; nil if a quotation is left open.
    private static func cells(_ line: ArraySlice<UInt8>, _ delimiter: UInt8) -> [ArraySlice<UInt8>]? {
        var cells: [ArraySlice<UInt8>] = []
        var start = line.startIndex
        var isQuoted = false
        func cell(_ range: Range<Int>) -> ArraySlice<UInt8> {
            let cell = line[range]
            guard cell.count > 1, cell.first == UInt8(ascii: "\""), cell.last == UInt8(ascii: "\"") else { return cell }
            return cell.dropFirst().dropLast()
        }
        for index in line.indices {
            if line[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard line[index] == delimiter, !isQuoted else { continue }
            cells.append(cell(start..<index))
            start = index + 1
        }
        if isQuoted { return nil }
        return cells + [cell(start..<line.endIndex)]
    }
}

/// Something that was removed from around a dump to read it.
package enum Wrapping: Sendable, Hashable {
    /// Text in the encoding with this IANA name, which was converted to UTF-8.
    case encoding(String)
    /// A prefix or a record around each line, from a container's or a system's log.
    case log(LogFormat)
    /// Lines of an event stream (`data: …`).
    case eventStream
    /// HTTP response headers before the dump, as `curl -i` prints them.
    case httpResponse
    /// The dump is a value in another JSON document, at this JSON Pointer (RFC 6901).
    case member(pointer: String)
    /// The dump is the text of a string in another JSON document, at this JSON Pointer (RFC 6901).
    case string(pointer: String)
    /// The string's text was in Base64 (RFC 4648).
    case base64

    /// Log formats that are removed.
    package enum LogFormat: String, Sendable, Hashable, CaseIterable {
        /// One JSON record per line, as Docker's `json-file` driver writes them.
        case dockerJSON
        /// A time, a stream and a tag before each line, as container runtimes write them under Kubernetes.
        case cri
        /// A time before each line.
        case timestamps
        /// A container name before each line, as written by Docker Compose and `kubectl logs --prefix`.
        case containerNames
        /// Time, host and program before each line, as in syslog and the journal.
        case syslog
    }
}

/// Text around a dump in its input that is not part of it: log lines, HTTP response headers, guards, fences.
package struct SkippedText: Sendable, Equatable {
    package var bytes = 0
    /// The number of lines that it covers, in whole or in part.
    package var lines = 0
    /// The number of complete JSON documents of other kinds within it.
    package var documents = 0
    /// Where it begins.
    package var first: Place?
    /// The last line covered, so that a line with several skipped stretches is counted once.
    private var lastLine = 0

    package init() {}

    package var isEmpty: Bool { bytes == 0 }

    /// Adds text that was skipped further on.
    mutating func add(_ other: SkippedText) {
        guard let start = other.first else { return }
        if first == nil { first = start }
        bytes += other.bytes
        lines += other.lines - (start.line == lastLine && other.lines > 0 ? 1 : 0)
        lastLine = max(lastLine, other.lastLine)
        documents += other.documents
    }

    /// Adds a stretch further on.
    ///
    /// - Parameter count: the number of lines that it covers, at least 1.
    mutating func add(bytes: Int, from place: Place, lines count: Int) {
        guard bytes > 0 else { return }
        if first == nil { first = place }
        self.bytes += bytes
        lines += count - (place.line == lastLine ? 1 : 0)
        lastLine = max(lastLine, place.line + count - 1)
    }
}
