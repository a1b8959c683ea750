extension DumpParser {
    /// Reads all documents of an input: one, several in sequence, one on each line, or an array of jobs, with anything
    /// around them.
    mutating func readDocuments(into sink: any DumpReceiver) throws {
        scanner.isLenient = true
        input.foreign = sniffFormat()
        scanner.window.setMark()
        do throws(ScanFault) {
            try skipByteOrderMark()
        } catch {
            scanner.goBack(to: 0)
        }
        while try moveToDocument() {
            if try readPlainJobs(into: sink) { continue }
            try readDocument(into: sink)
            if let sinkError { throw sinkError }
        }
        try finishInput(into: sink)
    }

    // MARK: - Between documents

    /// Moves to where an object or an array may begin, and notes what it skips. Returns false at the end.
    private mutating func moveToDocument() throws -> Bool {
        scanner.window.clearMark()
        guard let first = scanner.skipSpaceOrEnd() else { return false }
        if first == UInt8(ascii: "{") || (first == UInt8(ascii: "[") && input.isAtStart) { return true }
        if input.isAtStart, readScalar(first) { return false }
        let place = scanner.window.passPlace(ofOffset: scanner.window.offset)
        let fault = DumpFault(reason: .unexpectedByte(first, expected: .value), place: place, rowsKept: 0)
        input.isAtStart = false
        var text = PassedText()
        while let byte = scanner.peekOrEnd(),
            text.isInHTTPHead || (byte != UInt8(ascii: "{") && (byte != UInt8(ascii: "[") || !beginsArray()))
        {
            text.pass(byte)
            scanner.window.position += 1
        }
        if text.isHTTPHead {
            input.isBehindHTTPHead = true
        } else {
            input.note(
                text: fault, bytes: scanner.window.offset - place.byte, from: place, lines: text.lines,
                mayBeTorn: text.mayBeTorn)
        }
        return scanner.peekOrEnd() != nil
    }

    /// The appearance of text between documents.
    private struct PassedText {
        private var lineFeeds = 0
        private var last: UInt8 = 0
        /// Whether it contains the end of a key, `":`, and so may be part of a dump.
        private(set) var mayBeTorn = false
        private var head = HTTPHead()

        /// Whether it consists of the headers of one or more HTTP responses and nothing else.
        var isHTTPHead: Bool { head.isWhole }
        /// Whether the position is within such headers, which may contain anything.
        var isInHTTPHead: Bool { head.isOpen }

        mutating func pass(_ byte: UInt8) {
            head.pass(byte)
            if byte == UInt8(ascii: "\n") { lineFeeds += 1 }
            if byte == UInt8(ascii: ":"), last == UInt8(ascii: "\"") { mayBeTorn = true }
            last = byte
        }

        var lines: Int { last == UInt8(ascii: "\n") ? lineFeeds : lineFeeds + 1 }
    }

    /// Recognizes the headers of HTTP responses before a body: `HTTP/`, lines, an empty line (RFC 9112, section 2.1).
    private struct HTTPHead {
        private static let mark = Array("HTTP/".utf8)
        private static let limit = 64 * 1024
        private var count = 0
        private var isOther = false
        private var isLineEmpty = false
        private(set) var isWhole = false

        var isOpen: Bool { !isOther && !isWhole && count >= Self.mark.count && count < Self.limit }

        mutating func pass(_ byte: UInt8) {
            if isWhole {
                // A redirect is followed by further headers; anything else is not part of them.
                (isWhole, isLineEmpty, count) = (false, false, 0)
            }
            if count < Self.mark.count, byte != Self.mark[count] { isOther = true }
            count += 1
            switch byte {
            case UInt8(ascii: "\n"):
                isWhole = isLineEmpty && !isOther
                isLineEmpty = true
            case UInt8(ascii: "\r"): break
            default: isLineEmpty = false
            }
        }
    }

    /// Returns whether the bracket at the position begins an array of objects. The position does not change.
    private mutating func beginsArray() -> Bool {
        let lookahead = scanner.window.lookAhead()
        defer {
            scanner.end(lookahead)
            scanner.window.clearMark()
        }
        scanner.window.position += 1
        return scanner.skipSpaceOrEnd() == UInt8(ascii: "{")
    }

    /// Reads an input that consists of one string, number, true, false or null, to its end. Returns false, without
    /// having done anything, if it does not.
    private mutating func readScalar(_ first: UInt8) -> Bool {
        let start = scanner.window.offset
        let place = scanner.window.passPlace(ofOffset: start)
        scanner.window.setMark()
        scanner.isLenient = false
        defer { scanner.isLenient = true }
        var value = DocumentValue()
        var fault: ScanFault?
        do throws(ScanFault) {
            value.type = try scanner.skipValue(level: 0)
        } catch {
            fault = error
        }
        let isAlone = fault?.reason == .unexpectedEnd || (fault == nil && scanner.skipSpaceOrEnd() == nil)
        guard isAlone else {
            scanner.goBack(to: start)
            return false
        }
        let reading = reading(
            of: value, fault: fault.map { locate($0) }, byteCount: scanner.window.offset - start, sha256: nil)
        input.note(
            HeldDocument(reading: reading, place: .document(place)), bytes: scanner.window.offset - start, from: place,
            lines: 1, isUnexpected: false)
        return true
    }

    // MARK: - Documents

    /// Reads the object or array at the position. If it turns out to be neither, it is treated as text.
    private mutating func readDocument(into sink: any DumpReceiver) throws {
        forgetDocument()
        scanner.window.beginDocument()
        scanner.window.setMark()
        let start = scanner.window.passPlace(ofOffset: scanner.window.offset)
        // White space before the first document is part of it, because the reader hashes all bytes of the input.
        let isFirst = input.isAtStart
        if !isFirst { scanner.window.beginDocumentHash() }
        input.isAtStart = false
        input.place = start
        surroundings = Surroundings()
        defer { input.isBehindHTTPHead = false }
        input.isInFirst = input.deliveredCount == 0 && held == nil
        let jobsBefore = input.jobCount
        var value = DocumentValue()
        let fault: DumpFault?
        if scanner.peekOrEnd() == UInt8(ascii: "{") {
            value.type = .object
            fault = readObject(into: sink)
        } else {
            value.type = .array
            fault = readArray(into: sink)
        }
        if sinkError != nil { return }
        let hash = isFirst ? scanner.window.hashOfFront() : scanner.window.finishDocumentHash()
        scanner.window.dropDocumentHashes()
        let end = isOver ? fault?.place.byte ?? scanner.window.offset : scanner.window.offset
        let document = HeldDocument(
            reading: reading(
                of: value, fault: fault, byteCount: end - (isFirst ? 0 : start.byte), sha256: isOver ? nil : hash),
            place: .document(start))
        if fault != nil, isBehindNested, case .nested = held?.place { held?.standAlone() }
        switch document.reading {
        case .job where input.jobCount == jobsBefore || isJobItself(fault: fault, holdsJobs: true):
            try hold(document, in: sink)
        case .job, .notAJob:
            if input.jobCount > jobsBefore {
                // The document around the jobs is finished, unless it is broken.
                if let fault { refuse(fault, bytes: end - start.byte, at: .document(start)) }
            } else if let fault {
                passOver(broken: fault, from: start, isObject: value.type == .object)
            } else {
                note(other: document, from: start, to: end)
            }
        }
    }

    /// Notes a complete document that is not a job.
    private mutating func note(other document: HeldDocument, from start: Place, to end: Int) {
        guard case .notAJob(let other) = document.reading else { return }
        input.note(
            document, bytes: end - start.byte, from: start,
            lines: scanner.window.place(ofOffset: end).line - start.line + 1, isUnexpected: other.mayBeLoss)
    }

    private mutating func refuse(_ fault: DumpFault, bytes: Int, at place: HeldPlace) {
        input.refuse(
            HeldDocument(reading: .notAJob(NotAJob(reason: .unreadable(fault), byteCount: bytes)), place: place))
    }

    /// Skips what looked like a document but is not one: reading continues at the earliest place where one may begin.
    private mutating func passOver(broken fault: DumpFault, from start: Place, isObject: Bool) {
        let beginsKey =
            switch fault.reason {
            case .unexpectedByte(let byte, .keyOrEnd): byte == UInt8(ascii: "{")
            default: isObject
            }
        var next = max(scanner.window.offset, start.byte + 1)
        if !isOver {
            if let job = scanner.jobLike, job > start.byte, scanner.window.canGoBack(to: job) {
                next = job
            } else if let brace = gluedBrace(before: fault.place.byte), brace > start.byte {
                next = brace
            }
        }
        // A key after the brace, or a brace at the end of its line, may be the beginning of a dump.
        let mayBeTorn =
            evidence.hasMember || beginsKey || (isObject && fault.place.line > start.line) || fault.isTruncation
        if next < scanner.window.offset { scanner.goBack(to: next) } else { scanner.advance(to: next) }
        input.note(
            text: fault, bytes: next - start.byte, from: start, lines: max(1, fault.place.line - start.line),
            mayBeTorn: mayBeTorn)
    }
}

