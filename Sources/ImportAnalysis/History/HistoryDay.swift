import ImportFoundation

/// When a job was created. A history counts by days in UTC.
package struct HistoryTime: Sendable {
    /// Days since 1970-01-01.
    package let day: Int
    /// Seconds since 1970-01-01.
    package let seconds: Int

    /// - Parameter createdAt: the text in the dump. The result is nil if it is not a date and time.
    package init?(createdAt: String?) {
        guard let time = createdAt.flatMap({ DateTime($0) }) else { return nil }
        // The time zone may move the day out of the range of four-digit years.
        guard (Self.firstDay...Self.lastDay).contains(time.dayInUTC) else { return nil }
        (day, seconds) = (time.dayInUTC, time.seconds)
    }

    package static let firstDay = DateTime.daysSince1970(0, 1, 1)
    package static let lastDay = DateTime.daysSince1970(9999, 12, 31)

    /// Returns a day as text, such as `2026-03-01`.
    package static func text(ofDay day: Int) -> String { CalendarDay(number: day).text }

    /// Returns the Monday of a day's week, or the first day that can be written if the Monday is before the year 0.
    package static func monday(of day: Int) -> Int {
        // 1970-01-01 was a Thursday.
        max(firstDay, day - ((day + 3) % 7 + 7) % 7)
    }

    /// Returns the day of a text such as `2026-03-01`; nil for anything else.
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

/// The key by which failed rows are counted: a code, no code, or all codes of a job that are not told apart.
package struct HistoryCode: Sendable, Hashable, Comparable {
    package enum Kind: Int, Sendable, Comparable {
        case none, code, other

        package static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    package let kind: Kind
    // Stored as bytes, because Swift considers canonically equivalent strings equal.
    private let bytes: [UInt8]

    package init(_ code: String?, isOther: Bool = false) {
        kind = isOther ? .other : code == nil ? .none : .code
        bytes = isOther ? [] : Array((code ?? "").utf8)
    }

    package init(kind: Kind, text: String) {
        self.kind = kind
        bytes = kind == .code ? Array(text.utf8) : []
    }

    /// The code; nil for rows without one and for other codes.
    package var code: String? { kind == .code ? text : nil }
    /// The text as the history stores it; empty unless this is a code.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
    /// The text to show. It may come from a dump: hostile until escaped.
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
    /// The requested days with the code, in order: its rows, and the jobs that have it.
    package var days: [HistoryDay] = []
    /// The sums over those days: jobs with the code, and its rows as `failed`.
    package var sums = HistorySums()
    /// When the code was seen, in the whole history up to the last requested day.
    package var presence: CodePresence

    package init(code: HistoryCode, presence: CodePresence) {
        self.code = code
        self.presence = presence
    }
}

/// A job that a report points to.
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

/// A day with many failed rows, and the jobs that had most of them.
package struct WorstDay: Sendable {
    package var day: HistoryDay
    package var jobs: [HistoryJob]

    package init(day: HistoryDay, jobs: [HistoryJob]) {
        self.day = day
        self.jobs = jobs
    }

    /// Returns the days with the highest shares. They are ranked by the lower end of the interval, so that a day with
    /// few rows does not precede one with many; of equal days, the earlier one comes first.
    package static func days(among days: [HistoryDay], limit: Int) -> [HistoryDay] {
        let failing = days.filter { $0.sums.failed > 0 }.map { ($0, $0.sums.interval.low) }
        return failing.sorted { ($1.1, $0.0.day) < ($0.1, $1.0.day) }.prefix(limit).map { $0.0 }
    }
}
