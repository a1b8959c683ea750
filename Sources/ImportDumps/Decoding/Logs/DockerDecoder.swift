private import Glibc

/// Extracts the texts of the records that Docker's `json-file` driver writes, one on each line. Joins those into which
/// a long line was split: their text does not end with a line feed.
///
///     {"log":"{\"job_id\":…\n","stream":"stdout","time":"2025-03-04T10:06:00.1Z"}
///
/// Any other line stays unchanged.
struct DockerDecoder: StreamDecoder {
    private enum Stage {
        case lineStart
        /// In a record that is longer than what is decoded at once: within its text, and after it.
        case text, behindText
        /// In a line that is not a record.
        case otherLine
    }

    private var stage = Stage.lineStart
    private var joiner = LineJoiner()
    private var place = Place.Origin(byte: 0, line: 1, column: 1)
    /// For the text of a long record so far: whether it ended with a line feed, and its edges.
    private var endsWithFeed = false
    private var edges = LineEdges()

    mutating func decode(
        _ input: UnsafeBufferPointer<UInt8>, isLast: Bool, into output: inout DecoderOutput
    ) -> Int {
        var index = 0
        while output.left >= 16 {
            if case .lineStart = stage, joiner.hasMore {
                joiner.putOut(into: &output)
                continue
            }
            guard index < input.count else { break }
            let rest = unsafe UnsafeBufferPointer(rebasing: input[index...])
            let done: Int
            switch stage {
            case .lineStart: done = unsafe readLine(rest, isLast, into: &output)
            case .text: done = unsafe putText(rest, isLast, into: &output)
            case .behindText: done = unsafe skipLine(rest, into: &output)
            case .otherLine: done = unsafe putLine(rest, into: &output)
            }
            if done == 0 { break }
            index += done
        }
        if isLast, index == input.count {
            stage = .lineStart
            joiner.end()
            joiner.putOut(into: &output)
        }
        return index
    }

    /// Reads a line from its beginning. Returns the number of bytes consumed; 0 if more bytes or more room are needed.
    private mutating func readLine(
        _ input: UnsafeBufferPointer<UInt8>, _ isLast: Bool, into output: inout DecoderOutput
    ) -> Int {
        guard let start = input.baseAddress else { return 0 }
        let feed = unsafe memchr(start, 0x0A, input.count).map { unsafe UnsafeRawPointer($0) - UnsafeRawPointer(start) }
        if feed == nil, !isLast {
            guard input.count >= DecoderInput.bytes else { return 0 }
            return unsafe beginLongLine(input, into: &output)
        }
        let line = unsafe UnsafeBufferPointer(rebasing: input[..<(feed ?? input.count)])
        // Decoded text is never longer than its source.
        guard output.left >= line.count + 16 else { return 0 }
        let length = line.count + (feed == nil ? 0 : 1)
        output.steps.seal()
        let (mark, begin) = (output.steps.mark, output.count)
        var reader = unsafe DockerRecordReader(line)
        guard let record = reader.read(into: &output) else {
            output.steps.goBack(to: mark)
            output.goBack(to: begin)
            return unsafe passLine(line, length: length, into: &output)
        }
        let piece = LineJoiner.Piece(
            stream: record.stream, isPartial: record.isPartial, edges: unsafe LineEdges(output.bytes(from: begin)))
        if joiner.mustWait(record.stream) {
            let place = output.below?.origin(ofOffset: place.byte) ?? place
            unsafe joiner.wait(
                piece, place: place, bytes: output.bytes(from: begin), steps: output.steps.added(since: mark))
            output.steps.goBack(to: mark)
            output.goBack(to: begin)
            output.steps.skip(length, endsLine: feed != nil)
        } else {
            output.steps.skip(length - record.textEnd, endsLine: feed != nil)
            joiner.pass(piece)
        }
        move(by: length, endsLine: feed != nil)
        return length
    }

