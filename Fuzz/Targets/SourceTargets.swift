import Glibc
import ImportDumps
import ImportFoundation
import ImportSources
import WorkbookSources

/// Readers of files that were sent: every byte is in a record or between two, whatever the window, with or without
/// vectors.
enum SourceTargets {
    /// CSV, JSON and request bodies.
    static func source(_ bytes: [UInt8]) throws {
        let options = [
            SourceOptions(readsAhead: false),
            SourceOptions(hasHeader: false, encoding: .windows1252, readsAhead: false, acceptsReasons: true),
        ]
        for var options in options {
            let whole = SourceReading(bytes, options)
            try whole.checkGaps(in: bytes)
            options.usesVectors = false
            let scalar = SourceReading(bytes, options)
            try require(scalar == whole, "without vectors: \(scalar) instead of \(whole)")
            // The first two bytes that are not blank decide whether a source is JSON.
            let isBlank: (UInt8) -> Bool = { " \t\r\n\u{FEFF}".utf8.contains($0) }
            let first = bytes.prefix(while: isBlank).count
            let second = first + 1 + bytes.dropFirst(first + 1).prefix(while: isBlank).count
            var (window, chunk) = DumpTargets.sizes(for: bytes, isForeign: whole.isForeign)
            window = max(window, second + 1)
            // The records in the first window decide what the delimiter is. If there is a fault, it is not known.
            if case .csv(let form)? = whole.form { options.delimiter = form.delimiter }
            if whole.fault != nil, whole.form == nil { window = bytes.count + 1 }
            options.windowBytes = window
            options.usesVectors = chunk % 2 == 0
            // If there are two faults, the window may decide which one is found first.
            let parts = SourceReading(bytes, options, chunk: chunk)
            try require(
                whole.fault == nil ? parts == whole : parts.fault != nil,
                "window of \(window), reads of \(chunk): \(parts) instead of \(whole)")
        }
    }

    /// Workbooks: zips, or the parts of one.
    static func workbook(_ bytes: [UInt8]) throws {
        try ScratchFolder.withFile(Parts.zip(of: bytes)) { descriptor in
            let whole = SheetReading(descriptor)
            try require(
                zip(whole.lines, whole.lines.dropFirst()).allSatisfy { $0 < $1 }, "rows out of order: \(whole.lines)")
            let (window, _) = DumpTargets.sizes(for: bytes)
            let parts = SheetReading(descriptor, SourceOptions(windowBytes: window, readsAhead: false))
            try require(
                whole.fault == nil ? parts == whole : parts.fault != nil,
                "window of \(window): \(parts) instead of \(whole)")
        }
    }
}

/// The complete result of reading a source.
private struct SourceReading: Equatable {
    var records: [[UInt8]] = []
    var lines: [Int] = []
    var fault: SourceFault?
    var form: SourceForm?
    var encoding: SourceEncoding?
    var opening: [UInt8] = []
    var closing: [UInt8] = []
    var hash: String?

    init(_ bytes: [UInt8], _ options: SourceOptions, chunk: Int = .max) {
        do throws(SourceFault) {
            let reader = try SourceReader(ArraySource(bytes, chunk: chunk), options)
            while try reader.next() {
                records.append(reader.withWholeRecord { Array(copying: $0) })
                lines.append(reader.line)
            }
            (form, encoding) = (reader.form, reader.encoding)
            (opening, closing) = (reader.opening, reader.closing)
            hash = reader.finishHash()
        } catch {
            fault = error
        }
    }

    /// Whether it is a file of another kind, which is recognized by a number of first bytes that the window must
    /// contain.
    var isForeign: Bool {
        switch fault?.reason {
        case .isOwnOutput, .isForeign: true
        default: false
        }
    }

    /// The records and the other kept bytes are the whole input, except for what separates records.
    func checkGaps(in bytes: [UInt8]) throws {
        guard fault == nil, let form else { return }
        var hasher = SHA256()
        hasher.update(bytes.span)
        try require(hash == hasher.finish(), "the hash is not that of the bytes")
        var text = bytes[...]
        switch encoding {
        case .utf16(let isBigEndian):
            let pairs = stride(from: 2, to: bytes.count - 1, by: 2)
            let units = pairs.map {
                UInt16(bytes[$0 + (isBigEndian ? 1 : 0)]) | UInt16(bytes[$0 + (isBigEndian ? 0 : 1)]) << 8
            }
            text = Array(String(decoding: units, as: UTF16.self).utf8)[...]
        default:
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        }
        var pieces = records
        var gap: Set<UInt8> = Set("\r\n".utf8)
        switch form {
        case .csv(let csv): if let header = csv.header { pieces.insert(header, at: 0) }
        case .jsonLines: gap.formUnion(" \t".utf8)
        case .jsonArray, .requestBody:
            gap.formUnion(" \t,".utf8)
            pieces.insert(opening, at: 0)
            pieces.append(closing)
        case .sheet: return
        }
        for piece in pieces {
            while !text.starts(with: piece), let first = text.first, gap.contains(first) { text = text.dropFirst() }
            try require(text.starts(with: piece), "\(piece) is not next in \(text), in the form \(form)")
            text = text.dropFirst(piece.count)
        }
        try require(text.allSatisfy { gap.contains($0) }, "\(text) is left, in the form \(form)")
    }
}

/// The complete result of reading the first sheet of a workbook.
private struct SheetReading: Equatable {
    var rows: [[String]] = []
    var lines: [Int] = []
    var fault: String?
    var isWorkbook = true

    init(_ descriptor: Int32, _ options: SourceOptions = SourceOptions(readsAhead: false)) {
        let beginning = BeginningSource(PositionedSource(descriptor: descriptor)).beginning
        do {
            guard let workbook = try SourceWorkbook(descriptor: descriptor, beginning: beginning) else {
                isWorkbook = false
                return
            }
            let sheet = try workbook.open(sheet: nil)
            let reader = try SourceReader(rows: sheet.rows, of: sheet.form, sheet.progress, options)
            while try reader.next() {
                rows.append(reader.withWholeRecord { SheetRecord.texts(of: $0) })
                lines.append(reader.line)
            }
        } catch {
            fault = "\(error)"
        }
    }
}

/// The bytes of an open file from its beginning, whatever the position of its descriptor.
private struct PositionedSource: ByteSource {
    let descriptor: Int32
    private var offset = 0

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
        guard count >= 0 else { throw ReadFailure(errorNumber: errno) }
        offset += count
        return count
    }
}
