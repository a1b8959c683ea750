/// How the bytes of a decoded stream came about, step by step: what a ``PlaceMap`` is made of.
///
/// A step says that `count` times `decoded` bytes came of `original` ones: a run of text that was copied is 1 of 1, the
/// ASCII of UTF-16 is 1 of 2, an escape `\n` is 1 of 2, what was left out is 0 of 1. It takes four bytes:
///
///     bit  31         30 ... 23   22 ... 20   19 ... 0
///          ends line  original    decoded     count
///
/// A stretch *aside* stands elsewhere in the original than what is around it, for a line may be held back. It begins
/// with a mark and six words more, and ends with another mark.
struct PlaceSteps: Sendable {
    private(set) var words: [UInt32] = []
    /// Whether the last word is a step that can be made longer.
    private var isOpen = false

    private static let countLimit = (1 << 20) - 1
    static let asideBegins = step(count: 1, decoded: 7, original: 0)
    static let asideEnds = step(count: 2, decoded: 7, original: 0)
    /// Words behind the mark of a stretch aside: its byte, its line and where that line begins.
    static let asideWords = 6

    private static func step(count: Int, decoded: Int, original: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: count | decoded << 20 | original << 23)
    }

    /// Bytes that were copied.
    @inline(__always)
    mutating func copy(_ count: Int, endsLine: Bool = false) {
        add(count, decoded: 1, original: 1, endsLine: endsLine)
    }

    /// Bytes that were left out.
    @inline(__always)
    mutating func skip(_ count: Int, endsLine: Bool = false) {
        add(count, decoded: 0, original: 1, endsLine: endsLine)
    }

    /// - Parameters:
    ///   - decoded: bytes of one of `count` times, at most 4.
    ///   - original: what they came of, at most 255 bytes.
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

    /// Adds steps that were made before, of a stretch that begins at this place of the original.
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

    /// Forgets what was added since.
    mutating func goBack(to mark: Mark) {
        words.removeLast(words.count - mark.count)
        if let last = mark.last { words[mark.count - 1] = last }
        isOpen = mark.isOpen
    }

    /// Only what was added since. The step at the mark is not made longer in between.
    func added(since mark: Mark) -> PlaceSteps {
        var steps = PlaceSteps()
        steps.words = Array(words[mark.count...])
        return steps
    }

    /// Makes the next step a new one.
    mutating func seal() {
        isOpen = false
    }
}
