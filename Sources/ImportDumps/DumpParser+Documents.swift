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
        while try moveToDocument(into: sink) {
            if try readPlainJobs(into: sink) { continue }
            try readDocument(into: sink)
            if let sinkError { throw sinkError }
            // They wait for the next dump, but memory does not grow with them.
            if input.refusesMany { try deliverHeld(to: sink, isFollowed: true) }
        }
        try finishInput(into: sink)
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
        (loss, jobInMember) = (Loss(), nil)
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
        try dropEmptyNested(foundSince: jobsBefore, into: sink)
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
                refuse(loss, fault, bytes: end - start.byte, at: start)
                if let fault, !isOver {
                    scanner.move(to: offsetBehind(brokenAt: fault.place.byte, from: start.byte))
                }
            } else if let fault {
                passOver(broken: fault, from: start, isObject: value.type == .object)
            } else {
                note(other: document, from: start, to: end)
            }
        }
    }

    /// Notes a complete document that is not a job.
    private mutating func note(other document: HeldDocument, from start: Place, to end: Int) {
        guard case .notAJob(var other) = document.reading else { return }
        other.loss = loss
        var document = document
        document.reading = .notAJob(other)
        input.note(
            document, bytes: end - start.byte, from: start,
            lines: scanner.window.passPlace(ofOffset: end).line - start.line + 1, isUnexpected: other.mayBeLoss)
    }

    /// Refuses a document with jobs, if there is more in it: what is broken, or may be lost dumps.
    mutating func refuse(_ loss: Loss, _ fault: DumpFault?, bytes: Int, at place: Place) {
        if let fault = fault ?? loss.text { refuse(.unreadable(fault), bytes: bytes, at: place) }
        if loss.rowCount > 0 { refuse(.rowsWithoutJob(count: loss.rowCount), bytes: bytes, at: place) }
    }

    private mutating func refuse(_ reason: NotAJob.Reason, bytes: Int, at place: Place) {
        input.refuse(
            HeldDocument(reading: .notAJob(NotAJob(reason: reason, byteCount: bytes)), place: .document(place)))
    }

    /// Skips what looked like a document but is not one: reading continues at the earliest place where one may begin.
    private mutating func passOver(broken fault: DumpFault, from start: Place, isObject: Bool) {
        let beginsKey =
            switch fault.reason {
            case .unexpectedByte(let byte, .keyOrEnd): byte == UInt8(ascii: "{")
            default: isObject
            }
        let next =
            isOver
            ? max(scanner.window.offset, start.byte + 1)
            : offsetBehind(brokenAt: fault.place.byte, from: start.byte)
        // A key after the brace, or a brace at the end of its line, may be the beginning of a dump.
        let mayBeTorn =
            evidence.hasMember || beginsKey || (isObject && fault.place.line > start.line) || fault.isTruncation
        scanner.move(to: next)
        input.note(
            text: fault, bytes: next - start.byte, from: start, lines: max(1, fault.place.line - start.line),
            mayBeTorn: mayBeTorn)
    }

    /// Returns the offset where reading continues behind something that broke off and is not a dump: where one that it
    /// swallowed begins, otherwise at the fault.
    mutating func offsetBehind(brokenAt fault: Int, from start: Int) -> Int {
        if let job = swallowedJob(before: fault) ?? jobBeside(before: fault), job > start { return job }
        if let brace = gluedBrace(before: fault), brace > start { return brace }
        return max(scanner.window.offset, start + 1)
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
        rowsInArray = 0
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
            jobInMember = nil
            do throws(ScanFault) {
                guard try scanner.nextElement(first: &first) else { return nil }
                evidence.hasMember = holdsObject
                index += 1
                input.element = index
                surroundings = Surroundings()
                let start = scanner.window.passPlace(ofOffset: scanner.window.offset)
                let byte = try scanner.peek()
                guard byte == UInt8(ascii: "{") else {
                    let jobsBeforeElement = input.jobCount
                    let type: FoundType
                    switch byte {
                    case UInt8(ascii: "["), UInt8(ascii: "\""):
                        type = byte == UInt8(ascii: "[") ? .array : .string
                        try readNested(byte, into: sink)
                    default: type = try scanner.skipValue(level: 1)
                    }
                    if input.jobCount > jobsBeforeElement {
                        others.tell(&self)
                        continue
                    }
                    let other = NotAJob(
                        reason: .otherJSON(topLevel: type), byteCount: scanner.window.offset - start.byte)
                    others.note(
                        HeldDocument(reading: .notAJob(other), place: place(ofElement: index), outer: input.place),
                        from: start, &self)
                    continue
                }
                holdsObject = true
                let (jobsBeforeElement, lossBefore) = (input.jobCount, loss)
                loss.rowCount = 0
                scanner.window.beginDocumentHash()
                let fault = readObject(into: sink)
                if sinkError != nil { return fault }
                do {
                    try dropEmptyNested(foundSince: jobsBeforeElement, into: sink)
                } catch {
                    sinkError = error
                    return fault
                }
                let hash = scanner.window.finishDocumentHash()
                let end = isOver ? fault?.place.byte ?? scanner.window.offset : scanner.window.offset
                var value = DocumentValue()
                value.type = .object
                let element = HeldDocument(
                    reading: reading(
                        of: value, fault: fault, byteCount: end - start.byte, sha256: isOver ? nil : hash),
                    place: place(ofElement: index), outer: input.place)
                let holdsJobs = input.jobCount > jobsBeforeElement
                if case .job = element.reading, !holdsJobs || isJobItself(fault: fault, holdsJobs: true) {
                    // What is in a job is part of it.
                    loss = lossBefore
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
                    // A failed row may look like an API error response.
                    if case .notAJob(let other) = element.reading, other.mayBeLoss {
                        rowsInArray += max(loss.rowCount, 1)
                    }
                    loss.rowCount = lossBefore.rowCount
                    others.note(element, from: start, &self)
                } else {
                    loss.rowCount += lossBefore.rowCount
                }
                if input.jobCount > jobsBefore { others.tell(&self) }
            } catch {
                evidence.hasMember = holdsObject
                return finalFault ?? locate(error)
            }
        }
    }

    private func place(ofElement index: Int) -> HeldPlace {
        .element(index, of: input.isInFirstArray ? nil : .line(input.place))
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
