/// Numbers for pairs of numbers, by open addressing.
struct PairTable {
    private var keys: [(UInt64, UInt64)]
    /// 0 where there is nothing.
    private var values: [UInt32]
    private(set) var count = 0

    init() {
        keys = Array(repeating: (0, 0), count: 1024)
        values = Array(repeating: 0, count: 1024)
    }

    /// The number of a pair; `new` if it has none yet, which is above 0 then.
    mutating func number(of first: UInt64, _ second: UInt64, new: UInt32) -> UInt32 {
        let mask = values.count - 1
        var place = Self.hash(first, second) & mask
        while values[place] != 0 {
            if keys[place] == (first, second) { return values[place] }
            place = (place + 1) & mask
        }
        keys[place] = (first, second)
        values[place] = new
        count += 1
        if count * 2 > values.count { grow() }
        return new
    }

    /// Gives a pair that has a number another one.
    mutating func replace(_ first: UInt64, _ second: UInt64, by value: UInt32) {
        let mask = values.count - 1
        var place = Self.hash(first, second) & mask
        while values[place] != 0 {
            if keys[place] == (first, second) {
                values[place] = value
                return
            }
            place = (place + 1) & mask
        }
    }

    private mutating func grow() {
        let (oldKeys, oldValues) = (keys, values)
        keys = Array(repeating: (0, 0), count: oldValues.count * 2)
        values = Array(repeating: 0, count: oldValues.count * 2)
        let mask = values.count - 1
        for (key, value) in zip(oldKeys, oldValues) where value != 0 {
            var place = Self.hash(key.0, key.1) & mask
            while values[place] != 0 { place = (place + 1) & mask }
            keys[place] = key
            values[place] = value
        }
    }

    private static func hash(_ first: UInt64, _ second: UInt64) -> Int {
        let mixed = (first &* 0x9E37_79B9_7F4A_7C15 ^ second) &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: (mixed ^ (mixed >> 32)) & 0x7FFF_FFFF)
    }
}

/// The parts of pages, each with what it mentions: see ``KnownParts`` for what a part is.
///
/// A part is spelled by steps, and known by where they lead: each step from each place leads to a place of its own, so that
/// no two parts are taken for one. Places that end a part of a valid page are marked.
struct PartTable {
    typealias Place = UInt32

    /// One step.
    enum Step {
        /// To the path of an element inside the one that is at the path.
        case inside(UInt32)
        /// The part has an attribute.
        case attribute(UInt32)
        /// Its value, or that of a style sheet.
        case value(UInt32)
        /// Comes to an element.
        case child(UInt32)
        /// Comes to text.
        case text(isBlank: Bool)
        case comment

        fileprivate var code: UInt64 {
            switch self {
            case .inside(let name): UInt64(name) << 3
            case .attribute(let name): UInt64(name) << 3 | 1
            case .value(let value): UInt64(value) << 3 | 2
            case .child(let name): UInt64(name) << 3 | 3
            case .text(let isBlank): isBlank ? 4 : 12
            case .comment: 20
            }
        }
    }

    /// Where a place was come to from, and how.
    struct Arrival {
        var from: Place
        var step: Step
    }

    private(set) var arrivals = [Arrival(from: 0, step: .comment), Arrival(from: 0, step: .comment)]
    private var steps = PairTable()
    /// What the part that ends at a place mentions: a place in ``mentions`` from 2 on; 1 for nothing, 0 for a part that is
    /// not known.
    private var marks: [UInt32] = [0, 0]
    private var mentions: [PartMentions] = []

    /// The path of the page itself, which everything begins with.
    static let root: Place = 1

    /// How many places there are.
    var count: Int { arrivals.count }

    mutating func place(after step: Step, from place: Place) -> Place {
        let new = Place(arrivals.count)
        let found = steps.number(of: UInt64(place), step.code, new: new)
        if found == new {
            arrivals.append(Arrival(from: place, step: step))
            marks.append(0)
        }
        return found
    }

    /// What a part mentions; nil if the part is not known.
    func mentions(at place: Place) -> PartMentions?? {
        switch marks[Int(place)] {
        case 0: .none
        case 1: .some(nil)
        case let number: .some(mentions[Int(number) - 2])
        }
    }

    /// Makes a part known.
    mutating func learn(_ place: Place, _ mentioned: PartMentions) {
        guard marks[Int(place)] == 0 else { return }
        guard !mentioned.ids.isEmpty || !mentioned.references.isEmpty else {
            marks[Int(place)] = 1
            return
        }
        mentions.append(mentioned)
        marks[Int(place)] = UInt32(mentions.count + 1)
    }
}

/// The ids that a part of a page gives, and those that it refers to, as numbers.
struct PartMentions {
    var ids: [Int] = []
    /// Each with the id that it may stand for as well, where it is percent-encoded.
    var references: [(id: Int, decoded: Int)] = []
}

/// The ids of a page, and whether all that it refers to are there.
struct PageReferences {
    private var numbers: [[UInt8]: Int] = [:]
    /// The page in which each id was given last.
    private var givenIn: [Int] = []
    private var page = 0
    private var hasDuplicate = false
    /// References to what was not there yet.
    private var open: [(id: Int, decoded: Int)] = []

