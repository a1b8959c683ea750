import ImportAnalysis
package import ImportDumps

/// Reads members of a summary by type, and knows the path of a member that is wrong.
struct SummaryFields: ~Copyable {
    private var json: JSONReader
    /// The path of the current value: names, and indices of elements.
    private var path: [PathPart] = []
    /// The number of bytes of text that the current job may still have.
    private var textRoom = SummaryFields.textBytes

    private enum PathPart {
        case name(String)
        case index(Int)
    }

    /// The most bytes that the texts of one job may take together: four times what ``AnalysisLimits`` allows.
    private static let textBytes = 64 * 1024 * 1024
    /// The most elements of one list of a job: more than any version writes.
    private static let listCount = 5000
    /// The largest number of rows, bytes or the like: no dump has more, and sums of thousands do not overflow.
    static let mostCounted = 1 << 53

    init(_ json: consuming JSONReader) {
        self.json = json
    }

    var key: String { json.key }

    // MARK: Faults

    func fault(_ code: SummaryFault.Code) -> SummaryFault { SummaryFault(code, at: json.place) }

    /// Returns the fault of a member of the current object.
    func wrong(_ name: String, _ expected: String) -> SummaryFault {
        fault(.wrongValue(path: fullPath(name), expected: expected))
    }

    private func fullPath(_ name: String) -> String {
        var text = ""
        for part in path + (name.isEmpty ? [] : [.name(name)]) {
            switch part {
            case .name(let name): text += (text.isEmpty ? "" : ".") + name
            case .index(let index): text += "[\(index)]"
            }
        }
        return text.isEmpty ? "the job" : text
    }

    private mutating func reading<Value>(
        _ body: (inout JSONReader) throws(DumpFault) -> Value
    ) throws(SummaryFault) -> Value {
        do throws(DumpFault) {
            return try body(&json)
        } catch {
            throw SummaryFault(.malformed(error), at: error.place)
        }
    }

    // MARK: Tokens

    mutating func kind() throws(SummaryFault) -> JSONReader.Kind {
        try reading { json throws(DumpFault) in try json.kind() }
    }

    mutating func beginObject() throws(SummaryFault) {
        try reading { json throws(DumpFault) in try json.beginObject() }
    }

    mutating func beginArray(_ name: String) throws(SummaryFault) {
        guard try kind() == .array else { throw wrong(name, "an array") }
        try reading { json throws(DumpFault) in try json.beginArray() }
    }

    mutating func nextMember() throws(SummaryFault) -> Bool {
        try reading { json throws(DumpFault) in try json.nextMember() }
    }

    mutating func nextElement() throws(SummaryFault) -> Bool {
        try reading { json throws(DumpFault) in try json.nextElement() }
    }

    mutating func skip() throws(SummaryFault) {
        try reading { json throws(DumpFault) in try json.skip() }
    }

    mutating func end() throws(SummaryFault) {
        try reading { json throws(DumpFault) in try json.end() }
    }

    mutating func hasMore() throws(SummaryFault) -> Bool {
        try reading { json throws(DumpFault) in try json.hasMore() }
    }

    /// The line of the next byte to read.
    var line: Int { json.place.line }

    // MARK: Values

    mutating func text(_ name: String) throws(SummaryFault) -> String {
        guard let text = try optionalText(name) else { throw wrong(name, "a string") }
        return text
    }

    mutating func optionalText(_ name: String) throws(SummaryFault) -> String? {
        switch try kind() {
        case .null:
            try skip()
            return nil
        case .string:
            guard let text = try reading({ json throws(DumpFault) in try json.string() }) else {
                throw wrong(name, "a string of at most 1 MiB")
            }
            textRoom -= text.utf8.count
            guard textRoom >= 0 else { throw wrong(name, "shorter: the texts of one job take more than 64 MiB") }
            return text
        default:
            throw wrong(name, "a string or null")
        }
    }

    mutating func count(_ name: String) throws(SummaryFault) -> Int {
        guard let count = try optionalCount(name) else { throw wrong(name, "a whole number") }
        return count
    }

    /// - Parameter limit: the largest valid number. What a dump declares, and sums over jobs, have no other limit than
    ///   that of whole numbers.
    mutating func optionalCount(_ name: String, upTo limit: Int = mostCounted) throws(SummaryFault) -> Int? {
        switch try kind() {
        case .null:
            try skip()
            return nil
        case .number:
            let count = try reading { json throws(DumpFault) in try json.count() }
            if let count, count <= limit { return count }
            throw wrong(name, "a whole number from 0 to \(limit)")
        default:
            throw wrong(name, "a whole number or null")
        }
    }

    mutating func flag(_ name: String) throws(SummaryFault) -> Bool {
        guard try kind() == .boolean else { throw wrong(name, "true or false") }
        return try reading { json throws(DumpFault) in try json.flag() }
    }

    /// Reads 64 bits that are written as 16 hexadecimal digits.
    mutating func bits(_ name: String) throws(SummaryFault) -> UInt64 {
        guard let bits = try optionalBits(name) else { throw wrong(name, "16 hexadecimal digits") }
        return bits
    }

