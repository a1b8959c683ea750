import ImportDumps
import Testing

/// Damage in rows that hold objects and arrays: only the damaged row is lost, and what it holds is neither row nor job.
@Suite struct NestedDamageTests {
    /// What a row may hold.
    static let values = [
        #"{"name":"x","job_id":"J"}"#, #"{"job_id":"J","status":"active"}"#, #"{"a":{"job_id":"J"}}"#,
        #"[{"id":"x"}]"#, #"[{"id":"x"},{"id":"y"}]"#, #"{"lists":[{"id":"x"}]}"#, #"{"results":[1,2],"name":"x"}"#,
        #"{"created":true,"id":"x"}"#, #"{"lists":[{"id":"x","error":"y"},{"id":"z"}],"b":{"job_id":"J"}}"#,
        #"[[1],{"created":true}]"#,
    ]

    /// Faults in a row that leave its brackets.
    static let faults: [(String, String)] = [
        (#""id":"2","#, #""id":"2,"#), (#""id":"2","#, #""id":2","#), (#""id":"2","#, #""id":"2"#),
        (#":true,"#, #":tru#,"#), (#"},"z""#, #"}#,"z""#), (#"],"z""#, #"]#,"z""#), (#""z":1}"#, #""z":1#}"#),
        (#""z":1}"#, #""z#:1}"#), (#""extra":"#, #""extra"#), (#""extra":"#, #""extra#"#),
        (#""extra":"#, #""extra"; "#), (#""extra":"#, #"#extra":"#),
    ]

    private static func row(_ id: Int, _ value: String) -> String {
        #"{"id":"\#(id)","created":true,"extra":\#(value),"z":1}"#
    }

    @Test("One damaged row counts as one", arguments: values)
    func damaged(_ value: String) throws {
        for (before, after) in Self.faults {
            for separator in [",", ",\n", ",\n  ", " , "] {
                var rows = (1...5).map { Self.row($0, value) }
                let damaged = rows[1].replacing(before, with: after)
                guard damaged != rows[1] else { continue }
                rows[1] = damaged
                for (head, tail) in [
                    (#"{"job_id":"a","total":5,"#, "}"), (#"{"#, #","job_id":"a","total":5}"#),
                    (#"{"#, #","note":"x","job_id":"a","total":5}"#),
                    (#"{"data":{"job_id":"a","total":5,"#, "}}"),
                    (#"{"x":[{"data":{"#, #","job_id":"a","total":5}}]}"#),
                    (#"[{"data":{"job_id":"a","total":5,"#, #"},"took":1}]"#),
                ] {
                    let text = head + #""results":["# + rows.joined(separator: separator) + "]" + tail
                    for window in [16, 4096] {
                        let described = try Documents(text + "\n", window: window).described
                        #expect(described.count == 1, "\(text) \(described)")
                        #expect(described.first?.contains(" a 5 rows ") == true, "\(text) \(described)")
                    }
                }
            }
        }
    }

    @Test(
        "What is in the place of a row counts as one row, whatever it is",
        arguments: [
            "REDACTED", "x", "_", "a1", "...", "<redacted>", "REDACTED ROW", "#", "@@", "?", "nul", "+", "-",
        ])
    func replacedRows(_ stretch: String) throws {
        for places in [[1], [0], [4], [1, 3], [0, 2, 4], [1, 2]] {
            for separator in [",", ",\n", ", "] {
                let rows = (0..<5).map { places.contains($0) ? stretch : #"{"error":{"code":"c\#($0)"}}"# }
                let text = #"{"job_id":"a","results":["# + rows.joined(separator: separator) + #"],"total":5}"#
                for window in [3, 4096] {
                    let dump = try #require(try Dumps(text, window: window).dumps.first, "\(text)")
                    // Adjoining stretches are one.
                    #expect(dump.rowCount == (places == [1, 2] ? 4 : 5), "window of \(window): \(text)")
                    #expect(dump.damage.rows.count == (places == [1, 2] ? 1 : places.count), "\(text)")
                    #expect(dump.job.total == 5, "\(text)")
                }
            }
        }
    }

    @Test("A damaged array `results` in a row, or a damaged job in it, does not split the job")
    func damagedResults() throws {
        for inner in [
            #"{"results":[{"score":1},{"score";2}],"name":"x"}"#, #"{"results":[{"id":"7"},{"id";"8"}]}"#,
            #"{"job_id":"J","total":2,"results":[{"id":"7","created":true},{"id":"8",;}]}"#,
            #"{"list":[{"a":[;,2]},{"job_id":"J"}]}"#, #"[{"a":[1,2;]},{"job_id":"J","status":"x"}]"#,
            #"{"a":[{"job_id":"J","failed":0,"results":[{"id";7}]}]}"#, #"{"job_id":"J","total":2,"status";"active"}"#,
        ] {
            for separator in [",", ", ", ",\n", ",\n  "] {
                var rows = (1...4).map { Self.row($0, "0") }
                rows[1] = Self.row(2, inner)
                for (head, tail) in [(#"{"job_id":"a","total":4,"#, "}"), ("{", #","job_id":"a","total":4}"#)] {
                    let text = head + #""results":["# + rows.joined(separator: separator) + "]" + tail + "\n"
                    for window in [16, 4096] {
                        let described = try Documents(text, window: window).described
                        #expect(described.count == 1, "\(text) \(described)")
                        #expect(described.first?.contains(" a 4 rows ") == true, "\(text) \(described)")
                    }
                }
            }
        }
    }

    @Test("The arrays in a last row that is damaged are not the end of the rows")
    func damagedLastRow() throws {
        for details in [
            #"[{"field":"email","error":"syntax"},{"field":"name","error":"long"}]"#, #"[{"id":"x"},{"id":"y"}]"#,
        ] {
            let last = #"{"id":"b","error":{"code";"bad","message":"x","details":\#(details)}}"#
            for before in ["", #"{"id":"a","created":true},"#] {
                for (head, tail) in [
                    (#"{"job_id":"j","total":\#(before.isEmpty ? 1 : 2),"#, "}"),
                    ("{", #","job_id":"j","total":\#(before.isEmpty ? 1 : 2)}"#),
                ] {
                    let text = head + #""results":["# + before + last + "]" + tail
                    for window in [3, 4096] {
                        let dumps = try Dumps(text, window: window).dumps
                        #expect(dumps.count == 1 && dumps[0].rowCount == (before.isEmpty ? 1 : 2), "\(text)")
                        #expect(dumps.first?.job.jobID == "j" && dumps.first?.job.total != nil, "\(text)")
                    }
                }
            }
        }
    }

    @Test("What an open row holds at the end of the input is no job", arguments: values)
    func cut(_ value: String) throws {
        let text = #"{"job_id":"a","total":3,"results":["# + Self.row(1, value) + "," + Self.row(2, value)
        let start = text.utf8.count - Self.row(2, value).utf8.count
        for end in start..<text.utf8.count {
            let described = try Documents(String(decoding: Array(text.utf8.prefix(end)), as: UTF8.self)).described
            #expect(described.count == 1, "\(end): \(described)")
            #expect(described.first?.contains(" a 1 row ") == true, "\(end): \(described)")
        }
    }

    @Test("A dump that a cut-off one swallowed is one, wherever it begins")
    func swallowed() throws {
        let (a, b) = (#"{"job_id":"a","total":9,"results":[{"created":true},{"id":"2","x":"#, WrapperTests.job("b"))
        for between in ["", "\n", " ", "{\"y\":"] {
            for end in ["", "\n", "\n" + WrapperTests.job("c")] {
                let found = try Dumps(a + between + b + end).dumps.map(\.job.jobID)
                let expected = ["a", "b"] + (end.count > 1 ? ["c"] : [])
                if between.count > 1, end.count < 2 { continue }
                #expect(found == expected, "\(between) \(end)")
            }
        }
        #expect(try Dumps(a + "\n" + #"{"message":\#(b)}"# + "\n" + WrapperTests.job("c")).dumps.count == 3)
    }

    @Test("Any number of missing commas loses no row", arguments: ["\n", "\n  ", " ", "", "\r\n"])
    func missingCommas(_ separator: String) throws {
        for missing in 1..<32 {
            var rows = ""
            for number in 0..<6 {
                if number > 0 { rows += missing & 1 << (number - 1) != 0 ? separator : "," + separator }
                rows += #"{"id":"\#(number)","created":true}"#
            }
            let text = #"{"job_id":"a","total":6,"results":["# + separator + rows + separator + "]}\n"
            for window in [9, 4096] {
                let described = try Documents(text, window: window).described
                #expect(described.count == 1 && described.first?.contains(" a 6 rows ") == true, "\(text) \(described)")
            }
        }
    }

    @Test("Records of a log behind a dump that is cut off between its rows are not its rows")
    func recordsBehindRows() throws {
        let text = #"{"job_id":"a","total":6,"results":[{"id":"1","created":true}"#
        let records = [#"{"id":1,"status":"ok"}"#, #"{"id":2,"error":"x"}"#].joined(separator: "\n")
        for end in ["", "\n" + WrapperTests.job("b")] {
            let dumps = try Dumps(text + "\n" + records + end).dumps
            #expect(dumps.first?.rowCount == 1 && dumps.count == (end.isEmpty ? 1 : 2))
        }
    }

    @Test("Repairs in a row that is given up are given up, too")
    func repairs() throws {
        let head = #"{"job_id":"a","results":[{"created":true},{"error":{"message":"a\qb","#
        for text in [head, head + "\n" + WrapperTests.job("b"), head + #"#}},{"created":true}]}"#] {
            let dumps = try Dumps(text).dumps
            #expect(dumps.first?.damage.repairs.count == 0, "\(text)")
        }
        let text = String(head.dropLast()) + #"}},{"created":tru#}]}"#
        #expect(try Dumps(text).dumps.first?.damage.repairs.count == 1)
    }

    @Test("Damage in a string is damage of the string's text, not of the dump around it")
    func damageInStrings() throws {
        let rest = #""job_id":"a","status":"complete","total":1,"results":[{"created":true}]}"#
        let text = #"{"previous":"{\"job_id\":\"b\",\"results\":[{\"created\":tru#}]}","# + rest
        for window in [16, 4096] {
            let dump = try #require(try Dumps(text, window: window).dumps.first)
            #expect(dump.job.jobID == "a" && dump.damage.isEmpty)
        }
        for note in ["{", "é {", "x"] {
            let bytes = Array("{\"note\":\"\(note)".utf8) + [0xFF] + Array("\",".utf8) + Array(rest.utf8)
            for window in [3, 16, 4096] {
                #expect(try Dumps(bytes, window: window).dumps.map(\.damage.repairs.count) == [1], "\(note)")
            }
        }
    }
}
