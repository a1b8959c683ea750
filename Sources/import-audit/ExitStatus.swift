import ArgumentParser

/// The exit status of the process. Scripts rely on the numbers.
enum ExitStatus: Int32 {
    case done = 0
    /// A rule is not met, or something is not valid.
    case notPassed = 1
    /// The command line, or a file that it names as an option, is wrong.
    case usage = 64
    /// An input could not be read completely; everything else was still done.
    case inputNotReadWhole = 65
    /// An input does not exist or may not be read.
    case noInput = 66
    /// An internal error of the tool, or not enough memory.
    case internalFault = 70
    /// The output cannot be written.
    case cannotWrite = 73
    /// Ctrl-C, as shells report it: 128 plus the number of the signal.
    case interrupted = 130
    /// The reader of standard output closed it, as `head` does. The number is what shells report for SIGPIPE, by which
    /// other programs end then: 128 plus the number of the signal. Nothing is printed about it.
    case readerGone = 141

    /// Ends the command with this status, if it is not ``done``.
    func end() throws {
        if self != .done { throw ExitCode(rawValue) }
    }

    /// Returns the more important status, for a caller who gets one number for several inputs.
    func orWorse(_ other: ExitStatus) -> ExitStatus {
        rawValue >= other.rawValue ? self : other
    }
}

/// An error that ends the command with a message on standard error and an exit status.
struct CommandFailure: Error {
    var status: ExitStatus
    /// The subject, such as a file; nil if the reason names it.
    var subject: String?
    /// What is wrong, without the subject.
    var reason: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        reason = message
    }

    init(_ status: ExitStatus, of subject: String, _ reason: String) {
        self.status = status
        self.subject = subject
        self.reason = reason
    }

    /// The whole message in one sentence.
    var message: String { subject.map { "\($0): \(reason)" } ?? reason }
}

/// Runs a command. Reports a failure on standard error and turns it into the exit status.
func reportingFailures(_ work: () throws -> ExitStatus) throws {
    do {
        try work().end()
    } catch let failure as CommandFailure {
        if failure.status != .readerGone { Console.complain(failure.message) }
        throw ExitCode(failure.status.rawValue)
    }
}

/// Returns the result of a call that concerns a file. A failure of the system becomes a failure of the command that
/// names the file.
func naming<Result>(
    _ path: @autoclosure () -> String, _ call: @autoclosure () throws(SystemFailure) -> Result,
    as status: ExitStatus = .cannotWrite
) throws(CommandFailure) -> Result {
    do throws(SystemFailure) {
        return try call()
    } catch {
        throw CommandFailure(status, of: path(), error.description)
    }
}
