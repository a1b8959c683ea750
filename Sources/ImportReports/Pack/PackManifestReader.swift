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
            var version = ""
            try fields.object(name, members: ["name", "version"]) { fields, member throws(SummaryFault) in
                let text = try fields.text(member)
                if member == "version" { version = text }
            }
            toolVersion = version
        default:
            try fields.beginArray(name)
            list = name
            count = 0
        }
    }
}

extension SummaryFields {
    fileprivate mutating func readItem(of list: String) throws(SummaryFault) -> PackManifestReader.Item {
        guard list == "inputs" else {
            let file = try readFile()
            return list == "files" ? .file(file) : .output(file)
        }
        var input = PackInput(source: "", bytes: nil, sha256: nil, state: .audited)
        try object("", members: ["source", "bytes", "sha256", "state"], optional: ["reason"]) {
            fields, name throws(SummaryFault) in
            switch name {
            case "source": input.source = try fields.text(name)
            case "bytes": input.bytes = try fields.optionalCount(name)
            case "sha256":
                input.sha256 = try fields.optionalText(name)
                guard input.sha256.map(Self.isHash) != false else { throw fields.wrong(name, Self.hashWords) }
            case "state":
                guard let state = PackInput.State(rawValue: try fields.text(name)) else {
                    throw fields.wrong(name, "audited, superseded or unreadable")
                }
                input.state = state
            default: input.reason = try fields.optionalText(name)
            }
        }
        return .input(input)
    }

    private mutating func readFile() throws(SummaryFault) -> PackedFile {
        var file = PackedFile(path: "", bytes: 0, sha256: "")
        try object("", members: ["path", "bytes", "sha256"]) { fields, name throws(SummaryFault) in
            switch name {
            case "path": file.path = try fields.text(name)
            case "bytes": file.bytes = try fields.count(name)
            default:
                file.sha256 = try fields.text(name)
                guard Self.isHash(file.sha256) else { throw fields.wrong(name, Self.hashWords) }
            }
        }
        return file
    }

    private static let hashWords = "64 hexadecimal digits in small letters"

    private static func isHash(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            }
    }
}
