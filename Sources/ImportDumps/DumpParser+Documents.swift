extension DumpParser {
    /// Reads all documents of an input: one, several one after another, one on each line, or an array of jobs.
    ///
    /// After a fault in a document that stands on one line, as those of a log do, reading goes on with the next line
    /// that begins with an object.
    mutating func readDocuments(into sink: inout some DumpSink) throws {
        var isFirst = true
        var hasMore = true
        // The line of the document before.
        var lastLine = 0
        while hasMore {
            var value = DocumentValue()
            var fault: ScanFault?
            var start = scanner.window.passPlace(ofOffset: scanner.window.offset)
            do throws(ScanFault) {
                if isFirst {
                    value.foreign = sniffFormat()
                    try skipByteOrderMark()
                }
                if let first = scanner.skipSpaceOrEnd() {
                    if !isFirst { scanner.window.beginDocumentHash() }
                    start = scanner.window.passPlace(ofOffset: scanner.window.offset)
                    if first == UInt8(ascii: "[") {
                        try readArray(into: &sink, &value)
                    } else {
                        try readValue(first, into: &sink, &value)
                    }
                } else {
                    value.isBlank = true
                }
            } catch {
                fault = error
            }
            if let sinkError { throw sinkError }

            var end = DocumentEnd()
            if fault == nil { fault = endDocument(&end, isFirst: isFirst) }
            let located = fault.map { locate($0) }
            if let located { goOn(behind: located, from: start, &end, isFirst: isFirst) }
            hasMore = end.hasMore

            // What an array held was delivered, job by job.
            if !value.hasJobs || (located != nil && !value.isFaultDelivered) {
                let isWhole = isFirst && !hasMore
                let byteCount = isWhole ? scanner.window.inputByteCount : end.offset - (isFirst ? 0 : start.byte)
                let reading = reading(of: value, fault: located, byteCount: byteCount) {
                    isWhole ? $0.finishHash() : end.hash
                }
                let position: DocumentPosition =
                    isWhole ? .whole : start.line == lastLine ? .place(start) : .line(start)
                try sink.endDocument(reading, at: position)
            }
            if let (other, byteCount) = end.otherLines {
                let reading = NotAJob(reason: .unreadable(other), byteCount: byteCount)
                try sink.endDocument(.notAJob(reading), at: .line(other.place))
            }
            lastLine = start.line
            isFirst = false
            forgetDocument()
        }
    }

    /// Where a document ends, and what comes behind it.
    private struct DocumentEnd {
        var isKnown = false
        var offset = 0
        /// Of the document alone.
        var hash: String?
        var hasMore = false
        /// The size of the whole input, if nothing comes behind.
        var inputEnd = 0
        /// What stands on lines of its own before the next document and is none: its fault and its size in bytes.
        var otherLines: (DumpFault, byteCount: Int)?
    }

    /// Looks behind a document that was read whole. Returns what is wrong there.
    private mutating func endDocument(_ end: inout DocumentEnd, isFirst: Bool) -> ScanFault? {
        finish(&end, isFirst: isFirst)
        let lastLine = scanner.window.passPlace(ofOffset: end.offset).line
        let next = scanner.skipSpaceOrEnd()
        end.inputEnd = scanner.window.offset
        switch next {
        case nil: return scanner.window.failure == nil ? nil : scanner.endFault()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            end.hasMore = true
            return nil
        case .some(let byte):
            let fault = ScanFault(reason: .textAfterEnd(byte), offset: end.inputEnd)
            let place = scanner.window.passPlace(ofOffset: fault.offset)
            guard place.line > lastLine else { return fault }
            // Other lines of a log are no part of the document, but a single dump with something behind it is broken.
            end.hasMore = scanner.window.moveToLine(beginningWith: UInt8(ascii: "{"))
            if isFirst, !end.hasMore { return fault }
            let reason = DumpFault.Reason.unexpectedByte(byte, expected: .value)
            end.otherLines = (
                DumpFault(reason: reason, place: place, rowsKept: 0), scanner.window.offset - fault.offset
            )
            return nil
        }
    }

    /// Looks for where reading can go on behind a fault, and moves there; else to the end.
    private mutating func goOn(behind fault: DumpFault, from start: Place, _ end: inout DocumentEnd, isFirst: Bool) {
        if end.isKnown || fault.place.line == start.line, !fault.isTruncation {
            scanner.window.moveToLineEnd()
            if !end.isKnown { finish(&end, isFirst: isFirst) }
            end.hasMore = scanner.window.moveToLine(beginningWith: UInt8(ascii: "{"))
        }
        if !end.hasMore { scanner.window.drain() }
        if !end.isKnown { finish(&end, isFirst: isFirst) }
        end.inputEnd = scanner.window.offset
    }

    /// The document ends at the window's position.
    private mutating func finish(_ end: inout DocumentEnd, isFirst: Bool) {
        end.isKnown = true
        end.offset = scanner.window.offset
        guard scanner.window.hashing else { return }
        end.hash = isFirst ? scanner.window.hashOfFront() : scanner.window.finishDocumentHash()
    }
}

// MARK: - Arrays of jobs

extension DumpParser {
    /// Reads an array whose elements may be jobs. Those that are are delivered one by one, and so is what is none
    /// beside them; an array without a job is one document, and no dump.
    private mutating func readArray(
        into sink: inout some DumpSink, _ value: inout DocumentValue
    ) throws(ScanFault) {
        value.type = .array
        scanner.window.position += 1
        var others = OtherElements()
        var index = 0
        var first = true
        while try scanner.nextElement(first: &first) {
            index += 1
            forgetDocument()
            scanner.window.beginDocumentHash()
            let start = scanner.window.offset
            var element = DocumentValue()
            var fault: ScanFault?
            do throws(ScanFault) {
                let byte = try scanner.peek()
                if byte == UInt8(ascii: "{") {
                    try readValue(byte, into: &sink, &element)
                } else {
                    element.type = try scanner.skipValue(level: 1)
                }
            } catch {
                fault = error
            }
            if sinkError != nil { throw scanner.endFault() }
            let hash = scanner.window.finishDocumentHash()
            let located = fault.map { locate($0) }
            let reading = reading(
                of: element, fault: located, byteCount: scanner.window.offset - start
            ) { _ in hash }
            do {
                try others.deliver(reading, index: index, to: &sink, isFirstJob: !value.hasJobs)
            } catch {
                sinkError = error
                throw scanner.endFault()
            }
            if case .job = reading { value.hasJobs = true }
            if let fault {
                value.isFaultDelivered = value.hasJobs
                throw fault
            }
        }
    }

    /// Elements that are no jobs and wait for one to come: without one, they are part of something else.
    private struct OtherElements {
        /// More than these are not told one by one.
        private static let limit = 1000
        private var waiting: [(DumpReading, Int)] = []

        mutating func deliver(
            _ reading: DumpReading, index: Int, to sink: inout some DumpSink, isFirstJob: Bool
        ) throws {
            if case .notAJob = reading, isFirstJob {
                if waiting.count < Self.limit { waiting.append((reading, index)) }
                return
            }
            // The rows that were consumed are those of this one.
            try sink.endDocument(reading, at: .element(index))
            for (other, place) in waiting { try sink.endDocument(other, at: .element(place)) }
            waiting.removeAll()
        }
    }
}
