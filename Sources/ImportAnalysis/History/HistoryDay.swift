import ImportFoundation

/// When a job was created, as a history counts: by days in UTC.
package struct HistoryTime: Sendable {
    /// Days since 1970-01-01.
    package let day: Int
    /// Seconds since 1970-01-01.
    package let seconds: Int

    /// - Parameter createdAt: as the dump has it; nil if it is not a date and time.
    package init?(createdAt: String?) {
        guard let time = createdAt.flatMap({ DateTime($0) }) else { return nil }
        // The zone may bring it out of the years that have four digits.
        guard (Self.firstDay...Self.lastDay).contains(time.dayInUTC) else { return nil }
        (day, seconds) = (time.dayInUTC, time.seconds)
    }

    package static let firstDay = DateTime.daysSince1970(0, 1, 1)
    package static let lastDay = DateTime.daysSince1970(9999, 12, 31)

    /// `2026-03-01`.
    package static func text(ofDay day: Int) -> String { CalendarDay(number: day).text }

    /// The Monday of the week that a day is in; before the year 0, the first day that can be written.
    package static func monday(of day: Int) -> Int {
        // 1970-01-01 was a Thursday.
        max(firstDay, day - ((day + 3) % 7 + 7) % 7)
    }

    /// The day of such a text; nil for anything else.
    package static func day(of text: String) -> Int? {
        DateTime("\(text)T00:00:00Z").map { $0.dayInUTC }
    }
}

/// The sums of the jobs of one day.
package struct HistorySums: Sendable, Equatable {
    package var jobs = 0
    package var rows = 0
    package var failed = 0

    package init(jobs: Int = 0, rows: Int = 0, failed: Int = 0) {
        self.jobs = jobs
        self.rows = rows
        self.failed = failed
    }

    package mutating func add(_ other: HistorySums) {
        jobs.addClamped(other.jobs)
        rows.addClamped(other.rows)
        failed.addClamped(other.failed)
    }

    package var share: Share { Share(of: failed, in: rows) }
    package var interval: ShareInterval { ShareInterval(of: failed, in: rows) }
}

/// A day that has jobs.
package struct HistoryDay: Sendable, Equatable {
    /// Days since 1970-01-01, in UTC.
    package var day: Int
    package var sums: HistorySums

    package init(day: Int, sums: HistorySums) {
        self.day = day
        self.sums = sums
    }
}

/// What failed rows are counted by: a code, none, or all codes of a job beyond those that are told apart.
package struct HistoryCode: Sendable, Hashable, Comparable {
    package enum Kind: Int, Sendable, Comparable {
        case none, code, other

        package static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    package let kind: Kind
    // By bytes, because in Swift canonically equivalent texts are equal.
    private let bytes: [UInt8]

    package init(_ code: String?, isOther: Bool = false) {
        kind = isOther ? .other : code == nil ? .none : .code
        bytes = isOther ? [] : Array((code ?? "").utf8)
    }

    package init(kind: Kind, text: String) {
        self.kind = kind
        bytes = kind == .code ? Array(text.utf8) : []
    }

    /// The code; nil for rows without one, and for those of other codes.
    package var code: String? { kind == .code ? text : nil }
    /// As the history keeps it: empty unless it is a code.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
    /// For people. It may be a text of a dump: hostile until escaped.
    package var words: String {
        switch kind {
        case .none: "(no code)"
        case .code: text
        case .other: CodeSummary.otherCodes
        }
    }

    package static func < (left: HistoryCode, right: HistoryCode) -> Bool {
        left.kind != right.kind ? left.kind < right.kind : left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

/// The failed rows of one code over time.
package struct HistoryCodeLine: Sendable {
    package let code: HistoryCode
    /// For the requested days: rows of the code, and jobs that have it. In order.
    package var days: [HistoryDay] = []
    /// Over those days: jobs with the code, and its rows as `failed`.
    package var sums = HistorySums()
    /// When it was seen, over all of the history up to the last day that was asked for.
    package var presence: CodePresence

    package init(code: HistoryCode, presence: CodePresence) {
        self.code = code
        self.presence = presence
    }
}

/// A job to point to.
package struct HistoryJob: Sendable, Equatable {
    package var jobID: String
    package var source: String
    package var rows: Int
    package var failed: Int

    package init(jobID: String, source: String, rows: Int, failed: Int) {
        self.jobID = jobID
        self.source = source
        self.rows = rows
        self.failed = failed
    }
}

/// A day on which much failed, with the jobs that had most of it.
package struct WorstDay: Sendable {
    package var day: HistoryDay
    package var jobs: [HistoryJob]

    package init(day: HistoryDay, jobs: [HistoryJob]) {
        self.day = day
        self.jobs = jobs
    }

    /// The days with the highest shares, by the lower end of the interval, so that a day of a few rows does not come
    /// before one of many; of equals the earlier one first.
    package static func days(among days: [HistoryDay], limit: Int) -> [HistoryDay] {
        let failing = days.filter { $0.sums.failed > 0 }.map { ($0, $0.sums.interval.low) }
        return failing.sorted { ($1.1, $0.0.day) < ($0.1, $1.0.day) }.prefix(limit).map { $0.0 }
    }
}
