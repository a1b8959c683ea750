import ImportFoundation

/// The prefix of a log line.
struct LinePrefix: Equatable {
    /// The bytes of the prefix.
    var length: Int
    /// The stream to which the line belongs.
    var stream = LogStream.only
    /// Whether the text continues with the next line of its stream.
    var isPartial = false
    /// Whether the line has no text at all.
    var isDropped = false

    /// The maximum length of a prefix in bytes; anything longer is not a prefix.
    static let limit = 512
}

/// A stream whose lines are mixed with those of others in a log: a stream of a container, or the lines of one of
/// several containers.
struct LogStream: Sendable, Hashable {
    private let id: UInt32

    static let only = LogStream(id: 0)
    static let output = LogStream(id: 1)
    static let errors = LogStream(id: 2)
    /// The stream of lines that do not have the log's form.
    static let other = LogStream(id: 3)

    private init(id: UInt32) {
        self.id = id
    }

    /// The stream of a container whose name precedes its lines. Two names with the same hash (FNV-1a) count as one:
    /// their lines then do not wait for each other.
    init(name: UnsafeBufferPointer<UInt8>) {
        var hash: UInt32 = 2_166_136_261
        for index in name.indices { hash = unsafe (hash ^ UInt32(name[index])) &* 16_777_619 }
        id = hash | 1 << 31
    }
}

/// The forms of lines with a prefix.
enum LineForm: Sendable, CaseIterable {
    // From specific to general: a line that matches one form may also match later ones.
    case eventStream, cri, containerNames, syslog, timestamps

    var wrapping: Wrapping {
        switch self {
        case .eventStream: .eventStream
        case .cri: .log(.cri)
        case .containerNames: .log(.containerNames)
        case .syslog: .log(.syslog)
        case .timestamps: .log(.timestamps)
        }
    }

    /// Whether only the first line of a text on several lines has a prefix. Container runtimes give each line one.
    var allowsContinuations: Bool {
        switch self {
        case .syslog, .timestamps: true
        case .eventStream, .cri, .containerNames: false
        }
    }

    /// Returns the prefix of a line in this form; nil if it has none.
    ///
    /// - Parameter line: its first ``LinePrefix/limit`` bytes, or all of it without its line feed.
    func prefix(of line: UnsafeBufferPointer<UInt8>) -> LinePrefix? {
        var line = unsafe PrefixReader(line)
        switch self {
        case .eventStream: return line.eventStream()
        case .cri: return line.cri()
        case .containerNames: return line.containerName()
        case .syslog: return line.syslog()
        case .timestamps: return line.timestamp()
        }
    }
}

