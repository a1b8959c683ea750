/// A document that has been read but not delivered yet.
struct HeldDocument {
    var reading: DumpReading
    var place: HeldPlace
    /// What was skipped before it.
    var skipped = SkippedText()
    /// Where it begins, if it is an object inside another document.
    var start: Place?
    /// Where the top-level document around it begins.
    var outer: Place?
}

/// The position of a document, before it is known whether it is the only one of its input.
enum HeldPlace: Equatable {
    /// At the top level, beginning here.
    case document(Place)
    /// An element of an array of jobs, counted from 1. The array is nil if it is the first one with jobs.
    case element(Int, of: DocumentPosition? = nil)
    /// Inside another document.
    case nested(DocumentPosition, pointer: String)
}

/// The contents of an input so far, apart from the current dump.
///
/// If there are dumps, anything around them is skipped and counted, except for what may be a lost dump: that is
/// refused. If there are none, the contents found instead are reported.
struct InputContents {
    /// Whether only white space was read so far.
    var isAtStart = true
    /// A format other than JSON, recognized by the first bytes.
    var foreign: ForeignFormat?
    /// Where the current document begins, and whether it is the first one.
    var place = Place(byte: 0, line: 1, column: 1)
    var isInFirst = true
    /// Whether HTTP response headers were the last thing read.
    var isBehindHTTPHead = false
    /// The number of the current element in an array of jobs.
    var element: Int?
    /// Where the first array with jobs begins.
    var firstArray: Place?
    /// Whether no array before the current one has jobs.
    var isInFirstArray: Bool { firstArray == nil || firstArray == place }
    /// The number of documents delivered.
    var deliveredCount = 0
    /// The number of jobs delivered or held.
    var jobCount = 0
    /// The line on which the last delivered document began.
    private var lastLine = 0
    /// The last top-level document from which a nested one was delivered, and the position that it was given.
    private var lastOuter: (place: Place, position: DocumentPosition)?
    /// What was skipped since the held document.
    var skipped = SkippedText()
    /// What was refused after the held document.
    private(set) var refused: [HeldDocument] = []
    /// The contents found instead of dumps, as long as there is no dump.
    private(set) var others = OtherDocuments()
    private var isBehindText = false
    /// The line on which the last text ends.
    private var textLine = 0

    /// Notes a document that is not a job.
    ///
    /// - Parameters:
    ///   - isUnexpected: whether it may be a lost dump or refer to one.
    ///   - lines: the number of lines that it covers.
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
            refuse(other.withLossAsReason)
        }
    }

    /// Notes text that is not JSON.
    ///
    /// - Parameter mayBeTorn: whether it may be part of a dump.
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

    /// Whether `others` has text that may be part of a dump.
    private(set) var hasTorn = false

    /// Refuses a document. Consecutive ones of the same kind are merged into one.
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

    /// Counts a job. When the first one is found, only possible lost dumps are reported of the earlier contents.
    mutating func foundJob() {
        jobCount += 1
        guard jobCount == 1 else { return }
        for other in others.losses(withTexts: hasTorn) { refuse(other) }
        others = OtherDocuments()
    }

    /// Returns the position of a top-level document that is delivered now.
    mutating func position(of place: Place) -> DocumentPosition {
        defer { if lastOuter?.place != place { lastLine = place.line } }
        return nextPosition(of: place)
    }

    /// Returns the position that such a document would have.
    func nextPosition(of place: Place) -> DocumentPosition {
        if let lastOuter, lastOuter.place == place { return lastOuter.position }
        return place.line == lastLine ? .place(place) : .line(place)
    }

    /// Whether refused documents wait to be delivered.
    var hasRefused: Bool { !refused.isEmpty }

    /// Whether very many of them wait.
    var refusesMany: Bool { refused.count >= 10_000 }

    /// Returns the position of the top-level document around the one that is delivered now.
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
    /// Makes a nested document independent: the document around it breaks off after it. That one was cut off, and this
    /// one is not part of it.
    mutating func standAlone() {
        guard let start else { return }
        place = .document(start)
        guard case .job(var dump) = reading, case .member? = dump.wrappings.last else { return }
        dump.wrappings.removeLast()
        reading = .job(dump)
    }

    /// The document, with the text in it that may be part of a lost dump as the reason why it is listed.
    fileprivate var withLossAsReason: HeldDocument {
        guard case .notAJob(var other) = reading, let text = other.loss.text else { return self }
        if case .rowsWithoutJob = other.reason { return self }
        other.reason = .unreadable(text)
        var document = self
        document.reading = .notAJob(other)
        return document
    }

    fileprivate var firstByte: Int? {
        if case .document(let place) = place { return place.byte }
        return nil
    }
}

/// Documents that are not jobs, as long as there is no job: the first ones, and the number of further ones.
struct OtherDocuments {
    /// The number of documents kept in memory.
    private static let limit = 20

    private(set) var listed: [HeldDocument] = []
    /// Counts beyond the limit: all documents, those that may be lost dumps, and texts, which may be parts of one.
    private(set) var more = 0
    private var moreLosses = 0
    private var moreTexts = 0
    private var placeOfMore: HeldPlace?

    /// Adds a document. Consecutive rows without their job are merged into one.
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

    /// Extends the text that was added last up to a byte offset.
    mutating func extendLast(to byte: Int) {
        guard more == 0, let last = listed.last, case .notAJob(var text) = last.reading else { return }
        text.byteCount = byte - (last.firstByte ?? byte)
        listed[listed.count - 1].reading = .notAJob(text)
    }

    /// Returns the possible lost dumps, which are refused if there is a job among the documents.
    func losses(withTexts: Bool) -> [HeldDocument] {
        var losses = listed.filter { other in
            guard case .notAJob(let reading) = other.reading else { return false }
            if case .unreadable = reading.reason { return withTexts }
            return reading.mayBeLoss
        }.map(\.withLossAsReason)
        let count = moreLosses + (withTexts ? moreTexts : 0)
        if count > 0, let placeOfMore {
            losses.append(
                HeldDocument(reading: .notAJob(NotAJob(reason: .more(count: count), byteCount: 0)), place: placeOfMore))
        }
        return losses
    }
}
