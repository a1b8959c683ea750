/// The part of JSON Schema (draft 7) that the program's own documents need.
indirect enum JSONSchema: Sendable {
    case text
    /// A whole number from 0 to 2^63 − 1.
    case count
    case flag
    /// A decimal fraction.
    case share
    /// A text of this many hexadecimal digits.
    case hexadecimal(Int)
    case constant(String)
    case version(Int)
    case oneOf([String])
    case nullable(JSONSchema)
    case list(JSONSchema)
    case object([Property])
    /// An object with any names, whose values all have this schema.
    case map(JSONSchema)

    struct Property: Sendable {
        let name: String
        let schema: JSONSchema
        let isRequired: Bool

        init(_ name: String, _ schema: JSONSchema, isRequired: Bool) {
            self.name = name
            self.schema = schema
            self.isRequired = isRequired
        }
    }

    /// Returns a schema document, which ends with a line feed.
    ///
    /// - Parameter title: the name of what it describes, such as `summary.json`.
    func document(of title: String, version: Int) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("$schema", "http://json-schema.org/draft-07/schema#")
            json.member("title", "\(title) of import-audit, version \(version)")
            appendMembers(to: &json)
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }

    private func append(to json: inout JSONWriter) {
        json.object { appendMembers(to: &$0) }
    }

    private func appendMembers(to json: inout JSONWriter) {
        switch self {
        case .text: json.member("type", "string")
        case .flag: json.member("type", "boolean")
        case .count:
            json.member("type", "integer")
            json.key("minimum")
            json.value(0)
            json.key("maximum")
            json.value(Int.max)
        case .share:
            json.member("type", "number")
            json.key("minimum")
            json.value(0)
        case .hexadecimal(let digits):
            json.member("type", "string")
            json.member("pattern", "^[0-9a-f]{\(digits)}$")
        case .constant(let text): json.member("const", text)
        case .version(let version):
            json.key("const")
            json.value(version)
        case .oneOf(let names):
            json.key("enum")
            json.array { json in
                for name in names { json.value(name) }
            }
        case .nullable(let schema):
            json.key("anyOf")
            json.array { json in
                schema.append(to: &json)
                json.object { $0.member("type", "null") }
            }
        case .list(let schema):
            json.member("type", "array")
            json.key("items")
            schema.append(to: &json)
        case .map(let schema):
            json.member("type", "object")
            json.key("additionalProperties")
            schema.append(to: &json)
        case .object(let properties):
            json.member("type", "object")
            json.key("required")
            json.array { json in
                for property in properties where property.isRequired { json.value(property.name) }
            }
            json.key("properties")
            json.object { json in
                for property in properties {
                    json.key(property.name)
                    property.schema.append(to: &json)
                }
            }
        }
    }
}

extension JSONWriter {
    mutating func member(_ name: String, _ text: String) {
        key(name)
        value(text)
    }
}
