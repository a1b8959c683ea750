import ImportFoundation

extension DumpParser {
    /// Reads the members of the current object, up to its end.
    ///
    /// - Parameter isFirst: whether the next member is the first, without a comma before it.
    mutating func readMembers(isFirst: Bool, into sink: any DumpReceiver) throws(ScanFault) {
        var first = isFirst
        if isFirst { scanner.window.setMark() }
        while true {
            // What the previous value swallowed remains of interest until there is another member.
            let start = scanner.window.offset
            let hasMember = try scanner.nextMember(first: &first)
            (lastCount, lastText) = (nil, nil)
            guard hasMember else { return }
            // Another member in what is around that job: it has its own end.
            if let job = jobInMember, evidence.level < job.level || !scanner.window.canGoBack(to: job.start) {
                jobInMember = nil
            }
            if jobInMember == nil { scanner.window.setMark(at: start) }
            scanner.jobLike = nil
            isBehindNested = false
            evidence.hasMember = true
            let key = scanner.withText(of: .key) { JobKey($0) }
            guard let key else {
                try readUnknownMember(into: sink)
                continue
            }
            scanner.forgetKey()
            let (value, first) = (scanner.window.offset, try scanner.peek())
            if case .field(let field) = key {
                if seenFields & 1 << field.rawValue != 0 { jobNotes.noteDuplicate(field) }
                seenFields |= 1 << field.rawValue
                try readJobField(field, into: sink)
            } else {
                try readForeignField(key, into: sink)
            }
            if mayHaveRead(jobsIn: key, first: first, at: value) { try search(key.name, at: value, into: sink) }
            scanner.forgetTexts()
        }
    }

    /// Whether the field that was just read may contain jobs, as fields of a wrapper do.
    ///
    /// - Parameters:
    ///   - first: the first byte of its value.
    ///   - start: the offset of that byte.
    private func mayHaveRead(jobsIn key: JobKey, first: UInt8, at start: Int) -> Bool {
        guard mayHoldJobs(first) else { return false }
        switch key {
        case .field(.results), .message: return false  // Searched while they were read.
        case .field(.jobError) where first == UInt8(ascii: "{"):
            guard let error = job.error, error.details == nil else { return job.error != nil }
            return [error.code, error.message].contains { text in
                text?.utf8.contains { $0 == UInt8(ascii: "{") } ?? false
            }
        case .summary where first == UInt8(ascii: "{"): return jobNotes.hasOtherSummary
        default: break
        }
        guard first == UInt8(ascii: "\"") else { return true }
        return scanner.window.contains(UInt8(ascii: "{"), from: start)
            || scanner.window.byte(atOffset: start + 1).map { Self.mayBeginDocument($0) } ?? false
    }

    private mutating func readJobField(_ field: KnownField, into sink: any DumpReceiver) throws(ScanFault) {
        switch field {
        case .jobID:
            evidence.hasJobID = true
            let byte = try scanner.peek()
            // An object there may be something that a cut-off dump swallowed.
            if scanner.isLenient, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { evidence.hasJobID = false }
            job.jobID = try readText(field)
            if scanner.jobLike != nil { job.jobID = nil }
        case .status:
            evidence.hasStatusText = try scanner.peek() == UInt8(ascii: "\"")
            job.status = try readText(field)
        case .total:
            job.total = try readCount(field)
            evidence.hasTotal = job.total != nil
        case .processed: job.processed = try readCount(field)
        case .succeeded: job.succeeded = try readCount(field)
        case .failed: job.failed = try readCount(field)
        case .createdAt: job.createdAt = try readDateTime(field)
        case .updatedAt: job.updatedAt = try readDateTime(field)
        case .expiresAt: job.expiresAt = try readDateTime(field)
        case .jobError: try readJobError()
        case .results: try readResults(into: sink)
        default: try scanner.skipValue(level: 1)
        }
    }

