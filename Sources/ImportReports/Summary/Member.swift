import ImportAnalysis
import ImportDumps

/// Whether a member is present.
enum MemberPresence: Sendable {
    /// Must be present.
    case always
    /// Is always written, but missing from documents of earlier versions.
    case later
    /// Is written only if there is something to say.
    case sometimes
}

/// A member of one kind of JSON object, declared once. The declaration writes the member, describes it in a schema and,
/// if the program reads the document, reads it back, so they cannot differ.
struct Member<Root>: Sendable {
    let name: String
    let presence: MemberPresence
    let schema: JSONSchema
    /// Writes the name and the value, or nothing if the member is left out.
    let write: @Sendable (Root, inout JSONWriter) -> Void
    /// Reads the value; nil if readers skip the member.
    let read: Read?
    /// The value of a member that is a number.
    private let number: (@Sendable (Root) -> Int?)?

    typealias Read = @Sendable (inout Root, inout SummaryFields) throws(SummaryFault) -> Void
    typealias Path<Value> = WritableKeyPath<Root, Value> & Sendable

    init(
        _ name: String, _ presence: MemberPresence, _ schema: JSONSchema, number: (@Sendable (Root) -> Int?)? = nil,
        write: @escaping @Sendable (Root, inout JSONWriter) -> Void, read: Read?
    ) {
        self.name = name
        self.presence = presence
        self.schema = schema
        self.number = number
        self.write = write
        self.read = read
    }

    // MARK: Values

    static func text(_ name: String, _ path: Path<String>) -> Member {
        let value = StoredValue(path)
        return Member(name, .always, .text) { root, json in
            json.key(name)
            json.value(value(root))
        } read: { root, fields throws(SummaryFault) in
            root[keyPath: path] = try fields.text(name)
        }
    }

    static func optionalText(_ name: String, _ path: Path<String?>, _ presence: MemberPresence = .always) -> Member {
        let value = StoredValue(path)
        return Member(name, presence, .nullable(.text)) { root, json in
            json.key(name)
            json.value(value(root))
        } read: { root, fields throws(SummaryFault) in
            root[keyPath: path] = try fields.optionalText(name)
        }
    }

    static func count(_ name: String, _ path: Path<Int>, _ presence: MemberPresence = .always) -> Member {
        let value = StoredValue(path)
        return Member(
            name, presence, .count, number: { value($0) },
            write: { root, json in
                json.key(name)
                json.value(value(root))
            },
            read: { root, fields throws(SummaryFault) in
                root[keyPath: path] = try fields.count(name)
            })
    }

    static func optionalCount(_ name: String, _ path: Path<Int?>, _ presence: MemberPresence = .always) -> Member {
        let value = StoredValue(path)
        return Member(
            name, presence, .nullable(.count), number: { value($0) },
            write: { root, json in
                json.key(name)
                json.value(value(root))
            },
            read: { root, fields throws(SummaryFault) in
                root[keyPath: path] = try fields.optionalCount(name)
            })
    }

    /// A count that a dump declares, and what follows from it: it may be any whole number.
    static func declaredCount(_ name: String, _ path: Path<Int?>) -> Member {
        let value = StoredValue(path)
        return Member(
            name, .always, .nullable(.count), number: { value($0) },
            write: { root, json in
                json.key(name)
                json.value(value(root))
            },
            read: { root, fields throws(SummaryFault) in
                root[keyPath: path] = try fields.optionalCount(name, upTo: .max)
            })
    }

    static func declaredCount(_ name: String, _ path: Path<Int>) -> Member {
        let value = StoredValue(path)
        return Member(
            name, .always, .count, number: { value($0) },
            write: { root, json in
                json.key(name)
                json.value(value(root))
            },
            read: { root, fields throws(SummaryFault) in
                guard let count = try fields.optionalCount(name, upTo: .max) else {
                    throw fields.wrong(name, "a whole number")
                }
                root[keyPath: path] = count
            })
    }

    static func flag(_ name: String, _ path: Path<Bool>) -> Member {
        let value = StoredValue(path)
        return Member(name, .always, .flag) { root, json in
            json.key(name)
            json.value(value(root))
        } read: { root, fields throws(SummaryFault) in
            root[keyPath: path] = try fields.flag(name)
        }
    }

    /// A flag that is present only if it is true.
    static func mark(_ name: String, _ path: Path<Bool>) -> Member {
        let value = StoredValue(path)
        return Member(name, .sometimes, .flag) { root, json in
            guard value(root) else { return }
            json.key(name)
            json.value(true)
        } read: { root, fields throws(SummaryFault) in
            root[keyPath: path] = try fields.flag(name)
        }
    }

    /// 64 bits as 16 hexadecimal digits, because most readers of JSON would round them as a number.
    static func bits(_ name: String, _ path: Path<UInt64>) -> Member {
        let value = StoredValue(path)
        return Member(name, .always, .hexadecimal(16)) { root, json in
            json.key(name)
            json.value(bits: value(root))
        } read: { root, fields throws(SummaryFault) in
            root[keyPath: path] = try fields.bits(name)
        }
    }

    static func optionalBits(_ name: String, _ path: Path<UInt64?>, _ presence: MemberPresence) -> Member {
        let value = StoredValue(path)
        return Member(name, presence, .nullable(.hexadecimal(16))) { root, json in
            json.key(name)
            if let bits = value(root) { json.value(bits: bits) } else { json.value(String?.none) }
        } read: { root, fields throws(SummaryFault) in
            root[keyPath: path] = try fields.optionalBits(name)
        }
    }

