import ImportFoundation

/// The form of a log's lines, recognized by its beginning.
///
/// A log has a form only if no line begins like JSON without the form's prefix, and either
/// - at least half of the nonempty lines have the prefix, and JSON begins after one of them, or
/// - all of them have it, and there are at least three; the first one may lack it, because it may be cut off.
///
/// The log of Docker is recognized by its first record, which may be on the second line, too.
///
/// A line of a dump never looks like that: it begins with white space, a bracket, a quote or a digit.
enum LogForm: Sendable {
    case docker
    case lines(LineForm)

    init?(beginning: ArraySlice<UInt8>) {
        var lines = BeginningLines(beginning)
        guard let first = lines.first else { return nil }
        if Self.isDockerRecord(first, isWhole: lines.isFirstWhole) {
            self = .docker
            return
        }
        // A dump, as in nearly all inputs.
        if BeginningLines.isJSON(first) { return nil }
        // The first line may be cut off.
        if let second = lines.second, Self.isDockerRecord(second, isWhole: lines.isSecondWhole) {
            self = .docker
            return
        }
        lines.dropHTTPHeads()
        for form in LineForm.allCases where lines.have(form) {
            self = .lines(form)
            return
        }
        return nil
    }

    /// Whether an input begins with an object or an array of objects.
    static func isJSON(_ beginning: ArraySlice<UInt8>) -> Bool {
        BeginningLines.isJSON(beginning.starts(with: [0xEF, 0xBB, 0xBF]) ? beginning.dropFirst(3) : beginning)
    }

    private static func isDockerRecord(_ line: ArraySlice<UInt8>, isWhole: Bool) -> Bool {
        guard line.first == UInt8(ascii: "{") else { return false }
        return unsafe line.withUnsafeBufferPointer { line in
            if !isWhole { return unsafe DockerRecordReader(line).textStart() != nil }
            return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: line.count + 16) { room in
                var output = unsafe DecoderOutput(room: room, steps: PlaceSteps(), below: nil)
                var reader = unsafe DockerRecordReader(line)
                return reader.read(into: &output) != nil
            }
        }
    }

    var wrapping: Wrapping {
        switch self {
        case .docker: .log(.dockerJSON)
        case .lines(let form): form.wrapping
        }
    }

    func decoding(_ source: any ByteSource, below: PlaceMap?) -> (source: any ByteSource, map: PlaceMap) {
        switch self {
        case .docker:
            let source = DecodingSource(source, below: below, decoder: DockerDecoder())
            return (source, source.map)
        case .lines(let form):
            let source = DecodingSource(source, below: below, decoder: PrefixDecoder(form))
            return (source, source.map)
        }
    }
}

/// The nonempty lines at the beginning of an input. The last one may be incomplete.
private struct BeginningLines {
    private var lines: [ArraySlice<UInt8>]
    private let isCut: Bool
    let isFirstWhole: Bool

    init(_ bytes: ArraySlice<UInt8>) {
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
        lines = []
        isCut = text.last != 0x0A && bytes.count >= DecodedInput.sniffedBytes
        // For a dump on one line, only the first line is examined.
        let first = text.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
        if first.first == UInt8(ascii: "{"), Self.isJSON(first) {
            lines = [first.prefix { $0 != 0x0A }]
            isFirstWhole = !isCut || lines[0].count < first.count
        } else {
            lines = text.split(separator: 0x0A).filter { !$0.allSatisfy { $0 == 0x20 || $0 == 0x0D } }
            isFirstWhole = !isCut || lines.count > 1
        }
    }

    var first: ArraySlice<UInt8>? { lines.first }
    var second: ArraySlice<UInt8>? { lines.dropFirst().first }
    var isSecondWhole: Bool { !isCut || lines.count > 2 }

    /// Skips the headers of saved HTTP responses.
    mutating func dropHTTPHeads() {
        while let first = lines.first, first.starts(with: "HTTP/".utf8) {
            // Empty lines, which end headers, were removed, so header fields are recognized by their names.
            lines.removeFirst()
            while let line = lines.first, Self.isHeaderField(line) { lines.removeFirst() }
        }
    }

    private static func isHeaderField(_ line: ArraySlice<UInt8>) -> Bool {
        let name = line.prefix { ASCII.isDigit($0) || 0x61...0x7A ~= $0 | 0x20 || $0 == 0x2D }
        let isEventField = ["data", "event", "id", "retry"].contains { name.elementsEqual($0.utf8) }
        return !name.isEmpty && !isEventField && line.dropFirst(name.count).first == UInt8(ascii: ":")
    }

    func have(_ form: LineForm) -> Bool {
        var (with, without, others, json) = (0, 0, 0, 0)
        var isFirstWithout = false
        for (number, line) in lines.enumerated() {
            let prefix = unsafe line.prefix(LinePrefix.limit).withUnsafeBufferPointer { unsafe form.prefix(of: $0) }
            if let prefix {
                with += 1
                if !prefix.isDropped, Self.beginsJSON(line.dropFirst(prefix.length)) { json += 1 }
            } else if Self.isJSON(line) {
                return false
            } else if Self.isRemark(line) {
                others += 1
            } else if number == lines.count - 1, isCut, number > 0, line.count < LinePrefix.limit {
                // The prefix may be incomplete here.
                others += 1
            } else {
                without += 1
                if number == 0 { isFirstWithout = true }
            }
        }
        if json > 0 { return with >= without }
        return with >= 3 && (without == 0 || (without == 1 && isFirstWithout))
    }

    /// Whether the line is a remark of a program about the log itself.
    private static func isRemark(_ line: ArraySlice<UInt8>) -> Bool {
        line.starts(with: "-- ".utf8) || line.starts(with: "Attaching to ".utf8)
    }

    /// Whether JSON begins here, perhaps after another prefix.
    private static func beginsJSON(_ line: ArraySlice<UInt8>) -> Bool {
        if isJSON(line) { return true }
        return LineForm.allCases.contains { form in
            let prefix = unsafe line.prefix(LinePrefix.limit).withUnsafeBufferPointer { unsafe form.prefix(of: $0) }
            guard let prefix, !prefix.isDropped, prefix.length > 0 else { return false }
            return isJSON(line.dropFirst(prefix.length))
        }
    }

    /// Whether an object or an array of objects begins here.
    static func isJSON(_ line: ArraySlice<UInt8>) -> Bool {
        let text = line.drop { $0 == 0x20 || $0 == 0x09 }
        guard let first = text.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return false }
        guard let next = text.dropFirst().first(where: { $0 > 0x20 }) else { return true }
        let follow = first == UInt8(ascii: "{") ? "\"}" : "{]"
        return follow.utf8.contains(next)
    }
}
