import ImportFoundation

// Jobs inside other objects: responses of gateways, log records, exports of API clients.

extension DumpParser {
    /// The maximum number of keys that lead to a job. Array indices do not count.
    private static let keyDepth = 4
    /// The maximum for exports of browsers and API clients, whose folders nest.
    private static let exportKeyDepth = 16
    private var keyDepth: Int { path.isInExport ? Self.exportKeyDepth : Self.keyDepth }
    /// The maximum number of arrays and objects that lead to a job, because calls nest as deeply.
    private static let nestingDepth = 16

    /// Reads a member that is not a field of a job. As long as the object may not be a job itself, searches the member
    /// for jobs.
    mutating func readUnknownMember(into sink: any DumpReceiver) throws(ScanFault) {
        let first = try scanner.peek()
        scanner.withText(of: .key) { evidence.note(unknown: $0, first) }
        guard mayHoldJobs(first) else {
            noteUnknownField(at: .job)
            try scanner.skipValue(level: path.count + 1)
            if evidence.level > 1, jobInMember == nil, let start = scanner.jobLike, isJobItself {
                jobInMember = (start, evidence.level)
            }
            return
        }
        let key = scanner.string(of: .key) ?? ""
        noteUnknownField(at: .job)
        try readMember(key, into: sink)
    }

    /// Reads the value of a member that may be, or contain, jobs.
    mutating func readMember(_ key: String, into sink: any DumpReceiver) throws(ScanFault) {
        path.append(key: key)
        defer { path.removeLast() }
        let byte = try scanner.peek()
        if byte == UInt8(ascii: "\"") || mayWrap() {
            try readNested(byte, into: sink)
        } else {
            try scanner.skipValue(level: path.count)
        }
    }

    /// Whether jobs are searched for in a member of the current object whose value begins with this byte.
    func mayHoldJobs(_ first: UInt8) -> Bool {
        guard scanner.isLenient, !isJobItself, evidence.ownOutput == nil else { return false }
        switch first {
        case UInt8(ascii: "\""): return path.keyCount <= keyDepth
        case UInt8(ascii: "{"), UInt8(ascii: "["): return path.keyCount < keyDepth && path.count < Self.nestingDepth
        default: return false
        }
    }

    /// Searches a field that was just read for jobs, because the object around it may not be a job itself.
    ///
    /// - Parameter start: the offset of the field's value.
    mutating func search(_ field: String, at start: Int, into sink: any DumpReceiver) throws(ScanFault) {
        let (jobLike, damage, jobs, text) = (scanner.jobLike, scanner.damage, jobCount, lastText)
        guard scanner.window.canGoBack(to: start) else { return }
        scanner.goBack(to: start)
        try readMember(field, into: sink)
        (scanner.damage, lastText) = (damage, text)
        scanner.jobLike = jobCount > jobs ? nil : jobLike
    }

    /// Reads a list of jobs, the first of which is at the position, up to the end of its array. Returns why reading
    /// stopped before that, if it did.
    mutating func readListOfJobs(into sink: any DumpReceiver) -> DumpFault? {
        path.append(key: "results")
        defer { path.removeLast() }
        do throws(ScanFault) {
            try readNestedElements(into: sink)
            return nil
        } catch {
            return finalFault ?? locate(error)
        }
    }

