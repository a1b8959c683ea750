import ImportFoundation
import Synchronization

/// Maps the bytes of a decoded stream to their places in the original.
///
/// A decoder adds steps as it decodes, perhaps on another thread. The scanner asks for places in order, and drops those
/// that it has passed. So only what was read ahead is in memory, at about four bytes for each line or escape.
final class PlaceMap: Sendable {
    /// The map of the layer below, if there is one: a log in UTF-16 has two.
    private let below: PlaceMap?
    /// How far back places in the layer below are kept, in bytes of it.
    private let margin: Int
    private let state: Lock<State>

    /// - Parameters:
    ///   - start: the place of the first byte in the layer below; usually its beginning.
    ///   - margin: the number of bytes before a place here whose places in the layer below are still needed.
    init(below: PlaceMap?, start: Place? = nil, margin: Int = 0) {
        self.below = below
        self.margin = margin
        state = Lock(State(start: start))
    }

    func add(_ steps: PlaceSteps) {
        guard !steps.words.isEmpty else { return }
        state.withLock { $0.steps += steps.words }
    }

    /// Returns the place in the original of the byte at this offset; after the last one, the end of the original.
    func origin(ofOffset offset: Int) -> Place.Origin {
        let cursor = state.withLock { $0.place(ofOffset: offset) }
        if let aside = cursor.aside { return aside.place }
        return below?.origin(ofOffset: cursor.main.byte) ?? cursor.main.place
    }

    /// Drops places before this offset, which are no longer needed.
    func forget(before offset: Int) {
        let byte = state.withLock { $0.forget(before: offset) }
        below?.forget(before: max(0, byte - margin))
    }

    private struct State {
        var steps: [UInt32] = []
        /// The oldest available place.
        private var front = Cursor()
        /// The place that was last asked for: places are asked for in order.
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
            if front.offset < last.offset, last.offset <= offset { front = last }
            front.move(to: offset, over: steps)
            // Also at the same offset: more steps may be known now, even some that decode to nothing.
            if last.offset <= front.offset { last = front }
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

        mutating func endLine() {
            line += 1
            lineStart = byte
        }
    }

    private struct Cursor {
        /// The next step, and how many of its repetitions were passed.
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
                let count = Int(step & 0xFFFFF)
                let decoded = Int(step >> 20 & 7)
                switch decoded {
                case PlaceSteps.escapeBehind:
                    // Each byte came from one byte of the original, except the last one, which came from two.
                    let left = count + 1 - passed
                    guard target - offset >= left else { return pass(max(0, target - offset)) }
                    offset += left
                    advance(by: left + 1)
                case PlaceSteps.marks:
                    move(overMark: step, in: steps)
                    continue
                default:
                    let original = Int(step >> 23 & 0xFF)
                    let left = count - passed
                    let wanted = decoded == 0 ? left : min(left, max(0, target - offset) / decoded)
                    offset += wanted * decoded
                    advance(by: wanted * original)
                    guard wanted == left else {
                        passed += wanted
                        return
                    }
                    if step >> 31 == 1 { endLine() }
                }
                index += 1
                passed = 0
            }
        }

        /// Moves within a step that has as many bytes in the original.
        private mutating func pass(_ bytes: Int) {
            offset += bytes
            advance(by: bytes)
            passed += bytes
        }

        private mutating func move(overMark mark: UInt32, in steps: [UInt32]) {
            guard mark == PlaceSteps.asideBegins else {
                aside = nil
                index += 1
                return
            }
            func number(_ word: Int) -> Int { Int(steps[index + word]) | Int(steps[index + word + 1]) << 32 }
            aside = Position(byte: number(1), line: number(3), lineStart: number(5))
            index += 1 + PlaceSteps.asideWords
        }

        private mutating func advance(by bytes: Int) {
            if aside == nil { main.byte += bytes } else { aside?.byte += bytes }
        }

        private mutating func endLine() {
            if aside == nil { main.endLine() } else { aside?.endLine() }
        }
    }
}

