/// Puts the lines of several streams in order. While a line of one stream is incomplete, lines of the others wait. They
/// also wait while a dump written over several lines is incomplete, until the brackets at the edges of its lines are
/// closed.
struct LineJoiner: Sendable {
    /// The number of bytes of lines that may wait. Beyond that, lines are passed on, wherever they end up.
    private static let limit = 4 * 1024 * 1024

    /// A line, or a piece of one.
    struct Piece: Sendable {
        var stream: LogStream
        /// Whether its line continues with the next piece of its stream.
        var isPartial: Bool
        var edges = LineEdges()
    }

    private struct Waiting: Sendable {
        var piece: Piece
        var place: Place.Origin
        var bytes: [UInt8]
        var steps: PlaceSteps

        // Empty lines take memory too.
        var size: Int { bytes.count + 4 * steps.words.count + 100 }
    }

    /// The stream that continues alone, because its line or its dump is incomplete.
    private var open: LogStream?
    private var isMidLine = false
    /// The edges of the line so far.
    private var line = LineEdges()
    private var dump: OpenDump?

    /// An incomplete dump that is written over several lines.
    private struct OpenDump: Sendable {
        var stream: LogStream
        /// The number of brackets that are not closed.
        var depth: Int
        /// Whether all lines but the first are indented; nil if there are none yet.
        var isIndented: Bool?
    }

    /// The pieces that wait, from the one with the number `first` on; nil for those that were passed on before others.
    private var waiting: [Waiting?] = []
    private var first = 0
    /// The index of the first piece that still waits.
    private var front = 0
    /// The numbers of the waiting pieces of each stream.
    private var numbers: [LogStream: Numbers] = [:]
    private var waitingBytes = 0
    /// The number of the next piece to be passed on, and how many of its bytes already were.
    private var current: (number: Int, done: Int)?

    /// Numbers in the order in which they are taken.
    private struct Numbers: Sendable {
        private var all: [Int] = []
        private var taken = 0

        var next: Int? { taken < all.count ? all[taken] : nil }

        mutating func append(_ number: Int) { all.append(number) }

        mutating func take() {
            taken += 1
            if taken > 1000, taken * 2 > all.count {
                all.removeFirst(taken)
                taken = 0
            }
        }
    }
    private var isFlushing = false

    /// Whether a line of this stream has to wait.
    func mustWait(_ stream: LogStream) -> Bool {
        open.map { $0 != stream } ?? false
    }

    /// Whether the line before begins a dump that is written over several lines.
    var hasJustBegunDump: Bool { dump.map { $0.isIndented == nil } ?? false }

    /// Notes that a piece was passed on.
    mutating func pass(_ piece: Piece) {
        line = isMidLine ? line.followed(by: piece.edges) : piece.edges
        isMidLine = piece.isPartial
        if !isMidLine { endLine(of: piece.stream) }
        open = isMidLine ? piece.stream : dump?.stream
    }

    private mutating func endLine(of stream: LogStream) {
        guard var dump else {
            if line.beginsJSON, line.opened > 0 { self.dump = OpenDump(stream: stream, depth: line.opened) }
            return
        }
        guard stream == dump.stream, !line.isBlank else { return }
        if dump.isIndented == true, !line.isIndented {
            // Either its last line, or it was cut off and the next one begins.
            dump.depth = line.closed > 0 ? 0 : line.opened
        } else {
            dump.depth += line.opened - line.closed
            if dump.isIndented == nil { dump.isIndented = line.isIndented }
        }
        self.dump = dump.depth > 0 ? dump : nil
    }

    /// Notes that a piece of an unknown stream was passed on, which is assumed to be the current one.
    mutating func passUnknown(isPartial: Bool, edges: LineEdges) {
        pass(Piece(stream: open ?? .output, isPartial: isPartial, edges: edges))
    }

    /// Whether waiting lines can be passed on now.
    var hasMore: Bool {
        !waiting.isEmpty && (current != nil || open == nil || isFlushing || waitingBytes > Self.limit)
    }

