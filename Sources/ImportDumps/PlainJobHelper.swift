import ImportFoundation

/// Takes in plain jobs of a stretch of an input, on a thread of its own, before anyone knows that they are read: the
/// consumer that made it adopts them when reading has come to the first of them, or nothing of them is used.
package protocol PlainJobTaker: AnyObject, Sendable {
    /// Takes jobs on lines one after another; returns how many. The one after them is to come row by row, and no more are
    /// taken then.
    ///
    /// - Parameters:
    ///   - runs: of all of them, as in ``DumpSink/consume(_:_:text:at:)``.
    ///   - position: of the first one.
    func take(
        _ jobs: Span<PlainJob>, _ runs: Span<RowRun>, text: Span<UInt8>, at position: DocumentPosition
    ) throws -> Int

    /// Drops what was taken.
    func forget()
}

/// A thread that reads plain jobs further down in the window, while the parser reads those at its front.
///
/// The two only meet where a line begins with a plain job, and the parser comes to exactly there: then the stretch would
/// have been read the same way by the parser itself, for plain jobs say nothing of one another. Whatever is unlike that
/// is read by the parser alone.
final class PlainJobHelper {
    /// What is to be read: from a line of a block of bytes on.
    @unsafe
    struct Stretch {
        var bytes: UnsafeBufferPointer<UInt8>
        var index: Int
        /// Where that is in the input, at the beginning of a line.
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

    /// What both threads work on, one at a time: the parser's from ``wait()`` to ``start(_:)``, else the helper's own.
    @safe
    private final class Desk: @unchecked Sendable {
        let begin = Semaphore()
        let done = Semaphore()
        let taker: any PlainJobTaker
        let reader: PlainJobReader
        /// Nil if the thread is to end.
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
        // Waits for its end.
        thread = nil
    }

    /// The bytes must stay until ``wait()`` returns.
    func start(_ stretch: Stretch) {
        unsafe desk.stretch = stretch
        desk.begin.post()
    }

    /// Waits until the stretch is read.
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
