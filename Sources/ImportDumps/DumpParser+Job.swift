extension DumpParser {
    /// Reads the members of the object at hand, up to its end.
    ///
    /// - Parameter isFirst: whether none stands before, so that no comma does.
    mutating func readMembers(isFirst: Bool, into sink: inout some DumpSink) throws(ScanFault) {
        var first = isFirst
        if isFirst { scanner.window.setMark() }
        while true {
            // What the value before it swallowed is of interest until there is a next one.
            let start = scanner.window.offset
            guard try scanner.nextMember(first: &first) else { return }
            scanner.window.setMark(at: start)
            scanner.jobLike = nil
            isBehindNested = false
            evidence.hasMember = true
            let key = scanner.withText(of: .key) { JobKey($0) }
            guard let key else {
                try readUnknownMember(into: &sink)
                continue
            }
            scanner.forgetKey()
            if case .field(let field) = key {
                if seenFields & 1 << field.rawValue != 0 { jobNotes.noteDuplicate(field) }
                seenFields |= 1 << field.rawValue
                try readJobField(field, into: &sink)
            } else {
                try readForeignField(key, into: &sink)
            }
            scanner.forgetTexts()
        }
    }

    private mutating func readJobField(_ field: KnownField, into sink: inout some DumpSink) throws(ScanFault) {
        switch field {
        case .jobID:
            evidence.hasJobID = true
            let byte = try scanner.peek()
            // An object there may be what a torn dump swallowed.
            if scanner.isLenient, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { evidence.hasJobID = false }
            job.jobID = try readText(field)
        case .status:
            job.status = try readText(field)
            evidence.hasStatusText = job.status != nil
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
        case .results: try readResults(into: &sink)
        default: try scanner.skipValue(level: 1)
        }
    }

    /// Keys that are no fields of a job but tell what the object is instead.
    private mutating func readForeignField(_ key: JobKey, into sink: inout some DumpSink) throws(ScanFault) {
        noteUnknown(key == .message ? "message" : key == .format ? "format" : "summary")
        switch key {
        case .message where try scanner.peek() == UInt8(ascii: "\""):
            try readMessage(into: &sink)
        case .format where try scanner.peek() == UInt8(ascii: "\""):
            scanner.window.position += 1
            try scanner.readString(into: .message)
            evidence.ownOutput = scanner.string(of: .message).flatMap { OwnOutput(format: $0) }
        case .summary:
            evidence.hasSummary = try scanner.skipValue(level: 1) == .object
        default:
            try scanner.skipValue(level: 1)
        }
    }

    private mutating func readJobError() throws(ScanFault) {
        job.error = nil
        guard try scanner.peek() == UInt8(ascii: "{") else {
            if try scanner.peek() == UInt8(ascii: "\"") {
                scanner.window.position += 1
                try scanner.readString(into: .message)
                jobNotes.noteWrongType(.string, in: .jobError)
                if evidence.message == nil { evidence.message = scanner.string(of: .message) }
                job.error = JobError()
            } else {
                let found = try scanner.skipValue(level: 1)
                guard found != .null else { return }
                jobNotes.noteWrongType(found, in: .jobError)
                job.error = JobError()
            }
            return
        }
        scanner.openObject = scanner.window.offset
        scanner.window.position += 1
        var error = JobError()
        var seen: (code: Bool, message: Bool) = (false, false)
        var first = true
        while try scanner.nextMember(first: &first) {
            switch scanner.withText(of: .key, { ErrorKey($0) }) {
            case .code:
                scanner.forgetKey()
                if seen.code { jobNotes.noteDuplicate(.jobErrorCode) }
                seen.code = true
                error.code = try readText(.jobErrorCode, level: 2)
            case .message:
                scanner.forgetKey()
                if seen.message { jobNotes.noteDuplicate(.jobErrorMessage) }
                seen.message = true
                error.message = try readText(.jobErrorMessage, level: 2)
            case nil:
                noteUnknownField(at: .jobError)
                try scanner.skipValue(level: 2)
            }
            scanner.forgetTexts()
        }
        job.error = error
    }
}

// MARK: - Values

extension DumpParser {
    /// Reads a string; nil if it is null or, which is noted, of another type.
    ///
    /// - Parameter level: how many arrays and objects are open around it.
    private mutating func readText(_ field: KnownField, level: Int = 1) throws(ScanFault) -> String? {
        guard try scanner.peek() == UInt8(ascii: "\"") else {
            let found = try scanner.skipValue(level: level)
            if found != .null { jobNotes.noteWrongType(found, in: field) }
            return nil
        }
        scanner.window.position += 1
        try scanner.readString(into: .message)
        if scanner.kept[JSONScanner.Slot.message.rawValue].isCut { jobNotes.noteTextCut() }
        return scanner.string(of: .message)
    }

    /// Reads a count; nil if it is null or, which is noted, anything but a whole number that is not negative.
    private mutating func readCount(_ field: KnownField) throws(ScanFault) -> Int? {
        let byte = try scanner.peek()
        guard byte == UInt8(ascii: "-") || ASCII.isDigit(byte) else {
            let found = try scanner.skipValue(level: 1)
            if found != .null { jobNotes.noteWrongType(found, in: field) }
            return nil
        }
        let count = try scanner.readNumber().value
        // What the dump's end cuts may be the front of a longer number.
        _ = try scanner.peek()
        if count == nil { jobNotes.noteWrongType(.numberThatIsNoCount, in: field) }
        lastCount = (field, scanner.window.offset)
        return count
    }

    /// Reads a date-time. A string that is none is noted, and kept as it is.
    private mutating func readDateTime(_ field: KnownField) throws(ScanFault) -> String? {
        guard let text = try readText(field) else { return nil }
        if DateTime(text) == nil { jobNotes.noteWrongType(.stringThatIsNoDateTime, in: field) }
        return text
    }

    private mutating func noteUnknown(_ name: StaticString) {
        let bytes = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        unsafe jobNotes.noteUnknown(bytes.span, at: .job)
    }

    /// Notes the kept key as a field that the API does not define, and forgets it.
    mutating func noteUnknownField(at level: ObjectLevel) {
        if level == .jobError || level == .rowError, scanner.withText(of: .key, { JobKey.isOfJobsAlone($0) }) {
            scanner.jobLike = min(scanner.jobLike ?? scanner.openObject, scanner.openObject)
        }
        switch level {
        case .job, .jobError: Self.noteKey(of: scanner, at: level, in: &jobNotes)
        case .row, .rowError: Self.noteKey(of: scanner, at: level, in: &rowNotes)
        }
        scanner.forgetKey()
    }

    private static func noteKey(of scanner: borrowing JSONScanner, at level: ObjectLevel, in notes: inout FieldNotes) {
        scanner.withText(of: .key) { name in
            var end = min(name.count, DumpLimits.unknownNameBytes)
            while end < name.count, end > 0, name[end] & 0xC0 == 0x80 { end -= 1 }
            notes.noteUnknown(name.extracting(0..<end), at: level)
        }
    }
}