    mutating func wait(_ piece: Piece, place: Place.Origin, bytes: UnsafeBufferPointer<UInt8>, steps: PlaceSteps) {
        let waiting = unsafe Waiting(piece: piece, place: place, bytes: Array(bytes), steps: steps)
        waitingBytes += waiting.size
        numbers[piece.stream, default: Numbers()].append(first + self.waiting.count)
        self.waiting.append(waiting)
    }

    /// Notes that nothing follows.
    mutating func end() {
        isFlushing = true
    }

    /// Passes on waiting lines that can go, as far as there is room.
    mutating func putOut(into output: inout DecoderOutput) {
        while hasMore, output.left > 0 {
            if open != nil, current == nil {
                // The line for which the others wait does not end.
                if isMidLine {
                    output.put(0x0A)
                    output.steps.add(1, decoded: 1, original: 0)
                }
                (open, dump, isMidLine) = (nil, nil, false)
                continue
            }
            let (number, done) = current ?? (first + front, 0)
            guard let next = waiting[number - first] else {
                removeFront()
                continue
            }
            let count = unsafe next.bytes.withUnsafeBufferPointer { bytes in
                unsafe output.put(UnsafeBufferPointer(rebasing: bytes[done...]))
            }
            if done == 0 { output.steps.addAside(next.steps, from: next.place) }
            guard done + count == next.bytes.count else {
                current = (number, done + count)
                return
            }
            waiting[number - first] = nil
            waitingBytes -= next.size
            let stream = next.piece.stream
            numbers[stream]?.take()
            if numbers[stream]?.next == nil { numbers[stream] = nil }
            pass(next.piece)
            // Waiting lines that continue this one come first.
            current = open.flatMap { numbers[$0]?.next }.map { ($0, 0) }
            removeFront()
        }
    }

    private mutating func removeFront() {
        while front < waiting.count, waiting[front] == nil { front += 1 }
        // Half of the pieces are moved at most once, and memory does not grow with the log.
        if front == waiting.count || front > 1000 && front * 2 > waiting.count {
            first += front
            waiting.removeFirst(front)
            front = 0
        }
    }
}

/// The brackets at both edges of a line, or of a piece of one. They suffice to tell whether a dump written over several
/// lines is complete. Brackets in strings are never at an edge, because a quote is there.
struct LineEdges: Sendable {
    /// The number of closing brackets before anything else, and of opening brackets after everything else.
    private(set) var closed = 0
    private(set) var opened = 0
    private(set) var isBlank = true
    private(set) var isIndented = false
    /// Whether the first character opens an object or an array.
    private(set) var beginsJSON = false
    private var hasOnlyClosing = true
    private var hasOnlyOpening = true

    init() {}

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        unsafe isIndented = bytes.first.map { $0 == 0x20 || $0 == 0x09 } ?? false
        var start = 0
        while start < bytes.count {
            let byte = unsafe bytes[start]
            if byte | 0x20 == UInt8(ascii: "}") { closed += 1 } else if byte > 0x20 { break }
            start += 1
        }
        var end = bytes.count
        while end > start {
            let byte = unsafe bytes[end - 1]
            if byte | 0x20 == UInt8(ascii: "{") { opened += 1 } else if byte > 0x20 { break }
            end -= 1
        }
        isBlank = closed == 0 && start == bytes.count
        unsafe beginsJSON = closed == 0 && start < bytes.count && bytes[start] | 0x20 == UInt8(ascii: "{")
        hasOnlyClosing = start == bytes.count
        hasOnlyOpening = closed == 0 && end == start
    }

    /// Returns the edges of a line that continues with another piece.
    func followed(by next: LineEdges) -> LineEdges {
        var edges = self
        if hasOnlyClosing { edges.closed += next.closed }
        edges.opened = next.hasOnlyOpening ? opened + next.opened : next.opened
        if isBlank {
            edges.beginsJSON = next.beginsJSON
            if !isIndented { edges.isIndented = next.isIndented }
        }
        edges.isBlank = isBlank && next.isBlank
        edges.hasOnlyClosing = hasOnlyClosing && next.hasOnlyClosing
        edges.hasOnlyOpening = hasOnlyOpening && next.hasOnlyOpening
        return edges
    }
}
