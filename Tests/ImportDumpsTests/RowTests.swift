import ImportDumps
import Testing

/// The contents of a row before they are evaluated.
@Suite struct RowTests {
    private static let errors: [(json: String?, facts: RowFacts, code: String?, message: String?)] = [
        (nil, [], nil, nil), ("null", [], nil, nil), ("{}", .error, nil, nil),
        (#"{"code":"c"}"#, [.error, .code], "c", nil), (#"{"code":""}"#, .error, "", nil),
        (#"{"code":null,"message":null}"#, .error, nil, nil),
        (#"{"code":7}"#, [.error, .code, .wrongType], "7", nil),
        ("false", [.error, .wrongType], nil, "false"), ("true", [.error, .wrongType], nil, "true"),
        ("0", [.error, .wrongType], nil, "0"), (#""text""#, [.error, .wrongType], nil, "text"),
        ("[]", [.error, .wrongType], nil, "[]"),
    ]

    private static func flags(_ fact: RowFacts) -> [(json: String?, facts: RowFacts)] {
        [
            (nil, []), ("null", []), ("false", []), ("true", fact), ("1", .wrongType), (#""true""#, .wrongType),
            ("[true]", .wrongType), (#"{"a":true}"#, .wrongType),
        ]
    }

    @Test(arguments: errors.indices)
    func factsFollowTheContract(_ index: Int) throws {
        let error = Self.errors[index]
        var rows: [String] = []
        var expected: [String] = []
        for created in Self.flags(.created) {
            for existing in Self.flags(.existing) {
                let members = [("created", created.json), ("existing", existing.json), ("error", error.json)]
                    .compactMap { name, json in json.map { "\"\(name)\":\($0)" } }
                rows.append("{" + members.joined(separator: ",") + "}")
                expected.append(
                    RecordingSink.line(
                        row: rows.count, facts: created.facts.union(existing.facts).union(error.facts), id: nil,
                        code: error.code, message: error.message))
            }
        }
        let reading = try Reading(of: dumpText(rows: rows.joined(separator: ",")))
        #expect(reading.rows == expected)
        #expect(reading.dump?.rowCount == 64)
        #expect(reading.dump?.fault == nil)
    }

    @Test(
        arguments: [
            ("null", "1 wrongType - - -", "results[] null 1"),
            ("12", "1 wrongType - - -", "results[] number 1"),
            ("[]", "1 wrongType - - -", "results[] array 1"),
            (#""x""#, "1 wrongType - - -", "results[] string 1"),
            ("true", "1 wrongType - - -", "results[] boolean 1"),
            (#"{"id":5}"#, #"1 idNotUUID+wrongType "5" - -"#, "results[].id number 1"),
            (#"{"id":{"a":[1]}}"#, #"1 idNotUUID+wrongType "{\"a\":[1]}" - -"#, "results[].id object 1"),
            (#"{"created":"true"}"#, "1 wrongType - - -", "results[].created string 1"),
            (#"{"existing":0}"#, "1 wrongType - - -", "results[].existing number 1"),
            (#"{"error":"oops"}"#, #"1 error+wrongType - - "oops""#, "results[].error string 1"),
            (#"{"error":{"code":5}}"#, #"1 error+code+wrongType - "5" -"#, "results[].error.code number 1"),
            (
                #"{"error":{"code":"c","message":{}}}"#, #"1 error+code+wrongType - "c" "{}""#,
                "results[].error.message object 1"
            ),
        ])
    func wrongTypesAreNotedWithTheRow(_ row: String, _ expected: String, _ note: String) throws {
        let reading = try Reading(of: dumpText(rows: row))
        #expect(reading.rows == [expected])
        #expect(reading.wrongTypes == [note])
    }

    @Test(
        arguments: [
            (#"{"id":"a","created":true}"#, #"1 created+idNotUUID "a" - -"#),
            (#"{"created":true,"id":"\#(uuid)"}"#, #"1 created "\#(uuid)" - -"#),
            (#"{"id":null,"created":true}"#, "1 created - - -"),
            (#"{"id":""}"#, #"1 idNotUUID "" - -"#),
            (#"{"id":"\#(uuid)0"}"#, #"1 idNotUUID "\#(uuid)0" - -"#),
            (#"{"id":"\#(uuid.replacing("-", with: "0"))"}"#, #"1 idNotUUID "\#(uuid.replacing("-", with: "0"))" - -"#),
            (#"{"\u0069d":"\#(uuid)"}"#, #"1 nothing "\#(uuid)" - -"#),
            (#"{"error":{"message":"m","code":"c"},"id":"\#(uuid)"}"#, #"1 error+code "\#(uuid)" "c" "m""#),
            (#"{"error":{"m\u0065ssage":"m","\u0063ode":"c"}}"#, #"1 error+code - "c" "m""#),
            (#"{"ID":"a","Created":true}"#, "1 unknownField - - -"),
            (
                #"{"error":{"Code":"a"}}"#, ##"1 error+unknownField - - "{\"Code\":\"a\"}" "{\"Code\":\"a\"}""##
            ),
            (#"{"":{"created":true,"error":{"code":"x"}}}"#, "1 unknownField - - -"),
        ])
    func keysAreFoundHoweverTheyAreWritten(_ row: String, _ expected: String) throws {
        #expect(try Reading(of: dumpText(rows: row)).rows == [expected])
    }

    @Test(
        arguments: [
            (#"{"id":"a","id":"\#(uuid)"}"#, #"1 duplicateKey "\#(uuid)" - -"#, ["results[].id 1"]),
            (#"{"id":"a","id":null}"#, "1 duplicateKey - - -", ["results[].id 1"]),
            (#"{"created":true,"created":false,"created":null}"#, "1 duplicateKey - - -", ["results[].created 2"]),
            (#"{"existing":false,"existing":true}"#, "1 existing+duplicateKey - - -", ["results[].existing 1"]),
            (#"{"error":{"code":"a","message":"b"},"error":null}"#, "1 duplicateKey - - -", ["results[].error 1"]),
            (#"{"error":{"code":"a","message":"b"},"error":{}}"#, "1 error+duplicateKey - - -", ["results[].error 1"]),
            (
                #"{"error":{"code":"a","code":"b","message":"c","message":"d"}}"#,
                #"1 error+code+duplicateKey - "b" "d""#, ["results[].error.code 1", "results[].error.message 1"]
            ),
            (#"{"error":{"code":"a","code":""}}"#, #"1 error+duplicateKey - "" -"#, ["results[].error.code 1"]),
            (#"{"error":{"code":"a","code":null}}"#, "1 error+duplicateKey - - -", ["results[].error.code 1"]),
        ])
    func theLastOfARepeatedKeyCounts(_ row: String, _ expected: String, _ duplicates: [String]) throws {
        let reading = try Reading(of: dumpText(rows: row))
        #expect(reading.rows == [expected])
        #expect(reading.duplicates == duplicates)
    }

    /// The contents of a row must not leak into the next one.
    @Test(arguments: [3, 4096])
    func rowsStandAlone(window: Int) throws {
        let rows = #"{"id":"a","error":{"code":"c","message":"m"},"created":true},{},{"error":{}},{"id":"b"}"#
        let reading = try Reading(of: dumpText(rows: rows), window: window)
        #expect(
            reading.rows == [
                #"1 created+error+code+idNotUUID "a" "c" "m""#, "2 nothing - - -", "3 error - - -",
                #"4 idNotUUID "b" - -"#,
            ])
    }

    @Test func unknownFieldsAreNamedAndCounted() throws {
        let rows = #"{"x":1,"x":2,"error":{"y":1}},{"x":3},{"\#(String(repeating: "é", count: 60))":0}"#
        let reading = try Reading(of: #"{"job_id":null,"x":0,"error":{"z":0},"results":["# + rows + "]}")
        #expect(
            reading.unknown == [
                "x 1", "error.z 1", "results[].x 3", "results[].error.y 1",
                "results[].\(String(repeating: "é", count: 50)) 1",
            ])
        #expect(reading.duplicates == [])
    }

    @Test func unknownNamesBeyondTheLimitAreCountedTogether() throws {
        let members = (0..<DumpLimits.unknownNames + 7).map { "\"k\($0)\":0" }.joined(separator: ",")
        let reading = try Reading(of: dumpText(rows: "{\(members)},{\(members)}"))
        #expect(reading.dump?.notes.unknown.count == DumpLimits.unknownNames)
        #expect(reading.dump?.notes.unknown.allSatisfy { $0.count == 2 } == true)
        #expect(reading.dump?.notes.otherUnknownCount == 14)
    }
}