// MARK: - Arrays of jobs

extension DumpParser {
    /// Reads an array whose elements may be jobs. Jobs are held one by one; an array without jobs is a single document
    /// and not a dump. Returns why reading stopped before its end, unless it did not or one of its jobs reports that.
    private mutating func readArray(into sink: any DumpReceiver) -> DumpFault? {
        scanner.window.position += 1
        var first = true
        var others = OtherElements()
        let jobsBefore = input.jobCount
        var index = 0
        var holdsObject = false
        // Faults in elements that are not jobs are faults of the array.
        var damage = DumpDamage()
        defer {
            input.element = nil
            damage.add(scanner.damage)
            scanner.damage = damage
        }
        while true {
            scanner.window.setMark()
            if !evidence.isJob { damage.add(scanner.damage) }
            forgetDocument()
            do throws(ScanFault) {
                guard try scanner.nextElement(first: &first) else { return nil }
                evidence.hasMember = holdsObject
                index += 1
                input.element = index
                surroundings = Surroundings()
                let start = scanner.window.passPlace(ofOffset: scanner.window.offset)
                guard try scanner.peek() == UInt8(ascii: "{") else {
                    let type = try scanner.skipValue(level: 1)
                    let other = NotAJob(
                        reason: .otherJSON(topLevel: type), byteCount: scanner.window.offset - start.byte)
                    others.note(HeldDocument(reading: .notAJob(other), place: .element(index)), from: start, &self)
                    continue
                }
                holdsObject = true
                let jobsBeforeElement = input.jobCount
                scanner.window.beginDocumentHash()
                let fault = readObject(into: sink)
                if sinkError != nil { return fault }
                let hash = scanner.window.finishDocumentHash()
                let end = isOver ? fault?.place.byte ?? scanner.window.offset : scanner.window.offset
                var value = DocumentValue()
                value.type = .object
                let element = HeldDocument(
                    reading: reading(
                        of: value, fault: fault, byteCount: end - start.byte, sha256: isOver ? nil : hash),
                    place: .element(index))
                let holdsJobs = input.jobCount > jobsBeforeElement
                if case .job = element.reading, !holdsJobs || isJobItself(fault: fault, holdsJobs: true) {
                    do {
                        try hold(element, in: sink)
                    } catch {
                        sinkError = error
                        return fault
                    }
                    if fault != nil {
                        // The job reports it.
                        return nil
                    }
                } else if let fault {
                    return fault
                } else if !holdsJobs {
                    others.note(element, from: start, &self)
                }
                if input.jobCount > jobsBefore { others.tell(&self) }
            } catch {
                evidence.hasMember = holdsObject
                return locate(error)
            }
        }
    }

    /// Elements that are not jobs. They wait until a job is found: without one, they are part of something else.
    private struct OtherElements {
        private var waiting = OtherDocuments()
        private var skipped = SkippedText()
        private var isTelling = false

        mutating func note(_ other: HeldDocument, from start: Place, _ parser: inout DumpParser) {
            guard case .notAJob(let reading) = other.reading else { return }
            if !reading.mayBeLoss {
                skipped.add(bytes: reading.byteCount, from: start, lines: 1)
                skipped.documents += 1
            } else if isTelling {
                parser.input.refuse(other)
            } else {
                waiting.add(other)
            }
            if isTelling { tell(&parser) }
        }

        /// Reports the elements, because a job was found among them.
        mutating func tell(_ parser: inout DumpParser) {
            isTelling = true
            parser.input.skipped.add(skipped)
            skipped = SkippedText()
            for other in waiting.losses(withTexts: false) { parser.input.refuse(other) }
            waiting = OtherDocuments()
        }
    }
}
