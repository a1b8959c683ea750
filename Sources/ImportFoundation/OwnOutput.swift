/// A file that this program wrote, recognized by content. It is not a dump, and reading it as one would audit an audit.
package enum OwnOutput: Sendable, Equatable {
    /// `summary.json`, or the output of `summary` and `merge`.
    case summary
    /// `manifest.jsonl`.
    case manifest
    /// `MANIFEST.json` of a pack, or the pack itself.
    case packManifest, pack
    /// JSON printed by `compare`, `check` or `verify`, or by a later version.
    case otherJSON
    /// `report.xhtml`, `index.xhtml`, `report.md`, `index.md`, `report.css`.
    case page
    /// `report.eml`, `report.slack.json`, `report.teams.json`, `report.github.txt`, and their counterparts for an
    /// overview.
    case message
    /// `rows.csv`, `failures.csv`, `codes.csv`, `jobs.csv`; what `rows` and `account` print as CSV or JSON Lines.
    case table
    /// What `check` prints for CI systems (JUnit).
    case testResults
    /// `report.xlsx`, `index.xlsx`.
    case workbook
    /// `rejects.csv`, `rejects.xlsx` and others: rows as sent, after columns with their outcomes.
    case rejects
    /// A history file.
    case history

    /// Whether the first bytes identify the whole file. A document that is a JSON object may be followed by others.
    package var isWholeFile: Bool {
        switch self {
        case .summary, .packManifest, .otherJSON: false
        case .manifest, .pack, .page, .message, .table, .testResults, .workbook, .rejects, .history: true
        }
    }

    /// The prefix of the `format` value in all JSON that this program writes.
    private static let formatPrefix = "import-audit."

    /// The first lines of CSV files. A test compares them with the written files.
    package static let headers = [
        "job_id,row,outcome,record_id,error_code,error_message",
        "job_id,error_code,rows,share_of_rows,first_row,last_row,message_patterns,top_message_pattern",
        "job_id,source,status,total,processed,succeeded,failed,rows_seen,rows_created,rows_existing,rows_failed,"
            + "rows_unclassified,rows_missing,created_at,updated_at,expires_at,findings_critical,findings_warning,"
            + "report",
        "file,position,source,source_row,job_id,row,outcome,record_id,error_code,error_message,action",
        "source,job_id,row,outcome,record_id,error_code,error_message",
        "source,source_row,state,try,tries,error_code,sent_again_after_success",
    ]

    /// The first line of `trends.csv`.
    package static let trendsHeader = "period,code,code_kind,jobs,rows_seen,rows_failed,share,share_low,share_high"
    /// The first lines of `trends.md`.
    package static let trendsStart = "# Import trends\n\n"

    /// The mark of an SQLite file that is a history: the letters "IAHi", at a fixed offset in its header.
    package static let historyMark: [UInt8] = Array("IAHi".utf8)
    private static let historyMarkOffset = 68

    /// The beginnings of messages for Slack and Teams, without white space.
    private static let messageStarts = [
        #"{"text":"Importaudit:"#,
        #"{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive"#,
    ]
    /// The first line of annotations, with which the log of another program does not begin.
    package static let annotationsStart = "::debug::Annotations by import-audit\n"

    /// The beginning of results for CI systems.
    package static let testResultsStart = """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="import-audit"
        """
    /// The beginning of a comparison in Markdown.
    package static let comparisonStart = "# Import audits compared\n\n"

    /// The beginning of the pages' style sheet.
    package static let styleSheetStart = "/* The style of a report."

    /// The first column that `rejects` puts before those of a source, whatever delimiter follows.
    package static let firstRejectColumn = "import_source_row"

    /// Recognizes a file by its first ``ContainerFormat/signatureBytes`` bytes, or all bytes of a shorter one. Nil for
    /// anything else, including pages from custom templates, which may be anything.
    package init?(firstBytes: ArraySlice<UInt8>) {
        let bytes = firstBytes.starts(with: [0xEF, 0xBB, 0xBF]) ? firstBytes.dropFirst(3) : firstBytes
        switch bytes.first {
        case UInt8(ascii: "{"):
            // Another program may have changed the white space.
            let packed = bytes.prefix(256).filter { !" \t\r\n".utf8.contains($0) }
            if Self.messageStarts.contains(where: { packed.starts(with: $0.utf8) }) {
                self = .message
                return
            }
            if Self.isRow(bytes) {
                self = .table
                return
            }
            guard packed.starts(with: #"{"format":"\#(Self.formatPrefix)"#.utf8) else { return nil }
            let kind = packed.dropFirst(#"{"format":""#.utf8.count).prefix { $0 != UInt8(ascii: "\"") }
            self.init(format: String(decoding: kind, as: UTF8.self))
        case UInt8(ascii: "<"):
            if bytes.starts(with: Self.testResultsStart.utf8) {
                self = .testResults
                return
            }
            guard bytes.starts(with: "<!DOCTYPE html>\n<html ".utf8),
                bytes.contains(#"<meta name="generator" content="import-audit "#)
            else { return nil }
            self = .page
        case UInt8(ascii: "#"):
            let starts = ["# Retry plan\n\n", Self.trendsStart, Self.comparisonStart]
            if starts.contains(where: { bytes.starts(with: $0.utf8) }) {
                self = .page
                return
            }
            guard bytes.starts(with: "# Import audit: ".utf8) else { return nil }
            // The verdict comes next, but after a long title it may be beyond these bytes.
            let next = bytes.drop { $0 != UInt8(ascii: "\n") }.prefix(4)
            guard "\n\n**".utf8.starts(with: next) else { return nil }
            self = .page
        case UInt8(ascii: "S"):
            guard bytes.starts(with: "SQLite format 3\0".utf8),
                bytes.dropFirst(Self.historyMarkOffset).starts(with: Self.historyMark)
            else { return nil }
            self = .history
        case UInt8(ascii: "p"):
            guard bytes.starts(with: Self.trendsHeader.utf8) else { return nil }
            self = .table
        case UInt8(ascii: ":"):
            guard bytes.starts(with: Self.annotationsStart.utf8) else { return nil }
            self = .message
        case UInt8(ascii: "M"):
            guard bytes.starts(with: "Message-ID: <".utf8), bytes.contains("@import-audit.invalid>\r\nX-Unsent: 1\r\n")
            else { return nil }
            self = .message
        case UInt8(ascii: "/"):
            guard bytes.starts(with: Self.styleSheetStart.utf8) else { return nil }
            self = .page
        case UInt8(ascii: "i"):
            guard bytes.starts(with: Self.firstRejectColumn.utf8),
                bytes.dropFirst(Self.firstRejectColumn.utf8.count + 1).starts(with: "import_job_id".utf8)
            else { return nil }
            self = .rejects
        case UInt8(ascii: "j"), UInt8(ascii: "f"), UInt8(ascii: "s"):
            // A later version may have added columns.
            let line = bytes.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
            guard
                Self.headers.contains(where: { header in
                    line.starts(with: header.utf8)
                        && [nil, UInt8(ascii: ",")].contains(line.dropFirst(header.utf8.count).first)
                })
            else { return nil }
            self = .table
        default:
            return nil
        }
    }

    /// Returns whether the first line is what `rows` prints as JSON Lines: all its members, in its order. A dump that has
    /// rows is different: in it, `row` would not be a number beside an outcome.
    private static func isRow(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.starts(with: #"{"source":""#.utf8) else { return false }
        var rest = bytes.prefix { $0 != UInt8(ascii: "\n") }
        for name in [#"","job_id":"#, #","row":"#, #","outcome":""#, #"","record_id":"#] {
            guard let place = rest.firstPlace(of: name) else { return false }
            rest = rest[(place + name.utf8.count)...]
        }
        return true
    }

    /// Recognizes a document by the member `format` of its top level; nil for anything else.
    package init?(format: String) {
        guard format.hasPrefix(Self.formatPrefix) else { return nil }
        switch format.dropFirst(Self.formatPrefix.count) {
        case "summary": self = .summary
        case "manifest": self = .manifest
        case "pack": self = .packManifest
        default: self = .otherJSON
        }
    }

    /// Returns whether an archive's first entry may be a pack's manifest: directly in a folder at the top.
    package static func isPackManifest(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[1] == "MANIFEST.json"
    }

    /// The titles of report workbooks.
    package static let workbookTitles = ["Audit of an import job", "Audit of import jobs"]
    /// The title of workbooks of rejects.
    package static let rejectsWorkbookTitle = "Rows of an import"
    /// More parts than a workbook of this program has.
    package static let workbookParts = 64

    /// Recognizes a workbook by the part that contains its title; nil for another program's workbook.
    package init?(workbookCore core: ArraySlice<UInt8>) {
        func isTitled(_ title: String) -> Bool { core.contains("<dc:title>\(title)</dc:title>") }
        if Self.workbookTitles.contains(where: isTitled) {
            self = .workbook
        } else if isTitled(Self.rejectsWorkbookTitle), core.contains("<dc:creator>import-audit</dc:creator>") {
            self = .rejects
        } else {
            return nil
        }
    }
}

extension ArraySlice<UInt8> {
    /// Returns whether these bytes contain a text.
    fileprivate func contains(_ text: String) -> Bool { firstPlace(of: text) != nil }

    /// Returns the place where a text, which is not empty, begins for the first time.
    fileprivate func firstPlace(of text: String) -> Int? {
        let text = Array(text.utf8)
        return indices.first { self[$0] == text.first && self[$0...].starts(with: text) }
    }
}