    /// Passes on a line that is not a record.
    private mutating func passLine(
        _ line: UnsafeBufferPointer<UInt8>, length: Int, into output: inout DecoderOutput
    ) -> Int {
        let endsLine = length > line.count
        if joiner.mustWait(.other) {
            var steps = PlaceSteps()
            steps.copy(length, endsLine: endsLine)
            let place = output.below?.origin(ofOffset: place.byte) ?? place
            unsafe joiner.wait(
                LineJoiner.Piece(stream: .other, isPartial: false), place: place,
                bytes: UnsafeBufferPointer(start: line.baseAddress, count: length), steps: steps)
            output.steps.skip(length, endsLine: endsLine)
        } else {
            _ = unsafe output.put(UnsafeBufferPointer(start: line.baseAddress, count: length))
            output.steps.copy(length, endsLine: endsLine)
        }
        move(by: length, endsLine: endsLine)
        return length
    }

    // MARK: Lines that are longer than what is decoded at once

    /// Begins a line that does not fit. A record's stream follows its text, so it is unknown and assumed to be the open
    /// one.
    private mutating func beginLongLine(
        _ input: UnsafeBufferPointer<UInt8>, into output: inout DecoderOutput
    ) -> Int {
        let reader = unsafe DockerRecordReader(input)
        if let length = reader.textStart() {
            stage = .text
            (endsWithFeed, edges) = (false, LineEdges())
            output.steps.skip(length)
            move(by: length, endsLine: false)
            return length
        }
        stage = .otherLine
        return unsafe putLine(input, into: &output)
    }

    private mutating func putText(
        _ input: UnsafeBufferPointer<UInt8>, _ isLast: Bool, into output: inout DecoderOutput
    ) -> Int {
        let begin = output.count
        var text = unsafe EscapedText(input)
        let end = text.decode(isLast: isLast, into: &output)
        if output.count > begin {
            endsWithFeed = unsafe output.bytes(from: output.count - 1)[0] == 0x0A
            edges = unsafe edges.followed(by: LineEdges(output.bytes(from: begin)))
        }
        var done = text.index
        switch end {
        case .quote:
            output.steps.skip(1)
            done += 1
            stage = .behindText
        case .illFormed:
            // The rest of the line is passed on unchanged.
            stage = .otherLine
        case .needsMore, .needsRoom: break
        }
        move(by: done, endsLine: false)
        // Ill-formed text is consumed at once.
        return done > 0 || end != .illFormed ? done : unsafe putLine(input, into: &output)
    }

    private mutating func skipLine(_ input: UnsafeBufferPointer<UInt8>, into output: inout DecoderOutput) -> Int {
        let (count, endsLine) = unsafe countOfLine(input)
        output.steps.skip(count, endsLine: endsLine)
        move(by: count, endsLine: endsLine)
        if endsLine {
            stage = .lineStart
            joiner.passUnknown(isPartial: !endsWithFeed, edges: edges)
        }
        return count
    }

    private mutating func putLine(_ input: UnsafeBufferPointer<UInt8>, into output: inout DecoderOutput) -> Int {
        let (count, _) = unsafe countOfLine(input)
        let put = unsafe output.put(UnsafeBufferPointer(rebasing: input[..<count]))
        let endsLine = unsafe put > 0 && input[put - 1] == 0x0A
        output.steps.copy(put, endsLine: endsLine)
        move(by: put, endsLine: endsLine)
        if endsLine { stage = .lineStart }
        return put
    }

    /// Returns the number of bytes to the end of the line, including its line feed.
    private func countOfLine(_ input: UnsafeBufferPointer<UInt8>) -> (Int, endsLine: Bool) {
        guard let start = input.baseAddress, let feed = unsafe memchr(start, 0x0A, input.count) else {
            return (input.count, false)
        }
        return unsafe (UnsafeRawPointer(feed) - UnsafeRawPointer(start) + 1, true)
    }

    private mutating func move(by count: Int, endsLine: Bool) {
        place.byte += count
        place.column += count
        if endsLine { (place.line, place.column) = (place.line + 1, 1) }
    }
}

/// The contents of a record.
struct DockerRecord {
    var stream = LogStream.other
    /// Whether its text does not end with a line feed.
    var isPartial = false
    /// The number of bytes of the line up to the end of its text.
    var textEnd = 0
}

