import ImportAnalysis
import ImportDumps

/// Reads a dump and looks for records that several of its rows speak of.
func identify(
    _ json: String, budget: IDBudget = .usual, hashing: IDHashing = IDHashing(1, 2), usesThread: Bool = false,
    spills: CountingSpills = CountingSpills()
) throws -> IdentitySummary {
    var audit = IdentityAudit(budget: budget, hashing: hashing, usesThread: usesThread) { spills.make() }
    _ = try DumpReader(windowBytes: 4096).read(from: ArraySource(Array(json.utf8)), into: &audit)
    return try audit.finish()
}

extension IDBudget {
    /// Everything is spilled, and no partition can be counted at once.
    static let tiny = IDBudget(blockIDs: 5, partitionBits: 1, chunkIDs: 3, tableIDs: 4, textBytes: 600)
}

/// Makes spills in memory, and counts them.
final class CountingSpills: @unchecked Sendable {
    // Changed by one thread at a time, which is the one that an audit works on.
    fileprivate(set) var made = 0
    fileprivate(set) var living = 0
    /// Bytes that there is room for.
    private let room: Int

    init(room: Int = .max) {
        self.room = room
    }

    func make() -> any IDSpill {
        made += 1
        living += 1
        return MemorySpill(spills: self, room: room)
    }
}

/// There is no more room.
struct NoRoom: Error {}

private final class MemorySpill: IDSpill {
    private let spills: CountingSpills
    private let room: Int
    private var bytes: [UInt8] = []

    init(spills: CountingSpills, room: Int) {
        self.spills = spills
        self.room = room
    }

    deinit {
        spills.living -= 1
    }

    func append(_ more: Span<UInt8>) throws -> Int {
        guard bytes.count + more.count <= room else { throw NoRoom() }
        defer { for index in more.indices { bytes.append(more[index]) } }
        return bytes.count
    }

    func read(into target: inout MutableSpan<UInt8>, at offset: Int) {
        for index in target.indices { target[index] = bytes[offset + index] }
    }
}
