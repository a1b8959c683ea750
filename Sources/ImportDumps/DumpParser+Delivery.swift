// A document that was read is held until the next one begins, because text skipped after it belongs to it.

extension DumpParser {
    /// Holds a job until the next document begins, and delivers the one held before.
    mutating func hold(_ document: HeldDocument, in sink: any DumpReceiver) throws {
        if isJobItself, dropNested(), rowCount == 0 { try sink.beginRows(of: job) }
        try deliverHeld(to: sink, isFollowed: true)
        input.foundJob()
        if input.element != nil, input.firstArray == nil { input.firstArray = input.place }
        // Changed before it is stored: the optimizer leaks the old value of an assignment to `held?.reading`.
        var document = document
        if input.isBehindHTTPHead, case .job(var dump) = document.reading {
            dump.wrappings.insert(.httpResponse, at: 0)
            document.reading = .job(dump)
        }
        document.skipped = input.skipped
        held = document
        surroundings.aroundHeld = evidence.level - 1
        input.skipped = SkippedText()
    }

    /// Whether the held job is inside the current object.
    var holdsNested: Bool {
        if case .nested = held?.place { surroundings.aroundHeld >= evidence.level } else { false }
    }

    /// Drops a held job inside the current object, which is itself a job: the held one was only a field of it. Returns
    /// false if there is none.
    @discardableResult
    mutating func dropNested() -> Bool {
        guard holdsNested else { return false }
        if case .job(let dump)? = held?.reading {
            let strings = dump.wrappings.count { if case .string = $0 { true } else { false } }
            scanner.damage.add(field: dump.damage, isText: strings > openStrings.count)
        }
        // What was skipped before the held job was skipped before the job around it.
        if var skipped = held?.skipped {
            skipped.add(input.skipped)
            input.skipped = skipped
        }
        held = nil
        input.jobCount -= 1
        return true
    }

    /// Drops the only job found in the current object if that is no more than an empty `results`, and the current one has
    /// a status and a total, which say more.
    ///
    /// - Parameter jobs: the number of jobs found before the current object.
    mutating func dropEmptyNested(foundSince jobs: Int, into sink: any DumpReceiver) throws {
        guard evidence.hasStatusText, evidence.hasTotal, input.jobCount == jobs + 1, holdsNested,
            case .job(let dump)? = held?.reading, dump.job == DeclaredJob(), dump.rowCount == 0, dump.fault == nil
        else { return }
        dropNested()
        try sink.beginRows(of: job)
    }

    /// Delivers the held document, and what was refused after it.
    ///
    /// - Parameter isFollowed: whether another document follows.
    mutating func deliverHeld(to sink: any DumpReceiver, isFollowed: Bool) throws {
        let refused = input.takeRefused()
        if isFollowed || !refused.isEmpty || input.deliveredCount > 0 {
            if held != nil || !refused.isEmpty { scanner.window.stopWholeHash() }
            if var document = held {
                held = nil
                // If the document around it is the only one, it has no line; otherwise, all have one.
                if case .nested(.whole, let pointer) = document.place, input.deliveredCount == 0,
                    let outer = document.outer, isApart(outer, from: refused, isFollowed)
                {
                    document.place = .nested(.line(outer), pointer: pointer)
                }
                try deliver(document, to: sink)
            }
            for document in refused { try deliver(document, to: sink) }
        } else if let document = held {
            held = nil
            try deliver(document, isWhole: true, to: sink)
        }
    }

    /// Whether there are other documents than the one at a place: the current one, if that follows, or a refused one.
    private func isApart(_ place: Place, from refused: [HeldDocument], _ isFollowed: Bool) -> Bool {
        if isFollowed, input.place != place { return true }
        return refused.contains { if case .document(let other) = $0.place { other != place } else { false } }
    }

    private mutating func deliver(
        _ document: HeldDocument, isWhole: Bool = false, to sink: any DumpReceiver
    ) throws {
        var reading = document.reading
        if case .job(var dump) = reading {
            dump.skipped = document.skipped
            dump.skipped.add(input.skipped)
            dump.isAlone = isWhole
            input.skipped = SkippedText()
            reading = .job(dump)
        }
        let position: DocumentPosition
        switch document.place {
        case .document where isWhole:
            position = .whole
            reading.setWhole(byteCount: scanner.window.inputByteCount, sha256: scanner.window.finishHash())
        case .document(let place): position = input.position(of: place)
        case .element(let index, let array): position = positionOf(element: index, of: array, in: document)
        case .nested(.line(let place), let pointer):
            position = .inside(input.position(ofOuter: place), pointer: pointer)
        case .nested(.element(let index, let array), let pointer):
            position = .inside(positionOf(element: index, of: array, in: document), pointer: pointer)
        case .nested(let outer, let pointer):
            // Another document may begin on the same line.
            if case .whole = outer, let place = document.outer { _ = input.position(ofOuter: place) }
            position = .inside(outer, pointer: pointer)
        }
        input.deliveredCount += 1
        try sink.endDocument(reading, at: position)
    }

    /// Returns the position of an element of an array. Those of the first array with jobs are named by their number
    /// alone.
    private mutating func positionOf(
        element index: Int, of array: DocumentPosition?, in document: HeldDocument
    ) -> DocumentPosition {
        guard case .line(let place)? = array else {
            // Another document may begin on the same line.
            if let place = document.outer { _ = input.position(ofOuter: place) }
            return .element(index)
        }
        return .element(index, of: input.position(ofOuter: place))
    }

    /// Delivers what is left at the end of an input. If it contains no job, reports its contents instead.
    mutating func finishInput(into sink: any DumpReceiver) throws {
        scanner.window.clearMark()
        scanner.window.drain()
        let failure = scanner.window.failure == nil ? nil : locate(scanner.endFault())
        if held != nil || input.deliveredCount > 0 {
            if let failure, var last = held, case .job(var dump) = last.reading, dump.fault == nil {
                // Either the job breaks off there, or what followed it.
                dump.fault = failure
                last.reading = .job(dump)
                held = last
            } else if let failure, held?.reading.readFailure == nil {
                input.refuse(
                    HeldDocument(
                        reading: .notAJob(NotAJob(reason: .unreadable(failure), byteCount: 0)),
                        place: .document(failure.place)))
            }
            return try deliverHeld(to: sink, isFollowed: false)
        }
        var others = input.others.listed
        if let foreign = input.foreign, others.count > 0 {
            others = [
                HeldDocument(
                    reading: .notAJob(NotAJob(reason: .foreign(foreign), byteCount: 0)), place: .document(input.place))
            ]
        } else if others.isEmpty {
            var value = DocumentValue()
            value.isBlank = true
            others = [
                HeldDocument(
                    reading: reading(of: value, fault: failure, byteCount: scanner.window.offset, sha256: nil),
                    place: .document(input.place))
            ]
        }
        // There may be jobs behind the place beyond which the input could not be read.
        let rest = others.contains { $0.reading.readFailure != nil } ? nil : failure
        if others.count == 1, input.others.more == 0, rest == nil, let other = others.first {
            return try deliver(other, isWhole: true, to: sink)
        }
        for other in others { try deliver(other, to: sink) }
        if input.others.more > 0 {
            let more = NotAJob(reason: .more(count: input.others.more), byteCount: 0)
            try sink.endDocument(.notAJob(more), at: .whole)
        }
        guard let rest else { return }
        try deliver(
            HeldDocument(
                reading: .notAJob(NotAJob(reason: .unreadable(rest), byteCount: 0)), place: .document(rest.place)),
            to: sink)
    }
}