    /// One of a few values, written by its name; `expected` describes them in a fault.
    static func choice<Value: Sendable>(
        _ name: String, _ path: Path<Value>, of all: [Value], named nameOf: @escaping @Sendable (Value) -> String,
        expected: String, _ presence: MemberPresence = .always
    ) -> Member {
        let value = StoredValue(path)
        return Member(name, presence, .oneOf(all.map(nameOf))) { root, json in
            json.key(name)
            json.value(nameOf(value(root)))
        } read: { root, fields throws(SummaryFault) in
            let text = try fields.text(name)
            guard let found = all.first(where: { nameOf($0) == text }) else { throw fields.wrong(name, expected) }
            root[keyPath: path] = found
        }
    }

    /// A share of rows. It follows from other members, so its value is not read.
    static func share(_ name: String, _ path: KeyPath<Root, Share> & Sendable) -> Member {
        Member(name, .always, .share) { root, json in
            json.key(name)
            json.value(digits: root[keyPath: path].decimal)
        } read: { _, fields throws(SummaryFault) in
            try fields.skip()
        }
    }

    // MARK: Lists and objects

    /// Numbers on one line.
    static func counts(_ name: String, _ path: Path<[Int]>) -> Member {
        let value = StoredValue(path)
        return Member(name, .always, .list(.count)) { root, json in
            json.key(name)
            json.value(value(root))
        } read: { root, fields throws(SummaryFault) in
            root[keyPath: path] = try fields.list(name) { fields throws(SummaryFault) in try fields.count("") }
        }
    }

    static func list<Element>(
        _ name: String, _ path: Path<[Element]>, of object: JSONObject<Element>, _ presence: MemberPresence = .always
    ) -> Member {
        let value = StoredValue(path)
        return Member(name, presence, .list(object.schema)) { root, json in
            json.key(name)
            json.array { json in
                for element in value(root) { object.write(element, &json) }
            }
        } read: { root, fields throws(SummaryFault) in
            root[keyPath: path] = try fields.list(name) { fields throws(SummaryFault) in try object.read(&fields, "") }
        }
    }

    static func object<Value>(_ name: String, _ path: Path<Value>, _ object: JSONObject<Value>) -> Member {
        let value = StoredValue(path)
        return Member(name, .always, object.schema) { root, json in
            json.key(name)
            object.write(value(root), &json)
        } read: { root, fields throws(SummaryFault) in
            root[keyPath: path] = try object.read(&fields, name)
        }
    }

    static func optionalObject<Value>(
        _ name: String, _ path: Path<Value?>, _ object: JSONObject<Value>, _ presence: MemberPresence = .always
    ) -> Member {
        let value = StoredValue(path)
        return Member(name, presence, .nullable(object.schema)) { root, json in
            json.key(name)
            if let inner = value(root) { object.write(inner, &json) } else { json.value(String?.none) }
        } read: { root, fields throws(SummaryFault) in
            root[keyPath: path] = try object.readOptional(&fields, name)
        }
    }

    // MARK: Members that a reader knows already

    /// A number that follows from what was read before, and with which the document must agree.
    static func known(
        _ name: String, _ presence: MemberPresence = .always, _ schema: JSONSchema = .count,
        _ number: @escaping @Sendable (Root) -> Int?
    ) -> Member {
        Member(name, presence, schema, number: number) { root, json in
            json.key(name)
            json.value(number(root))
        } read: { root, fields throws(SummaryFault) in
            let expected = number(root)
            guard try fields.optionalCount(name, upTo: .max) == expected else {
                throw fields.wrong(name, "\(expected.map { String($0) } ?? "null"), as its jobs add up")
            }
        }
    }

    /// Returns the same member, as a number that is known.
    func known() -> Member {
        number.map { .known(name, presence, schema, $0) } ?? self
    }

    /// An object of numbers that are known.
    static func knownObject<Value>(
        _ name: String, _ table: MemberTable<Value>, _ value: @escaping @Sendable (Root) -> Value
    ) -> Member {
        Member(name, .always, table.schema) { root, json in
            json.key(name)
            table.write(value(root), &json)
        } read: { root, fields throws(SummaryFault) in
            var value = value(root)
            try table.read(&fields, name, into: &value)
        }
    }

    /// Returns the same member for an object that contains the value at a path.
    func within<Outer>(_ path: WritableKeyPath<Outer, Root> & Sendable) -> Member<Outer> {
        let (inner, innerRead, innerNumber) = (write, read, number)
        let value = StoredValue(path)
        var outerRead: Member<Outer>.Read?
        if let innerRead {
            outerRead = { (outer: inout Outer, fields: inout SummaryFields) throws(SummaryFault) -> Void in
                try innerRead(&outer[keyPath: path], &fields)
            }
        }
        var outerNumber: (@Sendable (Outer) -> Int?)?
        if let innerNumber { outerNumber = { (outer: Outer) -> Int? in innerNumber(value(outer)) } }
        let outerWrite: @Sendable (Outer, inout JSONWriter) -> Void = { outer, json in
            inner(value(outer), &json)
        }
        return Member<Outer>(
            name, presence, schema, number: outerNumber, write: outerWrite, read: outerRead)
    }
}

/// Reads the value at a path. A value that is stored in the object itself is read there directly: following a key path
/// costs many times as much, and a job has a hundred values.
private struct StoredValue<Root, Value>: Sendable {
    private let path: WritableKeyPath<Root, Value> & Sendable
    /// The byte offset; nil for a value that is computed or stored elsewhere.
    private let offset: Int?

    init(_ path: WritableKeyPath<Root, Value> & Sendable) {
        self.path = path
        offset = MemoryLayout<Root>.offset(of: path)
    }

    func callAsFunction(_ root: Root) -> Value {
        guard let offset else { return root[keyPath: path] }
        return unsafe withUnsafeBytes(of: root) { unsafe $0.load(fromByteOffset: offset, as: Value.self) }
    }
}
