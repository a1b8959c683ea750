private import Glibc

/// Removes the prefix of each line that has one, and joins lines that come in pieces. Lines without a prefix stay
/// unchanged.
struct PrefixDecoder: StreamDecoder {
    private enum Stage {
        case lineStart
        case text(LinePrefix)
        case dropped
        /// In a line that has to wait: its prefix, and where its text begins.
        case waiting(LinePrefix, Place.Origin)
    }

    private let form: LineForm
    private var stage = Stage.lineStart
    private var joiner = LineJoiner()
    /// The place of the next byte of the input.
    private var place = Place.Origin(byte: 0, line: 1, column: 1)
    private var isAtStart = true
    /// Whether lines without a prefix continue the one before, whose dump is written over several lines.
    private var isContinued = false
    /// The text of a waiting line, as far as it was read.
    private var held: [UInt8] = []
    /// The edges of the part of a line that was passed on since it began or last waited.
    private var edges = LineEdges()

    init(_ form: LineForm) {
        self.form = form
    }

    mutating func decode(
        _ input: UnsafeBufferPointer<UInt8>, isLast: Bool, into output: inout DecoderOutput
    ) -> Int {
        var index = 0
        while output.left > 0 {
            if joiner.hasMore, held.isEmpty, isBetweenPieces {
                joiner.putOut(into: &output)
                continue
            }
            if case .waiting(let prefix, _) = stage, held.isEmpty, !joiner.mustWait(prefix.stream) {
                stage = .text(prefix)
                edges = LineEdges()
            }
            if case .lineStart = stage {
                guard index < input.count, let begun = unsafe beginLine(input, at: index, isLast, &output) else {
                    break
                }
                index += begun
            }
            guard index < input.count else { break }
            let rest = unsafe UnsafeBufferPointer(rebasing: input[index...])
            index += unsafe goOn(rest, into: &output)
        }
        if isLast, index == input.count { endStream(into: &output) }
        return index
    }

    /// Whether no line is being passed on.
    private var isBetweenPieces: Bool {
        switch stage {
        case .lineStart, .waiting: true
        case .text, .dropped: false
        }
    }

    /// Classifies a line by its beginning. Returns the length of its prefix; nil if more bytes are needed.
    private mutating func beginLine(
        _ input: UnsafeBufferPointer<UInt8>, at index: Int, _ isLast: Bool, _ output: inout DecoderOutput
    ) -> Int? {
        let limit = min(input.count - index, LinePrefix.limit)
        guard let start = unsafe input.baseAddress.map({ unsafe $0 + index }) else { return nil }
        let feed = unsafe memchr(start, 0x0A, limit).map { unsafe UnsafeRawPointer($0) - UnsafeRawPointer(start) }
        guard feed != nil || limit == LinePrefix.limit || isLast else { return nil }
        var line = unsafe UnsafeBufferPointer(start: start, count: feed ?? limit)
        var mark = 0
        if isAtStart {
            isAtStart = false
            if unsafe line.starts(with: [0xEF, 0xBB, 0xBF] as [UInt8]) {
                mark = 3
                unsafe line = unsafe UnsafeBufferPointer(rebasing: line[3...])
            }
        }
        var prefix: LinePrefix
        if let found = unsafe form.prefix(of: line) {
            prefix = found
            isContinued = false
        } else {
            if form.allowsContinuations, joiner.hasJustBegunDump { isContinued = true }
            prefix = LinePrefix(length: 0, stream: isContinued ? .only : .other)
        }
        prefix.length += mark
        output.steps.skip(prefix.length)
        move(by: prefix.length)
        if prefix.isDropped {
            stage = .dropped
        } else if joiner.mustWait(prefix.stream) {
            // The place is determined now, because the map below has forgotten it by the time the line is passed on.
            stage = .waiting(prefix, output.below?.origin(ofOffset: place.byte) ?? place)
        } else {
            stage = .text(prefix)
            edges = LineEdges()
        }
        return prefix.length
    }

    /// Continues within a line, to its end if there is room. Returns the number of bytes consumed.
    private mutating func goOn(_ input: UnsafeBufferPointer<UInt8>, into output: inout DecoderOutput) -> Int {
        guard let start = input.baseAddress else { return 0 }
        let feed = unsafe memchr(start, 0x0A, input.count).map { unsafe UnsafeRawPointer($0) - UnsafeRawPointer(start) }
        let text = unsafe UnsafeBufferPointer(rebasing: input[..<(feed ?? input.count)])
        switch stage {
        case .lineStart:
            return 0
        case .dropped:
            output.steps.skip(text.count)
            move(by: text.count)
        case .waiting(let prefix, let place):
            unsafe held.append(contentsOf: text)
            output.steps.skip(text.count)
            move(by: text.count)
            // A line that does not fit waits in several pieces.
            if feed == nil, held.count > DecoderInput.bytes {
                hold(prefix, place, isPartial: true)
                self.stage = .waiting(
                    LinePrefix(length: 0, stream: prefix.stream, isPartial: prefix.isPartial),
                    output.below?.origin(ofOffset: self.place.byte) ?? self.place)
            }
        case .text:
            let count = unsafe output.put(text)
            edges = unsafe edges.followed(by: LineEdges(UnsafeBufferPointer(rebasing: text[..<count])))
            output.steps.copy(count)
            move(by: count)
            guard count == text.count else { return count }
        }
        guard feed != nil else { return text.count }
        switch stage {
        case .text(let prefix):
            if prefix.isPartial {
                output.steps.skip(1, endsLine: true)
            } else {
                guard output.left > 0 else { return text.count }
                output.put(0x0A)
                output.steps.copy(1, endsLine: true)
            }
            joiner.pass(LineJoiner.Piece(stream: prefix.stream, isPartial: prefix.isPartial, edges: edges))
        case .waiting(let prefix, let place):
            if !prefix.isPartial { held.append(0x0A) }
            output.steps.skip(1, endsLine: true)
            hold(prefix, place, isPartial: prefix.isPartial)
        case .dropped, .lineStart:
            output.steps.skip(1, endsLine: true)
        }
        stage = .lineStart
        place = Place.Origin(byte: place.byte + 1, line: place.line + 1, column: 1)
        return text.count + 1
    }

    private mutating func hold(_ prefix: LinePrefix, _ place: Place.Origin, isPartial: Bool) {
        var steps = PlaceSteps()
        steps.copy(held.count)
        unsafe held.withUnsafeBufferPointer { bytes in
            let piece = unsafe LineJoiner.Piece(
                stream: prefix.stream, isPartial: isPartial, edges: LineEdges(bytes))
            unsafe joiner.wait(piece, place: place, bytes: bytes, steps: steps)
        }
        held.removeAll(keepingCapacity: true)
    }

    private mutating func endStream(into output: inout DecoderOutput) {
        if case .waiting(let prefix, let place) = stage, !held.isEmpty {
            hold(prefix, place, isPartial: prefix.isPartial)
        }
        stage = .lineStart
        joiner.end()
        joiner.putOut(into: &output)
    }

    private mutating func move(by count: Int) {
        place.byte += count
        place.column += count
    }
}
