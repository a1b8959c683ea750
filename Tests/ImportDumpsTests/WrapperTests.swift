import ImportDumps
import Testing

/// Jobs inside other objects: in members of any name, beside each other, and in strings.
@Suite struct WrapperTests {
    static func job(_ id: String) -> String { #"{"job_id":"\#(id)","total":1,"results":[{"created":true}]}"# }
    static func string(_ text: String) -> String {
        "\"" + text.replacing("\\", with: #"\\"#).replacing("\"", with: #"\""#).replacing("\n", with: #"\n"#) + "\""
    }

    /// The places and ids of the jobs in a text.
    private func jobs(in text: String, window: Int = 1000) throws -> [String] {
        try Documents(text, window: window).described.map { document in
            document.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).prefix(2)
                .joined(separator: " ")
        }
    }

    /// Checks the jobs in a text, which must not depend on the size of the window.
    private func expect(_ text: String, _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation) throws
    {
        for window in [1000] + Array(1...40) {
            #expect(
                try jobs(in: text, window: window) == expected, "window of \(window)", sourceLocation: sourceLocation)
        }
    }

    static let fields = [
        "data", "job_id", "status", "total", "processed", "succeeded", "failed", "created_at", "updated_at",
        "expires_at", "error", "results", "summary", "message", "format",
    ]