    mutating func begin() {
        page += 1
        hasDuplicate = false
        open.removeAll(keepingCapacity: true)
    }

    mutating func add(_ mentions: PartMentions) {
        for id in mentions.ids {
            if givenIn[id] == page { hasDuplicate = true }
            givenIn[id] = page
        }
        for reference in mentions.references where !isGiven(reference) { open.append(reference) }
    }

    /// Whether no id is there twice, and each one that was referred to is there.
    var areWhole: Bool { !hasDuplicate && open.allSatisfy(isGiven) }

    private func isGiven(_ reference: (id: Int, decoded: Int)) -> Bool {
        givenIn[reference.id] == page || givenIn[reference.decoded] == page
    }

    /// The number of an id, which is known by its bytes.
    mutating func number(of id: String) -> Int {
        let key = Array(id.utf8)
        if let number = numbers[key] { return number }
        numbers[key] = givenIn.count
        givenIn.append(0)
        return givenIn.count - 1
    }

    mutating func add(_ id: String, to mentioned: inout PartMentions) {
        mentioned.references.append((number(of: id), number(of: id.percentDecoded)))
    }

    mutating func note(_ fragments: [String], in mentioned: inout PartMentions) {
        for fragment in fragments where ReferenceCheck.isID(fragment: fragment) { add(fragment, to: &mentioned) }
    }
}

/// Names of elements and attributes, numbered from 1.
struct NameTable {
    struct Name {
        var local: String
        /// Empty for none.
        var namespace: String
        var isStyleSheet = false

        var elementName: GrammarShape.ElementName { "\(namespace) \(local)" }

        /// As ``XMLElement/Attribute`` has it.
        var attributeName: String {
            XMLElement.Attribute.name(local, in: namespace.isEmpty ? nil : namespace)
        }
    }

    private var names: [Name] = []
    private var numbers = PairTable()

    var count: Int { names.count }

    subscript(number: UInt32) -> Name { names[Int(number) - 1] }

    /// The texts are told apart by where they are: a parser's dictionary has each of them once.
    mutating func number(of local: UnsafePointer<UInt8>, _ namespace: UnsafePointer<UInt8>?) -> UInt32 {
        let new = UInt32(names.count + 1)
        let number = numbers.number(
            of: UInt64(UInt(bitPattern: local)), UInt64(UInt(bitPattern: namespace)), new: new)
        if number == new {
            let name = unsafe String(cString: local)
            let namespace = unsafe namespace.map { unsafe String(cString: $0) } ?? ""
            names.append(Name(local: name, namespace: namespace, isStyleSheet: name == "style"))
        }
        return number
    }
}

/// Texts, numbered from 1.
struct ValueTable {
    private var bytes: [UInt8] = []
    private var ends = [0]
    private var slots = [UInt32](repeating: 0, count: 256)

    var count: Int { ends.count }
    var byteCount: Int { bytes.count }

    mutating func number(of value: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let mask = slots.count - 1
        var slot = unsafe Self.hash(value) & mask
        while slots[slot] != 0 {
            if unsafe isEqual(range(slots[slot]), value) { return slots[slot] }
            slot = (slot + 1) & mask
        }
        unsafe bytes.append(contentsOf: value)
        let number = UInt32(ends.count)
        ends.append(bytes.count)
        slots[slot] = number
        if ends.count * 2 > slots.count { grow() }
        return number
    }

    private func isEqual(_ known: Range<Int>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard known.count == value.count else { return false }
        return unsafe bytes.withUnsafeBytes { bytes in
            var known = unsafe UnsafeRawBufferPointer(rebasing: bytes[known])
            var value = UnsafeRawBufferPointer(value)
            while known.count >= 8 {
                guard unsafe known.loadUnaligned(as: UInt64.self) == value.loadUnaligned(as: UInt64.self) else {
                    return false
                }
                unsafe known = unsafe UnsafeRawBufferPointer(rebasing: known.dropFirst(8))
                unsafe value = unsafe UnsafeRawBufferPointer(rebasing: value.dropFirst(8))
            }
            return unsafe known.elementsEqual(value)
        }
    }

    func text(_ number: UInt32) -> String { String(decoding: bytes[range(number)], as: UTF8.self) }

    private func range(_ number: UInt32) -> Range<Int> { ends[Int(number) - 1]..<ends[Int(number)] }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        let mask = slots.count - 1
        for number in 1..<UInt32(ends.count) {
            var slot = unsafe bytes[range(number)].withUnsafeBufferPointer { unsafe Self.hash($0) } & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = number
        }
    }

    private static func hash(_ value: UnsafeBufferPointer<UInt8>) -> Int {
        var hash = UInt64(value.count)
        var rest = UnsafeRawBufferPointer(value)
        while rest.count >= 8 {
            hash = unsafe (hash ^ rest.loadUnaligned(as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
            unsafe rest = unsafe UnsafeRawBufferPointer(rebasing: rest.dropFirst(8))
        }
        for index in rest.indices { hash = unsafe (hash ^ UInt64(rest[index])) &* 0x9E37_79B9_7F4A_7C15 }
        return Int(truncatingIfNeeded: (hash ^ (hash >> 32)) & 0x7FFF_FFFF)
    }
}
