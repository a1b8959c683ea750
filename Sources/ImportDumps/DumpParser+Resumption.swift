import ImportFoundation

// Finding where reading can continue after damage.

extension DumpParser {
    /// Moves to where reading can continue after damage.
    mutating func resume(behind damage: DamagedStretch) -> Resumption {
        if case .jobAmongRows = damage.reason {
            let end = moveToElementAtMark()
            return .document(end: end)
        }
        if let end = moveToSwallowedJob(before: damage) { return .document(end: end) }
        // A cut-off string ends at the next quotation mark, so it may contain the beginning of a dump, or the end of
        // the rows.
        if let start = stringBefore(damage.offset) { scanner.goBack(to: start) }
        let isBehindRows = damage.isInRows || (results == .complete && evidence.hasResultsArray)
        var context = Context()
        context.pass(from: scanner.window)
        while let byte = scanner.peekOrEnd() {
            let start = scanner.window.offset
            switch byte {
            case UInt8(ascii: "{"):
                context.isAtFault = start == damage.offset
                let probe = probeObject(context)
                context.pass(from: scanner.window)
                switch probe {
                case .job, .otherDocument:
                    let position = scanner.window.offset
                    return .document(
                        end: position < damage.offset ? scanner.window.place(ofOffset: position) : damage.end)
                case .row where isBehindRows:
                    if !damage.isInRows { results = .cut }
                    return .row
                case .broken(let start) where input.place.line == damage.end.line:
                    // The dump is on one line, so text that begins on another line is not part of it.
                    scanner.goBack(to: start)
                    return .document(end: damage.end)
                case .broken(let start):
                    damage.hasContent = true
                    if let brace = gluedBrace(before: scanner.window.offset), brace > start {
                        scanner.goBack(to: brace)
                    }
                case .row, .other:
                    damage.hasContent = true
                }
            // What stands on a line of its own cannot be where the quotation mark of a string was.
            case UInt8(ascii: "]")
            where damage.isInRows && endsRows(isInString: start < damage.offset && !context.beginsLine, context):
                return .endOfRows
            case UInt8(ascii: "\"") where results == .absent && beginsResults():
                return .results
            default:
                damage.pass(byte)
                context.pass(byte)
            }
            if scanner.window.offset <= start { scanner.window.position += 1 }
        }
        return .nowhere
    }

    /// Goes back to a dump that a cut-off one swallowed; nothing after it belongs to the cut-off one. Returns the place
    /// where the cut-off dump ends; nil if none was swallowed.
    private mutating func moveToSwallowedJob(before damage: DamagedStretch) -> Place? {
        guard let start = swallowedJob(before: damage.offset) else { return nil }
        let end = scanner.placeGoingBack(to: scanner.window.offsetBeforeSpace(start))
        scanner.goBack(to: start)
        return end
    }

    /// Goes back to the current element of `results`. Returns the place where the text before it ends.
    private mutating func moveToElementAtMark() -> Place {
        guard scanner.window.canGoBack(to: scanner.window.mark) else {
            return scanner.window.place(ofOffset: scanner.window.offset)
        }
        let end = scanner.placeGoingBack(to: scanner.window.mark)
        scanner.goBack(to: scanner.window.mark)
        while let byte = scanner.peekOrEnd(), byte == UInt8(ascii: ",") || ASCII.isSpace(byte) {
            scanner.window.position += 1
        }
        return end
    }

    /// Returns the offset where a dump begins inside the string before a fault, if the string was cut off and ended by
    /// the first quotation mark of the dump after it: `"messa{"job_id":…`.
    func gluedBrace(before fault: Int) -> Int? {
        guard let quote = quoteBefore(fault) else { return nil }
        let brace = scanner.window.offsetBeforeSpace(quote) - 1
        guard brace >= scanner.window.mark, scanner.window.byte(atOffset: brace) == UInt8(ascii: "{") else {
            return nil
        }
        return brace
    }

    /// Returns the offset of the quotation mark that ends a string right before a fault.
    private func quoteBefore(_ fault: Int) -> Int? {
        let quote = scanner.window.offsetBeforeSpace(fault) - 1
        guard quote > scanner.window.mark, scanner.window.byte(atOffset: quote) == UInt8(ascii: "\"") else {
            return nil
        }
        return quote
    }

    /// Returns the offset of the quotation mark that opens a string that ends right before a fault.
    private func stringBefore(_ fault: Int) -> Int? {
        guard let quote = quoteBefore(fault) else { return nil }
        var start = quote
        while start > scanner.window.mark, let byte = scanner.window.byte(atOffset: start - 1) {
            if byte == UInt8(ascii: "\"") {
                // A quotation mark after an odd number of backslashes is part of the text.
                var slash = start - 2
                while slash >= scanner.window.mark, scanner.window.byte(atOffset: slash) == UInt8(ascii: "\\") {
                    slash -= 1
                }
                if (start - 2 - slash).isMultiple(of: 2) { return start - 1 }
            }
            start -= 1
        }
        return nil
    }

    /// Whether the string at the position is the key `results`, followed by an array.
    private mutating func beginsResults() -> Bool {
        let lookahead = scanner.window.lookAhead()
        defer { scanner.end(lookahead) }
        do throws(ScanFault) {
            scanner.window.position += 1
            try scanner.readString(into: .key)
            defer { scanner.forgetTexts() }
            guard scanner.withText(of: .key, { JobKey($0) }) == .field(.results) else { return false }
            try scanner.readColon()
            return try scanner.peek() == UInt8(ascii: "[")
        } catch {
            return false
        }
    }

    /// Whether an element of `results` that is a job is the first of a list of jobs; if so, goes back to it. That is
    /// the case if the object around it shows no sign of being a job itself, and the job is not on its own line, as it
    /// would be after a line that was cut off.
    mutating func moveToListOfJobs() -> Bool {
        guard rowCount == 0, !evidence.hasJobID, !(evidence.hasStatusText && evidence.hasTotal),
            scanner.window.canGoBack(to: scanner.window.mark)
        else { return false }
        let position = scanner.window.offset
        _ = moveToElementAtMark()
        if scanner.window.byte(atOffset: scanner.window.offset - 1) == UInt8(ascii: "\n") {
            scanner.advance(to: position)
            return false
        }
        (evidence.hasResultsArray, evidence.hasRows) = (false, false)
        results = .absent
        return true
    }
}
