import ImportAnalysis
import ImportDumps

/// The members of one kind of object, in the order in which they are written.
struct MemberTable<Root>: Sendable {
    private let members: [Member<Root>]
    /// The members that are read: their readers, their names, and whether they are required.
    private let readers: [Member<Root>.Read]
    private let names: [String]
    private let required: [Bool]

    init(_ members: [Member<Root>]) {
        self.members = members
        let read = members.filter { $0.read != nil }
        readers = read.compactMap { $0.read }
        names = read.map { $0.name }
        required = read.map { $0.presence == .always }
    }

    var schema: JSONSchema {
        .object(members.map { JSONSchema.Property($0.name, $0.schema, isRequired: $0.presence == .always) })
    }

    /// Returns a document with these members, which ends with a line feed.
    ///
    /// - Parameter codes: what is known about codes, written with each of them.
    func document(_ root: Root, codes: CodeBook? = nil) -> [UInt8] {
        var json = JSONWriter(codes: codes)
        write(root, &json)
        return json.bytes + [UInt8(ascii: "\n")]
    }

    func write(_ root: Root, _ json: inout JSONWriter) {
        json.object { json in
            for member in members { member.write(root, &json) }
        }
    }

    /// Reads an object with its members in any order.
    func read(
        _ fields: inout SummaryFields, _ name: String, into root: inout Root,
        check: (inout Root, borrowing SummaryFields) throws(SummaryFault) -> Void = { _, _ in }
    ) throws(SummaryFault) {
        var result = root
        try fields.object(name, names: names, required: required) { fields, index throws(SummaryFault) in
            try readers[index](&result, &fields)
        } end: { fields throws(SummaryFault) in
            try check(&result, fields)
        }
        root = result
    }
}

/// One kind of object that is written and read as a value.
struct JSONObject<Value>: Sendable {
    let schema: JSONSchema
    let write: @Sendable (Value, inout JSONWriter) -> Void
    /// Reads the object that is the value of a member, or an element of a list if the name is empty.
    let read: @Sendable (inout SummaryFields, String) throws(SummaryFault) -> Value

    /// - Parameters:
    ///   - empty: the value before any member is read.
    ///   - check: refuses numbers that do not add up, and computes values from the members.
    init(
        _ empty: Value, _ members: [Member<Value>],
        check: @escaping @Sendable (inout Value, borrowing SummaryFields) throws(SummaryFault) -> Void = { _, _ in }
    ) where Value: Sendable {
        self.init(empty, members, of: { $0 }, check: check, value: { $0 })
    }

    /// - Parameters:
    ///   - draft: converts a value to a type that has the members, if the value itself does not have them.
    ///   - value: converts a draft that was read to its value.
    init<Draft: Sendable>(
        _ empty: Draft, _ members: [Member<Draft>], of draft: @escaping @Sendable (Value) -> Draft,
        check: @escaping @Sendable (inout Draft, borrowing SummaryFields) throws(SummaryFault) -> Void = { _, _ in },
        value: @escaping @Sendable (Draft) -> Value
    ) {
        let table = MemberTable(members)
        schema = table.schema
        write = { table.write(draft($0), &$1) }
        read = { fields, name throws(SummaryFault) in
            var result = empty
            try table.read(&fields, name, into: &result, check: check)
            return value(result)
        }
    }

    /// Reads the object; nil for null.
    func readOptional(_ fields: inout SummaryFields, _ name: String) throws(SummaryFault) -> Value? {
        guard try fields.kind() != .null else {
            try fields.skip()
            return nil
        }
        return try read(&fields, name)
    }
}

/// A value, and a number that its object also states and that must agree with it.
struct Stated<Value: Sendable>: Sendable {
    var value: Value
    var number: Int?

    /// The number, for objects that always have one.
    var count: Int {
        get { number ?? 0 }
        set { number = newValue }
    }
}
