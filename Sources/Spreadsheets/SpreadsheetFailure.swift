/// Why a workbook cannot be written.
public struct SpreadsheetFailure: Error, Sendable, Equatable {
    public var reason: Reason

    public init(_ reason: Reason) {
        self.reason = reason
    }

    public enum Reason: Sendable, Equatable {
        /// libxlsxwriter is not on this machine.
        case libraryAbsent
        /// The operating system refused something; the value of `errno`.
        case system(errorNumber: Int32)
        /// libxlsxwriter refused something, in its own words.
        case library(String)
        /// What was written is not all of it.
        case incomplete
    }
}
