import ImportAnalysis
import ImportDumps

extension TrendsReport {
    /// The trends for people at a terminal, ending with a line feed.
    package var text: [UInt8] {
        var text = "\(shownText(sentence))\n"
        if !isOfOneCode { text += "\(changeSentence)\n" }
        if !periods.isEmpty {
            var table = TextTable([
                (period.step.heading, false), ("Jobs", true), ("Rows", true), ("Failed", true),
                ("Share", true), ("95% interval", true),
            ])
            for each in periods { table.add([name(each.number)] + Self.cells(each.sums)) }
            text += "\n" + table.text
        }
        if !trends.codes.isEmpty {
            var table = TextTable([
                ("Code", false), ("Rows", true), ("Share", true), ("Jobs", true),
                ("First seen", false), ("Last seen", false), ("", false),
            ])
            for line in trends.codes {
                table.add([
                    line.code.words, Wording.grouped(line.sums.failed),
                    Share(of: line.sums.failed, in: trends.sums.rows).text, Wording.grouped(line.sums.jobs),
                    HistoryTime.text(ofDay: line.presence.first.day), HistoryTime.text(ofDay: line.presence.last.day),
                    state(of: line),
                ])
            }
            text += "\nCodes\n" + table.text
            if trends.codeCount > trends.codes.count {
                text += "  \(trends.codes.count) of \(Wording.grouped(trends.codeCount)) codes\n"
            }
        }
        if !trends.events.isEmpty {
            var table = TextTable([("Day", false), ("Code", false), ("", false)])
            for event in trends.events {
                table.add([HistoryTime.text(ofDay: event.day), event.code.words, Self.words(event)])
            }
            text += "\nNew, back and gone\n" + table.text
            if trends.eventCount > trends.events.count {
                text += "  the latest \(trends.events.count) of \(Wording.grouped(trends.eventCount))\n"
            }
        }
        if !trends.worst.isEmpty {
            text += "\nThe worst days\n"
            for worst in trends.worst {
                let sums = worst.day.sums
                text += "  \(HistoryTime.text(ofDay: worst.day.day))  \(Wording.rowsPart(sums.failed, sums.rows)) "
                text += "(\(sums.share.text), \(sums.interval.text))\n"
                for job in worst.jobs {
                    text += "    \(shownText(job.jobID))  \(Wording.grouped(job.failed)) of "
                    text += "\(Wording.grouped(job.rows))  \(shownText(job.source))\n"
                }
            }
        }
        if let redactedBy { text += "\nValues are pseudonyms (key \(shownText(redactedBy))).\n" }
        return Array(text.utf8)
    }

    static func cells(_ sums: HistorySums) -> [String] {
        [
            Wording.grouped(sums.jobs), Wording.grouped(sums.rows), Wording.grouped(sums.failed),
            sums.rows > 0 ? sums.share.text : "–", sums.rows > 0 ? sums.interval.text : "–",
        ]
    }
}

/// A text in aligned columns. Characters that would act on a terminal are escaped.
private struct TextTable {
    /// The width beyond which texts of a dump are cut.
    private static let widest = 60

    private let alignsRight: [Bool]
    private var rows: [[String]]

    init(_ columns: [(name: String, alignsRight: Bool)]) {
        alignsRight = columns.map { $0.alignsRight }
        rows = [columns.map { $0.name }]
    }

    mutating func add(_ cells: [String]) {
        rows.append(
            cells.map { cell in
                let shown = shownText(cell)
                guard shown.unicodeScalars.count > Self.widest else { return shown }
                var cut = String.UnicodeScalarView()
                cut.append(contentsOf: shown.unicodeScalars.prefix(Self.widest - 1))
                return String(cut) + "…"
            })
    }

    var text: String {
        let widths = alignsRight.indices.map { column in
            rows.reduce(0) { max($0, $1[column].unicodeScalars.count) }
        }
        return rows.map { row in
            var line = " "
            for (column, cell) in row.enumerated() {
                let gap = String(repeating: " ", count: widths[column] - cell.unicodeScalars.count)
                line += " " + (alignsRight[column] ? gap + cell : cell + gap) + " "
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
