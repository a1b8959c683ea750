/// A document that was read and is not delivered yet.
struct HeldDocument {
    var reading: DumpReading
    var place: HeldPlace
    /// What was skipped before it.
    var skipped = SkippedText()
    /// Where it begins, if it is in another document as an object.
    var start: Place?
    /// Where the document on the top level begins that it is in.
    var outer: Place?
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

/// The contents of an input so far, apart from the current dump.
///
/// Where there are dumps, what is around them is skipped and counted, but for what may be lost dumps: those are refused.
/// Where there is none, what is there instead is told.
struct InputContents {
    /// Nothing but white space was read.
    var isAtStart = true
    /// A format other than JSON, by the first bytes.
    var foreign: ForeignFormat?
    /// Where the current document begins, and whether it is the first one.
    var place = Place(byte: 0, line: 1, column: 1)
    var isInFirst = true
    /// The headers of an HTTP response came last.
    var isBehindHTTPHead = false
    /// The current element, of an array of jobs.
    var element: Int?
    /// How many documents were delivered.
    var deliveredCount = 0
    /// Jobs that were delivered or are held.
    var jobCount = 0
    /// The line on which the last document began that was delivered.
    private var lastLine = 0
    /// The last one that one was delivered from which is in it, and the position that it was given.
    private var lastOuter: (place: Place, position: DocumentPosition)?
    /// What was skipped since the document that is held.
    var skipped = SkippedText()
    /// What was refused after the document that is held.
    private(set) var refused: [HeldDocument] = []
    /// The contents instead of dumps, as long as there is no dump.
    private(set) var others = OtherDocuments()
    private var isBehindText = false
    /// The line on which the last text ends.
    private var textLine = 0

    /// Notes a document that is not a job.
    ///
    /// - Parameters:
    ///   - isUnexpected: it may be a lost dump, or refer to one.
    ///   - lines: on how many lines it is.
    mutating func note(_ other: HeldDocument, bytes: Int, from place: Place, lines: Int, isUnexpected: Bool) {
        if jobCount == 0, isBehindText, !isUnexpected, place.line == textLine {
            // An object in a line of text is part of the text.
            skipped.add(bytes: bytes, from: place, lines: 1)
            others.extendLast(to: place.byte + bytes)
            return
        }
        isBehindText = false
        if !isUnexpected {
            skipped.add(bytes: bytes, from: place, lines: lines)
            skipped.documents += 1
        }
        if jobCount == 0 {
            others.add(other)
        } else if isUnexpected {
            refuse(other)
        }
    }

    /// Notes text that is not JSON.
    ///
    /// - Parameter mayBeTorn: it may be a part of a dump.
    mutating func note(text fault: DumpFault, bytes: Int, from place: Place, lines: Int, mayBeTorn: Bool) {
        guard bytes > 0 else { return }
        if !mayBeTorn { skipped.add(bytes: bytes, from: place, lines: lines) }
        let text = HeldDocument(
            reading: .notAJob(NotAJob(reason: .unreadable(fault), byteCount: bytes)), place: .document(place))
        if jobCount == 0 {
            if isBehindText { others.extendLast(to: place.byte + bytes) } else { others.add(text) }
            if mayBeTorn { hasTorn = true }
        } else if mayBeTorn {
            refuse(text)
        }
        isBehindText = true
        textLine = place.line + lines - 1
    }

    /// Whether `others` have text that may be a part of a dump.
    private(set) var hasTorn = false

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
            case (.more(let count), .more(let more)):
                last.reason = .more(count: count + more)
                refused[refused.count - 1].reading = .notAJob(last)
                return
            default: break
            }
        }
        refused.append(other)
    }

    /// The first job was found: of the earlier contents, only possible lost dumps are reported.
    mutating func foundJob() {
        jobCount += 1
        guard jobCount == 1 else { return }
        for other in others.losses(withTexts: hasTorn) { refuse(other) }
        others = OtherDocuments()
    }

    /// The position of a document on the top level that is delivered now.
    mutating func position(of place: Place) -> DocumentPosition {
        defer { if lastOuter?.place != place { lastLine = place.line } }
        return nextPosition(of: place)
    }

    /// The position that such a document would have.
    func nextPosition(of place: Place) -> DocumentPosition {
        if let lastOuter, lastOuter.place == place { return lastOuter.position }
        return place.line == lastLine ? .place(place) : .line(place)
    }

    /// Whether documents that were refused wait to be delivered.
    var hasRefused: Bool { !refused.isEmpty }

    /// The position of the document on the top level in which the one lies that is delivered now.
    mutating func position(ofOuter place: Place) -> DocumentPosition {
        let position = position(of: place)
        lastOuter = (place, position)
        return position
    }

    mutating func takeRefused() -> [HeldDocument] {
        defer { refused.removeAll() }
        return refused
    }
}

extension HeldDocument {
    /// A document in another one, which breaks off behind it: that one was torn, and this one is not a part of it.
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

/// Documents that are not jobs, as long as there is no job: the first ones, and how many more there are.
struct OtherDocuments {
    /// What is kept in memory.
    private static let limit = 20

    private(set) var listed: [HeldDocument] = []
    /// Of those beyond the limit: all, those that may be lost dumps, and texts, which may be parts of one.
    private(set) var more = 0
    private var moreLosses = 0
    private var moreTexts = 0
    private var placeOfMore: HeldPlace?

    /// Adds a document. Rows without their job that follow one another are one.
    mutating func add(_ other: HeldDocument) {
        guard case .notAJob(let new) = other.reading else { return }
        if more == 0, case .notAJob(var last)? = listed.last?.reading, case .rowsWithoutJob(let count) = last.reason,
            case .rowsWithoutJob(let added) = new.reason
        {
            last.reason = .rowsWithoutJob(count: count + added)
            last.byteCount += new.byteCount
            listed[listed.count - 1].reading = .notAJob(last)
        } else if listed.count < Self.limit {
            listed.append(other)
        } else {
            placeOfMore = placeOfMore ?? other.place
            more += 1
            if new.mayBeLoss { moreLosses += 1 }
            if case .unreadable = new.reason { moreTexts += 1 }
        }
    }

    /// The text that was added last goes on to a byte.
    mutating func extendLast(to byte: Int) {
        guard more == 0, let last = listed.last, case .notAJob(var text) = last.reading else { return }
        text.byteCount = byte - (last.firstByte ?? byte)
        listed[listed.count - 1].reading = .notAJob(text)
    }

    /// Possible lost dumps: everything that is refused if there is a job among them.
    func losses(withTexts: Bool) -> [HeldDocument] {
        var losses = listed.filter { other in
            guard case .notAJob(let reading) = other.reading else { return false }
            if case .unreadable = reading.reason { return withTexts }
            return reading.mayBeLoss
        }
        let count = moreLosses + (withTexts ? moreTexts : 0)
        if count > 0, let placeOfMore {
            losses.append(
                HeldDocument(reading: .notAJob(NotAJob(reason: .more(count: count), byteCount: 0)), place: placeOfMore))
        }
        return losses
    }
}
