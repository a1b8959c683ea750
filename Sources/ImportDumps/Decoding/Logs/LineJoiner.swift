/// Joins the pieces of long lines, stream by stream: while the line of one stream is not over, lines of the others wait.
struct LineJoiner: Sendable {
    /// Bytes of lines that may wait. Beyond that the line that keeps them waiting is taken to be over.
    private static let limit = 4 * 1024 * 1024

    /// A piece that waits.
    private struct Piece: Sendable {
        var stream: LogStream
        var isPartial: Bool
        var place: Place
        var bytes: [UInt8]
        var steps: PlaceSteps
    }

    /// The stream whose line is not over.
    private var open: LogStream?
    private var pieces: [Piece] = []
    private var waitingBytes = 0
    /// The piece that is being put out, and how much of it was.
    private var current: (index: Int, done: Int)?
    /// All are to go: nothing else comes that they could wait for.
    private var isFlushing = false

    /// Whether a line of this stream has to wait.
    func mustWait(_ stream: LogStream) -> Bool {
        open.map { $0 != stream } ?? false
    }

    /// A piece of this stream was put out.
    mutating func pass(_ stream: LogStream, isPartial: Bool) {
        open = isPartial ? stream : nil
    }

    /// A piece was put out of which nobody knows the stream: it is taken for the one whose line is not over.
    mutating func passUnknown(isPartial: Bool) {
        open = isPartial ? open ?? .output : nil
    }

    /// Whether pieces can be put out now.
    var hasMore: Bool {
        !pieces.isEmpty && (current != nil || isFlushing || waitingBytes > Self.limit || open == nil)
    }

    mutating func wait(
        _ stream: LogStream, isPartial: Bool, place: Place, bytes: UnsafeBufferPointer<UInt8>, steps: PlaceSteps
    ) {
        unsafe pieces.append(
            Piece(stream: stream, isPartial: isPartial, place: place, bytes: Array(bytes), steps: steps))
        // Empty lines take room as well.
        waitingBytes += bytes.count + 4 * steps.words.count + 100
    }

    /// Nothing follows.
    mutating func end() {
        isFlushing = true
    }

    /// Puts out what waits and can go, as far as there is room.
    mutating func putOut(into output: inout DecoderOutput) {
        while hasMore, output.left > 0 {
            if open != nil, current == nil {
                // The line that they wait for does not end.
                output.put(0x0A)
                output.steps.add(1, decoded: 1, original: 0)
                open = nil
                continue
            }
            let (index, done) = current ?? (0, 0)
            let piece = pieces[index]
            let count = unsafe piece.bytes.withUnsafeBufferPointer { bytes in
                unsafe output.put(UnsafeBufferPointer(rebasing: bytes[done...]))
            }
            if done == 0 { output.steps.addAside(piece.steps, from: piece.place) }
            guard done + count == piece.bytes.count else {
                current = (index, done + count)
                return
            }
            current = nil
            pieces.remove(at: index)
            waitingBytes -= piece.bytes.count + 4 * piece.steps.words.count + 100
            open = piece.isPartial ? piece.stream : nil
            if piece.isPartial { putNext(of: piece.stream) }
        }
    }

    /// Of those that wait, the next piece of the line that is not over goes first.
    private mutating func putNext(of stream: LogStream) {
        guard let index = pieces.firstIndex(where: { $0.stream == stream }) else { return }
        current = (index, 0)
    }
}
