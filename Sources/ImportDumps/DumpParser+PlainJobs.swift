private import Glibc

// Reading plain jobs: one on each line with nothing to note, as many as follow one another.

extension DumpParser {
    /// The number of bytes of a window that are worth a thread.
    private static let bytesForThread = 32 * 1024
    /// The shares of a window for this thread and for each helper. This thread also takes in what all of them read.
    private static let (ownPart, helperPart) = (3, 5)

    /// Reads plain jobs from the position on. Returns false if there are none.
    ///
    /// The first document of an input is excluded: it may be the only one, and then all of the input's bytes belong to
    /// it.
    mutating func readPlainJobs(into sink: any DumpReceiver) throws -> Bool {
        guard let plainJobs, takesPlainJobs, held != nil || input.deliveredCount > 0, !input.isBehindHTTPHead,
            scanner.window.placeMap == nil
        else { return false }
        if try adoptPlainJobs(into: sink) { return true }
        let helpers = startHelpers(sink)
        // The helpers work on the window, which must not slide before they are done.
        defer { waitForHelpers(helpers) }
        let end = helpers.first?.start ?? plainJobsAhead.first?.outcome.start.byte ?? .max
        var hasRead = false
        while scanner.window.offset < end {
            let text = unsafe scanner.window.bytes
            var count = unsafe plainJobs.read(
                text, at: scanner.window.position,
                before: end == .max ? .max : end - scanner.window.offset + scanner.window.position)
            guard count > 0 else { break }
            let place = scanner.window.passPlace(ofOffset: scanner.window.offset)
            // Shows that another document follows the held one.
            input.place = place
            if held != nil || input.hasRefused { try deliverHeld(to: sink, isFollowed: true) }
            let position = input.nextPosition(of: place)
            // A job on a line on which another document began has another kind of position than those below it.
            if position != .line(place) { count = 1 }
            let taken = try plainJobs.handOver(count) {
                try unsafe sink.consume($0, $1, text: text.span, at: position)
            }
            guard taken > 0 else { break }
            var last = place
            if taken > 1 {
                last = Place(
                    byte: place.byte + plainJobs.distance(to: taken - 1), line: place.line + taken - 1, column: 1)
            }
            found(taken, lastAt: last)
            scanner.window.passLines(taken, bytes: plainJobs.distance(to: taken))
            hasRead = true
            guard taken == count else { break }
        }
        return hasRead
    }

    private mutating func found(_ jobs: Int, lastAt place: Place) {
        _ = input.position(of: place)
        input.foundJob()
        input.jobCount += jobs - 1
        input.deliveredCount += jobs
    }

    /// Adopts what a helper read, if it began at the position.
    private mutating func adoptPlainJobs(into sink: any DumpReceiver) throws -> Bool {
        while let (helper, outcome) = plainJobsAhead.first, outcome.start.byte <= scanner.window.offset {
            plainJobsAhead.removeFirst()
            guard outcome.start.byte == scanner.window.offset, outcome.jobs > 0 else {
                helper.taker.forget()
                continue
            }
            if let error = outcome.error { throw error }
            input.place = outcome.start
            if held != nil || input.hasRefused { try deliverHeld(to: sink, isFollowed: true) }
            try sink.adopt(helper.taker)
            found(
                outcome.jobs,
                lastAt: Place(byte: outcome.end, line: outcome.start.line + outcome.jobs - 1, column: 1))
            if outcome.end - scanner.window.startOffset <= scanner.window.count {
                _ = scanner.window.passPlace(ofOffset: outcome.start.byte)
                scanner.window.passLines(outcome.jobs, bytes: outcome.end - outcome.start.byte)
            } else {
                scanner.advance(to: outcome.end)
            }
            return true
        }
        return false
    }

    /// Starts helpers further down in the window, if worthwhile. Returns them and the offset where each began.
    private mutating func startHelpers(_ sink: any DumpReceiver) -> [(helper: PlainJobHelper, start: Int)] {
        let window = scanner.window.position..<scanner.window.count
        guard plainJobHelperCount > 0, plainJobsAhead.isEmpty, window.count >= 2 * Self.bytesForThread,
            makeHelpers(sink)
        else { return [] }
        var started: [(PlainJobHelper, Int)] = []
        var last = window.lowerBound
        let bytes = unsafe scanner.window.bytes
        let count = min(plainJobHelpers.count, window.count / Self.bytesForThread - 1)
        for (number, helper) in plainJobHelpers.prefix(count).enumerated() {
            let parts = (before: Self.ownPart + Self.helperPart * number, all: Self.ownPart + Self.helperPart * count)
            let aim = window.lowerBound + window.count * parts.before / parts.all
            guard let base = bytes.baseAddress, aim > last,
                let feed = unsafe memchr(base + aim, 0x0A, window.upperBound - aim)
            else { break }
            let index = unsafe UnsafeRawPointer(feed) - UnsafeRawPointer(base) + 1
            guard index < window.upperBound, unsafe bytes[index] == UInt8(ascii: "{") else { break }
            let offset = scanner.window.offset + index - window.lowerBound
            unsafe helper.start(
                .init(bytes: bytes, index: index, place: scanner.window.place(ofLineAt: offset)))
            started.append((helper, offset))
            last = index
        }
        return started
    }

    private mutating func makeHelpers(_ sink: any DumpReceiver) -> Bool {
        guard plainJobHelpers.isEmpty else { return true }
        // More would be idle in a window of the usual size.
        let most = scanner.window.capacity / Self.bytesForThread - 1
        for _ in 0..<max(0, min(plainJobHelperCount, most)) {
            guard let taker = sink.makeTaker(),
                let helper = PlainJobHelper(
                    kernel: scanner.window.kernel, refusesRepeatedIDs: plainJobs?.refusesRepeatedIDs ?? false,
                    taker: taker)
            else { break }
            plainJobHelpers.append(helper)
        }
        if plainJobHelpers.isEmpty { plainJobHelperCount = 0 }
        return !plainJobHelpers.isEmpty
    }

    private mutating func waitForHelpers(_ started: [(helper: PlainJobHelper, start: Int)]) {
        for (helper, _) in started {
            if let outcome = helper.wait() { plainJobsAhead.append((helper, outcome)) }
        }
    }
}
