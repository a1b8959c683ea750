/// What a packed audit says of itself: `MANIFEST.json`, and `SHA256SUMS` for those who have no import-audit.
package enum PackManifest {
    package static let file = "MANIFEST.json"
    package static let sumsFile = "SHA256SUMS"
    /// The value of the member `format`.
    package static let format = "import-audit.pack"
    /// Raised when a member changes its meaning; new ones may come at any time.
    package static let version = 1

    /// Describes `MANIFEST.json` as a JSON Schema.
    package static var schema: [UInt8] {
        JSONSchema.object(PackMember.allCases.map { .init($0.rawValue, $0.schema, isRequired: true) })
            .document(of: file, version: version)
    }

    /// A line of `SHA256SUMS`, as `sha256sum --check` reads it.
    package static func sumsLine(_ path: String, sha256: String) -> [UInt8] {
        Array("\(sha256)  \(path)\n".utf8)
    }
}

/// A dump that an audit is about, or an input that is none.
package struct PackInput: Sendable, Equatable {
    package var source: String
    /// Of the dump alone, decompressed; nil where there was nothing to read whole.
    package var bytes: Int?
    package var sha256: String?
    package var state: State
    /// Why it is no dump, if it is none.
    package var reason: String?

    package enum State: String, Sendable, CaseIterable {
        case audited
        /// Another dump of the job counts.
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

/// A file as it lies on a disk or in the zip.
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

/// The members of the document itself, in their order. They are written and read piece by piece, as items come and go.
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

    /// Whether a reader passes it over.
    var isSkipped: Bool { self == .options }
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
