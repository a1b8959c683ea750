import ImportFoundation

/// Takes in plain jobs of a stretch of an input on a separate thread, before it is certain that they will be read. The
/// consumer that made it adopts them once reading reaches the first of them; otherwise, none of them is used.
package protocol PlainJobTaker: AnyObject, Sendable {
    /// Takes jobs on consecutive lines. The first job that is not taken will come row by row, and no more are taken
    /// after it.
    ///
    /// - Parameters:
    ///   - runs: the runs of all the jobs, as in ``DumpSink/consume(_:_:text:at:)``.
    ///   - position: the position of the first job.
    /// - Returns: the number of jobs taken.
    func take(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Int

    /// Drops what was taken.
    func forget()
}

/// A thread that reads plain jobs further down in the window, while the parser reads those at its front.
///
/// The two only meet if the parser reaches exactly the line where the helper began, and a plain job begins there. In
/// that case, the parser would have read the stretch in the same way, because plain jobs do not depend on one another.
/// Anything else is read by the parser alone.
final class PlainJobHelper {
    /// What to read: a block of bytes from the start of a line on.
    @unsafe
    struct Stretch {
        var bytes: UnsafeBufferPointer<UInt8>
        var index: Int
        /// The place of that line in the input.
        var place: Place
    }

    /// The result of a stretch.
    struct Outcome {
        var start: Place
        var jobs = 0
        /// The offset of the first job that was not taken.
        var end: Int
        var error: (any Error)?
    }

    /// What both threads work on, one at a time: the parser's thread from ``wait()`` to ``start(_:)``, otherwise the
    /// helper's.
    @safe
    private final class Desk: @unchecked Sendable {
        let begin = Semaphore()
        let done = Semaphore()
        let taker: any PlainJobTaker
        let reader: PlainJobReader
        /// Nil to end the thread.
        var stretch: Stretch?
        var outcome: Outcome?

        init(_ taker: any PlainJobTaker, _ reader: PlainJobReader) {
            self.taker = taker
            self.reader = reader
        }
    }

    private let desk: Desk
    private var thread: WorkerThread?

    var taker: any PlainJobTaker { desk.taker }

    /// Nil if the system cannot provide a thread.
    init?(kernel: RowKernel, refusesRepeatedIDs: Bool, taker: any PlainJobTaker) {
        let reader = PlainJobReader(kernel: kernel)
        reader.refusesRepeatedIDs = refusesRepeatedIDs
        let desk = Desk(taker, reader)
        self.desk = desk
        thread = WorkerThread {
            while true {
                desk.begin.waitAwake()
                guard let stretch = unsafe desk.stretch else { return }
                desk.outcome = unsafe Self.read(stretch, desk)
                unsafe desk.stretch = nil
                desk.done.post()
            }
        }
        guard thread != nil else { return nil }
    }

    deinit {
        desk.begin.post()
        // Waits for the thread's end.
        thread = nil
    }

    /// Starts reading a stretch, whose bytes must stay valid until ``wait()`` returns.
    func start(_ stretch: Stretch) {
        unsafe desk.stretch = stretch
        desk.begin.post()
    }

    /// Waits until the stretch is read, and returns the result.
    func wait() -> Outcome? {
        desk.done.waitAwake()
        return desk.outcome
    }

    private static func read(_ stretch: Stretch, _ desk: Desk) -> Outcome {
        var (index, place) = unsafe (stretch.index, stretch.place)
        var outcome = unsafe Outcome(start: stretch.place, end: stretch.place.byte)
        do {
            while case let count = unsafe desk.reader.read(stretch.bytes, at: index), count > 0 {
                let taken = try desk.reader.handOver(count) {
                    try unsafe desk.taker.take($0, $1, text: stretch.bytes.span, at: .line(place))
                }
                let distance = desk.reader.distance(to: taken)
                place = Place(byte: place.byte + distance, line: place.line + taken, column: 1)
                index += distance
                outcome.jobs += taken
                guard taken == count else { break }
            }
        } catch {
            outcome.error = error
        }
        outcome.end = place.byte
        return outcome
    }
}
