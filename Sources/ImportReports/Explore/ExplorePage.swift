package import ImportAnalysis
import ImportDumps
import ImportFoundation

/// `explore.html`: failed and unclassified rows to search, sort and filter, in one file that loads nothing.
///
/// Its data are lines of JSON in a `script` element that is not run: an array for each row and, after the rows of a
/// job, an object that identifies the job. The last line says how many rows there are, including those left out.
package struct ExplorePage: Sendable {
    /// The largest size of the page, in bytes.
    package static let sizeLimit = 20_000_000
    /// The bytes reserved for everything other than the opening, the rows and their jobs.
    static let margin = 400_000
    /// The most bytes of a job's input that are kept, and of its id as the page writes it. The id has more, because
    /// downloads contain it. Together, they fit into the margin.
    private static let sourceLimit = 20_000
    private static let idLimit = 250_000

    /// What precedes the lines of the data.
    static let dataStart = "<script type=\"application/json\" id=\"rows\">\n"

    private let opening: [UInt8]
    /// Whether rows also have an owner and an action.
    let hasCodes: Bool
    /// Whether rows also have their line in the source.
    let hasLines: Bool

    /// - Parameters:
    ///   - files: all other files in the same folder.
    ///   - isOverview: whether the page has the rows of several jobs.
    package init(files: [ReportFile], isOverview: Bool, csv: CSVOptions, codes: CodeBook?, hasLines: Bool) {
        hasCodes = codes != nil
        self.hasLines = hasLines
        let page = files.first { $0 == (isOverview ? .indexXHTML : .xhtml) }
        let table = files.first { $0 == (isOverview ? .allFailures : .failures) }
        let others = [page, table].compactMap { $0 }.map { "<a href=\"\($0.name)\">\($0.name)</a>" }
        let withoutScript =
            others.isEmpty
            ? "The formats xhtml and csv of the report need no script."
            : "Open \(others.joined(separator: " or ")) instead."
        var about = #"{"overview":\#(isOverview),"codes":\#(codes != nil),"lines":\#(hasLines)"#
        about += #","raw":\#(csv.isRaw),"bom":\#(csv.hasByteOrderMark),"page":"\#(page?.name ?? "")""#
        about += #","table":"\#(table?.name ?? "")"}"#
        let script = Self.text("explore.js")
        let style = Self.text("explore.css")
        var text = Self.text("explore.html")
        for (name, value) in [
            ("version", ToolVersion.current), ("scriptHash", StyleSheet.hash(of: script)),
            ("styleHash", StyleSheet.hash(of: style)), ("withoutScript", withoutScript), ("about", about),
            ("style", style), ("script", script),
        ] {
            let parts = text.split(separator: "{{\(name)}}", omittingEmptySubsequences: false)
            text = parts.joined(separator: value)
        }
        opening = Array((text + Self.dataStart).utf8)
    }

    private static func text(_ name: String) -> String {
        String(decoding: BuiltInTemplates.files[name] ?? [], as: UTF8.self)
    }

    /// Everything before the rows.
    package var start: [UInt8] { opening }

    /// Returns the line after the rows of a job.
    ///
    /// - Parameter report: where the job's own report is, in an overview.
    static func line(about job: JobSummary, report: ReportPlace?) -> [UInt8] {
        var line = Array(#"{"job":"#.utf8)
        func append(_ text: String?, limit: Int = sourceLimit) {
            let bytes = Array((text ?? "").utf8)
            line.appendJSON(bytes.span.extracting(0..<bytes.span.wholeCharacters(within: limit)))
        }
        let start = line.count
        append(job.job.jobID, limit: .max)
        if line.count - start > idLimit {
            line.removeLast(line.count - start)
            // No byte becomes more than six.
            append(job.job.jobID, limit: idLimit / 6)
            // Otherwise, a download would pretend to contain the whole id.
            line += Array(#","cut":true"#.utf8)
        }
        line += Array(#","source":"#.utf8)
        append(job.source == "-" ? "standard input" : job.source)
        line += Array(#","day":"#.utf8)
        append(job.job.createdAt.flatMap { DateTime($0) }.map { $0.isoDayInUTC })
        line += Array(#","report":"#.utf8)
        append(report?.page)
        line += Array("}\n".utf8)
        return line
    }

    /// Returns the last line of the data and everything after it.
    ///
    /// - Parameter shown: the number of rows that the page has.
    static func ending(shown: Int, of all: ExploreTally) -> [UInt8] {
        var text = "{\"shown\":\(shown),\"failed\":\(all.failed),\"unclassified\":\(all.unclassified)"
        text += ",\"failed_jobs\":\(all.failedJobs),\"unclassified_jobs\":\(all.unclassifiedJobs)}\n"
        return Array((text + "</script>\n</body>\n</html>\n").utf8)
    }
}

/// The rows that a page is about, including those that it leaves out.
struct ExploreTally {
    private(set) var failed = 0
    private(set) var unclassified = 0
    /// Jobs with failed rows.
    private(set) var failedJobs = 0
    /// Jobs with unclassified rows, but no failed ones.
    private(set) var unclassifiedJobs = 0

    mutating func add(_ rows: RowCounts) {
        failed.addClamped(rows.failed)
        unclassified.addClamped(rows.unclassified)
        if rows.failed > 0 { failedJobs += 1 } else if rows.unclassified > 0 { unclassifiedJobs += 1 }
    }
}

extension [UInt8] {
    /// Appends a text as a JSON string that is also inert inside an HTML element: no tag and no comment begins or ends
    /// in it, and every reader sees a single line. Only this function writes JSON that is embedded in markup.
    /// Elsewhere, ``JSONWriter`` does, which escapes what would act on a terminal.
    mutating func appendJSON(_ text: Span<UInt8>) {
        let digits = Array("0123456789abcdef".utf8)
        append(UInt8(ascii: "\""))
        var index = 0
        while index < text.count {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), 0x7F:
                append(contentsOf: "\\u00".utf8)
                append(digits[Int(byte >> 4)])
                append(digits[Int(byte & 15)])
            case 0xE2 where index + 2 < text.count && text[index + 1] == 0x80 && text[index + 2] & 0xFE == 0xA8:
                append(contentsOf: text[index + 2] == 0xA8 ? "\\u2028".utf8 : "\\u2029".utf8)
                index += 2
            default: append(byte)
            }
            index += 1
        }
        append(UInt8(ascii: "\""))
    }
}
