import ImportDumps

/// Reads `MANIFEST.json` back, item by item, in constant memory. It is a stranger's file like any other.
struct PackManifestReader: ~Copyable {
    enum Item {
        case input(PackInput)
        case file(PackedFile)
        case output(PackedFile)
    }

    private static let lists = ["inputs", "files", "outputs"]
    private static let members = ["format", "version", "tool"] + lists

    private var fields: SummaryFields
    private var list: String?
    private var isBegun = false
    private var count = 0
    private var seen: Set<String> = []
    private(set) var toolVersion = ""

    init(_ source: any ByteSource) {
        fields = SummaryFields(JSONReader(source))
    }

    /// The next item; nil after the last one, when all was read and is sound.
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
                    return try fields.item(list, count) { fields throws(SummaryFault) in try fields.readItem(of: list) }
                }
                self.list = nil
            }
            guard try fields.nextMember() else {
                try fields.end()
                guard seen.contains("format") else { throw fields.fault(.notASummary) }
                for name in Self.members where !seen.contains(name) { throw fields.fault(.missing(path: name)) }
                return nil
            }
            try readMember(fields.key)
        }
    }

    private mutating func readMember(_ name: String) throws(SummaryFault) {
        guard Self.members.contains(name) else { return try fields.skip() }
        guard seen.insert(name).inserted else { throw fields.fault(.repeated(path: name)) }
        switch name {
        case "format":
            guard try fields.kind() == .string, try fields.text(name) == PackManifest.format else {
                throw fields.fault(.notASummary)
            }
        case "version":
            let version = try fields.count(name)
            if version > PackManifest.version { throw fields.fault(.newerVersion(version)) }
            if version < 1 { throw fields.fault(.wrongValue(path: name, expected: "1 or more")) }
        case "tool":
            toolVersion = try JSONObject.packTool.read(&fields, name).version
        default:
            try fields.beginArray(name)
            list = name
            count = 0
        }
    }
}

extension SummaryFields {
    fileprivate mutating func readItem(of list: String) throws(SummaryFault) -> PackManifestReader.Item {
        switch list {
        case "inputs": .input(try JSONObject.packInput.read(&self, ""))
        case "files": .file(try JSONObject.packedFile.read(&self, ""))
        default: .output(try JSONObject.packedFile.read(&self, ""))
        }
    }
}
