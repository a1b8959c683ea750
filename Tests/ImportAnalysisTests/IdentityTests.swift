import ImportAnalysis
import ImportDumps
import Testing

/// Records that several rows created or matched: which rows count, and when two ids are the same.
@Suite struct IdentityTests {
    private static let one = "0a1b2c3d-4e5f-4678-9abc-def012345678"
    private static let two = "0a1b2c3d-4e5f-4678-9abc-def012345679"

    private func created(_ id: String) -> String { #"{"id":"\#(id)","created":true}"# }
    private func existing(_ id: String) -> String { #"{"id":"\#(id)","existing":true}"# }

    @Test("Records that are created twice and matched twice are found, with their rows")
    func found() throws {
        let rows = [
            created(Self.one), existing(Self.two), created(Self.two), created(Self.one), existing(Self.two),
            existing(Self.two), created("x"), created("x"), created("y"),
        ]
        let identity = try identify(job(rows: rows))
        #expect(
            identity
                == IdentitySummary(
                    createdRepeated: SharedRecords(
                        records: 2, rows: 4, firstRows: [1, 4, 7, 8],
                        top: [
                            SharedRecord(id: Self.one, rows: 2, firstRows: [1, 4]),
                            SharedRecord(id: "x", rows: 2, firstRows: [7, 8]),
                        ]),
                    existingShared: SharedRecords(
                        records: 1, rows: 3, firstRows: [2, 5, 6],
                        top: [SharedRecord(id: Self.two, rows: 3, firstRows: [2, 5, 6])])))
    }

    static let harmless: [[String]] = [
        // Created, then existing: the record existed by then.
        [#"{"id":"\#(one)","created":true}"#, #"{"id":"\#(one)","existing":true}"#],
        // Ids that differ in their last digit.
        [#"{"id":"\#(one)","created":true}"#, #"{"id":"\#(two)","created":true}"#],
        // No ids.
        [#"{"id":null,"created":true}"#, #"{"id":null,"created":true}"#, #"{"created":true}"#, #"{"created":true}"#],
        [#"{"id":"","created":true}"#, #"{"id":"","created":true}"#],
        // Rows that failed or have no outcome.
        [#"{"id":"\#(one)","error":{"code":"c"}}"#, #"{"id":"\#(one)","created":true,"error":{"code":"c"}}"#],
        [#"{"id":"\#(one)"}"#, #"{"id":"\#(one)"}"#],
        // Ids that are not UUIDs are compared by bytes: upper case, other composition, a UUID in braces.
        [#"{"id":"x","created":true}"#, #"{"id":"X","created":true}"#],
        [#"{"id":"\u00e9","created":true}"#, #"{"id":"e\u0301","created":true}"#],
        [#"{"id":"{\#(one)}","created":true}"#, #"{"id":"\#(one)","created":true}"#],
    ]

    @Test("Nothing comes back", arguments: harmless)
    func nothing(rows: [String]) throws {
        #expect(try identify(job(rows: rows)) == IdentitySummary())
    }

    @Test("A numeric id counts as its text")
    func numbers() throws {
        let rows = ["7", "70", #""7""#, "7"].map { #"{"id":\#($0),"created":true}"# }
        let identity = try identify(job(rows: rows))
        #expect(identity.createdRepeated.top == [SharedRecord(id: "7", rows: 3, firstRows: [1, 3, 4])])
    }

    @Test("A UUID in capitals is the same record; so is one that is written with escapes")
    func sameRecord() throws {
        let escaped = #"\u0030a1b2c3d-4e5f-4678-9abc-def012345678"#
        let identity = try identify(
            job(rows: [
                created(Self.one.uppercased()), created(Self.one), created(escaped), created("é"), created(#"\u00e9"#),
            ]))
        #expect(
            identity.createdRepeated.top == [
                SharedRecord(id: Self.one, rows: 3, firstRows: [1, 2, 3]),
                SharedRecord(id: "é", rows: 2, firstRows: [4, 5]),
            ])
    }

    @Test("The most frequent records are listed, then the earliest; at most 20, with at most 20 rows each")
    func limits() throws {
        let often = (0..<30).map { _ in existing("often") }
        let twice = (0..<25).flatMap { number in [existing("id \(number)"), existing("id \(number)")] }
        let shared = try identify(job(rows: twice + often)).existingShared
        #expect(shared.records == 26)
        #expect(shared.rows == 80)
        #expect(shared.firstRows == Array(1...20))
        #expect(shared.top.map { $0.id } == ["often"] + (0..<19).map { "id \($0)" })
        #expect(shared.top[0].firstRows == Array(51...70))
        #expect(shared.top[19].firstRows == [37, 38])
    }

    @Test("A long id is cut between characters when shown, and compared as a whole")
    func longID() throws {
        let long = String(repeating: "x", count: 255) + "é"
        let identity = try identify(
            job(rows: [created(long), created(long + "a"), created(long), created(long + "b")]))
        #expect(
            identity.createdRepeated.top == [
                SharedRecord(id: String(repeating: "x", count: 255), rows: 2, firstRows: [1, 3])
            ])
    }

    @Test("Of `results` that come twice, the first are forgotten, also when they were many")
    func resultsTwice() throws {
        let many = (0..<60).map { created("id \($0 % 30)") }.joined(separator: ",")
        let json =
            #"{"job_id":"j","results":[\#(many)],"results":[\#(existing("a")),\#(created("id 1")),\#(existing("a"))]}"#
        let spill = CountingSpills()
        for budget in [IDBudget.usual, .tiny] {
            let identity = try identify(json, budget: budget, spills: spill)
            #expect(identity.createdRepeated == SharedRecords())
            #expect(identity.existingShared.top == [SharedRecord(id: "a", rows: 2, firstRows: [1, 3])])
        }
        #expect(spill.made > 0)
        #expect(spill.living == 0)
    }

    @Test("The findings say it, in their places")
    func findings() throws {
        let json =
            #"{"job_id":"j","status":"complete","total":9,"x":1,"results":["#
            + [
                created(Self.one), existing("<b>"), created(Self.one), existing("<b>"), existing("<b>"),
                existing("<b>"),
            ]
            .joined(separator: ",") + "]}"
        var summary = try audit(json)
        #expect(summary.identity == nil)
        summary.add(try identify(json))
        #expect(
            summary.findings.map { $0.id } == [
                .rowsMissing, .createdIDRepeated, .existingIDsShared, .idNotUUID, .unknownField,
            ])
        let repeated = summary.finding(.createdIDRepeated)
        #expect(repeated?.severity == .critical)
        #expect(repeated?.count == 2)
        #expect(repeated?.rows == [1, 3])
        #expect(repeated?.message == "2 rows say that they created the same record: “\(Self.one)”.")
        let shared = summary.finding(.existingIDsShared)
        #expect(shared?.severity == .note)
        #expect(shared?.count == 4)
        #expect(shared?.message == "4 rows matched 1 existing record: “<b>”.")
        #expect(shared?.rows == [2, 4, 5, 6])
        // Reported once, however often it is added.
        summary.add(try identify(json))
        #expect(summary.findings.count == 5)
        summary.add(IdentitySummary())
        #expect(summary.findings.map { $0.id } == [.rowsMissing, .idNotUUID, .unknownField])
    }
}
