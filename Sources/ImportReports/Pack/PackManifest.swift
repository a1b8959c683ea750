import ImportDumps
import ImportFoundation

/// The manifest of a packed audit: `MANIFEST.json`, and `SHA256SUMS` for people without import-audit.
package enum PackManifest {
    package static let file = "MANIFEST.json"
    package static let sumsFile = "SHA256SUMS"
    /// The value of the member `format`.
    package static let format = "import-audit.pack"
    /// Increases when a member changes its meaning; members may be added at any time.
    package static let version = 1

    /// The JSON Schema of `MANIFEST.json`.
    package static var schema: [UInt8] {
        JSONSchema.object(PackMember.allCases.map { .init($0.rawValue, $0.schema, isRequired: true) })
            .document(of: file, version: version)
    }

    /// The option that names a source, up to the SHA-256 of the file.
    package static let sourceOption = "--source sha256:"

    /// Returns a line of `SHA256SUMS`, as `sha256sum --check` reads it.
    package static func sumsLine(_ path: String, sha256: String) -> [UInt8] {
        Array("\(sha256)  \(path)\n".utf8)
    }
}

/// A dump of an audit, or an input that is not a dump.
package struct PackInput: Sendable, Equatable {
    package var source: String
    /// The size of the dump alone, decompressed; nil if it could not be read completely.
    package var bytes: Int?
    package var sha256: String?
    package var state: State
    /// Why it is not a dump, if it is not.
    package var reason: String?

    package enum State: String, Sendable, CaseIterable {
        case audited
        /// Another dump of the job counts instead.
        case superseded
        case unreadable
    }

    package init(source: String, bytes: Int?, sha256: String?, state: State, reason: String? = nil) {
        self.source = source
        self.bytes = bytes
        self.sha256 = sha256
        self.state = state
        self.reason = reason
    }
}

/// A file as it is on disk or in the zip.
package struct PackedFile: Sendable, Equatable {
    package var path: String
    package var bytes: Int
    package var sha256: String

    package init(path: String, bytes: Int, sha256: String) {
        self.path = path
        self.bytes = bytes
        self.sha256 = sha256
    }
}

/// The program that wrote a pack.
struct PackTool: Sendable {
    var name = "import-audit"
    var version = ""
}

// MARK: - The members of the document and its objects

/// The members of the document itself, in order. They are written and read piece by piece, item by item.
enum PackMember: String, CaseIterable {
    case format, version, tool, options, inputs, files, outputs

    var schema: JSONSchema {
        switch self {
        case .format: .constant(PackManifest.format)
        case .version: .version(PackManifest.version)
        case .tool: JSONObject.packTool.schema
        case .options: .list(.text)
        case .inputs: .list(JSONObject.packInput.schema)
        case .files, .outputs: .list(JSONObject.packedFile.schema)
        }
    }

    /// Whether a manifest is valid without the member.
    var isOptional: Bool { self == .options }
}

extension JSONObject<PackTool> {
    static let packTool = JSONObject(PackTool(), [.text("name", \.name), .text("version", \.version)])
}

extension JSONObject<PackInput> {
    static let packInput = JSONObject(
        PackInput(source: "", bytes: nil, sha256: nil, state: .audited),
        [
            .text("source", \.source),
            .optionalCount("bytes", \.bytes),
            Member("sha256", .always, .nullable(.hexadecimal(64))) { input, json in
                json.key("sha256")
                json.value(input.sha256)
            } read: { input, fields throws(SummaryFault) in
                input.sha256 = try fields.optionalText("sha256")
                guard input.sha256.map(PackedFile.isHash) != false else {
                    throw fields.wrong("sha256", PackedFile.hashWords)
                }
            },
            .choice(
                "state", \.state, of: PackInput.State.allCases, named: { $0.rawValue },
                expected: "audited, superseded or unreadable"),
            Member("reason", .sometimes, .nullable(.text)) { input, json in
                guard let reason = input.reason else { return }
                json.key("reason")
                json.value(reason)
            } read: { input, fields throws(SummaryFault) in
                input.reason = try fields.optionalText("reason")
            },
        ])
}

extension JSONObject<PackedFile> {
    static let packedFile = JSONObject(
        PackedFile(path: "", bytes: 0, sha256: ""),
        [
            .text("path", \.path),
            .count("bytes", \.bytes),
            Member("sha256", .always, .hexadecimal(64)) { file, json in
                json.key("sha256")
                json.value(file.sha256)
            } read: { file, fields throws(SummaryFault) in
                file.sha256 = try fields.text("sha256")
                guard PackedFile.isHash(file.sha256) else { throw fields.wrong("sha256", PackedFile.hashWords) }
            },
        ])
}

extension PackedFile {
    fileprivate static let hashWords = "64 hexadecimal digits in small letters"

    fileprivate static func isHash(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            }
    }
}

