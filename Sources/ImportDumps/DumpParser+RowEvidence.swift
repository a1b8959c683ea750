import ImportFoundation

// Whether an object behind damage is a row, and whether a bracket ends the rows. Rows may contain arrays, too:
//
//     "results":[{"id":"1"},{"na#e":"x","lists":[{"id":"7"}]},{"id":"3"}],"total":3}
//                                               └ no row   └ not the end

extension DumpParser {
    enum RowEvidence {
        /// A row, followed by more of `results`.
        case row
        /// An element of another array, which ends at this offset.
        case nested(end: Int)
        /// A row or such an element.
        case uncertain
        /// Nothing of the kind.
        case none
    }

    /// The number of bytes behind an object that are read to find out whether it is a row.
    private static let rowEvidenceBytes = 1024 * 1024

    /// Returns what shows that the object before the position is a row, by what follows it: as far as the next rows go,
    /// and how their array ends.
    ///
    /// - Parameters:
    ///   - next: the byte at the position; nil at the end.
    ///   - context: what precedes the object.
    mutating func rowEvidence(_ next: UInt8?, _ context: Context) -> RowEvidence {
        // Rows without a comma between them may share a line. On lines of their own, they may be other documents.
        let isOpen: Bool
        switch next {
        case nil, UInt8(ascii: "{"): isOpen = true
        case UInt8(ascii: ","):
            isOpen = false
            let lookahead = scanner.window.lookAhead(keepsMark: true)
            scanner.window.position += 1
            let follows = scanner.skipSpaceOrEnd()
            scanner.end(lookahead)
            // With a damaged colon in front of it, the object is the value of a member, behind which another follows.
            if follows == UInt8(ascii: "\""), context.endsAbruptly { return .none }
            // What follows may be damaged, too.
            if follows != UInt8(ascii: "{"), follows != UInt8(ascii: "]"), follows != nil { return .uncertain }
        case UInt8(ascii: "]"): isOpen = false
        default: return .none
        }
        let start = scanner.window.offset
        if start < knownRowsEnd { return .row }
        let unknown: RowEvidence = isOpen ? (context.beginsLine ? .none : .row) : .uncertain
        guard next != nil, mayLookAhead else { return unknown }
        let lookahead = scanner.window.lookAhead(keepsMark: true)
        defer {
            lookaheadBytes += scanner.window.offset - start
            scanner.end(lookahead)
        }
        // Up to here, all elements are whole.
        var knownEnd: Int?
        while let byte = scanner.skipSpaceOrEnd() {
            let offset = scanner.window.offset
            guard offset - start < Self.rowEvidenceBytes else {
                knownRowsEnd = knownEnd ?? offset
                return .row
            }
            do throws(ScanFault) {
                switch byte {
                case UInt8(ascii: ","):
                    scanner.window.position += 1
                case UInt8(ascii: "]"):
                    guard let isEnd = closesRows() else { return unknown }
                    guard isEnd else { return .nested(end: offset + 1) }
                    knownRowsEnd = knownEnd ?? offset
                    return .row
                case UInt8(ascii: "{"):
                    // The dump ends here if another one begins.
                    guard try passRow() else { return unknown }
                default:
                    try scanner.skipValue(level: 2)
                }
            } catch {
                guard isOpen else { return unknown }
                knownEnd = knownEnd ?? offset
                moveToNextLine()
            }
        }
        return unknown
    }

    /// Passes the object at the position. Returns false if it is not a row, as its keys show.
    private mutating func passRow() throws(ScanFault) -> Bool {
        scanner.window.position += 1
        var first = true
        while try scanner.nextMember(first: &first) {
            let isRow = scanner.withText(of: .key) { !JobKey.isOfRowsNever($0) }
            scanner.forgetKey()
            guard isRow else { return false }
            try scanner.skipValue(level: 3)
        }
        return true
    }

    private mutating func moveToNextLine() {
        while let byte = scanner.peekOrEnd() {
            scanner.window.position += 1
            if byte == UInt8(ascii: "\n") { return }
        }
    }

    // MARK: - The end of the rows

    /// Whether the bracket at the position ends `results`: after it, the job's object ends or has more fields.
    ///
    /// - Parameter isInString: whether the bracket was read as part of a string. If so, a field that rows or their
    ///   errors also have is taken for one of theirs, because the bracket may be where the string's quotation mark was.
    ///   Only a status tells them apart by its value.
    mutating func endsRows(isInString: Bool, _ context: Context) -> Bool {
        switch closesRows() {
        case true? where !isInString: return true
        case true?: break
        case false?: return false
        case nil: if context.brackets > 0 { return false }
        }
        let lookahead = scanner.window.lookAhead()
        defer { scanner.end(lookahead) }
        scanner.window.position += 1
        switch scanner.skipSpaceOrEnd() {
        case UInt8(ascii: "}"):
            let end = scanner.window.offset
            scanner.window.position += 1
            let next = scanner.skipSpaceOrEnd()
            return next == nil || next == UInt8(ascii: "{") || scanner.window.lineFeed(from: end)
        case UInt8(ascii: ","):
            scanner.window.position += 1
            guard scanner.skipSpaceOrEnd() == UInt8(ascii: "\"") else { return false }
            scanner.window.position += 1
            do throws(ScanFault) {
                try scanner.readString(into: .key)
                defer { scanner.forgetTexts() }
                let (field, rowKey) = scanner.withText(of: .key) { (JobKey($0), RowKey($0)) }
                guard let field, try scanner.skipSpace() == UInt8(ascii: ":") else { return false }
                guard isInString else { return true }
                guard case .field = field else { return false }
                if rowKey == .status { return try isStatusOfJob() }
                return rowKey == nil
            } catch {
                return false
            }
        default: return false
        }
    }

