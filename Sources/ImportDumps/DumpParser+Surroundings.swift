import ImportFoundation

// Which of the objects around a job are jobs themselves. A job inside another object is held until that object turns
// out to be a wrapper or a job, but only one job can be held. So before a second one is read, the objects around both
// are searched to their ends, or as far as reading can go back:
//
//     {"first": {"job_id": "a", …}, "second": {"job_id": "b", …}, "job_id": "c", "total": 2}
//               └ held                        └ read only if no job's fields follow here

/// What is known about the objects and arrays around the position, also outside of the strings being read. They have
/// levels, counted from the outermost (1).
struct Surroundings {
    /// The level of the innermost one that is also around the held job; 0 if that is not inside the current document.
    var aroundHeld = 0
    /// Those up to this level are known not to be jobs.
    var wrappers = 0
    /// The level of one that is known to be a job: all that follows in it is part of it.
    var job: Int?

    /// Notes that the position has left everything beyond a level.
    mutating func leave(to level: Int) {
        aroundHeld = min(aroundHeld, level)
        wrappers = min(wrappers, level)
        if let job, job > level { self.job = nil }
    }
}

/// What is known about an object around the current one.
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

extension DumpParser {
    /// The level of the innermost object or array around the position; 0 at the top level.
    var level: Int { (openStrings.last?.level ?? 0) + path.count }

    /// Whether the current object is a job itself, and not the wrapper of one, whatever follows in it.
    var isJobItself: Bool { JobFields(evidence, job).isJob }

    /// Whether the object that was read is a job inside another one, and not the wrapper of those in it.
    func isJobItself(fault: DumpFault?, holdsJobs: Bool) -> Bool {
        guard holdsJobs, !isJobItself else { return evidence.isStrong }
        // A log record may have an id of its job. But an object that breaks off may have had more than that.
        return evidence.isStrong && fault != nil && evidence.rest != .record
    }

    /// Whether the value at the position may be, or contain, jobs of its own: whether the object around it is not a job
    /// itself. If it has an id, but none of the other fields of a job yet, this is searched for them.
    ///
    /// - Parameter isInString: whether the opening quotation mark of the value was already read.
    mutating func mayWrap(isInString: Bool = false) -> Bool {
        guard evidence.isStrong, !isJobItself else { return !isJobItself }
        if let rest = evidence.rest { return rest != .job }
        let own = evidence.level
        var fields = [JobFields](repeating: JobFields(), count: own + 1)
        fields[own] = JobFields(evidence, job)
        let end: JSONScanner.EndOfLookahead =
            mayLookAhead
            ? scanner.lookAhead(
                from: level, in: own...own, isInString: isInString, noting: &fields, adding: &lookaheadBytes)
            : .limit
        let rest: RestOfObject =
            switch end {
            case .left: .record
            case .limit, .damage: .tooMuch
            case .job, .unknown: .job
            }
        evidence.rest = rest
        return rest != .job
    }

    /// Whether the value at the position belongs to an object that is itself a job, as its later members show.
    mutating func isPartOfJob() -> Bool {
        guard case .nested = held?.place else { return false }
        if surroundings.job != nil { return true }
        let shared = min(surroundings.aroundHeld, level)
        guard shared > surroundings.wrappers, mayLookAhead else { return false }
        let job = levelOfJob(in: surroundings.wrappers + 1...shared)
        surroundings.job = job
        if job == nil { surroundings.wrappers = shared }
        return job != nil
    }

    /// Whether the rests of objects may still be searched. Those of many broken objects, each within the one before,
    /// would take quadratic time.
    var mayLookAhead: Bool {
        let offset = openStrings.isEmpty ? scanner.window.offset : strings[0].scanner.window.offset
        return lookaheadBytes / 4 <= DumpLimits.rereadBytes + offset
    }

    /// Where a look at what follows began, and what is restored at its end.
    struct Look {
        fileprivate let lookahead: ByteWindow.Lookahead
        fileprivate let damage: DumpDamage
        fileprivate let row: Int?
        fileprivate let jobLike: Int?
    }