/// Scans the beginning of a line.
@safe
private struct PrefixReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        unsafe self.bytes = unsafe bytes
    }

    private var next: UInt8? { unsafe index < bytes.count ? bytes[index] : nil }
    /// Whether the line has ended, except perhaps for the CR of its line ending.
    private var isAtEnd: Bool { unsafe index == bytes.count || (index + 1 == bytes.count && bytes[index] == 0x0D) }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard unsafe index + count <= bytes.count else { return false }
        for offset in 0..<count where unsafe bytes[index + offset] != text.utf8Start[offset] { return false }
        index += count
        return true
    }

    /// Consumes all matching bytes. Returns how many.
    private mutating func takeAll(where matches: (UInt8) -> Bool) -> Int {
        let start = index
        while let byte = next, matches(byte) { index += 1 }
        return index - start
    }

    private mutating func digits(_ counts: ClosedRange<Int>) -> Bool {
        counts.contains(takeAll(where: ASCII.isDigit))
    }

    private mutating func spaces() -> Int { takeAll { $0 == 0x20 } }

    /// Takes the separator between a prefix and its text: one space, a tab, or the end.
    private mutating func separator() -> Bool { isAtEnd || take(0x20) || take(0x09) }

    // MARK: Event streams

    /// Takes a field of an event stream: `data: …`, or another field or a comment, which have no text.
    mutating func eventStream() -> LinePrefix? {
        if isAtEnd { return LinePrefix(length: 0) }
        if take("data") {
            guard take(":") || isAtEnd else { return nil }
            _ = take(0x20)
            // Some services end with this event.
            let start = index
            if take("[DONE]"), isAtEnd { return LinePrefix(length: start, isDropped: true) }
            return LinePrefix(length: start)
        }
        let isOther = take("event") || take("retry") || take("id")
        guard take(":") || (isOther && isAtEnd) else { return nil }
        return LinePrefix(length: index, isDropped: true)
    }

    // MARK: Containers

    /// `2025-03-04T10:06:00.25Z stdout F text`.
    mutating func cri() -> LinePrefix? {
        guard time(), take(0x20) else { return nil }
        let stream: LogStream
        if take("stdout") { stream = .output } else if take("stderr") { stream = .errors } else { return nil }
        guard take(0x20) else { return nil }
        let isPartial = take("P")
        guard isPartial || take("F") else { return nil }
        if take(":") { _ = takeAll { $0 > 0x20 } }
        // A line without text may also lack the space.
        guard isAtEnd || take(0x20) else { return nil }
        return LinePrefix(length: index, stream: stream, isPartial: isPartial)
    }

    /// `name-1  | text`, perhaps in color, or `[pod/name/container] text`.
    mutating func containerName() -> LinePrefix? {
        if take("[pod/") {
            guard takeAll(where: { Self.isName($0) || $0 == UInt8(ascii: "/") }) > 0, take("]") else { return nil }
            let name = index
            return separator() ? LinePrefix(length: index, stream: stream(0..<name)) : nil
        }
        takeColours()
        let start = index
        guard takeAll(where: Self.isName) > 0 else { return nil }
        let name = start..<index
        takeColours()
        guard spaces() > 0, take("|") else { return nil }
        takeColours()
        guard isAtEnd || take(0x20) else { return nil }
        takeColours()
        return LinePrefix(length: index, stream: stream(name))
    }

    private func stream(_ name: Range<Int>) -> LogStream {
        unsafe LogStream(name: UnsafeBufferPointer(rebasing: bytes[name]))
    }

    private static func isName(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || 0x61...0x7A ~= byte | 0x20 || byte == 0x2D || byte == 0x5F || byte == 0x2E
    }

    /// Takes terminal commands that change the color: `ESC [ 36 m`.
    private mutating func takeColours() {
        while true {
            let start = index
            guard take(0x1B), take("[") else {
                index = start
                return
            }
            _ = takeAll { ASCII.isDigit($0) || $0 == UInt8(ascii: ";") }
            guard take("m") else {
                index = start
                return
            }
        }
    }

    // MARK: Times

    /// A time and a space, perhaps in brackets.
    mutating func timestamp() -> LinePrefix? {
        let hasBracket = take("[")
        guard time() || dayAndTime() else { return nil }
        if hasBracket { guard take("]") else { return nil } }
        return separator() ? LinePrefix(length: index) : nil
    }

    /// A time of RFC 3339, also with a space instead of the `T`, with a comma, or without a time zone.
    private mutating func time() -> Bool {
        guard digits(4...4), take("-"), digits(2...2), take("-"), digits(2...2)
        else { return false }
        guard take("T") || take(0x20), clock() else { return false }
        if take("Z") { return true }
        if take("+") || take("-") {
            guard digits(2...4) else { return false }
            return !take(":") || digits(2...2)
        }
        return true
    }

    private mutating func clock() -> Bool {
        guard digits(2...2), take(":"), digits(2...2), take(":"), digits(2...2)
        else { return false }
        if take(".") || take(",") { return digits(1...9) }
        return true
    }

    /// `Nov 27 12:00:00`.
    private mutating func dayAndTime() -> Bool {
        let months: [StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let start = index
        guard months.contains(where: { take($0) }), 1...2 ~= spaces(), digits(1...2), take(0x20), clock() else {
            index = start
            return false
        }
        return true
    }

    // MARK: Syslog

    /// `Nov 27 12:00:00 host program[123]: text`, also with other times, with a priority, or as in RFC 5424.
    mutating func syslog() -> LinePrefix? {
        if take("<") {
            guard digits(1...3), take(">") else { return nil }
            let start = index
            if digits(1...2), take(0x20), let prefix = structuredSyslog() { return prefix }
            index = start
        }
        guard dayAndTime() || time(), take(0x20) else { return nil }
        // Some omit the host: `2025-03-04T10:06:00Z app[web.1]: text`.
        let start = index
        if let name = program(), separator() { return LinePrefix(length: index, stream: stream(name)) }
        index = start
        guard takeAll(where: { Self.isName($0) || $0 == 0x3A }) > 0, take(0x20), let name = program(), separator()
        else {
            return nil
        }
        return LinePrefix(length: index, stream: stream(name))
    }

    /// Takes `program[123]:`. Returns the range before the colon.
    private mutating func program() -> Range<Int>? {
        let start = index
        guard takeAll(where: { Self.isName($0) || $0 == 0x2F || $0 == 0x28 || $0 == 0x29 || $0 == 0x40 }) > 0 else {
            return nil
        }
        if take("[") { guard takeAll(where: { Self.isName($0) }) > 0, take("]") else { return nil } }
        let name = start..<index
        return take(":") ? name : nil
    }

    /// RFC 5424 after the version: time, host, application, process, message id, data, text.
    private mutating func structuredSyslog() -> LinePrefix? {
        guard time() || take("-"), take(0x20) else { return nil }
        for _ in 0..<4 { guard takeAll(where: { $0 > 0x20 && $0 < 0x7F }) > 0, take(0x20) else { return nil } }
        if !take("-") {
            guard next == UInt8(ascii: "[") else { return nil }
            while take("[") {
                var isEscaped = false
                while let byte = next, isEscaped || byte != UInt8(ascii: "]") {
                    isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                    index += 1
                }
                guard take("]") else { return nil }
            }
        }
        guard separator() else { return nil }
        _ = take("\u{FEFF}")
        return LinePrefix(length: index)
    }
}
