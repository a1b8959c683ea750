import ImportFoundation
import ImportSources
import XHTMLValidation

/// Parses a sheet on demand, only as far as its rows are requested.
///
/// Only one thread at a time, the reading one, uses it, so it can be sent between threads.
final class SheetFeed: @unchecked Sendable {
    /// The number of bytes parsed at once. The output is bounded by the texts that they can refer to.
    private static let chunkBytes = 4096

    private var source: any ByteSource
    private let part: String
    private let parser: SheetParser
    private let stream: XMLStream
    private let progress: SheetProgress
    private var chunk = [UInt8](repeating: 0, count: chunkBytes)
    /// The number of bytes of the parser's rows that were delivered.
    private var delivered = 0
    private var isAtEnd = false

    init(
        _ source: any ByteSource, part: String, _ parser: SheetParser, _ progress: SheetProgress
    ) throws(WorkbookFault) {
        self.source = source
        self.part = part
        self.parser = parser
        self.progress = progress
        do throws(XMLStreamFault) {
            stream = try XMLStream(parser)
        } catch {
            throw WorkbookFault(error, part: part)
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        // The row that is being parsed may turn out to be empty.
        while delivered == parser.wholeRows, !isAtEnd {
            parser.forget(delivered)
            delivered = 0
            do {
                try parseMore()
            } catch {
                isAtEnd = true
                progress.fail(WorkbookFault(error, part: part).naming(sheet: parser.sheet))
            }
        }
        let count = min(buffer.count, parser.wholeRows - delivered)
        unsafe buffer.copyBytes(from: parser.rows[delivered..<delivered + count])
        delivered += count
        return count
    }

    private func parseMore() throws {
        let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe source.read(into: $0) }
        parser.note(count)
        let read = chunk
        guard count == 0 else { return try stream.read(read.span.extracting(0..<count)) }
        isAtEnd = true
        try stream.finish()
        try parser.finish()
        progress.note(parser.notes)
    }
}

/// The rows of a sheet.
struct SheetSource: ByteSource {
    let feed: SheetFeed

    var isPrompt: Bool { true }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        unsafe feed.read(into: buffer)
    }
}
