import ImportSources
import XHTMLValidation

/// The texts that cells of a workbook share: all sheets refer to them by number, so they must be in memory.
struct SharedTexts: Sendable {
    /// The most bytes of all texts together, counting eight more for each.
    static let mostBytes = 256 * 1024 * 1024
    /// The most bytes in a cell: it has up to 32,767 characters, each of which may be written as an escape of seven.
    static let mostBytesOfCell = 256 * 1024

    fileprivate var bytes: [UInt8] = []
    /// The end of each text in `bytes`.
    fileprivate var ends: [Int] = []

    /// The bytes of all texts together.
    var byteCount: Int { bytes.count }

    /// Calls `body` with a text; returns nil if no text has this number.
    func withText<Result>(_ number: Int, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result? {
        guard ends.indices.contains(number) else { return nil }
        return try body(bytes.span.extracting((number > 0 ? ends[number - 1] : 0)..<ends[number]))
    }

    static func read(_ part: String, in parts: WorkbookParts) throws(WorkbookFault) -> SharedTexts {
        let reader = Reader()
        try parts.read(part, reader)
        return reader.texts
    }

    /// Joins the runs of each text and leaves out phonetic readings.
    ///
    ///     <si><t>text</t></si>
    ///     <si><r><rPr/><t>te</t></r><r><t>xt</t></r><rPh><t>phonetic</t></rPh></si>
    private final class Reader: XMLStreamHandler {
        var texts = SharedTexts()
        private var open: [Element] = []

        private enum Element {
            case list, item, run, text, other
        }

        func begin(_ element: borrowing XMLStreamElement) throws {
            switch open.last {
            case nil:
                guard element.isNamed("sst"), WorkbookParts.isSpreadsheet(element) else {
                    throw WorkbookFault(.structure("the part with shared texts has another root element"))
                }
                open.append(.list)
            case .list: open.append(element.isNamed("si") ? .item : .other)
            case .item: open.append(element.isNamed("t") ? .text : element.isNamed("r") ? .run : .other)
            case .run: open.append(element.isNamed("t") ? .text : .other)
            case .text, .other: open.append(.other)
            }
        }

        func end() throws {
            guard open.popLast() == .item else { return }
            guard texts.bytes.count - (texts.ends.last ?? 0) <= SharedTexts.mostBytesOfCell else {
                throw WorkbookFault(.structure("a shared text is longer than a cell may be"))
            }
            texts.ends.append(texts.bytes.count)
            try check()
        }

        func text(_ bytes: Span<UInt8>) throws {
            guard open.last == .text else { return }
            for index in bytes.indices { texts.bytes.append(bytes[index]) }
            try check()
        }

        private func check() throws {
            guard texts.bytes.count + 8 * texts.ends.count <= SharedTexts.mostBytes else {
                throw WorkbookFault(.sharedTextsTooLarge(limit: SharedTexts.mostBytes))
            }
        }
    }
}
