import Glibc
import ImportAnalysis
import ImportFoundation
import ImportReports
import Synchronization

/// The process's own streams: data goes to standard output, everything else to standard error.
enum Console {
    /// Opens `/dev/null` for standard streams that the process was started without, so that no file opened later takes
    /// their descriptors. Reading from or writing to such a stream fails.
    static func reserveStreams() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // `open` returns the lowest free descriptor, which is the missing one.
            _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Requests a capacity of 1 MiB instead of 64 KiB for pipes on standard input and output: with less, the programs
    /// at both ends often wait for each other. Streams that are not pipes stay as they are, as do pipes that the system
    /// refuses to widen.
    static func widenPipes() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO] { _ = fcntl(descriptor, setPipeSize, 1024 * 1024) }
    }

    /// Makes a write beyond the limit on the size of a file (`ulimit -f`) fail like one on a full disk. Otherwise, the
    /// system would end the process, which would leave unfinished files behind.
    static func outliveFileSizeLimit() {
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Makes a write to a pipe whose reader is gone fail. Otherwise, the system would end the process, which would leave
    /// unfinished files behind, even if only messages have no reader, as in `2>&1 | head`.
    static func outliveReaders() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Returns the failure of a write to standard output.
    private static func failure(_ error: SystemFailure) -> CommandFailure {
        error.errorNumber == EPIPE
            ? CommandFailure(.readerGone, "the reader of standard output closed it")
            : CommandFailure(.cannotWrite, "standard output cannot be written: \(error.description)")
    }

    /// Linux's `F_SETPIPE_SZ`, which the Glibc module lacks.
    private static let setPipeSize: Int32 = 1031

    /// Writes data to standard output in as few calls as the system allows.
    static func write(_ bytes: [UInt8]) throws(CommandFailure) {
        do throws(SystemFailure) {
            try writeAll(bytes.span, to: STDOUT_FILENO)
        } catch {
            throw failure(error)
        }
    }

    static func write(_ text: String) throws(CommandFailure) {
        try write(Array(text.utf8))
    }

    /// Reports an error. Names and quotations in `message` may be hostile; nothing in it affects the terminal.
    static func complain(_ message: String) {
        say("import-audit: \(message)")
    }

    /// Reports that an input cannot be read, but only once: a command may read its inputs several times, and list at its
    /// end what it did not read.
    static func complain(once message: String) {
        let isNew = complaints.withLock { complaints in
            // Beyond this many, some are reported again.
            complaints.count < 10_000 ? complaints.insert(message).inserted : !complaints.contains(message)
        }
        if isNew { complain(message) }
    }

    /// Whether a message was passed to ``complain(once:)``.
    static func hasComplained(of message: String) -> Bool { complaints.withLock { $0.contains(message) } }

    /// Whether any message was.
    static var hasComplained: Bool { complaints.withLock { !$0.isEmpty } }

    private static let complaints = Lock<Set<String>>([])

    /// Prints a message for the person at the terminal.
    static func say(_ message: String) {
        // If standard error fails, too, there is nowhere left to report that.
        let clearing = isLineShown.exchange(false, ordering: .relaxed) ? clearedLine : ""
        try? writeAll(Array((clearing + shownText(message) + "\n").utf8).span, to: STDERR_FILENO)
    }

    /// Shows a line on the terminal that the next message replaces; an empty text removes it.
    static func showLine(_ text: String) {
        isLineShown.store(!text.isEmpty, ordering: .relaxed)
        // Some terminals wrap after the last column.
        let shown = DisplayWidth.prefix(of: shownText(text), columns: columns - 1)
        try? writeAll(Array((clearedLine + shown).utf8).span, to: STDERR_FILENO)
    }

    /// The width of the terminal on standard error. Queried each time, because a window can be resized.
    private static var columns: Int {
        var size = winsize()
        if unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        if let columns = environment("COLUMNS").flatMap({ Int($0) }), columns > 0 { return columns }
        return 80
    }

    private static let isLineShown = Atomic(false)
    /// Moves to the start of the line and clears it.
    private static let clearedLine = "\r\u{1B}[K"

    /// Standard output, written piece by piece.
    struct Output: ReportOutput {
        func write(_ bytes: Span<UInt8>) throws {
            do throws(SystemFailure) {
                try writeAll(bytes, to: STDOUT_FILENO)
            } catch {
                throw failure(error)
            }
        }

        // Printed output cannot be read back; no writer to standard output calls these.
        func restart() {}
        func rewrite(_ transform: (Span<UInt8>, inout [UInt8]) -> Void) {}
    }

    /// Whether data on standard output may be colored: it is a terminal that supports color, and `NO_COLOR` is not set.
    static var allowsColor: Bool {
        guard isatty(STDOUT_FILENO) == 1 else { return false }
        if let noColor = environment("NO_COLOR"), !noColor.isEmpty { return false }
        return environment("TERM") != "dumb"
    }

    static func environment(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}

/// A system call failed.
struct SystemFailure: Error {
    var errorNumber: Int32

    /// The value of `errno` after the last system call.
    static var last: SystemFailure { SystemFailure(errorNumber: errno) }

    /// The system's message, such as "No space left on device".
    var description: String {
        guard let text = unsafe strerror(errorNumber) else { return "error \(errorNumber)" }
        return unsafe String(cString: text)
    }
}

/// Writes all bytes, however many calls that takes.
func writeAll(_ bytes: Span<UInt8>, to descriptor: Int32) throws(SystemFailure) {
    var written = 0
    while written < bytes.count {
        let rest = bytes.extracting(written..<bytes.count)
        let count = unsafe rest.withUnsafeBufferPointer { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            written += count
        } else if count == 0 {
            // A file system that takes nothing and names no error would be asked forever.
            throw SystemFailure(errorNumber: EIO)
        } else if errno != EINTR {
            throw .last
        }
    }
}

/// Passes a file to `body` piece by piece from its beginning, regardless of the descriptor's position.
///
/// - Parameter pieceBytes: the largest size of a piece.
/// - Throws: ``SystemFailure`` if it cannot be read, and what `body` throws.
func readPieces(
    of descriptor: Int32, pieceBytes: Int = 256 * 1024, _ body: (Span<UInt8>) throws -> Void
) throws {
    var piece = [UInt8](repeating: 0, count: pieceBytes)
    var offset = 0
    while true {
        let count = unsafe piece.withUnsafeMutableBytes {
            unsafe pread(descriptor, $0.baseAddress, $0.count, off_t(offset))
        }
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw SystemFailure.last }
        guard count > 0 else { return }
        try body(piece.span.extracting(0..<count))
        offset += count
    }
}

/// Returns the first bytes of a file, at most `count`, regardless of the descriptor's position.
func readBeginning(of descriptor: Int32, count: Int) throws(SystemFailure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
        let read = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe pread(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(filled))
        }
        if read < 0, errno == EINTR { continue }
        if read < 0 { throw .last }
        if read == 0 { break }
        filled += read
    }
    return Array(bytes.prefix(filled))
}
