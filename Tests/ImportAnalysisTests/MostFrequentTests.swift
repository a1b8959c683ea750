import ImportAnalysis
import TestSupport
import Testing

/// The guarantees of bounded sets, for streams in any order, with any limit, and in any parts.
@Suite struct MostFrequentTests {
    /// Uses a set like its callers: counts the rows of each text, and all others together.
    private struct Counter {
        var set: MostFrequent<Int>
        var otherRows = 0

        init(limit: Int) {
            set = MostFrequent(limit: limit)
        }

        mutating func add(_ text: Int, rows: Int = 1) {
            let key = Array("text \(text)".utf8)
            // Few hashes, so that texts collide.
            let hash = UInt64(truncatingIfNeeded: text % 7)
            var number = set.find(key.span, hash: hash)
            if number == nil {
                let (taken, gaveWay) = set.insert(key.span, hash: hash, 0)
                if gaveWay { otherRows += set.elements[taken] }
                set.elements[taken] = 0
                number = taken
            }
            if let number {
                set.count(number, rows: rows)
                set.elements[number] += rows
            }
        }

        mutating func shrink(to limit: Int) {
            otherRows += set.shrink(to: limit).reduce(0, +)
        }

        var kept: [Int: (rows: Int, floor: Int)] {
            var result: [Int: (rows: Int, floor: Int)] = [:]
            for number in 0..<set.count {
                let text = String(decoding: set.key(number).dropFirst(5), as: UTF8.self)
                result[Int(text) ?? -1] = (set.elements[number], set.floor(of: number))
            }
            return result
        }
    }

    /// The documented rule without an index: the text with the smallest rank is replaced; among several, the one that
    /// was added first.
    private struct Plain {
        var limit: Int
        var entries: [(text: Int, rank: Int, rows: Int)] = []

        mutating func add(_ text: Int, rows: Int) {
            if let index = entries.firstIndex(where: { $0.text == text }) {
                entries[index].rank += rows
                entries[index].rows += rows
                return
            }
            var floor = 0
            if entries.count == limit, let least = entries.indices.min(by: { entries[$0].rank < entries[$1].rank }) {
                // Entries are in the order of insertion, and `min` finds the first.
                floor = entries.remove(at: least).rank
            }
            entries.append((text, floor + rows, rows))
        }
    }

