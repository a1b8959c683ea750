/// A hash table with open addressing that maps pairs of numbers to numbers.
struct PairTable {
    private var keys: [(UInt64, UInt64)]
    /// 0 for an empty slot.
    private var values: [UInt32]
    private(set) var count = 0

    init() {
        keys = Array(repeating: (0, 0), count: 1024)
        values = Array(repeating: 0, count: 1024)
    }

    /// Returns the number of a pair. If it has none yet, it gets `new`, which must be above 0.
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

    /// Returns the number of a pair; nil if it has none.
    func find(_ first: UInt64, _ second: UInt64) -> UInt32? {
        let mask = values.count - 1
        var place = Self.hash(first, second) & mask
        while values[place] != 0 {
            if keys[place] == (first, second) { return values[place] }
            place = (place + 1) & mask
        }
        return nil
    }

    /// Replaces the number of a pair that has one.
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

/// The parts of pages, each with the ids that it mentions. ``KnownParts`` defines what a part is.
///
/// This is a trie: a part is spelled by steps and identified by the place where they lead. Each step from each place
/// leads to a separate place, so no two parts are confused. Places that end a part of a valid page are marked.
struct PartTable {
    typealias Place = UInt32

    /// A step from one place to the next.
    enum Step {
        /// Leads from the path of an element to the path of an element with this name inside it.
        case inside(UInt32)
        /// The part has this attribute.
        case attribute(UInt32)
        /// The value of the attribute, or the text of a style sheet.
        case value(UInt32)
        /// The part continues with this child element.
        case child(UInt32)
        /// The part continues with text.
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

    /// How a place is reached: from which place, and by which step.
    struct Arrival {
        var from: Place
        var step: Step
    }

    private(set) var arrivals = [Arrival(from: 0, step: .comment), Arrival(from: 0, step: .comment)]
    private var steps = PairTable()
    /// For each place, the index in ``mentions`` plus 2 of the part that ends there; 1 if the part mentions nothing, 0
    /// if it is not known.
    private var marks: [UInt32] = [0, 0]
    private var mentions: [PartMentions] = []

    /// The path of the page itself, where every part begins.
    static let root: Place = 1

    /// The number of places.
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

    /// Returns what a part mentions, if anything; `.none` if the part is not known.
    func mentions(at place: Place) -> PartMentions?? {
        switch marks[Int(place)] {
        case 0: .none
        case 1: .some(nil)
        case let number: .some(mentions[Int(number) - 2])
        }
    }

    /// Marks a part as known.
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

/// The ids that a part of a page defines, and those that it refers to, as numbers.
struct PartMentions {
    var ids: [Int] = []
    /// Each with the id that it may also stand for if it is percent-encoded.
    var references: [(id: Int, decoded: Int)] = []
}

/// The ids of a page, and whether all references have a target.
struct PageReferences {
    private var numbers: [[UInt8]: Int] = [:]
    /// The page that last defined each id.
    private var givenIn: [Int] = []
    private var page = 0
    private var hasDuplicate = false
    /// References to ids that were not defined yet.
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

    /// Whether no id is defined twice, and each id that was referred to is defined.
    var areWhole: Bool { !hasDuplicate && open.allSatisfy(isGiven) }

    private func isGiven(_ reference: (id: Int, decoded: Int)) -> Bool {
        givenIn[reference.id] == page || givenIn[reference.decoded] == page
    }

    /// Returns the number of an id, which is identified by its bytes.
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

        /// The name in the form of ``XMLElement/Attribute``.
        var attributeName: String {
            XMLElement.Attribute.name(local, in: namespace.isEmpty ? nil : namespace)
        }
    }

    private var names: [Name] = []
    private var numbers: [String: UInt32] = [:]
    /// The numbers of names as written, by scope.
    private var written = PairTable()

    var count: Int { names.count + written.count }

    subscript(number: UInt32) -> Name { names[Int(number) - 1] }