    @Test("Jobs are found in members of any name, also of fields that jobs have", arguments: fields)
    func names(_ name: String) throws {
        let (a, b) = (Self.job("a"), Self.job("b"))
        try expect(#"{"\#(name)":\#(a)}"#, ["#/\(name) a"])
        try expect(#"{"\#(name)":\#(Self.string(a))}"#, ["#/\(name) a"])
        try expect(#"{"\#(name)":{"x":\#(a),"y":\#(b)}}"#, ["#/\(name)/x a", "#/\(name)/y b"])
        try expect(
            #"{"x":\#(a),"\#(name)":\#(Self.string(#"{"failed":\#(b)}"#))}"#, ["#/x a", "#/\(name)/failed b"])
        if name != "results" {
            try expect(#"{"\#(name)":[\#(a),{"total":\#(b)}]}"#, ["#/\(name)/0 a", "#/\(name)/1/total b"])
        }
    }

    /// What is around the dump in a record of a log, and whether the dump is in a string there.
    static let records: [(front: String, rest: String, isText: Bool)] = [
        ("", "", false), (#"{"data":"#, "}", false), (#"{"status":200,"body": "#, #","took":1}"#, false),
        (#"{"a":{"b":"#, "}}", false), (#"{"body":""#, #""}"#, true), (#"{"log":""#, #"\n","stream":"stdout"}"#, true),
        ("INFO ", "", false),
    ]

    @Test("A dump behind one that is cut off is found, whatever both are in", arguments: records.indices)
    func behindTorn(_ index: Int) throws {
        let first = Self.records[index]
        let torn = #"{"job_id":"a","total":2,"results":[{"id":"x","created":true},{"error":{"code":"c"}}],"failed":1}"#
        for second in Self.records {
            let whole = second.isText ? String(Self.string(Self.job("b")).dropFirst().dropLast()) : Self.job("b")
            let next = second.front + whole + second.rest
            for cut in 1..<torn.utf8.count {
                // Behind a key, the next record may be the value.
                if torn.utf8.prefix(cut).last == UInt8(ascii: ":") { continue }
                let cutText = String(torn.prefix(cut))
                let front = first.isText ? String(Self.string(cutText).dropFirst().dropLast()) : cutText
                for end in ["", "\n"] {
                    let text = "\(Self.job("0"))\n\(first.front)\(front)\(end)\(next)\n\(Self.job("z"))\n"
                    for window in cut.isMultiple(of: 7) ? [7, 33, 4096] : [4096] {
                        let found = try Documents(text, window: window).described
                        #expect(
                            found.filter { $0.contains(" b 1 row ") || $0.contains(" z 1 row ") }.count == 2,
                            "window of \(window): \(text) \(found)")
                    }
                }
            }
        }
    }

    @Test("A row in which a dump is cut off does not count, whatever the next dump is in", arguments: records.indices)
    func tornRows(_ index: Int) throws {
        let first = Self.records[index]
        let rows = [#"{"id":"x","created":true}"#, #"{"error":{"code":"c","message":"d, e,[f] g: {h"}}"#]
        let front = #"{"job_id":"a","total":2,"results":["#
        let torn = front + rows.joined(separator: ",")
        for second in Self.records + [(#"{"status":"200 OK","data":"#, "}", false)] {
            let whole = second.isText ? String(Self.string(Self.job("b")).dropFirst().dropLast()) : Self.job("b")
            for cut in (front.utf8.count + 1)..<torn.utf8.count {
                if torn.utf8.prefix(cut).last == UInt8(ascii: ":") { continue }
                let cutText = String(torn.prefix(cut))
                let text = first.isText ? String(Self.string(cutText).dropFirst().dropLast()) : cutText
                let count = cut < front.utf8.count + rows[0].utf8.count ? 0 : 1
                for end in ["", "\n"] {
                    let input = first.front + text + end + second.front + whole + second.rest + "\n"
                    let found = try Documents(input, window: 4096).described
                    #expect(found.contains { $0.contains(" a \(count) row") }, "\(input) \(found)")
                }
            }
        }
    }

    /// What is around several dumps in one document: its beginning, what is before and behind each, and its end.
    static let documents = [
        ("{", "\"@\":", "", "}"), ("{", #""@":{"status":200,"data":"#, "}", "}"), ("[", "", "", "]"),
        ("[", #"{"name":"@","job":"#, "}", "]"), (#"{"items":["#, #"{"name":"@","data":"#, "}", "]}"),
        ("{\n", "  \"@\": ", "", "\n}\n"),
    ]

    @Test("Dumps beside one that is cut off are found", arguments: documents.indices)
    func besideTorn(_ index: Int) throws {
        let (first, front, rest, last) = Self.documents[index]
        func before(_ name: String) -> String { front.replacing("@", with: name) }
        func open(_ opening: String, _ closing: String, in text: Substring) -> Int {
            text.reduce(0) { $0 + (opening.contains($1) ? 1 : 0) - (closing.contains($1) ? 1 : 0) }
        }
        let torn = #"{"job_id":"a","total":2,"results":[{"id":"x","created":true},{"error":{"code":"c"}}],"failed":1}"#
        for cut in 1..<torn.utf8.count {
            let text =
                first + before("k0") + Self.job("0") + rest + "," + before("k1") + String(torn.prefix(cut)) + ","
                + before("k2") + Self.job("b") + rest + "," + before("k3") + Self.job("z") + rest + last
            for window in cut.isMultiple(of: 5) ? [7, 33, 4096] : [4096] {
                let found = try Documents(text, window: window).described
                // In a row, or an error, what follows is taken for its next member; among the rows, for a row.
                let isInside = open("{[", "}]", in: torn.prefix(cut)) > (front.hasPrefix("{") ? 1 : 2)
                let expected = isInside ? 1 : 3
                #expect(
                    found.filter { text in ["0", "b", "z"].contains { text.contains(" \($0) 1 row ") } }.count
                        >= expected,
                    "window of \(window): \(text) \(found)")
            }
        }
    }

    @Test("Jobs in a job stay part of it if the document around it breaks off further on")
    func brokenOff() throws {
        let a = #"{"previous":\#(Self.job("p")),"# + Self.job("a").dropFirst()
        for (front, between) in [(#"{"items":["#, ","), ("[", ","), (#"{"x":"#, #","y":"#), (#"{"x":["#, #"],"y":["#)] {
            let text = front + a + between + Self.job("b") + between + #"{"job_id":"c","total":3,"results":[{"id":"x""#
            let found = try jobs(in: text).filter { !$0.hasPrefix(":") || $0.contains(" ") }
            let ids = found.compactMap { $0.split(separator: " ").last }
            #expect(ids.contains("a") && ids.contains("b") && !ids.contains("p"), "\(text) \(found)")
        }
    }

    @Test(
        "Other members of a wrapper do not make it a job",
        arguments: [
            #""results":null"#, #""results":{}"#, #""results":[]"#, #""results":"none""#, #""job_id":"j""#,
            #""job_id":null"#, #""job_id":"j","status":"ok""#, #""total":5,"status":"ok""#, #""summary":{"total":5}"#,
        ])
    func others(_ member: String) throws {
        let (a, b) = (Self.job("a"), Self.job("b"))
        for job in [a, Self.string(a)] {
            try expect(#"{\#(member),"data":\#(job)}"#, ["#/data a"])
            try expect(#"{"data":\#(job),\#(member)}"#, ["#/data a"])
            try expect(#"{"data":\#(job),\#(member),"more":\#(b)}"#, ["#/data a", "#/more b"])
            try expect(#"{"x":[{"data":\#(job),\#(member)},{"data":\#(b)}]}"#, ["#/x/0/data a", "#/x/1/data b"])
        }
    }

    @Test("An empty results says less than a status and a total of the object around it", arguments: [false, true])
    func emptyResults(isText: Bool) throws {
        let (a, empty) = (Self.job("a"), isText ? Self.string(#"{"results":[]}"#) : #"{"results":[]}"#)
        for members in [#""status":"","total":6,"x":\#(empty)"#, #""x":[{"y":\#(empty)}],"total":6,"status":"ok""#] {
            try expect("{\(members)}", [" -"])
            try expect("{\(members)", [" -"])
            try expect("[{\(members)},\(a)]", ["[1] -", "[2] a"])
            try expect("\(a)\n{\(members)}\n\(a)", [":1 a", ":2 -", ":3 a"])
        }
        try expect(#"{"status":"ok","total":6,"x":\#(empty),"y":\#(a)}"#, ["#/x -", "#/y a"])
        try expect(#"{"status":"ok","x":\#(empty)}"#, ["#/x -"])
        try expect(#"{"status":"ok","total":6,"x":{"results":[],"total":0}}"#, ["#/x -"])
    }

    @Test("A string may contain several documents")
    func documentsInString() throws {
        let (a, b, c) = (Self.job("a"), Self.job("b"), Self.job("c"))
        try expect(#"{"log":\#(Self.string(a + "\n" + b + "\n" + c))}"#, ["#/log a", "#/log:2 b", "#/log:3 c"])
        try expect(
            #"{"log":\#(Self.string(#"{"x":\#(a)}"# + b + "[\(c)]"))}"#,
            ["#/log/x a", "#/log:1:60 b", "#/log:1:113/0 c"])
        #expect(a.utf8.count == 53)
    }

    @Test("Text in a string is skipped as it is between documents")
    func textInString() throws {
        let (a, b) = (Self.job("a"), Self.job("b"))
        let head = "HTTP/2 200\nreport-to: {\"group\":\"nel\"}\nserver: x\n\n"
        for name in ["message", "log", "error", "status"] {
            try expect(#"{"\#(name)":\#(Self.string("answer: " + a))}"#, ["#/\(name) a"])
            try expect(
                #"{"\#(name)":\#(Self.string("[info] \(a)\nthen \(b) done"))}"#, ["#/\(name) a", "#/\(name):2 b"])
            try expect(#"{"\#(name)":\#(Self.string("x \(a) and \(b)"))}"#, ["#/\(name) a", "#/\(name):1:61 b"])
            try expect(#"{"\#(name)":\#(Self.string(head + a))}"#, ["#/\(name) a"])
            try expect(#"{"\#(name)":\#(Self.string("é {1} {\"a\" " + a))}"#, ["#/\(name) a"])
            try expect(#"{"\#(name)":\#(Self.string("\(Self.string(a)) \(b)"))}"#, ["#/\(name) a", "#/\(name):1:67 b"])
        }
        try expect(#"{"x":\#(a),"m":\#(Self.string("answer: " + b))}"#, ["#/x a", "#/m b"])
        // What is in a job is part of it.
        try expect(#"{"m":\#(Self.string("answer: " + a)),\#(b.dropFirst())"#, [" b"])
    }

    @Test("Arrays and strings in an array are searched, and a string that is all of an input")
    func arrays() throws {
        let (a, b, c) = (Self.job("a"), Self.job("b"), Self.job("c"))
        try expect("[\(a),[\(b),\(c)]]", ["[1] a", "[2]#/0 b", "[2]#/1 c"])
        try expect("[\(a),\(Self.string(b)),[\(Self.string(c))]]", ["[1] a", "[2] b", "[3]#/0 c"])
        try expect("[[\(a)],[\(b)]]\n\(c)", ["[1]#/0 a", "[2]#/0 b", ":2 c"])
        try expect("\(c)\n[[\(a)],[\(b)]]", [":1 c", "[1]#/0 a", "[2]#/0 b"])
        try expect("[\(a)]\n[\(b),[\(c)]]", ["[1] a", ":2[1] b", ":2[2]#/0 c"])
        try expect("[\(a)][\(b)]", ["[1] a", ":1:56[1] b"])
        try expect(Self.string(a), [" a"])
        try expect(Self.string(a + "\n" + b), [" a", "#:2 b"])
        try expect(Self.string(a) + "\n" + Self.string("answer: " + b), [":1 a", ":2 b"])
        try expect(Self.string(Self.string(a)), [" a"])
        try expect("\"x\" said\n" + a, [" a"])
    }

    @Test("Jobs in a job are part of it, wherever they are")
    func inJob() throws {
        let (a, b) = (Self.job("a"), Self.job("b"))
        let values = [
            a, "[\(a),\(b)]", #"{"x":\#(a),"y":[\#(b)]}"#, "[\([a, b].map(Self.string).joined(separator: ","))]",
        ]
        let members = (values + values.map(Self.string) + [Self.string(a + b)]).enumerated()
            .map { #""m\#($0)":\#($1)"# }
        let rest = Self.job("o").dropFirst()
        try expect("{" + members.joined(separator: ",") + "," + rest, [" o"])
        try expect(#"{"w":{"# + members.joined(separator: ",") + "," + rest + "}", ["#/w o"])
        let inString = Self.string("{" + members.joined(separator: ",") + "," + rest)
        try expect(#"{"first":\#(a),"w":\#(inString),"last":\#(b)}"#, ["#/first a", "#/w o", "#/last b"])
    }

    @Test("A list of jobs in results is not a job, wherever other jobs are")
    func listInResults() throws {
        let (a, b, c) = (Self.job("a"), Self.job("b"), Self.job("c"))
        try expect(#"{"results":[\#(a),\#(b)],"x":\#(c)}"#, ["#/results/0 a", "#/results/1 b", "#/x c"])
        try expect(#"{"x":\#(c),"results":[\#(a),\#(b)]}"#, ["#/x c", "#/results/0 a", "#/results/1 b"])
        try expect(
            #"{"x":\#(c),"y":\#(b),"results":[\#(a)],"total":1}"#, ["#/x c", "#/y b", "#/results/0 a"])
    }

    @Test("What follows in other objects does not decide about those before it")
    func neighbours() throws {
        let (a, b, c) = (Self.job("a"), Self.job("b"), Self.job("c"))
        try expect(
            #"{"list":[{"x":\#(a),"y":\#(b)},\#(c)]}"#, ["#/list/0/x a", "#/list/0/y b", "#/list/1 c"])
        try expect(
            #"{"list":[{"x":\#(Self.string(a)),"y":\#(Self.string(b))},\#(Self.string(c))]}"#,
            ["#/list/0/x a", "#/list/0/y b", "#/list/1 c"])
    }
}