    private static func check(_ counter: Counter, against rows: [Int: Int], part: Int, _ note: String) {
        let (kept, total) = (counter.kept, rows.values.reduce(0, +))
        #expect(kept.count == counter.set.count && kept.count <= counter.set.limit, "\(note)")
        #expect(kept.values.reduce(counter.otherRows) { $0 + $1.rows } == total, "\(note)")
        for (text, found) in kept {
            let exact = rows[text] ?? 0
            #expect(found.rows <= exact && exact <= found.rows + found.floor, "\(note): \(text)")
        }
        for (text, exact) in rows where exact * counter.set.limit > part * total {
            #expect(kept[text] != nil, "\(note): \(text) has \(exact) of \(total) rows and is not kept")
        }
        for (text, exact) in rows where kept[text] == nil { #expect(exact <= counter.set.floor, "\(note): \(text)") }
    }

    /// Returns a stream with frequent and rare texts, in one of several orders.
    private static func stream(_ generator: inout SplitMix64) -> [(text: Int, rows: Int)] {
        let texts = Int.random(in: 1...60, using: &generator)
        let areMany = Bool.random(using: &generator)
        var stream = (0..<Int.random(in: 0...400, using: &generator)).map { _ in
            // The product of two numbers is small more often than not.
            let text = Int.random(in: 0...texts, using: &generator) * Int.random(in: 0...texts, using: &generator)
            return (text: text / texts, rows: areMany ? Int.random(in: 0...9, using: &generator) : 1)
        }
        switch Int.random(in: 0...3, using: &generator) {
        case 0: stream.sort { $0.text < $1.text }
        case 1: stream.sort { $0.text > $1.text }
        default: break
        }
        // Texts that occur once, before, after or among the others.
        let flood = (0..<Int.random(in: 0...100, using: &generator)).map { (text: 1_000 + $0, rows: 1) }
        switch Int.random(in: 0...3, using: &generator) {
        case 0: return flood + stream
        case 1: return stream + flood
        case 2:
            for text in flood { stream.insert(text, at: Int.random(in: 0...stream.count, using: &generator)) }
            return stream
        default: return stream
        }
    }

    @Test(.seeded) func anyStreamInAnyOrderAndInAnyParts() throws {
        let seed = Seeds.new
        var generator = SplitMix64(seed: seed)
        for round in 0..<1_000 {
            let note = "seed \(seed), round \(round)"
            let limit = Int.random(in: 1...20, using: &generator)
            var stream = Self.stream(&generator)
            let rows = Dictionary(stream.map { ($0.text, $0.rows) }, uniquingKeysWith: +)
            for _ in 0..<2 {
                var counter = Counter(limit: limit)
                var plain = Plain(limit: limit)
                for item in stream {
                    counter.add(item.text, rows: item.rows)
                    plain.add(item.text, rows: item.rows)
                }
                Self.check(counter, against: rows, part: 1, note)
                #expect(
                    counter.kept.mapValues { $0.rows }
                        == Dictionary(
                            uniqueKeysWithValues: plain.entries.map { ($0.text, $0.rows) }), "\(note)")

                // As when jobs are merged: each part lists the texts that it keeps, and counts its others.
                var sum = Counter(limit: limit)
                var rest = stream[...]
                while !rest.isEmpty {
                    var part = Counter(limit: limit)
                    let count = Int.random(in: 1...rest.count, using: &generator)
                    for item in rest.prefix(count) { part.add(item.text, rows: item.rows) }
                    rest = rest.dropFirst(count)
                    for (text, found) in part.kept.sorted(by: { ($1.value.rows, $0.key) < ($0.value.rows, $1.key) }) {
                        sum.add(text, rows: found.rows)
                    }
                    sum.otherRows += part.otherRows
                }
                let kept = sum.kept
                let total = rows.values.reduce(0, +)
                #expect(kept.values.reduce(sum.otherRows) { $0 + $1.rows } == total, "\(note)")
                #expect(kept.allSatisfy { $0.value.rows <= rows[$0.key] ?? 0 }, "\(note)")
                for (text, exact) in rows where exact * limit > 2 * total {
                    #expect(kept[text] != nil, "\(note): \(text) has \(exact) of \(total) rows and is not kept")
                }

                // The limit shrinks on the way.
                var shrinking = Counter(limit: limit)
                for (index, item) in stream.enumerated() {
                    if index % 50 == 49 { shrinking.shrink(to: max(1, limit - index / 25)) }
                    shrinking.add(item.text, rows: item.rows)
                }
                Self.check(shrinking, against: rows, part: 1, "\(note), shrinking")
                stream.shuffle(using: &generator)
            }
        }
    }

    /// Frequent texts, then a flood of others that occur once, with a frequent one in between now and then.
    @Test func aFloodDoesNotWashFrequentOnesAway() {
        let limit = 64
        var counter = Counter(limit: limit)
        var rows: [Int: Int] = [:]
        func add(_ text: Int) {
            counter.add(text)
            rows[text, default: 0] += 1
        }
        for text in 0..<32 { for _ in 0..<2_000 { add(text) } }
        for number in 0..<50_000 {
            add(1_000 + number)
            if number % 20 == 0 { add(500) }
        }
        Self.check(counter, against: rows, part: 1, "flood")
        // These texts were there before the first one was replaced, so none of their rows was missed.
        for text in 0..<32 { #expect(counter.kept[text]?.rows == 2_000 && counter.kept[text]?.floor == 0) }
        #expect(counter.kept[500] != nil)
    }

    @Test func numbersBeyondAnInteger() {
        var counter = Counter(limit: 2)
        counter.set = MostFrequent(limit: 2)
        for text in 0..<5 {
            let key = Array("\(text)".utf8)
            let (number, _) = counter.set.insert(key.span, hash: 1, 0)
            counter.set.count(number, rows: .max)
            counter.set.count(number, rows: .max)
        }
        #expect(counter.set.count == 2 && counter.set.floor == .max)
    }
}
