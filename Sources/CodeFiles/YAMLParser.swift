private import CYAML

/// Reads one YAML document with libyaml. No other file uses libyaml.
@safe
struct YAMLParser: ~Copyable {
    /// How deep lists and objects may be nested.
    private static let maximumDepth = 100

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    /// The number of lines in the text; positions beyond its end are reported on its last line.
    private let lineCount: Int

    /// Returns the root of a document; nil if it contains only comments.
    static func root(of bytes: [UInt8]) throws(FileFault) -> YAMLValue? {
        let lineCount = bytes.count { $0 == UInt8(ascii: "\n") } + 1
        // A fault that extends to the end of the file is on a line beyond it, and is reported where it began.
        let padded = bytes + Array("\n# end\n".utf8)
        return try unsafe padded.withUnsafeBufferPointer { (bytes) throws(FileFault) in
            guard let parser = unsafe YAMLParser(bytes, lineCount: lineCount) else { throw unparsable }
            return try parser.root()
        }
    }

    /// - Parameter bytes: must outlive the parser.
    private init?(_ bytes: UnsafeBufferPointer<UInt8>, lineCount: Int) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        unsafe parser.initialize(to: yaml_parser_t())
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.deallocate()
            return nil
        }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        unsafe self.parser = parser
        self.lineCount = lineCount
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
    }

    private static let unparsable = FileFault(.syntax("it cannot be parsed"))

    private func root() throws(FileFault) -> YAMLValue? {
        _ = try next()  // The stream begins.
        guard case .begin = try next().kind else { return nil }
        let root = try value(of: try next(), depth: 0)
        _ = try next()  // The document ends.
        let after = try next()
        guard case .end = after.kind else {
            throw FileFault(.syntax("but found another document"), line: after.line, column: after.column)
        }
        return root
    }

    private func value(of event: Event, depth: Int) throws(FileFault) -> YAMLValue {
        guard depth < Self.maximumDepth else {
            throw FileFault(.syntax("it is nested too deeply"), line: event.line, column: event.column)
        }
        var value = YAMLValue(content: .text("", isPlain: true), line: event.line, column: event.column)
        switch event.kind {
        case .scalar(let text, let isPlain): value.content = .text(text, isPlain: isPlain)
        case .list:
            var list: [YAMLValue] = []
            while true {
                let next = try next()
                if case .end = next.kind { break }
                list.append(try self.value(of: next, depth: depth + 1))
            }
            value.content = .list(list)
        case .object:
            var members: [(key: YAMLValue, value: YAMLValue)] = []
            var known: [String: YAMLValue] = [:]
            while true {
                let next = try next()
                if case .end = next.kind { break }
                let key = try self.value(of: next, depth: depth + 1)
                if case .text(let name, _) = key.content, let first = known.updateValue(key, forKey: name) {
                    throw FileFault(.repeatedKey(name), line: first.line, column: first.column)
                }
                members.append((key, try self.value(of: try self.next(), depth: depth + 1)))
            }
            value.content = .object(members)
        case .alias: throw FileFault(.syntax("found undefined alias"), line: event.line, column: event.column)
        case .begin, .end: throw Self.unparsable
        }
        return value
    }

    private struct Event {
        enum Kind {
            case begin
            case end
            case scalar(String, isPlain: Bool)
            case list
            case object
            case alias
        }

        var kind: Kind
        var line: Int
        var column: Int
    }

    private func next() throws(FileFault) -> Event {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw fault }
        defer { unsafe yaml_event_delete(&event) }
        let kind: Event.Kind
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let text = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            kind = .scalar(
                unsafe String(decoding: text, as: UTF8.self),
                isPlain: unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE)
        case YAML_SEQUENCE_START_EVENT: kind = .list
        case YAML_MAPPING_START_EVENT: kind = .object
        case YAML_ALIAS_EVENT: kind = .alias
        case YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT: kind = .begin
        default: kind = .end
        }
        let mark = unsafe event.start_mark
        return Event(kind: kind, line: min(mark.line + 1, lineCount), column: mark.column + 1)
    }

    /// The fault that the parser reports.
    private var fault: FileFault {
        guard let words = unsafe parser.pointee.problem else { return Self.unparsable }
        let problem = unsafe String(cString: words)
        if unsafe parser.pointee.error == YAML_READER_ERROR { return readerFault(problem) }
        var mark = unsafe parser.pointee.problem_mark
        // A fault that extends to the end of the file is reported where it began.
        if mark.line >= lineCount, unsafe parser.pointee.context != nil { mark = unsafe parser.pointee.context_mark }
        return FileFault(.syntax(problem), line: min(mark.line + 1, lineCount), column: mark.column + 1)
    }

    /// The fault of a character that YAML does not allow. The parser knows its byte offset, which may be on a later
    /// line than the parser has reached.
    private func readerFault(_ problem: String) -> FileFault {
        let bytes = unsafe parser.pointee.input.string
        guard let start = unsafe bytes.start, let end = unsafe bytes.end else { return FileFault(.syntax(problem)) }
        let offset = unsafe min(parser.pointee.problem_offset, end - start)
        var (line, column) = (1, 1)
        for index in 0..<max(0, offset) {
            let byte = unsafe start[index]
            if byte == UInt8(ascii: "\n") {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return FileFault(.syntax(problem), line: line, column: column)
    }
}