    /// Returns the number of a name; nil if its prefix is not declared.
    ///
    /// - Parameters:
    ///   - text: the name as written, a number of `values`.
    ///   - scope: a number of `scopes`.
    mutating func number(
        of text: UInt32, in scope: UInt32, isAttribute: Bool, _ scopes: NamespaceScopes, _ values: borrowing ValueTable
    ) -> UInt32? {
        let key = UInt64(text) << 1 | (isAttribute ? 1 : 0)
        if let number = written.find(key, UInt64(scope)) { return number }
        let parts = values.text(text).split(separator: ":", maxSplits: 1).map { String($0) }
        guard let local = parts.last else { return nil }
        var namespace = ""
        if parts.count == 2 || !isAttribute {
            let prefix = parts.count == 2 ? parts[0] : ""
            guard let declared = scopes.namespace(of: prefix, in: scope, values) else { return nil }
            namespace = declared
        }
        // No name contains a space.
        let whole = "\(local) \(namespace)"
        let number = numbers[whole] ?? UInt32(names.count + 1)
        if number > names.count {
            names.append(Name(local: local, namespace: namespace, isStyleSheet: local == "style"))
            numbers[whole] = number
        }
        return written.number(of: key, UInt64(scope), new: number)
    }
}

/// The declarations of namespaces that are in force at a place, as numbers: 0 if there are none.
///
/// Those of valid pages are known. So a tag with a known scope neither declares a prefix twice nor a forbidden one.
struct NamespaceScopes {
    private struct Scope {
        var outer: UInt32
        /// The name and the value of the attribute that declares it, as numbers of a ``ValueTable``.
        var name: UInt32
        var value: UInt32
        var isKnown = false
    }

    private var scopes: [Scope] = []
    private var numbers = PairTable()

    var count: Int { scopes.count }

    /// Returns whether an attribute of this name declares a namespace.
    static func declares(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe name.count >= 5 && name[0] == UInt8(ascii: "x") && name.starts(with: "xmlns".utf8)
            && (name.count == 5 || name[5] == UInt8(ascii: ":"))
    }

    /// Returns the scope with one more declaration.
    mutating func scope(declaring name: UInt32, _ value: UInt32, in outer: UInt32) -> UInt32 {
        let new = UInt32(scopes.count + 1)
        let number = numbers.number(of: UInt64(outer), UInt64(name) << 32 | UInt64(value), new: new)
        if number == new { scopes.append(Scope(outer: outer, name: name, value: value)) }
        return number
    }

    func isKnown(_ scope: UInt32) -> Bool { scopes[Int(scope) - 1].isKnown }

    mutating func learn(_ scope: UInt32) { scopes[Int(scope) - 1].isKnown = true }

    /// Returns the namespace of a prefix, empty for none; nil if it is not declared, or not in a plain way.
    func namespace(of prefix: String, in scope: UInt32, _ values: borrowing ValueTable) -> String? {
        if prefix == "xml" { return "http://www.w3.org/XML/1998/namespace" }
        let name = prefix.isEmpty ? "xmlns" : "xmlns:\(prefix)"
        var scope = scope
        while scope != 0 {
            let declaration = scopes[Int(scope) - 1]
            if values.text(declaration.name) == name {
                let namespace = values.text(declaration.value)
                return namespace.utf8.contains { $0 <= 0x20 || $0 == UInt8(ascii: "&") } ? nil : namespace
            }
            scope = declaration.outer
        }
        return prefix.isEmpty ? "" : nil
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

    /// Returns the number of a text; nil if it has none.
    func find(_ value: UnsafeBufferPointer<UInt8>) -> UInt32? {
        let mask = slots.count - 1
        var slot = unsafe Self.hash(value) & mask
        while slots[slot] != 0 {
            if unsafe isEqual(range(slots[slot]), value) { return slots[slot] }
            slot = (slot + 1) & mask
        }
        return nil
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
