package import ImportDumps
package import ImportFoundation

/// Why a source cannot be used, as data. Nothing is written for a source that is not read completely.
package struct SourceFault: Error, Sendable, Equatable {
    package var reason: Reason
    /// Its position; nil for an error of the whole source. Columns count bytes of the text in UTF-8.
    package var place: Place?

    package init(_ reason: Reason, at place: Place? = nil) {
        self.reason = reason
        self.place = place
    }

    package enum Reason: Sendable, Equatable {
        /// No bytes, or only white space.
        case empty
        /// A header and no record.
        case onlyHeader
        /// It is a dump of an import job.
        case isDump
        /// This program wrote it, but not as rejects.
        case isOwnOutput
        /// It is a workbook, an image or the like.
        case isForeign(String)
        /// A quote inside a field that does not begin with one.
        case strayQuote
        /// Something after a closing quote, other than a delimiter or the end of the line.
        case textAfterQuote
        /// A quote that is never closed.
        case openQuote
        /// A carriage return without a line feed, where lines end otherwise.
        case loneReturn
        /// A line feed without a carriage return, where lines end with carriage returns alone.
        case loneFeed
        /// A record with another number of columns than the first one.
        case columns(Int, expected: Int)
        /// The header does not contain the given delimiter, but this other one, this many times.
        case delimiterAbsent(UInt8, found: UInt8, count: Int)
        /// A carriage return too many: lines end with two of them and a line feed.
        case doubledReturn
        case notUTF8(UInt8)
        case notUTF16
        /// A byte that is not a character in the single-byte encoding of this name.
        case notInEncoding(UInt8, String)
        /// A zero byte at the beginning, as in UTF-16 and UTF-32: the name of the encoding, if it is known.
        case isWide(String?)
        /// The encoding cannot be written back byte for byte.
        case encoding(String)
        /// The encoding has other bytes than ASCII for letters, digits and delimiters.
        case movesASCII(String)
        /// A byte that cannot be in JSON here; nil for the end of the file.
        case json(UInt8?)
        /// An array follows the first one.
        case severalArrays
        /// An object follows a request body.
        case severalBodies
        case nestedTooDeep
        /// A request body with too many bytes besides its objects.
        case bodyTooLarge(limit: Int)
        /// A record of more bytes than this.
        case recordTooLarge(limit: Int)
        case readFailed(ReadFailure)
        /// An error in a workbook, which has its own positions.
        case workbook(WorkbookFault)
    }
}
