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
        scanner.withText(of: .key) { evidence.note(unknown: $0) }
        let byte = try scanner.peek()
        if byte == UInt8(ascii: "\""), scanner.isLenient, !evidence.isStrong, evidence.ownOutput == nil,
            path.keyCount <= keyDepth
        {
            let key = scanner.string(of: .key) ?? ""
            noteUnknownField(at: .job)
            path.append(key: key)
            defer { path.removeLast() }
            return try readStringValue(into: sink)
        }
        guard scanner.isLenient, !evidence.isStrong, evidence.ownOutput == nil,
            byte == UInt8(ascii: "{") || byte == UInt8(ascii: "["),
            path.keyCount < keyDepth, path.count < Self.nestingDepth
        else {
            noteUnknownField(at: .job)
            try scanner.skipValue(level: path.count + 1)
            return
        }
        let key = scanner.string(of: .key) ?? ""
        noteUnknownField(at: .job)
        path.append(key: key)
        defer { path.removeLast() }
        try readNested(byte, into: sink)
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
        if isPartOfJob() {
            try scanner.skipValue(level: path.count + 1)
            return
        }
        switch byte {
        case UInt8(ascii: "{") where path.count < Self.nestingDepth:
            try readNestedObject(into: sink)
        case UInt8(ascii: "[") where path.count < Self.nestingDepth:
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
        while true {
            let start = scanner.window.offset
            guard try scanner.nextElement(first: &first) else { return }
            scanner.window.setMark(at: start)
            scanner.jobLike = nil
            isBehindNested = false
            path.append(index: index)
            defer { path.removeLast() }
            index += 1
            try readNested(try scanner.peek(), into: sink)
        }
    }

    /// Reads an object inside the current one. If it is a job, it is held. It counts unless the object around it turns
    /// out to be a job itself.
    private mutating func readNestedObject(into sink: any DumpReceiver) throws(ScanFault) {
        let outer = takeDocument()
        let place = scanner.window.passPlace(ofOffset: scanner.window.offset)
        let start = place.byte
        scanner.window.beginDocumentHash()
        let fault = readObject(into: sink)
        let hash = scanner.window.finishDocumentHash()
        if evidence.isStrong, sinkError == nil {
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
        let (isStrong, isOver) = (evidence.isStrong, isOver)
        // Faults in an object that is not a job are faults of the one around it.
        let damage = isStrong ? DumpDamage() : scanner.damage
        let swallowed = isStrong || fault == nil ? nil : scanner.jobLike
        restoreDocument(outer)
        scanner.damage.add(damage)
        scanner.jobLike = swallowed
        self.isOver = isOver
        isBehindNested = isStrong
        if isStrong { finalFault = fault }
        if sinkError != nil { throw scanner.endFault() }
        if let fault { throw ScanFault(reason: fault.reason, offset: fault.place.byte, place: fault.place) }
    }

    /// Whether the value at the position belongs to an object that is itself a job, as its later members show.
    ///
    /// A job inside another object is held until that object turns out to be a wrapper or a job. Only one job can be
    /// held, so before a second one is read, the objects around both are searched to their ends, or as far as reading
    /// can go back.
    private mutating func isPartOfJob() -> Bool {
        guard case .nested(_, let heldPointer) = held?.place, heldPlace == input.place else { return false }
        let steps = nestedPointer(path.pointer).split(separator: "/", omittingEmptySubsequences: false)
        let heldSteps = heldPointer.split(separator: "/", omittingEmptySubsequences: false)
        // The first step is the empty one before the first slash.
        let shared = zip(steps, heldSteps).prefix { $0 == $1 }.count
        let around = steps.prefix(shared).joined(separator: "/") + "/"
        if let wrapper, wrapper.document == input.place, wrapper.pointer.hasPrefix(around) { return false }
        let isJob = closesAsJob(levels: steps.count - shared)
        wrapper = isJob ? nil : (input.place, around)
        return isJob
    }

    /// Whether an object around the value at the position has a member that only jobs have. The position does not
    /// change.
    ///
    /// - Parameter levels: the innermost array or object around the value to consider, counted outward; 1 is the
    ///   nearest.
    private mutating func closesAsJob(levels: Int) -> Bool {
        let (damage, row, jobLike) = (scanner.damage, scanner.row, scanner.jobLike)
        let lookahead = scanner.window.lookAhead()
        defer {
            scanner.end(lookahead)
            (scanner.damage, scanner.row, scanner.jobLike) = (damage, row, jobLike)
            scanner.forgetTexts()
        }
        // The number of arrays and objects entered; negative if more were left.
        var depth = 0
        while let byte = scanner.peekOrEnd() {
            scanner.window.position += 1
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == -path.count { return false }
            case UInt8(ascii: "\""):
                let isKey = 1 - levels >= depth
                guard (try? scanner.readString(into: isKey ? .key : nil)) != nil else { return false }
                guard isKey else { continue }
                let isOfJobs = scanner.withText(of: .key) { JobKey.isOfJobsAlone($0) }
                scanner.forgetKey()
                if isOfJobs, scanner.skipSpaceOrEnd() == UInt8(ascii: ":") { return true }
            default: break
            }
        }
        return false
    }

    /// The position of the current top-level document. The first one of an input has no line.
    private var outerPosition: DocumentPosition {
        if let element = input.element { return .element(element) }
        return input.isInFirst ? .whole : .line(input.place)
    }

    /// What is known about the object around a nested one.
    struct OuterDocument {
        var job: DeclaredJob
        var results: ResultsState
        var rowCount: Int
        var jobNotes: FieldNotes
        var rowNotes: FieldNotes
        var evidence: JobEvidence
        var seenFields: UInt32
        var damage: DumpDamage
    }

    mutating func takeDocument() -> OuterDocument {
        let outer = OuterDocument(
            job: job, results: results, rowCount: rowCount, jobNotes: jobNotes, rowNotes: rowNotes, evidence: evidence,
            seenFields: seenFields, damage: scanner.damage)
        forgetDocument()
        return outer
    }

    mutating func restoreDocument(_ outer: OuterDocument) {
        forgetDocument()
        job = outer.job
        results = outer.results
        rowCount = outer.rowCount
        jobNotes = outer.jobNotes
        rowNotes = outer.rowNotes
        evidence = outer.evidence
        seenFields = outer.seenFields
        scanner.damage = outer.damage
    }
}

/// The keys and array indices that lead to a value, as a JSON Pointer (RFC 6901).
struct PointerPath {
    private enum Step {
        case key(String)
        case index(Int)
    }

    private var steps: [Step] = []
    private(set) var keyCount = 0

    var count: Int { steps.count }

    mutating func append(key: String) {
        steps.append(.key(key))
        keyCount += 1
    }

    /// Whether it begins like the path to a response exported by a browser (`log`) or an API client (`item`,
    /// `resources`, …).
    var isInExport: Bool {
        guard case .key(let key)? = steps.first else { return false }
        return ["log", "item", "items", "requests", "folders", "collections", "resources", "responses"].contains(key)
    }

    mutating func append(index: Int) { steps.append(.index(index)) }

    mutating func removeLast() {
        if case .key = steps.removeLast() { keyCount -= 1 }
    }

    var pointer: String {
        steps.map { step in
            switch step {
            case .key(let key): "/" + key.replacing("~", with: "~0").replacing("/", with: "~1")
            case .index(let index): "/\(index)"
            }
        }.joined()
    }
}