    /// Begins a look at what follows, which may also go back to the mark and leaves no trace.
    mutating func beginLook() -> Look {
        Look(
            lookahead: scanner.window.lookAhead(keepsMark: true), damage: scanner.damage, row: scanner.row,
            jobLike: scanner.jobLike)
    }

    /// Goes back to where the look began, and counts the bytes that it read.
    mutating func endLook(_ look: Look) {
        lookaheadBytes += scanner.window.offset - look.lookahead.start
        scanner.end(look.lookahead)
        (scanner.damage, scanner.row, scanner.jobLike) = (look.damage, look.row, look.jobLike)
        scanner.forgetTexts()
        // The byte at the position was peeked, and may have left the window.
        _ = scanner.peekOrEnd()
    }

    /// Returns the level of an object around the position that is itself a job. The position does not change.
    private mutating func levelOfJob(in levels: ClosedRange<Int>) -> Int? {
        var fields = [JobFields](repeating: JobFields(), count: levels.upperBound + 1)
        for outer in outerDocuments where levels.contains(outer.evidence.level) {
            fields[outer.evidence.level] = JobFields(outer.evidence, outer.job)
        }
        if levels.contains(evidence.level) { fields[evidence.level] = JobFields(evidence, job) }
        var levels = levels
        // The scanner of the innermost string, and those around it, which are within a string.
        for index in (0...openStrings.count).reversed() {
            let outermost = index == 0 ? 1 : openStrings[index - 1].level + 1
            guard levels.upperBound >= outermost else { continue }
            let searched = max(levels.lowerBound, outermost)...levels.upperBound
            let end: JSONScanner.EndOfLookahead
            if index == openStrings.count {
                end = scanner.lookAhead(
                    from: level, in: searched, isInString: false, noting: &fields, adding: &lookaheadBytes)
            } else {
                end = strings[index].scanner.lookAhead(
                    from: openStrings[index].level, in: searched, isInString: true, noting: &fields,
                    adding: &lookaheadBytes)
            }
            switch end {
            case .job(let level): return level
            case .unknown, .limit, .damage: return nil
            case .left:
                guard levels.lowerBound < outermost else { return nil }
                levels = levels.lowerBound...outermost - 1
            }
        }
        return nil
    }

    // MARK: - Objects around the current one

    /// Puts aside what is known about the current object, in order to read one inside it.
    mutating func takeDocument() {
        outerDocuments.append(
            OuterDocument(
                job: job, results: results, rowCount: rowCount, jobNotes: jobNotes, rowNotes: rowNotes,
                evidence: evidence, seenFields: seenFields, damage: scanner.damage))
        forgetDocument()
    }

