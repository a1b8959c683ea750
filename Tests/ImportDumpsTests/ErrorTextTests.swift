import ImportDumps
import Testing

/// The reason why a row failed is shown, whatever its JSON type.
@Suite struct ErrorTextTests {
    /// Errors with the parts that are kept: code, message, details.
    private static let errors: [(json: String, code: String?, message: String?, details: String?)] = [
        (#""duplicate value found: email""#, nil, "duplicate value found: email", nil),
        (#""""#, nil, "", nil),
        (
            #"[ "a" , { "b" : [ ] } , 1.50E+3 , true,false , null ]"#, nil, #"["a",{"b":[]},1.50E+3,true,false,null]"#,
            nil
        ),
        ("-0.0e-7", nil, "-0.0e-7", nil),
        (#"{"code" : 422, "message" : "Unprocessable"}"#, "422", "Unprocessable", nil),
        (#"{"code":{"a":"b\/c\u0041\n\u001f\\\""},"message":[true]}"#, #"{"a":"b/cA\n\u001f\\\""}"#, "[true]", nil),
        (#"{"code":"c","field":"email"}"#, "c", nil, #"{"field":"email"}"#),
        (
            #"{"field":"email","message":"m","details":[{"row":1}]}"#, nil, "m",
            #"{"field":"email","details":[{"row":1}]}"#
        ),
        (#"{"field":"email"}"#, nil, #"{"field":"email"}"#, #"{"field":"email"}"#),
        (#"{"f\"\u006F":null,"f\"o":1}"#, nil, #"{"f\"o":null,"f\"o":1}"#, #"{"f\"o":null,"f\"o":1}"#),
        (#"{"code":"","field":0}"#, "", nil, #"{"field":0}"#),
        (#"{"":{}}"#, nil, #"{"":{}}"#, #"{"":{}}"#),
        (#"{"x":"😀\ud83d\ude00\ud83d é"}"#, nil, #"{"x":"😀😀� é"}"#, #"{"x":"😀😀� é"}"#),
    ]

    /// Even a window that slides at every byte makes no difference, nor does a row before or after.
    @Test(arguments: errors.indices, [1, 2, 3, 7, 64, 4096])
    func everyTypeOfErrorHasItsText(_ index: Int, window: Int) throws {
        let error = Self.errors[index]
        let rows = #"{"error":{"code":"before","message":"m","x":1}},{"id":7,"error":\#(error.json)},{"error":{}}"#
        let reading = try Reading(of: dumpText(rows: rows), window: window)
        try #require(reading.rows.count == 3)
        let texts = RecordingSink.line(
            row: 0, facts: [], id: "7", code: error.code, message: error.message, details: error.details)
        #expect(reading.rows[1].hasSuffix(texts.dropFirst("0 nothing".count)))
        #expect(reading.rows[2] == "3 error - - -")
    }

    /// If `error` is repeated, its earlier values do not count, nor do their details.
    @Test func theLastErrorCounts() throws {
        let rows = #"{"error":{"code":1,"x":2},"error":{"message":"m"}},{"error":{"x":2},"error":null}"#
        let reading = try Reading(of: dumpText(rows: rows))
        #expect(
            reading.rows == [
                #"1 error+wrongType+unknownField+duplicateKey - - "m""#, "2 unknownField+duplicateKey - - -",
            ])
    }

    @Test(arguments: [#"{"message":{"a":}}"#, #"{"x":[1,]}"#, #"{"x":01}"#, #"{"x":{"a" 1}}"#, #"{"x":tru}"#, "[nul]"])
    func whatIsNoJSONIsStillAFault(_ error: String) throws {
        let reading = try Reading(of: dumpText(rows: #"{"id":"a"},{"error":\#(error)}"#))
        #expect(reading.dump?.fault != nil)
        #expect(reading.dump?.rowCount == 1)
    }

    @Test func nestingHasTheSameLimitAsElsewhere() throws {
        // The job, `results`, the row and its error are four levels.
        for (levels, isLegal) in [(DumpLimits.nestingLevels - 4, true), (DumpLimits.nestingLevels - 3, false)] {
            let value = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
            for error in [#"{"code":\#(value)}"#, #"{"x":\#(value)}"#] {
                let reading = try Reading(of: dumpText(rows: #"{"error":\#(error)}"#))
                #expect((reading.dump?.fault == nil) == isLegal, "\(levels) levels in \(error.prefix(9))")
            }
        }
    }

    @Test func longTextsAreCutAndMarked() throws {
        let long = String(repeating: "é", count: DumpLimits.textBytes / 2)
        for error in [#"["\#(long)"]"#, #"{"code":["\#(long)"]}"#, #"{"code":"c","x":"\#(long)","y":1}"#] {
            let reading = try Reading(of: dumpText(rows: #"{"error":\#(error)},{"error":{"code":1,"x":1}}"#))
            #expect(reading.rows.count == 2)
            #expect(reading.rows[0].contains("textCut"))
            #expect(reading.rows[1] == #"2 error+code+wrongType+unknownField - "1" - "{\"x\":1}""#)
        }
    }

    /// The error of the job itself is shown in the same way.
    @Test(
        arguments: [
            (#""worker lost""#, nil, "worker lost"), ("[1, 2]", nil, "[1,2]"), (#"{"code":500}"#, "500", nil),
            (#"{"code":null,"message":{"a" : 1}}"#, nil, #"{"a":1}"#), ("false", nil, "false"),
        ] as [(String, String?, String?)])
    func errorsOfJobsHaveTheirTextToo(_ error: String, _ code: String?, _ message: String?) throws {
        let reading = try Reading(of: #"{"job_id":"a","status":"failed","total":1,"error":\#(error)}"#)
        #expect(reading.dump?.job.error == JobError(code: code, message: message))
        #expect(reading.wrongTypes.count == 1)
    }
}
