import ImportAnalysis
import ImportDumps
import ImportReports

/// A line of a manifest, other than those that hold a job's summary.
enum ManifestLine {
    /// `documents`: how many there were in all inputs.
    case header(options: String, documents: Int)
    /// `documents`: how many there are in it, each with a line of its own.
    case input(path: String, bytes: Int, sha256: String, documents: Int)
    /// A job, whose summary is the next line. `counted`: its report was in the folder of its job; `combined`: that spoke
    /// of other dumps of the job.
    case job(entry: Int, document: Int, counted: Bool, combined: Bool)
    case unreadable(entry: Int, document: Int, UnreadableInput, ContentHash?, ExitStatus)

    /// Nil for what is no such line.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard let fields = try? Fields(bytes) else { return nil }
        if fields.texts["format"] == Manifest.format, fields.counts["version"] == Manifest.version,
            let options = fields.texts["options"], let documents = fields.counts["documents"]
        {
            self = .header(options: options, documents: documents)
        } else if let path = fields.texts["input"], let bytes = fields.counts["bytes"],
            let sha256 = fields.texts["sha256"], let documents = fields.counts["documents"]
        {
            self = .input(path: path, bytes: bytes, sha256: sha256, documents: documents)
        } else if let entry = fields.counts["entry"], let document = fields.counts["document"] {
            if let source = fields.texts["source"], let reason = fields.texts["reason"],
                let status = fields.counts["status"].flatMap({ ExitStatus(rawValue: Int32(clamping: $0)) })
            {
                var content: ContentHash?
                if let bytes = fields.counts["bytes"], let sha256 = fields.texts["sha256"] {
                    content = ContentHash(bytes: bytes, sha256: sha256)
                }
                self = .unreadable(
                    entry: entry, document: document, UnreadableInput(source: source, reason: reason), content, status)
            } else {
                self = .job(
                    entry: entry, document: document, counted: fields.flags.contains("counted"),
                    combined: fields.flags.contains("combined"))
            }
        } else {
            return nil
        }
    }

    /// The line with its line feed.
    var bytes: [UInt8] {
        var json = JSONWriter(isOnOneLine: true)
        json.object { json in
            switch self {
            case .header(let options, let documents):
                json.member("format", Manifest.format)
                json.member("version", Manifest.version)
                json.member("options", options)
                json.member("documents", documents)
            case .input(let path, let bytes, let sha256, let documents):
                json.member("input", path)
                json.member("bytes", bytes)
                json.member("sha256", sha256)
                json.member("documents", documents)
            case .job(let entry, let document, let counted, let combined):
                json.member("entry", entry)
                json.member("document", document)
                json.key("counted")
                json.value(counted)
                json.key("combined")
                json.value(combined)
            case .unreadable(let entry, let document, let input, let content, let status):
                json.member("entry", entry)
                json.member("document", document)
                json.member("source", input.source)
                json.member("reason", input.reason)
                if let content {
                    json.member("bytes", content.bytes)
                    json.member("sha256", content.sha256)
                }
                json.member("status", Int(status.rawValue))
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }

    /// The members of a line, in whatever order.
    private struct Fields {
        var texts: [String: String] = [:]
        var counts: [String: Int] = [:]
        /// Names of members that are true.
        var flags: Set<String> = []

        init(_ bytes: ArraySlice<UInt8>) throws {
            var reader = JSONReader(ArraySource(Array(bytes)), windowBytes: max(1, bytes.count))
            try reader.beginObject()
            while try reader.nextMember() {
                let key = reader.key
                switch try reader.kind() {
                case .string: texts[key] = try reader.string()
                case .number: counts[key] = try reader.count()
                case .boolean: if try reader.flag() { flags.insert(key) }
                case .object, .array, .null: try reader.skip()
                }
            }
            try reader.end()
        }
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ text: String) {
        key(name)
        value(text)
    }

    fileprivate mutating func member(_ name: String, _ number: Int) {
        key(name)
        value(number)
    }
}