    /// Reads a key that is not a field of a job but shows what the object is.
    private mutating func readForeignField(_ key: JobKey, into sink: any DumpReceiver) throws(ScanFault) {
        switch key {
        case .message where try scanner.peek() == UInt8(ascii: "\""):
            noteUnknown("message")
            try readMessage(into: sink)
        case .format where try scanner.peek() == UInt8(ascii: "\""):
            scanner.window.position += 1
            try scanner.readString(into: .message)
            evidence.ownOutput = scanner.string(of: .message).flatMap { OwnOutput(format: $0) }
        case .summary:
            try readSummary()
        case .message:
            noteUnknown("message")
            if mayHoldJobs(try scanner.peek()) {
                try readMember("message", into: sink)
            } else {
                try scanner.skipValue(level: 1)
            }
        default:
            noteUnknown("format")
            try scanner.skipValue(level: 1)
        }
    }

    /// Reads the `summary` of a bulk job. In an import, it is a field that the API does not define.
    private mutating func readSummary() throws(ScanFault) {
        if evidence.summaryCount > 0 { jobNotes.noteDuplicate(.summary) }
        noteUnknown("summary")
        evidence.summaryCount += 1
        evidence.hasSummary = false
        evidence.summary = DeclaredJob()
        guard try scanner.peek() == UInt8(ascii: "{") else {
            let found = try scanner.skipValue(level: 1)
            if found != .null { jobNotes.noteWrongType(found, in: .summary) }
            return
        }
        evidence.hasSummary = true
        scanner.window.position += 1
        var seen: UInt32 = 0
        var first = true
        while true {
            let hasMember = try scanner.nextMember(first: &first)
            lastCount = nil
            guard hasMember else { return }
            guard let key = scanner.withText(of: .key, { SummaryKey($0) }) else {
                noteUnknownField(at: .summary)
                try scanner.skipValue(level: 2)
                continue
            }
            scanner.forgetKey()
            let field: KnownField =
                switch key {
                case .total: .summaryTotal
                case .succeeded: .summarySucceeded
                case .failed: .summaryFailed
                }
            if seen & 1 << field.rawValue != 0 { jobNotes.noteDuplicate(field) }
            seen |= 1 << field.rawValue
            let count = try readCount(field, level: 2)
            switch key {
            case .total: evidence.summary.total = count
            case .succeeded: evidence.summary.succeeded = count
            case .failed: evidence.summary.failed = count
            }
        }
    }

    private mutating func readJobError() throws(ScanFault) {
        job.error = nil
        guard try scanner.peek() == UInt8(ascii: "{") else {
            if try scanner.peek() == UInt8(ascii: "\"") {
                scanner.window.position += 1
                try scanner.readString(into: .message)
                jobNotes.noteWrongType(.string, in: .jobError)
                if scanner.kept[JSONScanner.Slot.message.rawValue].isCut { jobNotes.noteTextCut() }
                if evidence.message == nil { evidence.message = scanner.string(of: .message) }
                job.error = JobError(message: scanner.string(of: .message))
            } else if let text = try readOtherValue(.jobError, level: 1) {
                job.error = JobError(message: text)
            }
            return
        }
        scanner.openObject = scanner.window.offset
        scanner.window.position += 1
        var error = JobError()
        var seen: (code: Bool, message: Bool) = (false, false)
        var hasDetails = false
        var first = true
        while try scanner.nextMember(first: &first) {
            switch scanner.withText(of: .key, { ErrorKey($0) }) {
            case .code:
                scanner.forgetKey()
                if seen.code { jobNotes.noteDuplicate(.jobErrorCode) }
                seen.code = true
                error.code = try readErrorText(.jobErrorCode)
            case .message:
                scanner.forgetKey()
                if seen.message { jobNotes.noteDuplicate(.jobErrorMessage) }
                seen.message = true
                error.message = try readErrorText(.jobErrorMessage)
            case nil:
                try readDetail(isFirst: !hasDetails, at: .jobError)
                hasDetails = true
            }
            scanner.forgetTexts()
        }
        if hasDetails {
            detailsText.append(UInt8(ascii: "}"))
            if detailsText.isCut { jobNotes.noteTextCut() }
            error.details = String(decoding: detailsText.bytes, as: UTF8.self)
        }
        job.error = error
    }
}

