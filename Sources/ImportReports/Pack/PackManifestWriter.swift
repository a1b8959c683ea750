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
    ///   - options: those that shaped the output.
    ///   - output: takes the bytes, in order.
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

    /// The next input. All inputs come before all files, and those before all outputs.
    package mutating func append(_ input: PackInput) throws {
        try append(to: .inputs) { JSONObject.packInput.write(input, &$0) }
    }

    /// The next file that inputs were read from.
    package mutating func append(file: PackedFile) throws { try append(file, to: .files) }

    /// The next file of the audit, in the order of the paths' bytes.
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

    /// One item is one line: there may be a million.
    private mutating func append(to list: PackMember, _ body: (inout JSONWriter) -> Void) throws {
        begin(list)
        var json = JSONWriter(isOnOneLine: true)
        body(&json)
        append(isListEmpty ? "\n    " : ",\n    ")
        bytes += json.bytes
        isListEmpty = false
        if bytes.count >= Self.flushBytes { try flush() }
    }

    /// Moves on to a list; those that are passed over are empty.
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