    mutating func optionalBits(_ name: String) throws(SummaryFault) -> UInt64? {
        guard let text = try optionalText(name) else { return nil }
        guard text.utf8.count == 16, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let bits = UInt64(text, radix: 16)
        else { throw wrong(name, "16 hexadecimal digits") }
        return bits
    }

    // MARK: Objects and lists

    /// Reads an object with its members in any order, and skips members that are not in `names`.
    ///
    /// - Parameters:
    ///   - names: the names of at most 64 members, each of which may be present once.
    ///   - required: whether the member with the same index must be present.
    ///   - body: reads the value of the member with an index.
    ///   - end: checks the whole object.
    mutating func object(
        _ name: String, names: [String], required: [Bool],
        _ body: (inout SummaryFields, Int) throws(SummaryFault) -> Void,
        end: (borrowing SummaryFields) throws(SummaryFault) -> Void
    ) throws(SummaryFault) {
        guard try kind() == .object else { throw wrong(name, "an object") }
        try beginObject()
        let depth = path.count
        if !name.isEmpty { path.append(.name(name)) }
        var seen: UInt64 = 0
        while try nextMember() {
            guard let index = names.firstIndex(of: key) else {
                try skip()
                continue
            }
            guard seen & 1 << UInt64(index) == 0 else { throw fault(.repeated(path: fullPath(names[index]))) }
            seen |= 1 << UInt64(index)
            try body(&self, index)
        }
        for index in names.indices where required[index] && seen & 1 << UInt64(index) == 0 {
            throw fault(.missing(path: fullPath(names[index])))
        }
        try end(self)
        path.removeSubrange(depth...)
    }

    /// Reads a list.
    mutating func list<Element>(
        _ name: String, _ element: (inout SummaryFields) throws(SummaryFault) -> Element
    ) throws(SummaryFault) -> [Element] {
        try beginArray(name)
        var result: [Element] = []
        while try nextElement() {
            guard result.count < Self.listCount else { throw wrong(name, "shorter") }
            result.append(try item(name, result.count, element))
        }
        return result
    }

    /// Reads an element, with its index in the path of faults.
    mutating func item<Element>(
        _ name: String, _ index: Int, _ element: (inout SummaryFields) throws(SummaryFault) -> Element
    ) throws(SummaryFault) -> Element {
        if path.isEmpty { textRoom = Self.textBytes }
        path += [.name(name), .index(index)]
        let result = try element(&self)
        path.removeLast(2)
        return result
    }
}

// MARK: - The first members of a document

extension SummaryFields {
    /// Reads and checks the kind of a document.
    mutating func checkFormat(_ name: String, is format: String) throws(SummaryFault) {
        guard try kind() == .string, try text(name) == format else { throw fault(.notASummary) }
    }

    /// Reads and checks the version of a document. Versions up to the newest one are known here.
    mutating func checkVersion(_ name: String, upTo newest: Int) throws(SummaryFault) {
        let version = try count(name)
        if version > newest { throw fault(.newerVersion(version)) }
        if version < 1 { throw fault(.wrongValue(path: name, expected: "1 or more")) }
    }
}

/// A text that is not a summary, or not a complete one.
package struct SummaryFault: Error, Sendable, Equatable {
    package var code: Code
    /// Where reading stopped.
    package var place: Place

    /// What is wrong. Cases may be added.
    package enum Code: Sendable, Equatable {
        /// Valid JSON, but not a summary of this program.
        case notASummary
        /// Written by a later version of the program.
        case newerVersion(Int)
        /// The text ends too early, or is not JSON from this place on.
        case malformed(DumpFault)
        /// A required member is missing. `path` has a form such as `jobs[3].rows.seen`, with indices from 0.
        case missing(path: String)
        /// A member that occurs twice.
        case repeated(path: String)
        /// A member of another type, or out of range; `expected` describes what it must be.
        case wrongValue(path: String, expected: String)
    }

    package init(_ code: Code, at place: Place) {
        self.code = code
        self.place = place
    }
}

extension SummaryFault {
    /// What is wrong and where, as a sentence for people. It may quote the file, so it must be escaped.
    package var explanation: String { explanation(of: "The summary") }

    /// Returns the same for another document of the program, which `subject` names.
    func explanation(of subject: String) -> String {
        switch code {
        case .notASummary:
            "Not a summary of import-audit (the JSON of its command summary, or summary.json of a report)."
        case .newerVersion(let version):
            "\(subject) has version \(version); this import-audit reads version \(SummaryJSON.version). Use a later one."
        case .malformed(let fault):
            "\(subject) \(fault.sentence)."
        case .missing(let path):
            "\(subject) is not whole: \(path) is missing, \(position)."
        case .repeated(let path):
            "\(subject) is not sound: \(path) is there twice, \(position)."
        case .wrongValue(let path, let expected):
            "\(subject) is not sound: \(path) must be \(expected), \(position)."
        }
    }

    private var position: String {
        "in line \(Wording.grouped(place.line)), before column \(Wording.grouped(place.column)) "
            + "(byte \(Wording.grouped(place.byte)))"
    }
}