/// Writes `MANIFEST.json` item by item, in constant memory.
package struct PackManifestWriter {
    private static let flushBytes = 64 * 1024

    private let output: (Span<UInt8>) throws -> Void
    private var bytes: [UInt8] = []
    private var list: PackMember?
    private var isListEmpty = true

    /// Begins the document.
    ///
    /// - Parameters:
    ///   - options: the options that affect the output.
    ///   - output: receives the bytes, in order.
    package init(
        toolVersion: String, options: [String], to output: @escaping (Span<UInt8>) throws -> Void
    ) {
        self.output = output
        var tool = JSONWriter(isOnOneLine: true)
        JSONObject.packTool.write(PackTool(version: toolVersion), &tool)
        append("{\n  \"\(PackMember.format)\": \"\(PackManifest.format)\"")
        append(",\n  \"\(PackMember.version)\": \(PackManifest.version)")
        append(",\n  \"\(PackMember.tool)\": ")
        bytes += tool.bytes
        append(",\n  \"\(PackMember.options)\": ")
        var list = JSONWriter(depth: 1)
        list.array { json in
            for option in options { json.value(option) }
        }
        bytes += list.bytes
    }

    /// Appends the next input. All inputs come before all files, and files before outputs.
    package mutating func append(_ input: PackInput) throws {
        try append(to: .inputs) { JSONObject.packInput.write(input, &$0) }
    }

    /// Appends the next file that inputs were read from.
    package mutating func append(file: PackedFile) throws { try append(file, to: .files) }

    /// Appends the next file of the audit, in the order of the paths' bytes.
    package mutating func append(output: PackedFile) throws { try append(output, to: .outputs) }

    /// Ends the document.
    package mutating func finish() throws {
        begin(.outputs)
        append(isListEmpty ? "]\n}\n" : "\n  ]\n}\n")
        try flush()
    }

    private mutating func append(_ file: PackedFile, to list: PackMember) throws {
        try append(to: list) { JSONObject.packedFile.write(file, &$0) }
    }

    /// Appends an item on one line, because there may be a million.
    private mutating func append(to list: PackMember, _ body: (inout JSONWriter) -> Void) throws {
        begin(list)
        var json = JSONWriter(isOnOneLine: true)
        body(&json)
        append(isListEmpty ? "\n    " : ",\n    ")
        bytes += json.bytes
        isListEmpty = false
        if bytes.count >= Self.flushBytes { try flush() }
    }

    /// Moves on to a list. Lists before it that were skipped are written as empty.
    private mutating func begin(_ wanted: PackMember) {
        while list != wanted {
            let next = list.map { $0 == .inputs ? PackMember.files : .outputs } ?? .inputs
            if list != nil { append(isListEmpty ? "]" : "\n  ]") }
            append(",\n  \"\(next.rawValue)\": [")
            list = next
            isListEmpty = true
        }
    }

    private mutating func flush() throws {
        try output(bytes.span)
        bytes.removeAll(keepingCapacity: true)
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}

/// Reads `MANIFEST.json` item by item, in constant memory. The manifest is untrusted, like any other file.
struct PackManifestReader: ~Copyable {
    enum Item {
        case option(String)
        case input(PackInput)
        case file(PackedFile)
        case output(PackedFile)
    }

    private var fields: SummaryFields
    private var list: PackMember?
    private var isBegun = false
    private var count = 0
    private var seen: Set<PackMember> = []
    private(set) var toolVersion = ""

    init(_ source: any ByteSource) {
        fields = SummaryFields(JSONReader(source))
    }

    /// Returns the next item; nil after the last one, if everything was read and is valid.
    mutating func next() throws(SummaryFault) -> Item? {
        if !isBegun {
            guard try fields.kind() == .object else { throw fields.fault(.notASummary) }
            try fields.beginObject()
            isBegun = true
        }
        while true {
            if let list {
                if try fields.nextElement() {
                    defer { count += 1 }
                    return try fields.item(list.rawValue, count) { fields throws(SummaryFault) in
                        try fields.readItem(of: list)
                    }
                }
                self.list = nil
            }
            guard try fields.nextMember() else {
                try fields.end()
                guard seen.contains(.format) else { throw fields.fault(.notASummary) }
                for member in PackMember.allCases where !member.isOptional && !seen.contains(member) {
                    throw fields.fault(.missing(path: member.rawValue))
                }
                return nil
            }
            try readMember(fields.key)
        }
    }

    private mutating func readMember(_ name: String) throws(SummaryFault) {
        guard let member = PackMember(rawValue: name) else { return try fields.skip() }
        guard seen.insert(member).inserted else { throw fields.fault(.repeated(path: name)) }
        switch member {
        case .format: try fields.checkFormat(name, is: PackManifest.format)
        case .version: try fields.checkVersion(name, upTo: PackManifest.version)
        case .tool:
            toolVersion = try JSONObject.packTool.read(&fields, name).version
        case .options, .inputs, .files, .outputs:
            try fields.beginArray(name)
            list = member
            count = 0
        }
    }
}

extension SummaryFields {
    fileprivate mutating func readItem(of list: PackMember) throws(SummaryFault) -> PackManifestReader.Item {
        switch list {
        case .options: .option(try text(""))
        case .inputs: .input(try JSONObject.packInput.read(&self, ""))
        case .files: .file(try JSONObject.packedFile.read(&self, ""))
        default: .output(try JSONObject.packedFile.read(&self, ""))
        }
    }
}
