import TestSupport
import Testing

/// Looking ahead always ends, however far the reader has to look and wherever a string or the input ends.
struct LookingAheadTests {
    private static let job = #"{"job_id":"j","status":"complete","total":1,"results":[{"created":true}]}"#

    @Test(
        "A string that begins with a quotation mark and is torn inside",
        arguments: [
            #"{"meta":"\"re"#, #"{"meta":"\"re\n"#, #"{"meta":"\"re\r\n{"#, #"{"meta":"\" "#, #"{"meta":"\"\u000a"#,
            #"{"meta":"{\"a\":\"b\n"#, #"{"message":"\"{\"x\":\"\r"#,
        ], ["", "\r\n", "\n", "\r", "\"}\n"])
    func tornString(front: String, end: String) throws {
        let run = try importAudit(
            "summary", "--format", "json", "-", input: .bytes(Array((front + end + "\n" + Self.job + "\n").utf8)))
        #expect(run.status == 0 || run.status == 65, "\(front + end): \(run)")
        #expect(run.outputText.contains(#""job_id": "j""#), "\(front + end): \(run.outputText.prefix(400))")
    }

    /// More white space than the reader keeps for going back.
    @Test("White space without end", arguments: ["[", "\(job)\n[", #"{"job_id":"k","results":[{"created":true]"#])
    func space(front: String) throws {
        for space in [" ", "\n", "\t\r\n"] {
            let text = front + String(repeating: space, count: 6 << 20) + Self.job + "\n"
            let run = try importAudit("summary", "--format", "json", "-", input: .bytes(Array(text.utf8)))
            #expect(run.status == 0 || run.status == 65, "\(front): \(run.status) \(run.errorText.prefix(400))")
            #expect(run.outputText.contains(#""job_id": "j""#), "\(front): \(run.outputText.prefix(400))")
        }
    }
}
