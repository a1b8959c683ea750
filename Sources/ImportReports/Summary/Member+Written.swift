// Members that readers skip: they follow from others, or are only of interest to other programs.

extension Member {
    /// A member that readers skip.
    static func written(
        _ name: String, _ schema: JSONSchema, _ write: @escaping @Sendable (Root, inout JSONWriter) -> Void
    ) -> Member {
        Member(
            name, .always, schema,
            write: { root, json in
                json.key(name)
                write(root, &json)
            }, read: nil)
    }

    /// A member that readers skip, and that is present only if it has a value.
    static func written<Value>(
        _ name: String, _ schema: JSONSchema, ifThere value: @escaping @Sendable (Root) -> Value?,
        _ write: @escaping @Sendable (Value, inout JSONWriter) -> Void
    ) -> Member {
        Member(
            name, .sometimes, schema,
            write: { root, json in
                guard let value = value(root) else { return }
                json.key(name)
                write(value, &json)
            }, read: nil)
    }

    /// A whole number that readers skip.
    static func writtenCount(_ name: String, _ number: @escaping @Sendable (Root) -> Int) -> Member {
        .written(name, .count) { $1.value(number($0)) }
    }

    /// A whole number that readers skip, null if there is none.
    static func writtenCountOrNull(_ name: String, _ number: @escaping @Sendable (Root) -> Int?) -> Member {
        .written(name, .nullable(.count)) { $1.value(number($0)) }
    }

    /// A text that readers skip, null if there is none.
    static func writtenText(_ name: String, _ text: @escaping @Sendable (Root) -> String?) -> Member {
        .written(name, .nullable(.text)) { $1.value(text($0)) }
    }

    /// Texts that readers skip.
    static func writtenTexts(_ name: String, _ texts: @escaping @Sendable (Root) -> [String]) -> Member {
        .written(name, .list(.text)) { root, json in
            json.array { json in
                for text in texts(root) { json.value(text) }
            }
        }
    }

    /// An object that readers skip.
    static func writtenObject<Value>(
        _ name: String, _ table: MemberTable<Value>, _ value: @escaping @Sendable (Root) -> Value
    ) -> Member {
        .written(name, table.schema) { table.write(value($0), &$1) }
    }

    /// An object that readers skip, null if there is none.
    static func writtenObjectOrNull<Value>(
        _ name: String, _ table: MemberTable<Value>, _ value: @escaping @Sendable (Root) -> Value?
    ) -> Member {
        .written(name, .nullable(table.schema)) { root, json in
            if let value = value(root) { table.write(value, &json) } else { json.value(String?.none) }
        }
    }

    /// A list of objects that readers skip.
    static func writtenList<Element>(
        _ name: String, _ table: MemberTable<Element>, _ elements: @escaping @Sendable (Root) -> [Element]
    ) -> Member {
        .written(name, .list(table.schema)) { root, json in
            json.array { json in
                for element in elements(root) { table.write(element, &json) }
            }
        }
    }

    /// Counts by name, in the order of the names, which readers skip.
    static func writtenCounts(_ name: String, _ counts: @escaping @Sendable (Root) -> [String: Int]) -> Member {
        .written(name, .map(.count)) { root, json in
            json.object { json in
                for (name, count) in counts(root).sorted(by: { $0.key < $1.key }) {
                    json.key(name)
                    json.value(count)
                }
            }
        }
    }

    // MARK: The first members of a document

    /// The kind of a document. A reader checks it first.
    static func format(_ format: String) -> Member {
        .written("format", .constant(format)) { $1.value(format) }
    }

    /// The version of the document, which determines the meaning of its names.
    static func version(_ version: Int) -> Member {
        .written("version", .version(version)) { $1.value(version) }
    }
}