    /// Goes on with the object put aside last.
    mutating func restoreDocument() {
        forgetDocument()
        guard let outer = outerDocuments.popLast() else { return }
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

/// The fields that make an object with jobs in it a job itself: rows, or a `job_id` with a count or with `results`. An id
/// alone does not: records of a log have one too.
private struct JobFields {
    private var hasID = false
    private var hasCount = false
    private var hasResults = false
    private var hasRows = false

    init() {}

    init(_ evidence: JobEvidence, _ job: DeclaredJob) {
        hasID = evidence.hasJobID && job.jobID != nil
        hasCount = job.total != nil || job.processed != nil || job.succeeded != nil || job.failed != nil
        hasResults = evidence.hasResultsArray
        hasRows = evidence.hasRows
    }

    var isJob: Bool { hasRows || (hasID && (hasCount || hasResults)) }

    /// Notes a field, whose value is at the position of a scanner.
    mutating func note(_ field: KnownField, in scanner: inout JSONScanner) {
        let first = scanner.skipSpaceOrEnd()
        switch field {
        case .jobID:
            hasID = first != UInt8(ascii: "n") && first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
        case .total, .processed, .succeeded, .failed:
            guard let first, ASCII.isDigit(first) else { break }
            if let number = try? scanner.readNumber(), number.value != nil { hasCount = true }
        case .results:
            let contents = first == UInt8(ascii: "[") ? scanner.contentsOfResults() : .jobs
            (hasResults, hasRows) = (contents != .jobs, contents == .rows)
        default: break
        }
    }
}

/// What an array `results` contains.
enum ContentsOfResults {
    case nothing, rows
    /// Jobs instead of rows.
    case jobs
}

extension JSONScanner {
    /// How a search of the objects around the position ended.
    fileprivate enum EndOfLookahead: Equatable {
        /// One of them is a job.
        case job(level: Int)
        /// Behind all of them.
        case left
        /// At the end of the input.
        case unknown
        /// At the end of what can be read again.
        case limit
        /// At a string that is not followed by what follows one in JSON: one was cut off, and what is between the
        /// quotation marks from there on may be anything.
        case damage
    }

    /// Reads to the ends of objects and arrays around the position, and notes the fields of jobs in them. The position
    /// does not change.
    ///
    /// - Parameters:
    ///   - level: the level of the innermost one.
    ///   - levels: those that are of interest.
    ///   - isInString: whether the position is within a string.
    ///   - fields: what is known about each level.
    ///   - bytes: a count to which those read are added.
    fileprivate mutating func lookAhead(
        from level: Int, in levels: ClosedRange<Int>, isInString: Bool, noting fields: inout [JobFields],
        adding bytes: inout Int
    ) -> EndOfLookahead {
        let (damage, row, jobLike) = (damage, row, jobLike)
        let lookahead = window.lookAhead(keepsMark: true)
        defer {
            bytes += window.offset - lookahead.start
            end(lookahead)
            (self.damage, self.row, self.jobLike) = (damage, row, jobLike)
            forgetTexts()
        }
        if isInString, (try? readString(into: nil)) == nil { return endOfInput }
        var level = level
        var innermost = levels.upperBound
        while let byte = peekOrEnd() {
            window.position += 1
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                level += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                level -= 1
                // What opens at a level that was left is another object.
                innermost = min(innermost, level)
                if level < levels.lowerBound { return .left }
            case UInt8(ascii: "\""):
                let mayBeKey = level <= innermost
                guard (try? readString(into: mayBeKey ? .key : nil)) != nil else { return endOfInput }
                let next = skipSpaceOrEnd()
                switch next {
                case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), nil: break
                default: return .damage
                }
                guard mayBeKey else { continue }
                let key = withText(of: .key) { JobKey($0) }
                forgetKey()
                guard case .field(let field) = key, next == UInt8(ascii: ":") else { continue }
                window.position += 1
                fields[level].note(field, in: &self)
                if fields[level].isJob { return .job(level: level) }
            default: break
            }
        }
        return endOfInput
    }

    /// Returns what the array at the position contains, by its first element. The position does not change.
    mutating func contentsOfResults() -> ContentsOfResults {
        let (damage, row, jobLike) = (damage, row, jobLike)
        let lookahead = window.lookAhead(keepsMark: true)
        defer {
            end(lookahead)
            (self.damage, self.row, self.jobLike) = (damage, row, jobLike)
            forgetTexts()
        }
        window.position += 1
        guard let byte = skipSpaceOrEnd(), byte == UInt8(ascii: "]") || byte == UInt8(ascii: "{") else { return .rows }
        window.position += 1
        var first = true
        while byte == UInt8(ascii: "{"), (try? nextMember(first: &first)) == true {
            if withText(of: .key, { JobKey.isOfJobsAlone($0) }) { return .jobs }
            forgetKey()
            guard (try? skipValue(level: 1)) != nil else { return .rows }
        }
        return byte == UInt8(ascii: "{") ? .rows : .nothing
    }

    private var endOfInput: EndOfLookahead { window.canRetain ? .unknown : .limit }
}
