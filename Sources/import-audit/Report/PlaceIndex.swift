import ImportFoundation
import Synchronization

/// Where in a file something of a name is, for any number of names: beyond a stated number it is in a temporary file,
/// sorted, 32 bytes for each.
final class PlaceIndex: Sendable {
    private struct Entry: BitwiseCopyable {
        var name: NameDigest
        var start: Int
        var end: Int

        func precedes(_ other: Entry) -> Bool {
            name == other.name ? start < other.start : name.precedes(other.name)
        }
    }

    /// Beyond this many names, they are sorted in parts.
    private static let memoryEntries = 4 * 1024

    private let entries: Lock<Entries>

    /// All of it is used with the lock held, which is why it can be sent between threads.
    private struct Entries: @unchecked Sendable {
        let list: SpilledList<Entry>
    }

    /// Adds names, before any can be looked up.
    final class Builder {
        private let sort: ExternalSort<Entry>
        private(set) var count = 0

        init(in folder: String) {
            sort = ExternalSort(in: folder, partElements: PlaceIndex.memoryEntries) { $0.precedes($1) }
        }

        func add(_ name: String, _ range: Range<Int>) throws {
            count += 1
            try sort.append(Entry(name: NameDigest(name), start: range.lowerBound, end: range.upperBound))
        }

        func index() throws -> PlaceIndex { PlaceIndex(try sort.sorted()) }
    }

    private init(_ list: SpilledList<Entry>) {
        entries = Lock(Entries(list: list))
    }

    /// The last place of a name; nil if it has none, or none that can be read.
    func place(of name: String) -> Range<Int>? {
        let wanted = NameDigest(name)
        return entries.withLock { entries in
            guard let place = try? Self.lastPlace(of: wanted, in: entries.list),
                let entry = try? entries.list.element(place), entry.name == wanted
            else { return nil }
            return entry.start..<entry.end
        }
    }

    /// The last entry of a name or of one before it. Digests are spread evenly, so it is looked for where it should be.
    private static func lastPlace(of name: NameDigest, in list: SpilledList<Entry>) throws -> Int? {
        func isBehind(_ place: Int) throws -> Bool { name.precedes(try list.element(place).name) }
        guard list.count > 0 else { return nil }
        var (low, high) = (0, list.count)
        let guess = min(list.count - 1, Int(name.share * Double(list.count)))
        var reach = 64
        if try isBehind(guess) {
            high = guess
            while high - reach > low, try isBehind(high - reach) {
                high -= reach
                reach *= 2
            }
            low = max(low, high - reach)
        } else {
            low = guess
            while low + reach < high, try !isBehind(low + reach) {
                low += reach
                reach *= 2
            }
            high = min(high, low + reach)
        }
        // The first one that is after the name is in between, or at the end.
        while low < high {
            let middle = (low + high) / 2
            if try isBehind(middle) { high = middle } else { low = middle + 1 }
        }
        return low > 0 ? low - 1 : nil
    }
}
