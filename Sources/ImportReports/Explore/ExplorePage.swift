package import ImportAnalysis
import ImportDumps
import ImportFoundation

/// `explore.html`: failed rows to search, sort and filter, in one file that loads nothing.
///
/// Its data are lines of JSON in a `script` element that is not run: an array for each row and, after the rows of a
/// job, an object that identifies the job. The last line says how many rows there are.
package struct ExplorePage: Sendable {
    /// The largest size of the page, in bytes.
    package static let sizeLimit = 20_000_000
    /// The bytes reserved for everything other than the opening, the rows and their jobs.
    static let margin = 400_000
    /// The most bytes of a job's id or name that are kept.
    private static let textLimit = 20_000

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
        func append(_ text: String?) {
            let bytes = Array((text ?? "").utf8)
            line.appendJSON(bytes.span.extracting(0..<bytes.span.wholeCharacters(within: textLimit)))
        }
        append(job.job.jobID)
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
    static func ending(shown: Int, rows: Int) -> [UInt8] {
        Array("{\"shown\":\(shown),\"rows\":\(rows)}\n</script>\n</body>\n</html>\n".utf8)
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