    mutating func readNested(_ byte: UInt8, into sink: any DumpReceiver) throws(ScanFault) {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard path.count < Self.nestingDepth, !isPartOfJob() else {
                try scanner.skipValue(level: path.count + 1)
                return
            }
            if byte == UInt8(ascii: "{") { return try readNestedObject(into: sink) }
            scanner.window.position += 1
            try readNestedElements(into: sink)
        case UInt8(ascii: "\""):
            try readStringValue(into: sink)
        default:
            try scanner.skipValue(level: path.count + 1)
        }
    }

    /// Reads the elements of an array up to its end. Its opening bracket, and perhaps white space, was already read.
    private mutating func readNestedElements(into sink: any DumpReceiver) throws(ScanFault) {
        var first = true
        var index = 0
        defer { surroundings.leave(to: level) }
        while true {
            let start = scanner.window.offset
            guard try scanner.nextElement(first: &first) else { return }
            scanner.window.setMark(at: start)
            scanner.jobLike = nil
            (isBehindNested, jobInMember) = (false, nil)
            path.append(index: index)
            defer { path.removeLast() }
            index += 1
            try readNested(try scanner.peek(), into: sink)
        }
    }

    /// Reads an object inside the current one. If it is a job, it is held. It counts unless the object around it turns
    /// out to be a job itself.
    private mutating func readNestedObject(into sink: any DumpReceiver) throws(ScanFault) {
        takeDocument()
        evidence.level = level + 1
        let (jobs, lossBefore) = (jobCount, loss)
        let place = scanner.window.passPlace(ofOffset: scanner.window.offset)
        let start = place.byte
        scanner.window.beginDocumentHash()
        let fault = readObject(into: sink)
        let hash = scanner.window.finishDocumentHash()
        let isJob = isJobItself(fault: fault, holdsJobs: jobCount > jobs)
        if isJob {
            // What is in a job is part of it.
            loss = lossBefore
        } else if fault == nil, evidence.isRowWithOutcome {
            loss.rowCount = lossBefore.rowCount + 1
        }
        isMemberBroken = evidence.hasMember
        if isJob, sinkError == nil {
            var value = DocumentValue()
            value.type = .object
            let end = fault == nil || !isOver ? scanner.window.offset : fault?.place.byte ?? scanner.window.offset
            var reading = reading(of: value, fault: fault, byteCount: end - start, sha256: isOver ? nil : hash)
            if case .job(var dump) = reading {
                dump.wrappings += nestedWrappings(.member(pointer: path.pointer))
                if !openStrings.isEmpty { dump.movePlacesToOrigin() }
                reading = .job(dump)
            }
            do {
                try hold(
                    HeldDocument(
                        reading: reading, place: .nested(outerPosition, pointer: nestedPointer(path.pointer)),
                        start: fault == nil && openStrings.isEmpty ? place : nil, outer: input.place),
                    in: sink)
            } catch {
                sinkError = error
            }
        }
        let isOver = isOver
        // Faults in an object that is not a job are faults of the one around it.
        let damage = isJob ? DumpDamage() : scanner.damage
        let swallowed = isJob || fault == nil ? nil : scanner.jobLike
        restoreDocument()
        surroundings.leave(to: level)
        scanner.damage.add(damage)
        scanner.jobLike = swallowed
        self.isOver = isOver
        isBehindNested = isJob
        if isJob { finalFault = fault }
        if sinkError != nil { throw scanner.endFault() }
        if let fault { throw ScanFault(reason: fault.reason, offset: fault.place.byte, place: fault.place) }
    }

    /// The position of the current top-level document. The first one of an input has no line.
    private var outerPosition: DocumentPosition {
        if let element = input.element { return .element(element, of: input.isInFirstArray ? nil : .line(input.place)) }
        return input.isInFirst ? .whole : .line(input.place)
    }
}

/// The keys and array indices that lead to a value, as a JSON Pointer (RFC 6901).
///
/// It is part of the name of every job inside, so a long key is cut: its beginning, an ellipsis and a hash, so that
/// different keys stay different.
struct PointerPath {
    private enum Step {
        /// As in the pointer.
        case key(String)
        case index(Int)
    }

    private var steps: [Step] = []
    private(set) var keyCount = 0

    var count: Int { steps.count }

    mutating func append(key: String) {
        steps.append(.key(Self.escaped(Self.shortened(key))))
        keyCount += 1
    }

    /// Whether it begins like the path to a response exported by a browser (`log`) or an API client (`item`,
    /// `resources`, …).
    var isInExport: Bool {
        guard case .key(let key)? = steps.first else { return false }
        return ["log", "item", "items", "requests", "folders", "collections", "resources", "responses"].contains(key)
    }

    mutating func append(index: Int) { steps.append(.index(index)) }

    /// Whether one of the objects and arrays that it leads through, counted from the innermost (0), is an array; nil
    /// beyond the outermost.
    func isArray(at index: Int) -> Bool? {
        guard index < steps.count else { return nil }
        return if case .index = steps[steps.count - 1 - index] { true } else { false }
    }

    mutating func removeLast() {
        if case .key = steps.removeLast() { keyCount -= 1 }
    }

    var pointer: String {
        steps.map { step in
            switch step {
            case .key(let key): "/" + key
            case .index(let index): "/\(index)"
            }
        }.joined()
    }

    private static func shortened(_ key: String) -> String {
        guard key.utf8.count > DumpLimits.pointerKeyBytes else { return key }
        var beginning = String.UnicodeScalarView()
        var bytes = 0
        for scalar in key.unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > DumpLimits.pointerKeyBytes { break }
            beginning.append(scalar)
        }
        var hash = SHA256()
        hash.update(key.utf8Span.span)
        return "\(String(beginning))…\(hash.finish().prefix(8))"
    }

    private static func escaped(_ key: String) -> String {
        guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return key }
        return key.replacing(scalars: ["~": "~0", "/": "~1"])
    }
}
