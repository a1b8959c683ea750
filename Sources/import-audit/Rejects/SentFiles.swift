import ImportAnalysis
import ImportReports

/// Something that was sent in a try: a file, or the rows of a job about whose file nothing is known.
struct Sent {
    var name: String?
    /// Nil if it is not known.
    var rows: Int?
}

extension RowMap {
    /// Returns the origins of the rows of each thing that was sent, in order.
    ///
    /// Files are found by what the user named, or else by the names under which they were sent, or else by their numbers
    /// of rows.
    ///
    /// - Throws: unless exactly one assignment fits.
    func origins(of sent: [Sent]) throws -> [ArraySlice<Target>] {
        if sent.isEmpty { return [] }
        if !chosen.isEmpty { return try origins(ofChosenAs: sent) }
        let named = filesByName(of: sent)
        let claimed = Set(named.compactMap { $0 })
        var result = [ArraySlice<Target>?](repeating: nil, count: sent.count)
        for (index, file) in named.enumerated() {
            guard let file else { continue }
            let rows = sent[index].rows ?? files[file].rows.count
            guard rows == files[file].rows.count else {
                throw otherCount(files[file].name, files[file].rows.count, rows)
            }
            result[index] = files[file].rows[...]
        }
        for index in sent.indices where sent[index].rows == 0 { result[index] = [] }
        let rest = sent.indices.filter { result[$0] == nil }
        let found = try origins(
            bySizesOf: rest.map { sent[$0] }, among: files.indices.filter { !claimed.contains($0) })
        for (index, rows) in zip(rest, found) { result[index] = rows }
        return result.map { $0 ?? [] }
    }

    // MARK: - By name

    /// Files that the user named: one for each thing that was sent, or together all that was sent.
    private func origins(ofChosenAs sent: [Sent]) throws -> [ArraySlice<Target>] {
        let rows = chosen.map { files[$0].rows }
        if chosen.count == sent.count {
            for (index, file) in zip(sent, chosen) {
                let count = index.rows ?? files[file].rows.count
                guard count == files[file].rows.count else {
                    throw otherCount(files[file].name, files[file].rows.count, count)
                }
            }
            return rows.map { $0[...] }
        }
        let total = rows.reduce(0) { $0 + $1.count }
        let counts = sent.compactMap { $0.rows }
        guard counts.count == sent.count, counts.reduce(0, { $0.clampedAdding($1) }) == total else {
            throw otherCount(
                Self.list(chosen.map { files[$0].name }), total, counts.reduce(0) { $0.clampedAdding($1) })
        }
        return Self.divide(rows.count == 1 ? rows[0] : Array(rows.joined()), into: counts)
    }

    /// The index of the file under whose name each thing was sent; nil where there is none, or where several were sent
    /// under one name.
    private func filesByName(of sent: [Sent]) -> [Int?] {
        var claims: [Int: Int] = [:]
        let found = sent.map { sent in
            let file = sent.name.flatMap { index(ofFileSentAs: $0) }
            if let file { claims[file, default: 0] += 1 }
            return file
        }
        return found.map { file in file.flatMap { claims[$0] == 1 ? $0 : nil } }
    }

    private func otherCount(_ name: String, _ rows: Int, _ sent: Int) -> CommandFailure {
        CommandFailure(
            .notPassed, of: self.name,
            "\(shownText(name)) had \(Wording.rowsWord(rows)), but \(Wording.rowsWord(sent)) \(sent == 1 ? "was" : "were") sent again."
        )
    }

    // MARK: - By number of rows

