package import ImportDumps
package import ImportFoundation

/// Why a source cannot be used, as data. Nothing is made of one that is not read whole.
package struct SourceFault: Error, Sendable, Equatable {
    package var reason: Reason
    /// Where it shows; nil for what is about all of it. Columns count bytes, of the text in UTF-8.
    package var place: Place?

    package init(_ reason: Reason, at place: Place? = nil) {
        self.reason = reason
        self.place = place
    }

    package enum Reason: Sendable, Equatable {
        /// No bytes, or none but white space.
        case empty
        /// A header and no record.
        case onlyHeader
        /// It is a dump of an import job.
        case isDump
        /// This program wrote it, and not as rejects.
        case isOwnOutput
        /// It is a workbook, an image or the like.
        case isForeign(String)
        /// A quote inside a field that does not begin with one.
        case strayQuote
        /// Something behind a closing quote, other than a delimiter or the end of the line.
        case textAfterQuote
        /// A quote that nothing closes.
        case openQuote
        /// A carriage return without a line feed, where lines end otherwise.
        case loneReturn
        /// A line feed without a carriage return, where lines end with carriage returns alone.
        case loneFeed
        /// A record with another number of columns than the first one.
        case columns(Int, expected: Int)
        /// The header does not hold the delimiter that was given, but this other one so often.
        case delimiterAbsent(UInt8, found: UInt8, count: Int)
        case notUTF8(UInt8)
        case notUTF16
        /// The encoding cannot be written back byte for byte.
        case encoding(String)
        /// A byte that cannot be in JSON here; nil for the end of the file.
        case json(UInt8?)
        case nestedTooDeep
        /// A request body with so much besides its objects.
        case bodyTooLarge(limit: Int)
        /// A record of more bytes than this.
        case recordTooLarge(limit: Int)
        case readFailed(ReadFailure)
        /// What is wrong with a workbook, which has its own places.
        case workbook(WorkbookFault)
    }
}
