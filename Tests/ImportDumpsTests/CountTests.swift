import ImportDumps
import Testing

/// Counts are exact or absent: no number in a dump passes through floating point.
@Suite struct CountTests {
    @Test(
        arguments: [
            ("5", 5), ("5.0", 5), ("5.000", 5), ("1e2", 100), ("50E-1", 5), ("0.5e1", 5), ("1E+2", 100), ("0", 0),
            ("-0", 0), ("-0.00", 0), ("0e999999999999999999", 0), ("0e-99999999999999999999999", 0), ("1e0", 1),
            ("1e00000000000000000000001", 10), ("9223372036854775807", .max), ("92233720368547758070e-1", .max),
            ("9223372036854775.807e3", .max), ("9007199254740993", 9_007_199_254_740_993),
            ("1e18", 1_000_000_000_000_000_000), ("100000000000000000000e-20", 1), ("0.00000000000000000000001e23", 1),
            ("1000000000000000000000000000000000000000000000000000000000000e-60", 1), ("1.20e1", 12),
            ("10", 10), ("100200", 100_200), ("-0e5", 0),
        ])
    func wholeNumbersAreExact(_ literal: String, _ value: Int) throws {
        for window in [1, 4096] {
            let reading = try Reading(of: #"{"job_id":null,"total":\#(literal)}"#, window: window)
            #expect(reading.dump?.job.total == value)
            #expect(reading.wrongTypes == [])
            #expect(reading.fault == nil)
        }
    }

    @Test(
        arguments: [
            "1.5", "-1", "-1e-1", "1e400", "9223372036854775808", "18446744073709551616", "1e19", "10e18",
            "9223372036854775.8071e3", "1e-1", "12e-1", "0.1", "1e999999999999999999999", "1e-999999999999999999999",
            "1.20e0", "36893488147419103232", "184467440737095516160e-1",
        ])
    func otherNumbersAreNoCounts(_ literal: String) throws {
        let reading = try Reading(of: #"{"job_id":null,"total":\#(literal)}"#)
        #expect(reading.dump?.job.total == nil)
        #expect(reading.wrongTypes == ["total numberThatIsNoCount 1"])
        #expect(reading.fault == nil)
    }

    /// Damage behind digits may have been further ones.
    @Test(
        arguments: [
            "1#0", "1,000", "1 000", "1, 000", "1_000", "0x0A", "1\0\0", "1\n0", "1\"0\"", "1'000", "1:0", "1|",
        ])
    func aNumberBeforeDamageIsNone(_ literal: String) throws {
        let fields = ["total", "processed", "succeeded", "failed"]
        for (name, window) in fields.flatMap({ name in [1, 3, 64].map { (name, $0) } }) {
            let head = #"{"job_id":"a","status":"complete""#
            for text in [
                head + #","\#(name)":\#(literal),"results":[{},{}]}"#,
                head + #","results":[{},{}],"\#(name)":\#(literal)}"#,
                head + #","\#(name)":5,"\#(name)":\#(literal),"results":[{},{}]}"#,
            ] {
                let dumps = try Dumps(text, window: window).dumps
                let job = try #require(dumps.first?.job)
                #expect(dumps.count == 1 && dumps.first?.rowCount == 2)
                #expect([job.total, job.processed, job.succeeded, job.failed] == [nil, nil, nil, nil], "\(text)")
            }
        }
        for name in ["total", "succeeded", "failed"] {
            let text = #"{"results":[{"status":"ok"}],"summary":{"x":1,"\#(name)":\#(literal),"y":2}}"#
            let job = try #require(try Dumps(text, window: 16).dumps.first?.job)
            #expect(job.kind == .bulk && [job.total, job.succeeded, job.failed] == [nil, nil, nil], "\(text)")
        }
    }

    /// If a dump ends within a number, the digits before the end must not count as the number.
    @Test(arguments: ["1", "10", "1.", "1.5", "1e", "1e1", "-", "-0"])
    func aNumberAtTheCutIsNone(_ literal: String) throws {
        for window in [1, 4096] {
            let reading = try Reading(of: #"{"job_id":null,"results":[{}],"total":\#(literal)"#, window: window)
            #expect(reading.fault?.reason == .unexpectedEnd)
            #expect(reading.dump?.job.total == nil)
            #expect(reading.wrongTypes == [])
            #expect(reading.dump?.rowCount == 1)
        }
    }
}