// MARK: - Values

extension DumpParser {
    /// Reads a string, or the JSON text of another type, which is noted. Returns nil for null.
    private mutating func readText(_ field: KnownField) throws(ScanFault) -> String? {
        guard try scanner.peek() == UInt8(ascii: "\"") else { return try readOtherValue(field, level: 1) }
        let text = try readString()
        lastText = field
        return text
    }

    /// Reads a code or message of the job's error: a string, or the JSON text of another type, which is noted.
    private mutating func readErrorText(_ field: KnownField) throws(ScanFault) -> String? {
        try scanner.peek() == UInt8(ascii: "\"") ? readString() : readOtherValue(field, level: 2)
    }

    /// Reads the JSON text of a value of another type than the API defines, which is noted. Returns nil for null.
    ///
    /// - Parameter level: the number of arrays and objects that are open around it.
    private mutating func readOtherValue(_ field: KnownField, level: Int) throws(ScanFault) -> String? {
        valueText.removeAll()
        let found = try scanner.readValue(level: level, into: &valueText)
        guard found != .null else { return nil }
        jobNotes.noteWrongType(found, in: field)
        if valueText.isCut { jobNotes.noteTextCut() }
        return String(decoding: valueText.bytes, as: UTF8.self)
    }

    private mutating func readString() throws(ScanFault) -> String? {
        scanner.window.position += 1
        try scanner.readString(into: .message)
        if scanner.kept[JSONScanner.Slot.message.rawValue].isCut { jobNotes.noteTextCut() }
        return scanner.string(of: .message)
    }

    /// Reads a count. Returns nil for null and for anything but a nonnegative whole number; the latter is noted.
    private mutating func readCount(_ field: KnownField, level: Int = 1) throws(ScanFault) -> Int? {
        let byte = try scanner.peek()
        // If the value cannot be read, an earlier one with the same key does not count either.
        forgetCount(field)
        guard byte == UInt8(ascii: "-") || ASCII.isDigit(byte) else {
            let found = try scanner.skipValue(level: level)
            if found != .null { jobNotes.noteWrongType(found, in: field) }
            return nil
        }
        let count = try scanner.readNumber().value
        // A number at the end of the dump may be cut off.
        _ = try scanner.peek()
        // Damage behind a count may have been its next digits; see ``forgetValue(before:)``.
        if count == nil { jobNotes.noteWrongType(.numberThatIsNoCount, in: field) }
        lastCount = (field, scanner.window.offset)
        return count
    }

    /// Reads a date-time. Anything else is noted and kept unchanged: the number 1764230400 may mean any instant.
    private mutating func readDateTime(_ field: KnownField) throws(ScanFault) -> String? {
        let isString = try scanner.peek() == UInt8(ascii: "\"")
        guard let text = try readText(field) else { return nil }
        if isString, DateTime(text) == nil { jobNotes.noteWrongType(.stringThatIsNoDateTime, in: field) }
        return text
    }

    private mutating func noteUnknown(_ name: StaticString) {
        let bytes = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        unsafe jobNotes.noteUnknown(bytes.span, at: .job)
    }

    /// Notes the kept key as a field that the API does not define, and drops it.
    mutating func noteUnknownField(at level: ObjectLevel) {
        if level == .jobError || level == .rowError, scanner.withText(of: .key, { JobKey.isOfJobsAlone($0) }) {
            scanner.jobLike = min(scanner.jobLike ?? scanner.openObject, scanner.openObject)
        }
        switch level {
        case .job, .jobError, .summary: Self.noteKey(of: scanner, at: level, in: &jobNotes)
        case .row, .rowError: Self.noteKey(of: scanner, at: level, in: &rowNotes)
        }
        scanner.forgetKey()
    }

    private static func noteKey(of scanner: borrowing JSONScanner, at level: ObjectLevel, in notes: inout FieldNotes) {
        scanner.withText(of: .key) { name in
            let end = name.wholeCharacters(within: DumpLimits.unknownNameBytes)
            notes.noteUnknown(name.extracting(0..<end), at: level)
        }
    }
}
