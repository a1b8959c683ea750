import ImportFoundation

extension Wording {
    /// "From 02:10:05 to 03:40:12 UTC on 4 March 2026, all 12 jobs stand out: they do not add up or have more than
    /// twice the usual share of failed rows. Of the other jobs, 1.4% do."
    package static func sentence(_ incident: TimeIncident) -> String {
        let jobs = part(incident.standingOut, of: incident.jobs, .job, "stands out", "stand out")
        let others =
            incident.standingOutElsewhere == 0
            ? "None of the other jobs does."
            : "Of the other jobs, \(Share(of: incident.standingOutElsewhere, in: incident.jobsElsewhere).text) do."
        return
            "\(period(incident)), \(jobs): "
            + (incident.standingOut == 1 ? "it does not add up or has" : "they do not add up or have")
            + " more than twice the usual share of failed rows. "
            + others
    }

    /// "In that time, 9,121 of 14,000 rows failed (65.2%)."
    package static func rowsFailed(_ incident: TimeIncident) -> String {
        if incident.rows == 0 { return "In that time, no job has rows." }
        return "In that time, \(part(incident.failed, of: incident.rows, .row)) failed "
            + "(\(Share(of: incident.failed, in: incident.rows).text))."
    }

    /// "From 02:10:05 to 03:40:12 UTC on 4 March 2026".
    private static func period(_ incident: TimeIncident) -> String {
        let first = UTCTime(incident.first)
        let last = UTCTime(incident.last)
        if incident.first == incident.last { return "At \(first.time) UTC on \(first.day)" }
        return first.day == last.day
            ? "From \(first.time) to \(last.time) UTC on \(last.day)"
            : "From \(first.day), \(first.time) to \(last.day), \(last.time) UTC"
    }

    /// A time in words.
    private struct UTCTime {
        let day: String
        let time: String

        init(_ second: Int) {
            let ofDay = (second % 86_400 + 86_400) % 86_400
            let date = CalendarDay(number: (second - ofDay) / 86_400)
            day = "\(date.day) \(DateTime.monthNames[date.month - 1]) \(date.year)"
            time =
                "\((ofDay / 3600).digits(2)):\((ofDay / 60 % 60).digits(2))"
                + (ofDay % 60 == 0 ? "" : ":\((ofDay % 60).digits(2))")
        }
    }

    /// "rows 20,001 to 20,400".
    package static func rows(of incident: FailureIncident) -> String {
        incident.firstRow == incident.lastRow
            ? "row \(grouped(incident.firstRow))"
            : "rows \(grouped(incident.firstRow)) to \(grouped(incident.lastRow))"
    }

    /// "384 of 400", the rows that failed with the code of the incident.
    package static func failed(of incident: FailureIncident) -> String {
        incident.codeRows == incident.rows
            ? "all \(grouped(incident.rows))" : "\(grouped(incident.codeRows)) of \(grouped(incident.rows))"
    }

    /// "1% elsewhere", the share of rows that failed with the code outside of its incidents.
    package static func elsewhere(_ incident: FailureIncident) -> String {
        guard incident.rowsElsewhere > 0 else { return "there are no other rows" }
        guard incident.codeRowsElsewhere > 0 else { return "none elsewhere" }
        return "\(Share(of: incident.codeRowsElsewhere, in: incident.rowsElsewhere).text) elsewhere"
    }

    /// The first characters of a text, with an ellipsis if there are more.
    package static func beginning(_ text: String, characters: Int) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > characters else { return text }
        var cut = String.UnicodeScalarView()
        cut.append(contentsOf: scalars.prefix(characters - 1))
        return String(cut) + "…"
    }
}
