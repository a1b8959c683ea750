package import ImportAnalysis
import ImportDumps
package import ImportFoundation

/// Reads a summary job by job, in constant memory.
///
/// A summary is a user's file like any other: whatever it contains, reading ends with its contents or with a
/// ``SummaryFault``. Its numbers are compared with each other: outcomes must add up to the rows seen, codes to the
/// failed rows, and the totals must be those of its jobs.
package struct SummaryReader: ~Copyable {
    private var fields: SummaryFields
    private var state = State.start
    private var seen: Set<SummaryMember> = []
    private var count = 0
    private let isAlone: Bool
    /// The totals of the jobs that were read.
    package private(set) var totals = Totals()

    /// The statement about pseudonyms, once the summary was read to its end.
    package private(set) var redaction: RedactionMark?

    /// An element of one of a summary's lists.
    package enum Item: Sendable {
        case job(JobSummary)
        case unreadable(UnreadableInput)
    }

    /// The largest number of rows, bytes or the like that one job or input can have.
    package static var mostCounted: Int { SummaryFields.mostCounted }

    private enum State {
        case start, members, jobs, unreadable, end
    }

    /// - Parameters:
    ///   - windowBytes: the size of the window over the input, at least 1.
    ///   - isAlone: whether nothing may follow the summary. Otherwise ``beginNext()`` moves on to the next one.
    package init(_ source: any ByteSource, windowBytes: Int = DumpLimits.windowBytes, isAlone: Bool = true) {
        self.isAlone = isAlone
        fields = SummaryFields(JSONReader(source, windowBytes: windowBytes))
    }

    /// Returns the next job or input; nil after the last one, once the whole summary was read and is valid.
    package mutating func next() throws(SummaryFault) -> Item? {
        while true {
            switch state {
            case .start:
                guard try fields.kind() == .object else { throw fields.fault(.notASummary) }
                try fields.beginObject()
                state = .members
            case .members:
                guard try fields.nextMember() else {
                    try finish()
                    state = .end
                    return nil
                }
                try readMember()
            case .jobs:
                guard try fields.nextElement() else {
                    state = .members
                    continue
                }
                let job = try fields.item("jobs", count) { fields throws(SummaryFault) in
                    try JSONObject.job.read(&fields, "")
                }
                count += 1
                totals.add(job)
                return .job(job)
            case .unreadable:
                guard try fields.nextElement() else {
                    state = .members
                    continue
                }
                let input = try fields.item("unreadable", count) { fields throws(SummaryFault) in
                    try JSONObject.unreadable.read(&fields, "")
                }
                count += 1
                return .unreadable(input)
            case .end:
                return nil
            }
        }
    }

    /// Moves on to the next summary after one that was read to its end. Returns false if there is none.
    ///
    /// - Throws: the fault that prevents reading the rest.
    package mutating func beginNext() throws(SummaryFault) -> Bool {
        guard try fields.hasMore() else { return false }
        state = .start
        seen = []
        count = 0
        totals = Totals()
        redaction = nil
        return true
    }

    /// The line of the input that reading has reached.
    package var line: Int { fields.line }

    /// Reads one job as ``SummaryJSON/renderJob(_:codes:)`` writes it.
    package static func job(from bytes: [UInt8]) throws(SummaryFault) -> JobSummary {
        var fields = SummaryFields(JSONReader(ArraySource(bytes), windowBytes: max(1, bytes.count)))
        let job = try JSONObject.job.read(&fields, "")
        try fields.end()
        return job
    }

    private mutating func readMember() throws(SummaryFault) {
        let name = fields.key
        // The results of rules belong to one run, and incidents follow from the jobs: both are skipped.
        guard let member = SummaryMember(rawValue: name), member != .gate, member != .incidents else {
            return try fields.skip()
        }
        guard seen.insert(member).inserted else { throw fields.fault(.repeated(path: name)) }
        switch member {
        case .incidents, .gate: break
        case .format: try fields.checkFormat(name, is: SummaryJSON.format)
        case .version: try fields.checkVersion(name, upTo: SummaryJSON.version)
        case .redacted:
            redaction = try JSONObject.redaction.readOptional(&fields, name)
        case .jobs:
            try fields.beginArray(name)
            state = .jobs
            count = 0
        case .unreadable:
            try fields.beginArray(name)
            state = .unreadable
            count = 0
        case .totals:
            // The program writes the totals after the jobs. Anywhere before, the jobs are not known yet.
            guard seen.contains(.jobs) else {
                throw fields.fault(.wrongValue(path: name, expected: "after jobs"))
            }
            var known = totals
            try MemberTable.totals.read(&fields, name, into: &known)
        }
    }

    private mutating func finish() throws(SummaryFault) {
        if isAlone { try fields.end() }
        guard seen.contains(.format) else { throw fields.fault(.notASummary) }
        for member in SummaryMember.allCases where member.isRequired && !seen.contains(member) {
            throw fields.fault(.missing(path: member.rawValue))
        }
    }
}
