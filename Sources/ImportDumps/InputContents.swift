/// A document that was read and is not delivered yet.
struct HeldDocument {
    var reading: DumpReading
    var place: HeldPlace
    /// What was skipped in front of it.
    var skipped = SkippedText()
    /// Where it begins, if it lies in another document as an object.
    var start: Place?
}

/// Where a document lies, before it shows whether it is the only one of its input.
enum HeldPlace: Equatable {
    /// On the top level, from here on.
    case document(Place)
    /// An element of an array of jobs, from 1 on.
    case element(Int)
    /// Inside another document.
    case nested(DocumentPosition, pointer: String)
}

/// What an input was found to hold so far, apart from the dump at hand.
///
/// Where there are dumps, what is around them is skipped and counted, but for what may be lost dumps: those are refused.
/// Where there is none, what is there instead is told.
struct InputContents {
    /// What is kept in memory; of more, it is only told how many there are.
    private static let limit = 20

    /// Nothing but white space was read.
    var isAtStart = true
    /// A format that is not ours, by the first bytes.
    var foreign: ForeignFormat?
    /// Where the document at hand begins, and whether it is the first one.
    var place = Place(byte: 0, line: 1, column: 1)
    var isInFirst = true
    /// The head of an HTTP answer came last.
    var isBehindHTTPHead = false
    /// The element at hand, of an array of jobs.
    var element: Int?
    /// How many documents were delivered.
    var deliveredCount = 0
    /// Jobs that were delivered or are held.
    var jobCount = 0
    /// The line on which the last document began that was delivered.
    var lastLine = 0
    /// What was skipped since the document that is held.
    var skipped = SkippedText()
    /// What is refused behind the document that is held.
    private(set) var refused: [HeldDocument] = []
    /// What is there instead of dumps, as long as there is none; and how many more.
    private(set) var others: [HeldDocument] = []
    private(set) var moreOthers = 0
    private var isBehindText = false
    /// The line on which the last text ends.
    private var textLine = 0

    /// Takes note of a document that is no job.
    ///
    /// - Parameters:
    ///   - isUnexpected: it may be a lost dump, or tells of one.
    ///   - lines: on how many lines it is.
    mutating func note(_ other: HeldDocument, bytes: Int, from place: Place, lines: Int, isUnexpected: Bool) {
        if jobCount == 0, isBehindText, !isUnexpected, place.line == textLine,
            case .notAJob(var text)? = others.last?.reading
        {
            // An object in a line of text is part of it.
            skipped.add(bytes: bytes, from: place, lines: 0)
            text.byteCount = place.byte + bytes - (others.last?.firstByte ?? place.byte)
            others[others.count - 1].reading = .notAJob(text)
            return
        }
        isBehindText = false
        if !isUnexpected {
            skipped.add(bytes: bytes, from: place, lines: lines)
            skipped.documents += 1
        }
        if jobCount == 0 {
            wait(other)
        } else if isUnexpected {
            refuse(other)
        }
    }

    /// Takes note of text that is no JSON.
    ///
    /// - Parameter mayBeTorn: it may be a part of a dump.
    mutating func note(text fault: DumpFault, bytes: Int, from place: Place, lines: Int, mayBeTorn: Bool) {
        guard bytes > 0 else { return }
        if !mayBeTorn { skipped.add(bytes: bytes, from: place, lines: lines) }
        let text = HeldDocument(
            reading: .notAJob(NotAJob(reason: .unreadable(fault), byteCount: bytes)), place: .document(place))
        if jobCount == 0 {
            if isBehindText, case .notAJob(var before)? = others.last?.reading {
                before.byteCount = place.byte + bytes - (others.last?.firstByte ?? place.byte)
                others[others.count - 1].reading = .notAJob(before)
            } else {
                wait(text)
            }
            if mayBeTorn { hasTorn = true }
        } else if mayBeTorn {
            refuse(text)
        }
        isBehindText = true
        textLine = place.line + lines - 1
    }

    /// Whether `others` have text that may be a part of a dump.
    private(set) var hasTorn = false

    private mutating func wait(_ other: HeldDocument) {
        if case .notAJob(let new) = other.reading, case .notAJob(var last)? = others.last?.reading,
            case .rowsWithoutJob(let count) = last.reason, case .rowsWithoutJob(let more) = new.reason
        {
            last.reason = .rowsWithoutJob(count: count + more)
            last.byteCount += new.byteCount
            others[others.count - 1].reading = .notAJob(last)
        } else if others.count < Self.limit {
            others.append(other)
        } else {
            moreOthers += 1
        }
    }

    /// Refuses a document. Several of one kind that follow one another are one.
    mutating func refuse(_ other: HeldDocument) {
        if case .notAJob(let new) = other.reading, case .notAJob(var last)? = refused.last?.reading {
            switch (last.reason, new.reason) {
            case (.rowsWithoutJob(let count), .rowsWithoutJob(let more)):
                last.reason = .rowsWithoutJob(count: count + more)
                last.byteCount += new.byteCount
                refused[refused.count - 1].reading = .notAJob(last)
                return
            case (.unreadable, .unreadable):
                last.byteCount += new.byteCount
                refused[refused.count - 1].reading = .notAJob(last)
                return
            default: break
            }
        }
        refused.append(other)
    }

    /// The first job was found: of what was there before, only what may be lost dumps is told.
    mutating func foundJob() {
        jobCount += 1
        guard jobCount == 1 else { return }
        for other in others {
            guard case .notAJob(let reading) = other.reading else { continue }
            switch reading.reason {
            case .errorBody, .rowsWithoutJob: refuse(other)
            case .unreadable where hasTorn: refuse(other)
            default: break
            }
        }
        others.removeAll()
        moreOthers = 0
    }

    mutating func takeRefused() -> [HeldDocument] {
        defer { refused.removeAll() }
        return refused
    }
}

extension HeldDocument {
    /// A document in another one, which breaks off behind it: that one was torn, and this one is no part of it.
    mutating func standAlone() {
        guard let start else { return }
        place = .document(start)
        guard case .job(var dump) = reading, case .member? = dump.wrappings.last else { return }
        dump.wrappings.removeLast()
        reading = .job(dump)
    }

    fileprivate var firstByte: Int? {
        if case .document(let place) = place { return place.byte }
        return nil
    }
}
