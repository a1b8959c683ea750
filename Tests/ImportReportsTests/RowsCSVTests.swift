import ImportDumps
import ImportFoundation
import ImportReports
import Testing

/// `rows.csv` and `failures.csv`, written while rows stream.
struct RowsCSVTests {
    static let header = "job_id,row,outcome,record_id,error_code,error_message,error_details\r\n"
    static let ids = ["", "9", "11111111-1111-1111-1111-111111111111"]

    @Test("The columns by which tables are known again are those that are written")
    func headers() {
        // Columns are only added at the end, so the first ones are also those of earlier versions.
        let written = [
            RowsCSV<MemoryOutput>.header, CodesCSV.header, JobsCSV.header, RowStream.header, AccountReport.header,
        ]
        // The remaining header is that of reasons.csv, which the command's tests check.
        let known = OwnOutput.headers.filter { !$0.hasPrefix("file,") }
        #expect(known.count == written.count && known.count == OwnOutput.headers.count - 1)
        for (known, header) in zip(known, written) {
            #expect(header == known + "\r\n" || header.hasPrefix(known + ","), "\(known)")
        }
    }

    @Test("A run of many rows is the same as the rows one by one", arguments: ids, [1, 7, 4096])
    func runs(id: String, flushBytes: Int) throws {
        let count = 300
        // Ids of a run are at equal distances in the text, with other bytes in between.
        let ids = (0..<count).map { id.isEmpty ? "" : String(id.dropLast()) + "\($0 % 10)" }
        let text = Array(ids.map { "{\"id\":\"\($0)\"}," }.joined().utf8)
        let stride = text.count / count

        var many = RowsCSV(.all, options: CSVOptions(), flushBytes: flushBytes, to: MemoryOutput())
        try many.beginRows(of: job(id: "j"))
        let first = RowRun(
            firstRow: 1, count: count, facts: .created, id: TextRange(offset: 7, count: id.utf8.count), idStride: stride
        )
        try many.consume(InlineArray<1, RowRun>(repeating: first).span, text: text.span)
        let second = RowRun(firstRow: count + 1, count: 50, facts: .existing)
        try many.consume(InlineArray<1, RowRun>(repeating: second).span, text: text.span)

        let rows = ids.map { TestRow.created($0) } + Array(repeating: TestRow(facts: .existing), count: 50)
        #expect(try many.finish(job: job(id: "j")).bytes == rowsCSV(rows, jobID: "j"))
    }

    static let tricky: [TestRow] = [
        .created("id-1"), .failed("a\r\nb", "first\r\n\"second\"\r\n,third"), .failed("\"", "\r\n"),
        .failed("=\r\n", "\"\r\n\""), .failed(nil, ",\r\n,"), TestRow(facts: [], id: "x\r\ny"), .failed("c", "plain"),
    ]

    static let jobIDs: [(before: String?, after: String?)] = [
        (nil, "late"), (nil, "=late, \"quoted\"\r\nand long"), ("early", nil), ("early", "late"), ("a\r\nb", "c"),
        ("same", "same"), ("\"", "\"\""), (nil, nil),
    ]

    @Test("A job_id after the rows, or a second one, is in every record", arguments: 1...7, jobIDs)
    func lateJobID(piece: Int, ids: (before: String?, after: String?)) throws {
        for selection in [RowsCSV<PieceOutput>.Selection.all, .failures] {
            var csv = RowsCSV(selection, options: CSVOptions(), flushBytes: 64, to: PieceOutput(piece: piece))
            try csv.beginRows(of: job(id: ids.before))
            try csv.consume(Self.tricky)
            let output = try csv.finish(job: job(id: ids.after))
            #expect(output.bytes == (try rowsCSV(Self.tricky, selection, jobID: ids.after)))
            #expect(output.rewrites == (ids.before == ids.after ? 0 : 1))
        }
    }

    @Test("No rows: the header alone, whatever comes after")
    func noRows() throws {
        var csv = RowsCSV(.all, options: CSVOptions(), to: PieceOutput(piece: 1))
        try csv.beginRows(of: job(id: nil))
        #expect(try csv.finish(job: job(id: "late")).bytes.text == Self.header)
        // A dump without results never begins rows.
        var absent = RowsCSV(.all, options: CSVOptions(), to: MemoryOutput())
        #expect(try absent.finish(job: job(id: "j")).bytes.text == Self.header)
    }

    @Test("If results occur twice, only the last rows remain", arguments: [1, 1 << 20])
    func resultsTwice(flushBytes: Int) throws {
        var csv = RowsCSV(.all, options: CSVOptions(), flushBytes: flushBytes, to: PieceOutput(piece: 3))
        try csv.beginRows(of: job(id: "first"))
        try csv.consume(Self.tricky)
        try csv.beginRows(of: job(id: "second"))
        try csv.consume([.created("z")])
        #expect(try csv.finish(job: job(id: "second")).bytes.text == Self.header + "second,1,created,z,,,\r\n")
    }

    @Test("Failures are the failed and unclassified rows, with their numbers")
    func failures() throws {
        let rows: [TestRow] = [
            .created("a"), .failed("c", "m"), TestRow(facts: .existing), TestRow(facts: [.error, .created, .existing]),
            TestRow(facts: []), TestRow(facts: [.created, .existing]),
        ]
        #expect(
            try rowsCSV(rows, .failures).text == Self.header
                + "job,2,failed,,c,m,\r\njob,4,failed,,,,\r\njob,5,unclassified,,,,\r\n")
    }

    @Test("A complete dump with its job_id last, read in small pieces", arguments: [1, 3, 64])
    func wholeDump(chunk: Int) throws {
        let dump =
            #"{"status":"complete","results":[{"created":true}],"results":[{"id":"i","existing":true},"#
            + #"{"error":{"code":"a\r\nb","message":"\"m\""}}],"job_id":"no","total":2,"job_id":"l\u0061te"}"#
        var csv = RowsCSV(.all, options: CSVOptions(), flushBytes: 1, to: PieceOutput(piece: chunk))
        let reading = try DumpReader(windowBytes: 64).read(
            from: ArraySource(Array(dump.utf8), chunk: chunk), into: &csv)
        guard case .job(let read) = reading else {
            Issue.record("no job")
            return
        }
        #expect(
            try csv.finish(job: read.job).bytes.text == Self.header
                + "late,1,existing,i,,,\r\nlate,2,failed,,\"a\r\nb\",\"\"\"m\"\"\",\r\n")
    }
}
