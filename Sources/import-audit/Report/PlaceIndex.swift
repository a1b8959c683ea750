import ImportFoundation
import Synchronization

/// Maps names to byte ranges in a file, for any number of names: beyond a fixed number, the sorted entries are in a
/// temporary file, at 32 bytes each.
final class PlaceIndex: Sendable {
    private struct Entry: BitwiseCopyable {
        var name: NameDigest
        var start: Int
        var end: Int

        func precedes(_ other: Entry) -> Bool {
            name == other.name ? start < other.start : name.precedes(other.name)
        }
    }

    /// The number of entries beyond which they are sorted in parts.
    private static let memoryEntries = 4 * 1024

    private let entries: Lock<Entries>

    /// It can be sent between threads, because it is used only with the lock held.
    private struct Entries: @unchecked Sendable {
        let list: SpilledList<Entry>
    }

    /// Collects names, before any is looked up.
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

    /// Returns the last place of a name; nil if it has none, or none that can be read.
    func place(of name: String) -> Range<Int>? {
        let wanted = NameDigest(name)
        return entries.withLock { entries in
            guard let place = try? Self.lastPlace(of: wanted, in: entries.list),
                let entry = try? entries.list.element(place), entry.name == wanted
            else { return nil }
            return entry.start..<entry.end
        }
    }

    /// Returns the last entry that is not after the name. Digests are spread evenly, so the search starts at the
    /// expected position.
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
        // The first entry after the name is in `low...high`, where `high` may be the end of the list.
        while low < high {
            let middle = (low + high) / 2
            if try isBehind(middle) { high = middle } else { low = middle + 1 }
        }
        return low > 0 ? low - 1 : nil
    }
}
