package import ImportAnalysis

/// Where the failed rows that a page names are in what was sent.
package struct ShownPlaces: Sendable {
    let source: String
    let isSheet: Bool
    let trustsOrder: Bool
    private let lines: [Int: Int]

    /// - Parameters:
    ///   - source: the name of the file that was sent.
    ///   - isSheet: the lines are rows of a sheet.
    ///   - trustsOrder: that the rows belong to these lines is the user's word.
    ///   - lines: by row, those of ``rows(of:)`` that are known.
    package init(source: String, isSheet: Bool, trustsOrder: Bool, lines: [Int: Int]) {
        self.source = source
        self.isSheet = isSheet
        self.trustsOrder = trustsOrder
        self.lines = lines
    }

    /// The failed rows that the pages of a job name, whatever their templates.
    package static func rows(of job: JobSummary) -> [Int] {
        let limits = ModelLimits.page
        var rows: [Int] = []
        for code in job.failedByCode.prefix(limits.codes) {
            rows += [code.firstRow, code.lastRow] + code.messages.prefix(limits.messages).map { $0.exampleRow }
            if let details = code.exampleDetails { rows.append(details.row) }
            rows += code.listedRows.map { $0.row }
        }
        if let first = job.failedByCode.map({ $0.firstRow }).min() { rows.append(first) }
        if let last = job.failedByCode.map({ $0.lastRow }).max() { rows.append(last) }
        for incident in job.failureIncidents { rows += [incident.firstRow, incident.lastRow] }
        return rows + job.findings.flatMap { $0.rows }
    }

    /// "8 (line 9)", "8 (sheet row 9)".
    func named(_ row: Int) -> String? {
        lines[row].map { "\(Wording.grouped(row)) (\(isSheet ? "sheet row" : "line") \(Wording.grouped($0)))" }
    }

    static let table = ModelTable<(places: ShownPlaces, limits: ModelLimits)>([
        .text("what", "`Lines`, or `Sheet rows` of a workbook") { $0.places.isSheet ? "Sheet rows" : "Lines" },
        .quote("source", "the name of the file that was sent") { $0.limits.source($0.places.source) },
        .flag("trusted", "that the rows belong to these lines is the user's word (`--trust-order`)") {
            $0.places.trustsOrder
        },
    ])
}

extension ModelContext {
    /// A failed row as a page names it, with its line if that is known.
    func row(_ row: Int) -> String { places?.named(row) ?? Wording.grouped(row) }
}
