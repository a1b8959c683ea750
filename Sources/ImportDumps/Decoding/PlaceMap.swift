import Synchronization

/// Where the bytes of a decoded stream lay in what it was decoded from.
///
/// A decoder adds steps as it decodes, perhaps on a thread of its own; the scanner asks for places in order, and forgets
/// what lies behind it. So only what was read ahead is in memory, in some four bytes for each line or escape of it.
final class PlaceMap: Sendable {
    /// The map of what was decoded in turn: a log in UTF-16 has two.
    private let below: PlaceMap?
    private let state: Mutex<State>

    /// - Parameter start: the place in what lies below of the first byte; its beginning as a rule.
    init(below: PlaceMap?, start: Place? = nil) {
        self.below = below
        state = Mutex(State(start: start))
    }

    func add(_ steps: PlaceSteps) {
        guard !steps.words.isEmpty else { return }
        state.withLock { $0.steps += steps.words }
    }

    /// The place in the original of the byte at this offset; behind the last one, the end of the original.
    func origin(ofOffset offset: Int) -> Place.Origin {
        let cursor = state.withLock { $0.place(ofOffset: offset) }
        if let aside = cursor.aside { return aside.place }
        return below?.origin(ofOffset: cursor.main.byte) ?? cursor.main.place
    }

    /// What comes before this offset is not asked for any more.
    func forget(before offset: Int) {
        let byte = state.withLock { $0.forget(before: offset) }
        below?.forget(before: byte)
    }

    private struct State {
        var steps: [UInt32] = []
        /// The oldest that can be asked for.
        private var front = Cursor()
        /// Where the last one was asked for: places are asked for in order.
        private var last = Cursor()

        init(start: Place?) {
            guard let start else { return }
            front.begin(at: start)
            last = front
        }

        mutating func place(ofOffset offset: Int) -> Cursor {
            if offset < last.offset { last = front }
            last.move(to: offset, over: steps)
            return last
        }

        mutating func forget(before offset: Int) -> Int {
            front.move(to: offset, over: steps)
            if last.offset < front.offset { last = front }
            if front.index > 4096, front.index > steps.count / 2 {
                steps.removeFirst(front.index)
                last.index -= front.index
                front.index = 0
            }
            return front.main.byte
        }
    }

    private struct Position {
        var byte = 0
        var line = 1
        var lineStart = 0

        var place: Place.Origin { Place.Origin(byte: byte, line: line, column: byte - lineStart + 1) }
    }

    private struct Cursor {
        /// The next step, and how many times of it were passed.
        var index = 0
        private var passed = 0
        private(set) var offset = 0
        private(set) var main = Position()
        private(set) var aside: Position?

        mutating func begin(at place: Place) {
            main = Position(byte: place.byte, line: place.line, lineStart: place.byte - place.column + 1)
        }

        mutating func move(to target: Int, over steps: [UInt32]) {
            while index < steps.count {
                let step = steps[index]
                if step == PlaceSteps.asideBegins {
                    func number(_ word: Int) -> Int { Int(steps[index + word]) | Int(steps[index + word + 1]) << 32 }
                    aside = Position(byte: number(1), line: number(3), lineStart: number(5))
                    index += 1 + PlaceSteps.asideWords
                    continue
                }
                if step == PlaceSteps.asideEnds {
                    aside = nil
                    index += 1
                    continue
                }
                let decoded = Int(step >> 20 & 7)
                let original = Int(step >> 23 & 0xFF)
                let left = Int(step & 0xFFFFF) - passed
                let wanted = decoded == 0 ? left : min(left, max(0, target - offset) / decoded)
                let endsLine = wanted == left && step >> 31 == 1
                offset += wanted * decoded
                if aside == nil {
                    Self.move(&main, by: wanted * original, endsLine: endsLine)
                } else {
                    aside.map { position in
                        var position = position
                        Self.move(&position, by: wanted * original, endsLine: endsLine)
                        aside = position
                    }
                }
                guard wanted == left else {
                    passed += wanted
                    return
                }
                index += 1
                passed = 0
            }
        }

        private static func move(_ position: inout Position, by bytes: Int, endsLine: Bool) {
            position.byte += bytes
            if endsLine {
                position.line += 1
                position.lineStart = position.byte
            }
        }
    }
}