    /// Finds files of the same size. Each thing that was sent is one of them; or all are one, in parts; or they are the
    /// batches of one, in their order, or put together.
    private func origins(bySizesOf sent: [Sent], among pool: [Int]) throws -> [ArraySlice<Target>] {
        guard !sent.isEmpty else { return [] }
        let counts = sent.compactMap { $0.rows }
        guard counts.count == sent.count else {
            if sent.count == 1, pool.count == 1 { return [files[pool[0]].rows[...]] }
            guard sent.contains(where: { $0.name != nil }) else {
                let example = files.first.map { shownText($0.name) } ?? "FILE"
                throw CommandFailure(
                    .notPassed, of: name,
                    "the dump that was read does not say how many rows its job had, so the file that was sent is not known. Name "
                        + "it, as in \(name)#\(example).")
            }
            throw needsPlan("which file of the map was sent as \(Self.list(sent.compactMap { $0.name }))")
        }
        let total = counts.reduce(0) { $0.clampedAdding($1) }
        var fitting: [[ArraySlice<Target>]] = pool.filter { files[$0].rows.count == total }
            .map { Self.divide(files[$0].rows, into: counts) }
        var inOrder: [Int] = []
        let available = Set(pool)
        for batches in batches() where batches.allSatisfy({ available.contains($0) }) {
            let sizes = batches.map { files[$0].rows.count }
            if counts == sizes {
                fitting.append(batches.map { files[$0].rows[...] })
                inOrder += batches
            } else if counts.count == 1, sizes.reduce(0, +) == total {
                fitting.append([batches.flatMap { files[$0].rows }[...]])
            }
        }
        var isAmbiguous = fitting.count > 1
        if counts.count > 1 {
            let wanted = Dictionary(grouping: counts.indices) { counts[$0] }
            let found = Dictionary(grouping: pool.filter { wanted[files[$0].rows.count] != nil }) {
                files[$0].rows.count
            }
            if wanted.allSatisfy({ ($0.value.count) <= (found[$0.key]?.count ?? 0) }) {
                if wanted.allSatisfy({ $0.value.count == 1 && found[$0.key]?.count == 1 }) {
                    // Batches whose sizes all differ are found in both ways.
                    if inOrder.isEmpty {
                        fitting.append(counts.map { count in files[found[count]?.first ?? 0].rows[...] })
                    }
                } else if !found.values.joined().allSatisfy({ inOrder.contains($0) }) {
                    isAmbiguous = true
                }
            }
        }
        if !isAmbiguous, fitting.count == 1 { return fitting[0] }
        throw undecided(counts, isAmbiguous: isAmbiguous || fitting.count > 1)
    }

    private func undecided(_ counts: [Int], isAmbiguous: Bool) -> CommandFailure {
        let sizes =
            files.prefix(8).map { "\(shownText($0.name)): \(Wording.grouped($0.rows.count))" }.joined(separator: ", ")
            + (files.count > 8 ? " and others" : "")
        let example = (files.first { $0.rows.count == counts[0] }).map { shownText($0.name) } ?? "FILE"
        let sentence: String
        if counts.count == 1 {
            let rows = Wording.rowsWord(counts[0])
            let verb = counts[0] == 1 ? "was" : "were"
            sentence =
                isAmbiguous
                ? "several files of the map have \(rows) (\(sizes)): name the one that was sent, as in \(name)#\(example)."
                : "\(rows) \(verb) sent again, and no file of the map has as many (\(sizes)). If it was several files, name them, "
                    + "as in \(name)#FILE,FILE."
        } else {
            let rows =
                counts.prefix(8).map { Wording.grouped($0) }.joined(separator: ", ") + (counts.count > 8 ? ", …" : "")
            sentence =
                isAmbiguous
                ? "several files of the map fit what was sent again in \(Wording.grouped(counts.count)) parts, with \(rows) rows "
                    + "(\(sizes)): name the file, or one for each part in their order, as in \(name)#FILE,FILE."
                : "what was sent again in \(Wording.grouped(counts.count)) parts, with \(rows) rows, does not fit the files of the "
                    + "map (\(sizes)). Name the file that was sent, or one for each part in their order, as in "
                    + "\(name)#FILE,FILE."
        }
        return CommandFailure(.notPassed, of: name, sentence)
    }

    /// The files that are the batches of one, in their order: all but the last have the same size.
    private func batches() -> [[Int]] {
        var stems: [String: [(number: Int, file: Int)]] = [:]
        var order: [String] = []
        for (index, file) in files.enumerated() {
            guard let (stem, number) = Self.batch(file.name) else { continue }
            if stems[stem] == nil { order.append(stem) }
            stems[stem, default: []].append((number, index))
        }
        return order.compactMap { stem in
            let batches = (stems[stem] ?? []).sorted { $0.number < $1.number }
            let full = files[batches[0].file].rows.count
            let isWhole = batches.enumerated().allSatisfy { index, batch in
                let rows = files[batch.file].rows.count
                return batch.number == index + 1 && (index + 1 == batches.count ? rows <= full : rows == full)
            }
            return isWhole && batches.count > 1 ? batches.map { $0.file } : nil
        }
    }

    /// The stem of `rejects-retry-0001.csv` with its ending, and the number.
    private static func batch(_ name: String) -> (stem: String, number: Int)? {
        guard let dot = name.lastIndex(of: "."), let dash = name[..<dot].lastIndex(of: "-") else { return nil }
        let digits = name[name.index(after: dash)..<dot]
        guard digits.utf8.count >= 4, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(digits) else {
            return nil
        }
        return (String(name[..<dash] + name[dot...]), number)
    }

    private static func divide(_ rows: [Target], into counts: [Int]) -> [ArraySlice<Target>] {
        var start = 0
        return counts.map { count in
            defer { start += count }
            return rows[start..<start + count]
        }
    }
}