/// The steps in which the bytes of a decoded stream were made; a ``PlaceMap`` consists of them.
///
/// A step says that `count` times, `decoded` bytes came from `original` ones: copied text is 1 from 1, ASCII in UTF-16
/// is 1 from 2, an escape `\n` is 1 from 2, omitted text is 0 from 1. It takes four bytes:
///
///     bit  31         30 ... 23   22 ... 20   19 ... 0
///          ends line  original    decoded     count
///
/// If `decoded` is 6, `count` bytes were copied, and one more came from an escape of two bytes. A document in a string
/// of another consists almost entirely of such steps.
///
/// A stretch *aside* is elsewhere in the original than its surroundings, because a line may be held back. It begins
/// with a mark and six more words, and ends with another mark.
struct PlaceSteps: Sendable {
    private(set) var words: [UInt32] = []
    /// Whether the last word is a step that can be extended.
    private var isOpen = false

    private static let countLimit = (1 << 20) - 1
    /// Values of `decoded` that mark special steps.
    static let escapeBehind = 6
    static let marks = 7
    static let asideBegins = step(count: 1, decoded: marks, original: 0)
    static let asideEnds = step(count: 2, decoded: marks, original: 0)
    /// The number of words after the mark of a stretch aside: its byte, its line, and where that line begins.
    static let asideWords = 6

    private static func step(count: Int, decoded: Int, original: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: count | decoded << 20 | original << 23)
    }

    /// Adds bytes that were copied.
    @inline(__always)
    mutating func copy(_ count: Int, endsLine: Bool = false) {
        add(count, decoded: 1, original: 1, endsLine: endsLine)
    }

    /// Adds bytes that were copied, and one that was an escape of two.
    @inline(__always)
    mutating func copyAndEscape(_ count: Int) {
        if count > Self.countLimit { copy(count) }
        words.append(Self.step(count: count > Self.countLimit ? 0 : count, decoded: Self.escapeBehind, original: 0))
        isOpen = false
    }

    /// Adds bytes that were left out.
    @inline(__always)
    mutating func skip(_ count: Int, endsLine: Bool = false) {
        add(count, decoded: 0, original: 1, endsLine: endsLine)
    }

    /// - Parameters:
    ///   - decoded: the number of bytes in each of `count` repetitions, at most 4.
    ///   - original: the number of bytes that they came from, at most 255.
    ///   - endsLine: whether the last one was a line feed of the original.
    @inline(__always)
    mutating func add(_ count: Int, decoded: Int, original: Int, endsLine: Bool = false) {
        guard count > 0 else { return }
        let key = Self.step(count: 0, decoded: decoded, original: original)
        let end: UInt32 = endsLine ? 1 << 31 : 0
        if isOpen, let last = words.indices.last, words[last] & ~UInt32(Self.countLimit) == key,
            Int(words[last] & UInt32(Self.countLimit)) + count <= Self.countLimit
        {
            words[last] = (words[last] + UInt32(count)) | end
        } else {
            addInFull(count, key: key, end: end)
        }
        isOpen = !endsLine
    }

    private mutating func addInFull(_ count: Int, key: UInt32, end: UInt32) {
        var rest = count
        while rest > Self.countLimit {
            words.append(key | UInt32(Self.countLimit))
            rest -= Self.countLimit
        }
        words.append(key | UInt32(rest) | end)
    }

    /// Adds steps that were made earlier, for a stretch that begins at this place of the original.
    mutating func addAside(_ steps: PlaceSteps, from place: Place.Origin) {
        words.append(Self.asideBegins)
        for number in [place.byte, place.line, place.byte - place.column + 1] {
            words.append(UInt32(truncatingIfNeeded: number))
            words.append(UInt32(truncatingIfNeeded: number >> 32))
        }
        words += steps.words
        words.append(Self.asideEnds)
        isOpen = false
    }

    mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
        isOpen = false
    }

    /// A state to go back to.
    struct Mark {
        fileprivate var count: Int
        fileprivate var last: UInt32?
        fileprivate var isOpen: Bool
    }

    var mark: Mark { Mark(count: words.count, last: words.last, isOpen: isOpen) }

    /// Drops what was added since the mark.
    mutating func goBack(to mark: Mark) {
        words.removeLast(words.count - mark.count)
        if let last = mark.last { words[mark.count - 1] = last }
        isOpen = mark.isOpen
    }

    /// Returns only what was added since the mark. The step at the mark must not have been extended in between.
    func added(since mark: Mark) -> PlaceSteps {
        var steps = PlaceSteps()
        steps.words = Array(words[mark.count...])
        return steps
    }

    /// Makes the next step a separate one.
    mutating func seal() {
        isOpen = false
    }
}
