import ImportAnalysis
import ImportDumps
import ImportFoundation
import ImportReports

/// What a manifest says about the run that wrote it.
struct RunManifestHeader {
    var version = RunManifest.version
    /// Digests of everything, apart from the inputs, that the files depend on, and that the files of each job depend
    /// on.
    var options: String
    var jobOptions: String
    /// The number of documents in all inputs.
    var documents: Int
    /// Whether the run has not ended. Such a manifest only lists the files that the run may have written.
    var isUnfinished = false
    var toolVersion: String
}

/// A file that was written.
struct FileRecord {
    var name: String
    /// The size and hash; nil while they are not known yet.
    var content: ContentHash?

    init(name: String, content: ContentHash?) {
        self.name = name
        self.content = content
    }

    init(_ file: PackedFile) {
        name = file.path
        content = ContentHash(bytes: file.bytes, sha256: file.sha256)
    }
}

/// A line of a manifest, other than the lines with summaries of jobs.
enum RunManifestLine {
    case header(RunManifestHeader)
    /// A file that was sent, whose lines the report names.
    case source(PackedFile)
    /// The files that were written into a folder: ``RunManifest/root``, or that of a job.
    case folder(String, files: [FileRecord])
    /// An input. `documents`: the number of documents in it, each with its own line. An input without a size and hash,
    /// such as standard input, cannot be recognized later.
    case input(path: String, bytes: Int?, sha256: String?, documents: Int)
    /// A job, whose summary is on the next line. `counted`: the dump counts for its job, and its report was in the
    /// job's folder unless none was wanted; `combined`: the report mentioned other dumps of the job.
    case job(entry: Int, document: Int, counted: Bool, combined: Bool)
    case unreadable(entry: Int, document: Int, UnreadableInput, ContentHash?, ExitStatus)

    /// Parses a line; nil for any other line.
    init?(_ bytes: ArraySlice<UInt8>) {
        if bytes.starts(with: Self.folderStart) {
            guard let (folder, files) = try? Self.folder(bytes) else { return nil }
            self = .folder(folder, files: files)
            return
        }
        guard let fields = try? Fields(bytes) else { return nil }
        if fields.texts["format"] == RunManifest.format, let version = fields.counts["version"] {
            self = .header(
                RunManifestHeader(
                    version: version, options: fields.texts["options"] ?? "",
                    jobOptions: fields.texts["job_options"] ?? "", documents: fields.counts["documents"] ?? 0,
                    isUnfinished: fields.flags.contains("unfinished"), toolVersion: fields.texts["tool_version"] ?? ""))
        } else if let path = fields.texts["sent"], let bytes = fields.counts["bytes"],
            let sha256 = fields.texts["sha256"]
        {
            self = .source(PackedFile(path: path, bytes: bytes, sha256: sha256))
        } else if let path = fields.texts["input"], let documents = fields.counts["documents"] {
            self = .input(
                path: path, bytes: fields.counts["bytes"], sha256: fields.texts["sha256"], documents: documents)
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

    /// Appends the line about a job. There may be millions, so the text is not put together by a JSON writer.
    static func append(jobEntry entry: Int, document: Int, counted: Bool, combined: Bool, to bytes: inout [UInt8]) {
        bytes += #"{"entry":"#.utf8
        bytes += String(entry).utf8
        bytes += #","document":"#.utf8
        bytes += String(document).utf8
        bytes += (counted ? #","counted":true,"combined":"# : #","counted":false,"combined":"#).utf8
        bytes += (combined ? "true}\n" : "false}\n").utf8
    }

    /// The line, including its line feed.
    var bytes: [UInt8] {
        if case .job(let entry, let document, let counted, let combined) = self {
            var bytes: [UInt8] = []
            Self.append(jobEntry: entry, document: document, counted: counted, combined: combined, to: &bytes)
            return bytes
        }
        var json = JSONWriter(isOnOneLine: true)
        json.object { json in
            switch self {
            case .header(let header):
                json.member("format", RunManifest.format)
                json.member("version", header.version)
                json.member("tool_version", header.toolVersion)
                json.member("options", header.options)
                json.member("job_options", header.jobOptions)
                json.member("documents", header.documents)
                if header.isUnfinished {
                    json.key("unfinished")
                    json.value(true)
                }
            case .source(let file):
                json.member("sent", file.path)
                json.member("bytes", file.bytes)
                json.member("sha256", file.sha256)
            case .folder(let folder, let files):
                json.member("folder", folder)
                json.key("files")
                json.array { json in
                    for file in files {
                        json.object { json in
                            json.member("name", file.name)
                            guard let content = file.content else { return }
                            json.member("bytes", content.bytes)
                            json.member("sha256", content.sha256)
                        }
                    }
                }
            case .input(let path, let bytes, let sha256, let documents):
                json.member("input", path)
                if let bytes { json.member("bytes", bytes) }
                if let sha256 { json.member("sha256", sha256) }
                json.member("documents", documents)
            // Returned above.
            case .job: break
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

    static let folderStart = Array(#"{"folder":"#.utf8)

    /// Returns the folder that a line is about; nil if it is about something else.
    static func folder(of line: ArraySlice<UInt8>) -> String? {
        guard line.starts(with: folderStart) else { return nil }
        var reader = JSONReader(ArraySource(Array(line)), windowBytes: max(1, line.count))
        do {
            try reader.beginObject()
            return try reader.nextMember() ? try reader.string() : nil
        } catch {
            return nil
        }
    }

    private static func folder(_ bytes: ArraySlice<UInt8>) throws -> (String, [FileRecord]) {
        var reader = JSONReader(ArraySource(Array(bytes)), windowBytes: max(1, bytes.count))
        var folder = ""
        var files: [FileRecord] = []
        try reader.beginObject()
        while try reader.nextMember() {
            switch reader.key {
            case "folder": folder = try reader.string() ?? ""
            case "files":
                try reader.beginArray()
                while try reader.nextElement() {
                    var (name, bytes, sha256) = ("", Int?.none, String?.none)
                    try reader.beginObject()
                    while try reader.nextMember() {
                        switch reader.key {
                        case "name": name = try reader.string() ?? ""
                        case "bytes": bytes = try reader.count()
                        case "sha256": sha256 = try reader.string()
                        default: try reader.skip()
                        }
                    }
                    files.append(
                        FileRecord(name: name, content: bytes.flatMap { ContentHash(bytes: $0, sha256: sha256) }))
                }
            default: try reader.skip()
            }
        }
        try reader.end()
        guard Self.isPlace(folder), files.allSatisfy({ Self.isName($0.name) }) else { throw OutsideFolder() }
        return (folder, files)
    }

    /// The error for a line that names something outside the manifest's folder, which this program cannot have written.
    private struct OutsideFolder: Error {}

    private static func isPlace(_ folder: String) -> Bool {
        folder == RunManifest.root || folder.hasPrefix("jobs/") && isName(String(folder.dropFirst("jobs/".count)))
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/"))
            && !name.utf8.contains(0)
    }

    /// The members of a line, in any order.
    private struct Fields {
        var texts: [String: String] = [:]
        var counts: [String: Int] = [:]
        /// The names of members that are true.
        var flags: Set<String> = []

        init(_ bytes: ArraySlice<UInt8>) throws {
            var reader = JSONReader(ArraySource(Array(bytes)), windowBytes: max(1, bytes.count))
            try reader.beginObject()
            while try reader.nextMember() {
                let key = reader.key
                switch try reader.kind() {
                case .string: texts[key] = try reader.string()
                case .number: counts[key] = try reader.count().flatMap { $0 <= SummaryReader.mostCounted ? $0 : nil }
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
