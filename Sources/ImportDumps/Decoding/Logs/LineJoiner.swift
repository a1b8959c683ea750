/// Puts the lines of several streams in order: while a line of one stream is not over, lines of the others wait, and so
/// they do while a dump that is written over several lines is not over (from a line `{` to a line `}`).
struct LineJoiner: Sendable {
    /// Bytes of lines that may wait. Beyond that they go, wherever they come to stand.
    private static let limit = 4 * 1024 * 1024

    /// A line, or a piece of one.
    struct Piece: Sendable {
        var stream: LogStream
        /// Its line goes on with the next piece of its stream.
        var isPartial: Bool
        /// All there is on its line, if that is one bracket.
        var bracket: UInt8? = nil
    }

    private struct Waiting: Sendable {
        var piece: Piece
        var place: Place.Origin
        var bytes: [UInt8]
        var steps: PlaceSteps

        // Empty lines take room as well.
        var size: Int { bytes.count + 4 * steps.words.count + 100 }
    }

    /// The stream that goes on alone, because its line or its dump is not over.
    private var open: LogStream?
    private var isMidLine = false
    /// The stream in which a dump began that is written over several lines.
    private var inDump: LogStream?

    private var waiting: [Waiting?] = []
    /// Those before are gone.
    private var front = 0
    private var waitingBytes = 0
    /// The one that goes next, and how much of it went.
    private var current: (index: Int, done: Int)?
    private var isFlushing = false

    /// Whether a line of this stream has to wait.
    func mustWait(_ stream: LogStream) -> Bool {
        open.map { $0 != stream } ?? false
    }

    /// A piece was put out.
    mutating func pass(_ piece: Piece) {
        if !piece.isPartial {
            if piece.bracket.map({ $0 | 0x20 == UInt8(ascii: "{") }) == true, inDump == nil, !isMidLine {
                inDump = piece.stream
            } else if piece.bracket.map({ $0 | 0x20 == UInt8(ascii: "}") }) == true, inDump == piece.stream {
                inDump = nil
            }
        }
        isMidLine = piece.isPartial
        open = piece.isPartial ? piece.stream : inDump
    }

    /// A piece was put out of which nobody knows the stream: it is taken for the one that goes on.
    mutating func passUnknown(isPartial: Bool) {
        pass(Piece(stream: open ?? .output, isPartial: isPartial, bracket: nil))
    }

    /// Whether lines that wait can go now.
    var hasMore: Bool {
        !waiting.isEmpty && (current != nil || open == nil || isFlushing || waitingBytes > Self.limit)
    }

    mutating func wait(_ piece: Piece, place: Place.Origin, bytes: UnsafeBufferPointer<UInt8>, steps: PlaceSteps) {
        let waiting = unsafe Waiting(piece: piece, place: place, bytes: Array(bytes), steps: steps)
        waitingBytes += waiting.size
        self.waiting.append(waiting)
    }

    /// Nothing follows.
    mutating func end() {
        isFlushing = true
    }

    /// Puts out what waits and can go, as far as there is room.
    mutating func putOut(into output: inout DecoderOutput) {
        while hasMore, output.left > 0 {
            if open != nil, current == nil {
                // What they wait for does not end.
                if isMidLine {
                    output.put(0x0A)
                    output.steps.add(1, decoded: 1, original: 0)
                }
                (open, inDump, isMidLine) = (nil, nil, false)
                continue
            }
            let (index, done) = current ?? (front, 0)
            guard let next = waiting[index] else {
                removeFront()
                continue
            }
            let count = unsafe next.bytes.withUnsafeBufferPointer { bytes in
                unsafe output.put(UnsafeBufferPointer(rebasing: bytes[done...]))
            }
            if done == 0 { output.steps.addAside(next.steps, from: next.place) }
            guard done + count == next.bytes.count else {
                current = (index, done + count)
                return
            }
            waiting[index] = nil
            waitingBytes -= next.size
            pass(next.piece)
            // Of those that wait, the ones that go on with it come first.
            current = open.flatMap { open in
                waiting[(index + 1)...].firstIndex { $0?.piece.stream == open }.map { ($0, 0) }
            }
            removeFront()
        }
    }

    private mutating func removeFront() {
        while front < waiting.count, waiting[front] == nil { front += 1 }
        if front == waiting.count {
            waiting.removeAll()
            front = 0
        }
    }
}
