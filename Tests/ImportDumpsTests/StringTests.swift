import Glibc
import ImportDumps
import TestSupport
import Testing

/// Jobs in the strings of other documents, such as log records and saved answers.
struct StringTests {
    static let job =
        #"{"job_id":"a","status":"complete","results":[{"created":true},{"error":{"message":"ü \"q\" \\ 🙂"}}]}"#

    /// Documents around a job in a string, marked by `$`, and the wrappings that are removed.
    static let documents: [(String, [Wrapping])] = [
        (#"{"@timestamp":"x","level":"INFO","message":$,"kubernetes":{"pod":"x"}}"#, [.string(pointer: "/message")]),
        (#"{"log":$}"#, [.string(pointer: "/log")]),
        (
            #"{"events":[{"timestamp":1,"message":"plain"},{"message":$,"eventId":"3"}]}"#,
            [.string(pointer: "/events/1/message")]
        ),
        (#"{"logEvents":[{"id":"1","message":$}]}"#, [.string(pointer: "/logEvents/0/message")]),
        (#"{"results":[[{"field":"@message","value":$}]]}"#, []),
        (#"{"@message":$}"#, [.string(pointer: "/@message")]),
        (
            #"{"status":"success","data":{"result":[{"stream":{"app":"x"},"values":[["1","x"],["2",$]]}]}}"#,
            [.string(pointer: "/data/result/0/values/1/1")]
        ),
        (#"{"statusCode":200,"headers":{"a":"b"},"body":$,"isBase64Encoded":false}"#, [.string(pointer: "/body")]),
        (
            #"{"log":{"version":"1.2","entries":[{"response":{"content":{"size":1}}},{"response":{"content":{"mimeType":"application/json","text":$}}}]}}"#,
            [.string(pointer: "/log/entries/1/response/content")]
        ),
        (
            #"{"info":{"name":"x"},"item":[{"item":[{"item":[{"item":[{"response":[{"body":$}]}]}]}]}]}"#,
            [.string(pointer: "/item/0/item/0/item/0/item/0/response/0/body")]
        ),
        (#"{"resources":[{"_type":"response","body":$}]}"#, [.string(pointer: "/resources/0/body")]),
        (#"{"a/b~":$}"#, [.string(pointer: "/a~1b~0")]),
        ("{\"a/\u{301}b~\u{301}\":$}", [.string(pointer: "/a~1\u{301}b~0\u{301}")]),
    ]

    @Test("A job in a string is read, and the string is named", .seeded, arguments: documents)
    func places(_ document: String, _ wrappings: [Wrapping]) throws {
        guard !wrappings.isEmpty else { return }
        for seed in Seeds.and(new: 1...3) {
            var random = SplitMix64(seed: seed)
            let text = document.replacing("$", with: Dress.escaped(Self.job, &random))
            let whole = try Decoded(Array(text.utf8), hashing: true)
            #expect(whole.jobs == ["a 2"], "seed \(seed): \(text)")
            #expect(whole.rows == ["1 1 -", "2 4 ü \"q\" \\ 🙂"], "seed \(seed): \(whole.rows)")
            #expect(whole.wrappings == [wrappings], "\(whole.wrappings)")
            whole.checkPlaces(in: Array(text.utf8), .utf8, "seed \(seed)")
            for window in Array(1...150) where seed != 1 || window % 7 == 0 {
                let reading = try Decoded(Array(text.utf8), window: window, chunk: window % 9 + 1, hashing: true)
                #expect(reading == whole, "seed \(seed), window of \(window)")
            }
        }
    }

    @Test("A job in a string has the size and the hash of its text", .seeded, arguments: Seeds.and(new: 4))
    func identity(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let alone = try Decoded(Array((Self.job + "\n" + Self.job).utf8), hashing: true)
        let text = #"{"message":"# + Dress.escaped(Self.job, &random) + "}"
        let wrapped = try Decoded(Array(text.utf8), hashing: true)
        #expect(wrapped.sizes == [alone.sizes.last ?? 0] && wrapped.hashes == [alone.hashes.last ?? nil])
    }

    @Test(
        "Strings in strings, members in strings and strings in members are taken off, up to four strings", .seeded,
        arguments: Seeds.and(new: 5))
    func nesting(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var text = Self.job
        var expected: [Wrapping] = []
        for depth in 1...6 {
            text = #"{"message":"# + Dress.escaped(text, &random) + #","level":"x"}"#
            expected.append(.string(pointer: depth == 1 ? "/message" : "/message"))
            let reading = try Decoded(Array(text.utf8))
            #expect(reading.jobs == (depth <= 4 ? ["a 2"] : []), "\(depth)")
            if depth <= 4 { #expect(reading.wrappings == [expected]) }
        }
        let inner = #"{"data":{"import":\#(Self.job)}}"#
        let mixed = #"{"records":[{"body":"# + Dress.escaped(inner, &random) + "}]}"
        #expect(
            try Decoded(Array(mixed.utf8)).wrappings == [
                [.string(pointer: "/records/0/body"), .member(pointer: "/data/import")]
            ])
        let twice = #"{"message":"# + Dress.escaped(Dress.escaped(Self.job, &random), &random) + "}"
        #expect(try Decoded(Array(twice.utf8)).jobs == ["a 2"])
    }

    @Test("Base64 is recognized by its contents, wherever they are")
    func base64() throws {
        for (job, chunk) in [(Self.job, 0), (" \n" + Self.job, 0), ("\u{FEFF}" + Self.job, 60), ("[\(Self.job)]", 76)] {
            var encoded = Self.base64(Array(job.utf8))
            if chunk > 0 {
                encoded = stride(from: 0, to: encoded.count, by: chunk).map {
                    String(encoded.dropFirst($0).prefix(chunk))
                }.joined(separator: "\\r\\n")
            }
            for members in [#""text":"\#(encoded)","encoding":"base64""#, #""encoding":"base64","text":"\#(encoded)""#]
            {
                let text = #"{"log":{"entries":[{"response":{"content":{\#(members)}}}]}}"#
                let reading = try Decoded(Array(text.utf8))
                #expect(reading.jobs == ["a 2"], "\(text)")
                #expect(
                    reading.wrappings.first?.prefix(2) == [
                        .string(pointer: "/log/entries/0/response/content"), .base64,
                    ])
            }
        }
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start...].prefix(3)
            let bits = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
            for index in 0..<4 { text.append(index <= group.count ? letters[bits >> (18 - 6 * index) & 63] : "=") }
        }
        return text
    }

    @Test(
        "The head of an answer in a string is skipped, and so is what follows the job", .seeded,
        arguments: Seeds.and(new: 6))
    func around(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
        for text in [
            head + Self.job, Self.job + "\n" + Self.job, "\n\t " + Self.job + " done", "[\(Self.job),\(Self.job)]",
        ] {
            let reading = try Decoded(Array((#"{"message":"# + Dress.escaped(text, &random) + "}").utf8))
            #expect(reading.jobs.first == "a 2" && Set(reading.jobs).count == 1, "\(text): \(reading)")
        }
    }

    @Test(
        "Strings that hold no job are strings",
        arguments: [
            #"{"message":"{name} was here"}"#, #"{"message":"[info] x"}"#, #"{"body":"{}"}"#, #"{"body":"{\"a\":1}"}"#,
            #"{"body":"eyewitness"}"#, #"{"body":"HTTP/"}"#, #"{"body":"Hello"}"#, #"{"body":"\ud83d"}"#,
            #"{"body":"\""}"#, #"{"body":"{\"job_id\""}"#, #"{"body":"eyJ"}"#, #"{"body":"W"}"#, #"{"body":"{\u12"}"#,
            #"{"message":"too many requests"}"#,
        ])
    func others(_ text: String) throws {
        for behind in ["", "\n" + Self.job + "\n"] {
            for window in [4096, 1, 2, 3, 7] {
                let reading = try Decoded(Array((text + behind).utf8), window: window)
                #expect(reading.jobs == (behind.isEmpty ? [] : ["a 2"]), "\(text): \(reading)")
            }
        }
    }

    @Test("An error answer keeps its message, whatever that begins with")
    func messages() throws {
        let reading = try Decoded(Array(#"{"message":"{id} is unknown"}"#.utf8))
        #expect(reading.reasons.first?.contains("{id} is unknown") == true, "\(reading)")
    }

    @Test(
        "A record that is torn gives the rows before the tear, and the next one is read", .seeded,
        arguments: Seeds.and(new: 7))
    func torn(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let record = #"{"message":"# + Dress.escaped(Self.job, &random) + "}"
        let cut = String(record.prefix(record.count * 7 / 10))
        let reading = try Decoded(Array((cut + "\n" + record + "\n").utf8))
        #expect(reading.jobs.last == "a 2", "\(cut): \(reading)")
    }

    @Test("A dump is not looked for in its own fields, nor in its rows")
    func own() throws {
        let inner = #""{\"job_id\":\"b\",\"results\":[]}""#
        let text = #"{"job_id":"a","payload":\#(inner),"results":[{"note":\#(inner)}]}"#
        #expect(try Decoded(Array(text.utf8)).jobs == ["a 1"])
    }

    @Test("Bombs of strings need neither memory nor time", .measuresMemory)
    func bombs() async {
        await #expect(processExitsWith: .success) {
            guard limitMemoryGrowth(to: 64 << 20) else { exit(4) }
            let strings = String(repeating: #""{","[{","{\"a\":\"{","eyJ","#, count: 20_000)
            _ = try Decoded(Array((#"{"a":["# + strings + #""x"]}"#).utf8))
            for (head, tail) in [
                (#"{"message":"{\"a\":\""#, #"\"}"}"#), (#"{"message":"{\"job_id\":\""#, #"\",\"results\":[{}]}"}"#),
                (#"{"message":"eyJ"#, #""}"#), (#"{"message":"\"\\\""#, #"\\\"\""}"#),
            ] {
                let source = RepeatingSource(head: head, repeating: UInt8(ascii: "y"), count: 120_000_000, tail: tail)
                _ = try Decoded(source, window: 1 << 16)
            }
        }
    }
}