/// Reads one record, strictly.
@safe
struct DockerRecordReader {
    private let line: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ line: UnsafeBufferPointer<UInt8>) {
        unsafe self.line = unsafe line
    }

    /// Keys that a record may begin with.
    private static let keys: [StaticString] = ["log", "stream", "time", "attrs"]

    private var next: UInt8? { unsafe index < line.count ? line[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0D { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard next == byte else { return false }
        index += 1
        return true
    }

    /// Returns where the text of a record begins, if its first member is `log`; nil for any other line.
    func textStart() -> Int? {
        var reader = self
        if unsafe line.starts(with: [0xEF, 0xBB, 0xBF] as [UInt8]) { reader.index = 3 }
        guard reader.take(UInt8(ascii: "{")), let key = unsafe reader.string(), unsafe Self.matches(key, "log"),
            reader.take(UInt8(ascii: ":")), reader.take(UInt8(ascii: "\""))
        else { return nil }
        return reader.index
    }

    /// Decodes the text of the record; nil if the line is not a record.
    mutating func read(into output: inout DecoderOutput) -> DockerRecord? {
        if unsafe line.starts(with: [0xEF, 0xBB, 0xBF] as [UInt8]) { index = 3 }
        guard take(UInt8(ascii: "{")) else { return nil }
        var record = DockerRecord()
        var (isFirst, hasLog, isOfContainer) = (true, false, false)
        while true {
            guard let key = unsafe string(), take(UInt8(ascii: ":")) else { return nil }
            // A dump begins differently, so it need not be read twice.
            if isFirst { guard Self.keys.contains(where: { unsafe Self.matches(key, $0) }) else { return nil } }
            isFirst = false
            skipSpace()
            if unsafe Self.matches(key, "log"), next == UInt8(ascii: "\"") {
                guard !hasLog, readText(&record, into: &output) else { return nil }
                hasLog = true
            } else if unsafe Self.matches(key, "stream") {
                guard let stream = unsafe string() else { return nil }
                isOfContainer = true
                if unsafe Self.matches(stream, "stdout") { record.stream = .output }
                if unsafe Self.matches(stream, "stderr") { record.stream = .errors }
            } else {
                if unsafe Self.matches(key, "time") { isOfContainer = true }
                guard skipValue() else { return nil }
            }
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { return nil }
            skipSpace()
            return unsafe index == line.count && hasLog && isOfContainer ? record : nil
        }
    }

    private mutating func readText(_ record: inout DockerRecord, into output: inout DecoderOutput) -> Bool {
        index += 1
        output.steps.skip(index)
        let begin = output.count
        var text = unsafe EscapedText(UnsafeBufferPointer(rebasing: line[index...]))
        guard text.decode(isLast: true, into: &output) == .quote else { return false }
        index += text.index + 1
        output.steps.skip(1)
        record.textEnd = index
        record.isPartial = unsafe output.count == begin || output.bytes(from: output.count - 1)[0] != 0x0A
        return true
    }

    /// Reads a string and returns the bytes between its quotes, unchanged.
    private mutating func string() -> UnsafeBufferPointer<UInt8>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = index
        while let byte = next {
            index += 1
            if byte == UInt8(ascii: "\"") {
                return unsafe UnsafeBufferPointer(rebasing: line[start..<index - 1])
            }
            if byte == UInt8(ascii: "\\") { index += 1 }
        }
        return nil
    }

    private static func matches(_ text: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
        guard text.count == word.utf8CodeUnitCount else { return false }
        return unsafe text.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    /// Skips a value, only counting its brackets.
    private mutating func skipValue() -> Bool {
        var depth = 0
        repeat {
            skipSpace()
            guard let byte = next else { return false }
            switch byte {
            case UInt8(ascii: "\""):
                guard unsafe string() != nil else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { return false }
                depth -= 1
                index += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { return false }
                index += 1
            default:
                let start = index
                while let byte = next, !" \t\r,:{}[]\"".utf8.contains(byte) { index += 1 }
                guard index > start else { return false }
            }
        } while depth > 0
        return true
    }
}