    /// Whether the colon at the position is followed by a status that no row has.
    private mutating func isStatusOfJob() throws(ScanFault) -> Bool {
        try scanner.readColon()
        guard try scanner.peek() == UInt8(ascii: "\"") else { return false }
        scanner.window.position += 1
        scanner.forgetTexts()
        try scanner.readString(into: .key)
        return scanner.withText(of: .key) { RowStatus($0) } == nil
    }

    /// The number of values behind a bracket that are read to find out which array it ends.
    private static let valuesBehindBracket = 100
    /// The number of bytes behind a job that are read to find out whether what is around it fits.
    private static let bytesBehindJob = 16 * 1024

    /// Whether the bracket at the position ends `results`, by what follows it: false if it ends an array in a row, nil if
    /// nothing shows that. The position does not change.
    mutating func closesRows() -> Bool? {
        guard mayLookAhead else { return nil }
        let look = beginLook()
        defer { endLook(look) }
        scanner.window.position += 1
        // What was left: the current object, if the bracket ends `results`, and what is around it.
        var left = 0
        // The end of a job behind them. Rows may contain the same, but then other brackets follow.
        var jobEnd: Int?
        var unknown: Bool? { jobEnd == nil ? nil : true }
        for _ in 0..<Self.valuesBehindBracket {
            if let jobEnd, scanner.window.offset - jobEnd > Self.bytesBehindJob { return true }
            let start = scanner.window.offset
            let byte = scanner.skipSpaceOrEnd()
            let endsLine = scanner.window.lineFeed(from: start)
            switch byte {
            case nil: return left > 0 ? true : nil
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                let open: Enclosing? = left == 0 ? .object : enclosing(left - 1)
                // A brace too many may be a slip behind everything.
                let isSlip = open == nil && byte == UInt8(ascii: "}") && jobEnd == nil
                guard isSlip || open == (byte == UInt8(ascii: "}") ? .object : .array) else { return false }
                left += 1
                scanner.window.position += 1
            case UInt8(ascii: ","):
                scanner.window.position += 1
                switch scanner.skipSpaceOrEnd() {
                case UInt8(ascii: "\""):
                    if let isOfJob = memberBehindBracketIsOfJob(inSameObject: left == 0) { return isOfJob }
                    guard (try? scanner.skipValue(level: 3)) != nil else { return unknown }
                case UInt8(ascii: "{"):
                    guard left > 0 else { return unknown }
                    guard enclosing(left - 1) != .object || scanner.window.lineFeed(from: start) else { return false }
                    guard let isJob = objectBehindBracketIsJob() else { return unknown }
                    guard isJob else { return false }
                    jobEnd = scanner.window.offset
                default: return unknown
                }
            case UInt8(ascii: "{"):
                // Another document, or a row without a comma before it.
                return left > 0 ? objectBehindBracketIsJob() ?? (endsLine ? true : nil) : nil
            default: return left > 0 && endsLine ? true : unknown
            }
        }
        return unknown
    }

    private enum Enclosing {
        case object, array
    }

    /// What is around the current object, counted from the innermost (0); nil beyond the outermost.
    private func enclosing(_ index: Int) -> Enclosing? {
        if let isArray = path.isArray(at: index) { return isArray ? .array : .object }
        return index == path.count && openStrings.isEmpty && input.element != nil ? .array : nil
    }

    /// Whether the member at the position is a field of a job: false if it is one of a row, nil if its key does not show
    /// that. Moves to its value.
    ///
    /// - Parameter inSameObject: whether its object is the one around the array; otherwise, it is one further out, which
    ///   may be that of a wrapper.
    private mutating func memberBehindBracketIsOfJob(inSameObject: Bool) -> Bool? {
        do throws(ScanFault) {
            scanner.window.position += 1
            try scanner.readString(into: .key)
            let (key, rowKey, errorKey) = scanner.withText(of: .key) { (JobKey($0), RowKey($0), ErrorKey($0)) }
            let isOfRowsNever = scanner.withText(of: .key) { JobKey.isOfRowsNever($0) }
            scanner.forgetKey()
            try scanner.readColon()
            if isOfRowsNever { return true }
            guard inSameObject else { return nil }
            switch (key, rowKey) {
            case (.field(.status)?, _):
                guard try scanner.peek() == UInt8(ascii: "\"") else { return nil }
                scanner.window.position += 1
                try scanner.readString(into: .key)
                defer { scanner.forgetKey() }
                return scanner.withText(of: .key) { RowStatus($0) } == nil
            case (.field?, nil), (.summary?, _): return true
            case (nil, _?): return false
            default: return errorKey == .code ? false : nil
            }
        } catch {
            return nil
        }
    }

    /// Whether the object at the position is a job: false if it is a row, nil if it may be anything. Moves behind it.
    mutating func objectBehindBracketIsJob() -> Bool? {
        var keys: Set<RowKey> = []
        var isJob = false
        do throws(ScanFault) {
            scanner.window.position += 1
            var first = true
            while try scanner.nextMember(first: &first) {
                if scanner.withText(of: .key, { JobKey.isOfRowsNever($0) }) { isJob = true }
                if let key = scanner.withText(of: .key, { RowKey($0) }) { keys.insert(key) }
                scanner.forgetKey()
                try scanner.skipValue(level: 3)
            }
        } catch {
            return isJob ? true : nil
        }
        if isJob { return true }
        // Other objects have ids and errors, too.
        let isRow =
            !keys.isDisjoint(with: [.created, .existing, .record]) || keys.isSuperset(of: [.id, .error])
            || (keys.contains(.status) && evidence.rowsWithStatus > 0)
        return isRow ? false : nil
    }
}
