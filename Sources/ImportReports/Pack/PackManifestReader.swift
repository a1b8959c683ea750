import ImportDumps

/// Reads `MANIFEST.json` back, item by item, in constant memory. It is a stranger's file like any other.
struct PackManifestReader: ~Copyable {
    enum Item {
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
                    return try fields.item(list.rawValue, count) { fields throws(SummaryFault) in
                        try fields.readItem(of: list)
                    }
                }
                self.list = nil
            }
            guard try fields.nextMember() else {
                try fields.end()
                guard seen.contains(.format) else { throw fields.fault(.notASummary) }
                for member in PackMember.allCases where !member.isSkipped && !seen.contains(member) {
                    throw fields.fault(.missing(path: member.rawValue))
                }
                return nil
            }
            try readMember(fields.key)
        }
    }

    private mutating func readMember(_ name: String) throws(SummaryFault) {
        guard let member = PackMember(rawValue: name), !member.isSkipped else { return try fields.skip() }
        guard seen.insert(member).inserted else { throw fields.fault(.repeated(path: name)) }
        switch member {
        case .format:
            guard try fields.kind() == .string, try fields.text(name) == PackManifest.format else {
                throw fields.fault(.notASummary)
            }
        case .version:
            let version = try fields.count(name)
            if version > PackManifest.version { throw fields.fault(.newerVersion(version)) }
            if version < 1 { throw fields.fault(.wrongValue(path: name, expected: "1 or more")) }
        case .tool:
            toolVersion = try JSONObject.packTool.read(&fields, name).version
        case .inputs, .files, .outputs:
            try fields.beginArray(name)
            list = member
            count = 0
        case .options:
            try fields.skip()
        }
    }
}

extension SummaryFields {
    fileprivate mutating func readItem(of list: PackMember) throws(SummaryFault) -> PackManifestReader.Item {
        switch list {
        case .inputs: .input(try JSONObject.packInput.read(&self, ""))
        case .files: .file(try JSONObject.packedFile.read(&self, ""))
        default: .output(try JSONObject.packedFile.read(&self, ""))
        }
    }
}
