import ImportAnalysis
import ImportFoundation
import ImportReports

/// The maps of several tries, followed back from try to try to what was sent first.
///
///     map    0         1         2
///     try  0 ←  1  ←  2  ←  3            each row of a try has one origin in the try before
///          ←────────  2                   or in an earlier one, if its map was made with --map
struct MapChain {
    let maps: [RowMap]
    /// The sources that were sent first.
    private(set) var sources: [String] = []
    private var indices: [ExactText: Int] = [:]
    /// For each map, the try whose sources its lines name; less than 0 if that is before the first map.
    private let bases: [Int]
    /// For each try that was followed, the names of what was sent in it, and the origins of the rows.
    private var tries: [(names: [ExactText: Int], origins: [[RowMap.Target]])] = [([:], [])]

    init(_ maps: [RowMap]) throws {
        self.maps = maps
        var bases: [Int] = []
        for (index, map) in maps.enumerated() {
            let followed = try map.mapsFollowed(after: index > 0 ? maps[index - 1] : nil)
            let oldest = index - followed
            bases.append(followed == 0 ? index : oldest >= 0 ? bases[oldest] : oldest)
        }
        self.bases = bases
    }

    /// Fails if a map leads to sources that were sent before the first try.
    func checkReachesFirst() throws(CommandFailure) {
        guard let index = bases.firstIndex(where: { $0 < 0 }) else { return }
        throw CommandFailure(
            .notPassed, of: maps[index].name,
            "the map was made with --map, and leads to rows of an earlier try than the first one given. Give all tries and maps, "
                + "in their order.")
    }

    /// Returns the layout of a try.
    ///
    /// - Parameter number: from 0 on.
    func layout(of attempt: Try, number: Int) throws -> TryLayout {
        guard number < maps.count else { return try TryLayout(of: attempt, by: nil) }
        // Lines that lead to an earlier try do not tell what was sent in this one.
        let tells = maps[number].plan != nil || bases[number] == number
        return tells ? try TryLayout(of: attempt, by: maps[number]) : try TryLayout(ofJobs: attempt)
    }

    /// Follows the tries between the first one and the one after the last map, which only maps tell about, as far as
    /// their rows are origins.
    mutating func followMiddle() throws {
        var needed: Set<Int> = []
        var base = bases[maps.count - 1]
        while base > 0, needed.insert(base).inserted { base = bases[base - 1] }
        while tries.count < maps.count {
            if needed.contains(tries.count) {
                _ = try follow(maps[tries.count].sent)
            } else {
                tries.append(([:], []))
            }
        }
    }

    /// Returns the origins of the rows of the next try, for each thing that was sent in it.
    mutating func follow(_ sent: [Sent]) throws -> [[RowMap.Target]] {
        let map = maps[tries.count - 1]
        let base = bases[tries.count - 1]
        let origins: [[RowMap.Target]]
        if base <= 0 {
            // The plan of a map that was made with --map does not have the names of the first sources.
            let known = Set(base == 0 ? maps[0].sources.map { ExactText($0) } : [])
            let sources = zip(map.sources, map.sourceCells).map { name, cell in
                index(ofSource: known.contains(ExactText(cell)) ? cell : name)
            }
            origins = try map.origins(of: sent).map { rows in
                rows.map { RowMap.Target(source: sources[$0.source], row: $0.row) }
            }
        } else {
            let earlier = tries[base]
            let files = try zip(map.sources, map.sourceCells).map { name, cell in
                guard let index = earlier.names[ExactText(cell)] ?? earlier.names[ExactText(name)] else {
                    throw maps[base].plan == nil
                        ? maps[base].needsPlan("as what \(shownText(name)) was sent")
                        : CommandFailure(
                            .notPassed, of: map.name,
                            "the map names \(shownText(name)), which was not sent in the try before. Give the maps in the order of "
                                + "the tries.")
                }
                return index
            }
            origins = try map.origins(of: sent).map { rows in
                try rows.map { target in
                    let origin = earlier.origins[files[target.source]]
                    guard target.row <= origin.count else {
                        throw CommandFailure(
                            .notPassed, of: map.name,
                            "the map names row \(Wording.grouped(target.row)) of \(shownText(map.sources[target.source])), which "
                                + "has \(Wording.rowsWord(origin.count)). Give the maps in the order of the tries.")
                    }
                    return origin[target.row - 1]
                }
            }
        }
        var names: [ExactText: Int] = [:]
        for (index, sent) in sent.enumerated() { if let name = sent.name { names[ExactText(name)] = index } }
        tries.append((names, origins))
        return origins
    }

    private mutating func index(ofSource name: String) -> Int {
        let key = ExactText(name)
        if let index = indices[key] { return index }
        sources.append(name)
        indices[key] = sources.count - 1
        return sources.count - 1
    }
}

extension RowMap {
    /// What was sent in the try that this map was made after, as far as the map tells.
    fileprivate var sent: [Sent] {
        plan?.sources.map { Sent(name: $0.name, rows: $0.rows) } ?? sources.map { Sent(name: $0, rows: nil) }
    }
}
