import ImportDumps
import Testing

/// Depth is limited, and the limit is the same in all parts of a dump.
@Suite struct NestingTests {
    struct Spot: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var before: String
        var after: String
        /// The number of open arrays and objects around the spot.
        var level: Int
    }

    static let spots: [Spot] = [
        Spot(testDescription: "unknown field", before: #"{"job_id":null,"a":"#, after: "}", level: 1),
        Spot(testDescription: "job_id", before: #"{"job_id":"#, after: "}", level: 1),
        Spot(testDescription: "total", before: #"{"job_id":null,"total":"#, after: "}", level: 1),
        Spot(testDescription: "created_at", before: #"{"job_id":null,"created_at":"#, after: "}", level: 1),
        Spot(testDescription: "summary", before: #"{"job_id":null,"summary":"#, after: "}", level: 1),
        Spot(testDescription: "message", before: #"{"job_id":null,"message":"#, after: "}", level: 1),
        Spot(testDescription: "error[]", before: #"{"job_id":null,"error":["#, after: "]}", level: 2),
        Spot(testDescription: "error.code", before: #"{"job_id":null,"error":{"code":"#, after: "}}", level: 2),
        Spot(testDescription: "error.unknown", before: #"{"job_id":null,"error":{"a":"#, after: "}}", level: 2),
        Spot(testDescription: "results{}", before: #"{"job_id":null,"results":{"a":"#, after: "}}", level: 2),
        Spot(testDescription: "row[]", before: #"{"job_id":null,"results":[["#, after: "]]}", level: 3),
        Spot(testDescription: "row.id", before: #"{"job_id":null,"results":[{"id":"#, after: "}]}", level: 3),
        Spot(testDescription: "row.created", before: #"{"job_id":null,"results":[{"created":"#, after: "}]}", level: 3),
        Spot(testDescription: "row.error[]", before: #"{"job_id":null,"results":[{"error":["#, after: "]}]}", level: 4),
        Spot(testDescription: "row.unknown", before: #"{"job_id":null,"results":[{"a":"#, after: "}]}", level: 3),
        Spot(
            testDescription: "row.error.code", before: #"{"job_id":null,"results":[{"error":{"code":"#, after: "}}]}",
            level: 4),
        Spot(
            testDescription: "row.error.unknown", before: #"{"job_id":null,"results":[{"error":{"a":"#, after: "}}]}",
            level: 4),
    ]

    @Test(arguments: spots)
    func tenThousandLevelsAreTheLimit(_ spot: Spot) throws {
        let room = DumpLimits.nestingLevels - spot.level
        #expect(DumpLimits.nestingLevels == 10_000)
        let deepest = spot.before + Self.nest(room) + spot.after
        #expect(try Reading(of: deepest).dump?.fault == nil)

        let tooDeep = spot.before + Self.nest(room + 1) + spot.after
        let fault = try Reading(of: tooDeep).fault
        #expect(fault?.reason == .nestedTooDeep)
        // Pairs of `[` and `{"k":` are six bytes long; the last bracket exceeds the depth limit.
        let bytesBefore = room / 2 * 6 + room % 2
        #expect(fault?.place.byte == spot.before.utf8.count + bytesBefore)
    }

    @Test(
        "Very many jobs, each in the one before, are not each read to the limit again", .timeLimit(.minutes(10)),
        arguments: [
            #"{"results":[{"job_id":"#, #"{"job_id":"#, #"{"job_id":"a","results":["#, #"{"data":{"results":["#,
        ])
    func jobsInJobs(pair: String) throws {
        #expect(try Documents(String(repeating: pair, count: 100_000)).described.count > 0)
    }

    /// Returns alternating arrays and objects, `levels` deep.
    private static func nest(_ levels: Int) -> String {
        var open = ""
        var close: [Character] = []
        for level in 0..<levels {
            open += level % 2 == 0 ? "[" : #"{"k":"#
            close.append(level % 2 == 0 ? "]" : "}")
        }
        return open + (levels % 2 == 1 ? "" : "0") + String(close.reversed())
    }

    @Test(arguments: [#"{"job_id":null,"a":"#, #"{"job_id":null,"results":[{"error":"#, ""])
    func aMillionBracketsAreRefused(_ head: String) throws {
        let source = RepeatingSource(head: head, repeating: UInt8(ascii: "["), count: 1_000_000, tail: "")
        let reading = try Reading(of: source)
        #expect(reading.fault?.reason == .nestedTooDeep)
        #expect((reading.dump?.byteCount ?? reading.notAJob?.byteCount) == 1_000_000 + head.utf8.count)
    }

    @Test func aMillionObjectsAreRefused() throws {
        let text = #"{"job_id":null,"a":"# + String(repeating: #"{"a":"#, count: 1_000_000)
        #expect(try Reading(of: text).fault?.reason == .nestedTooDeep)
    }

    /// Closed levels do not count towards the limit.
    @Test func siblingsDoNotAddUp() throws {
        let deep = String(repeating: "[", count: 9_000) + String(repeating: "]", count: 9_000)
        #expect(try Reading(of: #"{"job_id":null,"a":[\#(deep),\#(deep)],"b":\#(deep)}"#).dump?.fault == nil)
    }

    /// The scanner stores open brackets as bits, in more than one word here.
    @Test func bracketsMustMatchAtEveryDepth() throws {
        for depth in [1, 2, 63, 64, 65, 127, 128, 129, 1000] {
            let open = (0..<depth).map { $0 % 3 == 0 ? "[" : #"{"k":"# }
            let close = (0..<depth).reversed().map { $0 % 3 == 0 ? "]" : "}" }
            let head = #"{"job_id":null,"a":"#
            let sound = head + open.joined() + "1" + close.joined() + "}"
            #expect(try Reading(of: sound).dump?.fault == nil, "depth \(depth)")
            for index in Set([0, depth / 2, depth - 1]) {
                var wrong = close
                wrong[index] = wrong[index] == "]" ? "}" : "]"
                let fault = try Reading(of: head + open.joined() + "1" + wrong.joined() + "}").fault
                #expect(fault?.place.byte == (head + open.joined()).utf8.count + 1 + index, "depth \(depth)")
            }
        }
    }

    @Test func unknownValuesAreCheckedAndPassedOver() throws {
        let value = #"{"id":"x","results":[{"created":true}],"a":[null,true,false,-1.5e+3,"é\n",{},[],[[{}]]]}"#
        let row = #"{"x":\#(value),"created":true,"error":{"x":\#(value),"code":"c"},"y":\#(value)}"#
        let reading = try Reading(of: #"{"x":\#(value),"job_id":"j","results":[\#(row)],"y":\#(value),"total":1}"#)
        // Fields of an error that the API does not define are kept as details.
        let line = RecordingSink.line(
            row: 1, facts: [.created, .error, .code, .unknownField], id: nil, code: "c", message: nil,
            details: #"{"x":\#(value)}"#)
        #expect(reading.rows == [line])
        #expect(reading.dump?.job.total == 1)
        #expect(reading.unknown == ["x 1", "y 1", "results[].x 1", "results[].error.x 1", "results[].y 1"])
    }
}
