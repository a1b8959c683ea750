import ImportDumps
import Testing

/// The window affects only memory: whatever its size, and however the bytes arrive, the result is the same.
@Suite struct WindowTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]

        init(_ name: String, _ text: String, then more: [UInt8] = [], _ rest: String = "") {
            testDescription = name
            bytes = Array(text.utf8) + more + Array(rest.utf8)
        }
    }

    static let samples: [Sample] = [
        Sample(
            "escapes",
            dumpText(
                rows: #"{"id":"\"\\\/\b\f\n\r\t\u0000\u00e9\u20ac","error":{"code":"a\u002fb","message":"\\\\\""}},"#
                    + #"{"id":"","created":true,"error":{"message":"\t","code":""}}"#)),
        Sample(
            "surrogates",
            dumpText(
                rows: #"{"id":"\ud83d\ude00 \ud800 \udc00 \ud800x\ud800\n\ud800\ud800\udc00\udfff\uDBFF\uDFFF\ud800"},"#
                    + #"{"id":"\ud83dé","error":{"code":"\ud83d\u0041","message":"\ud83d\ud83d\ude00"}}"#)),
        Sample(
            "multi-byte text",
            dumpText(
                rows: "{\"id\":\"é€😀é\",\"error\":{\"code\":\"ééééééé\",\"message\":\"😀😀😀e\u{301}\u{10FFFF}\u{7FF}\"}}")
        ),
        Sample(
            "long and unknown keys",
            #"{"\#(String(repeating: "key ", count: 40))":{"a":[1,{"b":[[],{}]}]},"é€😀":"x","job_id":"j","#
                + #""error":{"why":["\u00e9"],"code":"c"},"results":[{"#
                + #""\#(String(repeating: "é", count: 70))":[{"id":"no"}],"id":"\#(uuid)","existing":true,"#
                + #""error":{"\#(String(repeating: "x", count: 101))":null,"message":"m"}}]}"#),
        Sample(
            "pretty printed, CR LF",
            "{\r\n  \"job_id\" : \"j\" ,\r\n\t\"total\":\r\n 2,\r\n  \"results\" : [\r\n    {\r\n \"id\" : null ,\r\n"
                + " \"created\" : true\r\n },\r\n { }\r\n ]\r\n}\r\n"),
        Sample("byte order mark", "\u{FEFF}{\"job_id\":\"j\",\"results\":[{\"created\":true}]}"),
        Sample("byte order mark, then a fault", "\u{FEFF}\n{\"job_id\":\"j\",\n x}"),
        Sample("byte order mark cut", "", then: [0xEF, 0xBB], "{\"job_id\":null}"),
        Sample("byte order mark twice", "\u{FEFF}\u{FEFF}{\"job_id\":null}"),
        Sample(
            "escaped keys, duplicates",
            #"{"\u006aob_id":"a","job_id":"b","results":[{"id":"gone"},null],"results":[{"i\u0064":"c","id":"d","#
                + #""created":true,"\u0063reated":false,"error":{"code":"e","code":"f"},"error":{"message":"g"}}]}"#),
        Sample(
            "numbers and times",
            #"{"job_id":null,"total":50E-1,"processed":9223372036854775807,"succeeded":1.5,"failed":-0,"#
                + #""created_at":"2019-12-27T18:11:19.117Z","updated_at":"yesterday","results":[12,-3.5e+7,"x",[0]]}"#),
        Sample(
            "wrong types",
            #"{"job_id":[1],"status":{},"total":"3","error":"s","results":[{"id":1,"created":"yes","existing":{},"#
                + #""error":true},{"error":{"code":[],"message":false}}],"created_at":null}"#),
        Sample("broken literal", "{\"job_id\":null,\n\"results\":[{\"id\":\"a\"},\n{\"created\":trve}]}"),
        Sample("broken escape", #"{"job_id":null,"results":[{"id":"a\q"}]}"#),
        Sample("broken \\u", #"{"job_id":null,"results":[{"id":"\ud83d\u12G4"}]}"#),
        Sample("not UTF-8", "{\"job_id\":null,\n\"results\":[{},{\"id\":\"aé", then: [0xE2, 0x82, 0x22], "}]}"),
        Sample("control character", "{\"job_id\":null,\n\"results\":[{},{\"id\":\"long enough to slide\n\"}]}"),
        Sample("cut in a row", #"{"job_id":null,"total":2,"results":[{"created":true},{"cre"#),
        Sample("cut in a number", #"{"job_id":null,"results":[{"created":true}],"total":12"#),
        Sample("text after the end", "{\"job_id\":null}\n\n {}"),
        Sample("error answer", #" {"message":"Unauthor\u0069zed: é"}"#),
        Sample("bulk answer", #"{"results":[{"id":"a","status":"ok"}],"summary":{"total":1}}"#),
        Sample("blank", " \r\n\t "),
    ]

    @Test(arguments: samples)
    func everyWindowReadsTheSame(_ sample: Sample) throws {
        let whole = try Reading(of: sample.bytes, window: 1 << 20, hashing: true)
        #expect((whole.dump?.byteCount ?? whole.notAJob?.byteCount) == sample.bytes.count)
        for window in Array(1...80) + [4096] {
            let reading = try Reading(of: sample.bytes, window: window, hashing: true)
            #expect(reading == whole, "window of \(window)")
        }
    }

    @Test(arguments: samples)
    func everyChunkReadsTheSame(_ sample: Sample) throws {
        let whole = try Reading(of: sample.bytes, window: 1 << 20, hashing: true)
        for chunk in 1...7 {
            for window in [2, 3, 5, 8, 64, 4096] {
                let reading = try Reading(of: sample.bytes, window: window, chunk: chunk, hashing: true)
                #expect(reading == whole, "chunks of \(chunk), window of \(window)")
            }
        }
    }

    /// Makes sure that the samples above are not all refused for the same reason.
    @Test func samplesReadAsIntended() throws {
        let byName = Dictionary(uniqueKeysWithValues: Self.samples.map { ($0.testDescription, $0.bytes) })
        let escapes = try Reading(of: byName["escapes"]!)
        #expect(
            escapes.rows == [
                #"1 error+code+idNotUUID "\"\\/\u{08}\u{0C}\n\r\t\0\u{00E9}\u{20AC}" "a/b" "\\\\\"""#,
                #"2 created+error+idNotUUID "" "" "\t""#,
            ])
        let surrogates = try Reading(of: byName["surrogates"]!)
        #expect(
            surrogates.rows == [
                #"1 idNotUUID "\u{0001F600} \u{FFFD} \u{FFFD} \u{FFFD}x\u{FFFD}\n\u{FFFD}\u{00010000}\u{FFFD}"#
                    + #"\u{0010FFFF}\u{FFFD}" - -"#,
                #"2 error+code+idNotUUID "\u{FFFD}\u{00E9}" "\u{FFFD}A" "\u{FFFD}\u{0001F600}""#,
            ])
        let marked = try Reading(of: byName["byte order mark"]!)
        #expect(marked.rows == ["1 created - - -"])
        #expect(marked.dump?.fault == nil)
        let cutMark = try Reading(of: byName["byte order mark cut"]!)
        #expect(cutMark.fault?.reason == .unexpectedByte(0xEF, expected: .value))
        #expect(cutMark.fault?.place == Place(byte: 0, line: 1, column: 1))
    }
}
